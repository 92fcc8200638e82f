"""What the demo's patients and their team wrote to each other."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.access.policy import Actor
from portal.demo.case import NAMESPACE
from portal.demo.patients import Written
from portal.demo.people import Story
from portal.messaging import service


@dataclass(frozen=True, slots=True)
class Said:
    """One message: by the patient or the team, so many days before today, at an hour of the patient's day."""

    is_from_patient: bool
    days_ago: int
    hour: int
    body: str


@dataclass(frozen=True, slots=True)
class Talk:
    """One thread; `about` is the number of the infusion it is about; `is_read` whether the last message was read."""

    subject: str
    said: tuple[Said, ...]
    about: int | None = None
    is_read: bool = True


TALKS: dict[str, tuple[Talk, ...]] = {
    "ada": (
        Talk(
            "After your last treatment",
            (
                Said(False, 21, 15, "Hello Ada, your check-ins look brighter since the 29th. How is sleep now?"),
                Said(True, 20, 21, "Much better, seven hours most nights. The first two days I was tired, then fine."),
                Said(
                    False, 19, 9, "Good to hear. Then we keep the plan: next one in December, and write if it shifts."
                ),
            ),
            about=11,
        ),
        Talk(
            "Visit before the next one",
            (Said(False, 2, 11, "Could we speak for ten minutes in the first week of December? Tell me a day."),),
            is_read=False,
        ),
    ),
    "marcus": (
        Talk(
            "Wearing off again",
            (
                Said(True, 6, 22, "I notice it from about day 17 each time. Is there anything we can change?"),
                Said(False, 5, 10, "Thank you for writing. I see it in your chart too. Let us talk on Tuesday."),
            ),
            about=17,
        ),
    ),
    "tomas": (
        Talk(
            "Question about Monday",
            (Said(True, 1, 18, "My brother can only come at eleven. Is it all right if we start an hour later?"),),
            is_read=False,
        ),
    ),
    "dot": (
        Talk(
            "Work",
            (
                Said(True, 9, 12, "I was able to do a full shift on Saturday, first time this year."),
                Said(False, 8, 9, "That is wonderful, Dot. Thank you for telling me."),
            ),
        ),
    ),
}


def write(story: Story, patient: Written, staff: Mapping[str, Actor]) -> None:
    """Write a patient's threads."""
    for number, talk in enumerate(TALKS.get(story.key, ())):
        _write(talk, f"{story.key}:{number}", patient, staff[story.team[0]])


def _write(talk: Talk, name: str, patient: Written, provider: Actor) -> None:
    first, *others = talk.said
    thread_id = service.start_thread(
        patient.ref.id,
        subject=talk.subject,
        body=first.body,
        submission_id=uuid.uuid5(NAMESPACE, f"{name}:0"),
        about_infusion_id=patient.infusion_ids[talk.about - 1] if talk.about else None,
        by=_author(first, patient, provider),
        at=_at(first, patient),
    )
    for number, said in enumerate(others, start=1):
        submission = uuid.uuid5(NAMESPACE, f"{name}:{number}")
        by, at = _author(said, patient, provider), _at(said, patient)
        service.send(patient.ref.id, thread_id, body=said.body, submission_id=submission, by=by, at=at)
    last = talk.said[-1]
    if talk.is_read:
        reader = provider if last.is_from_patient else patient.actor
        service.mark_read(patient.ref.id, thread_id, by=reader, at=_at(last, patient) + timedelta(hours=3))


def _author(said: Said, patient: Written, provider: Actor) -> Actor:
    return patient.actor if said.is_from_patient else provider


def _at(said: Said, patient: Written) -> datetime:
    return patient.calendar.at(patient.calendar.last - said.days_ago, said.hour, 12)
