"""What the demo's patients and their team wrote to each other."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from portal.access.policy import Actor
from portal.checkins import service as checkins
from portal.checkins.service import Sheet
from portal.demo import answers
from portal.demo.case import NAMESPACE
from portal.demo.patients import Written
from portal.demo.people import Story
from portal.follow_ups import service as follow_ups
from portal.follow_ups import when
from portal.follow_ups.about import About
from portal.follow_ups.about import Written as FollowUp
from portal.messaging import handling, notes, service
from portal.messaging.attachments import service as attachments
from portal.messaging.parcel import NOTHING, Parcel


@dataclass(frozen=True, slots=True)
class Said:
    """One message: by the patient or the team, so many days before today, at an hour of the patient's day.

    `asks` is the questionnaire that it asks for, which comes the day after.
    """

    is_from_patient: bool
    days_ago: int
    hour: int
    body: str
    asks: str = ""


@dataclass(frozen=True, slots=True)
class Talk:
    """One thread; `about` is the number of the infusion it is about; `is_read` whether the last message was read.

    `note` is what its provider, to whom it is then given, noted beside it.
    """

    subject: str
    said: tuple[Said, ...]
    about: int | None = None
    is_read: bool = True
    note: str = ""


TALKS: dict[str, tuple[Talk, ...]] = {
    "ada": (
        Talk(
            "After your last treatment",
            (
                Said(False, 21, 15, "Hello Ada, your check-ins look brighter since then. How is sleep now?"),
                Said(True, 20, 21, "Much better, seven hours most nights. The first two days I was tired, then fine."),
                Said(
                    False,
                    19,
                    9,
                    "Good to hear. Then we keep the plan: six weeks from the last one, and write if it shifts.",
                ),
            ),
            about=11,
        ),
        Talk(
            "Visit before the next one",
            (Said(False, 2, 11, "Could we speak for ten minutes in the week before your next one? Tell me a day."),),
            is_read=False,
        ),
    ),
    "marcus": (
        Talk(
            "Wearing off again",
            (
                Said(True, 6, 22, "I notice it from about day 17 each time. Is there anything we can change?"),
                Said(
                    False,
                    5,
                    10,
                    "Thank you for writing. I see it in your chart too. Let us talk about it at your visit. "
                    "Treatments so close together also make me ask about this: please fill it in before then.",
                    asks="urinary",
                ),
            ),
            about=17,
        ),
    ),
    "tomas": (
        Talk(
            "Hora de la visita",
            (Said(True, 7, 18, "Mi hermano solo puede venir a las once. ¿Podemos empezar una hora más tarde?"),),
        ),
    ),
    "jonas": (
        Talk(
            "Back sooner",
            (Said(True, 1, 18, "The job ends sooner than I thought. What do I do to start again?"),),
            note="Before I answer: weight and pressure anew, the long-term checks, and his consent.",
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


LATER: Mapping[str, FollowUp] = {
    "imani": FollowUp(
        "When it suits you",
        "Hello Imani, we have not heard from you for a while. One line is enough, or call us, and we call back.",
        unless_check_in=True,
    ),
}
"""What is planned for whom in three days, unless a check-in came."""
IN_DAYS, TIME_TO_ANSWER = timedelta(days=3), timedelta(days=4)


def write(story: Story, patient: Written, staff: Mapping[str, Actor]) -> None:
    """Write a patient's threads, and what is to follow."""
    provider = staff[story.team[0]]
    for number, talk in enumerate(TALKS.get(story.key, ())):
        _write(talk, f"{story.key}:{number}", patient, provider)
    if story.key in LATER:
        _plan(LATER[story.key], patient, provider)


def _write(talk: Talk, name: str, patient: Written, provider: Actor) -> None:
    thread_id = _begin(talk, uuid.uuid5(NAMESPACE, f"{name}:0"), patient, provider)
    for number, said in enumerate(talk.said[1:], start=1):
        _answer(said, thread_id, uuid.uuid5(NAMESPACE, f"{name}:{number}"), patient, provider)
    last = talk.said[-1]
    read_at = _at(last, patient) + timedelta(hours=3)
    if talk.is_read:
        reader = provider if last.is_from_patient else patient.actor
        service.mark_read(patient.ref.id, thread_id, by=reader, at=read_at)
    if talk.note:
        note_id = uuid.uuid5(NAMESPACE, f"{name}:note")
        handling.assign(patient.ref.id, thread_id, provider.user_id, by=provider, at=read_at)
        notes.add(patient.ref.id, thread_id, talk.note, submission_id=note_id, by=provider, at=read_at)


def _begin(talk: Talk, submission_id: uuid.UUID, patient: Written, provider: Actor) -> uuid.UUID:
    """Open a thread: what the team writes about an infusion is a follow-up, which the chart marks."""
    first = talk.said[0]
    by, at = _author(first, patient, provider), _at(first, patient)
    about = patient.infusion_ids[talk.about - 1] if talk.about else None
    if about is not None and not first.is_from_patient:
        written = FollowUp(talk.subject, first.body, About(infusion_id=about))
        sent = follow_ups.write(patient.ref, written, submission_id=submission_id, by=by, at=at)
        assert sent.thread_id is not None
        return sent.thread_id
    return service.start_thread(
        patient.ref.id,
        subject=talk.subject,
        body=first.body,
        submission_id=submission_id,
        about_infusion_id=about,
        by=by,
        at=at,
    )


def _answer(said: Said, thread_id: uuid.UUID, submission_id: uuid.UUID, patient: Written, provider: Actor) -> None:
    by, at = _author(said, patient, provider), _at(said, patient)
    service.mark_read(patient.ref.id, thread_id, by=by, at=at)
    parcel = _ask(said.asks, submission_id, patient, by, at) if said.asks else NOTHING
    service.send(patient.ref.id, thread_id, body=said.body, submission_id=submission_id, parcel=parcel, by=by, at=at)
    if said.asks:
        _fill_in(said.asks, patient, at + timedelta(hours=30))


def _ask(instrument: str, submission_id: uuid.UUID, patient: Written, by: Actor, at: datetime) -> Parcel:
    asked_id, before_on = uuid.uuid5(submission_id, instrument), (at + TIME_TO_ANSWER).date()
    attachments.enclose_questionnaire(patient.ref.id, instrument, before_on, asked_id, by=by, at=at)
    return Parcel((asked_id,))


def _fill_in(instrument: str, patient: Written, at: datetime) -> None:
    given = answers.give(instrument, (), 0, seed=f"{patient.ref.id}:asked", is_worried=False)
    sheet = Sheet(uuid.uuid5(patient.ref.id, f"asked:{instrument}"), given, started_at=at - timedelta(minutes=1))
    checkins.submit(patient.ref, instrument, sheet, by=patient.actor, at=at)


def _plan(follow_up: FollowUp, patient: Written, by: Actor) -> None:
    at = patient.calendar.now - timedelta(hours=1)
    later = replace(follow_up, send_on=when.local_day(at, patient.ref.time_zone) + IN_DAYS)
    follow_ups.write(patient.ref, later, submission_id=uuid.uuid5(patient.ref.id, "later"), by=by, at=at)


def _author(said: Said, patient: Written, provider: Actor) -> Actor:
    return patient.actor if said.is_from_patient else provider


def _at(said: Said, patient: Written) -> datetime:
    return patient.calendar.at(patient.calendar.last - said.days_ago, said.hour, 12)
