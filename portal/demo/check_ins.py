"""A demo patient's check-ins: what the plan asked, answered as people do, some of it written down by the team."""

import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from portal.checkins import plan as askings
from portal.checkins import queries
from portal.checkins import service as checkins
from portal.checkins.models import Mode
from portal.checkins.occurrences import Anchors, Moment, Occurrence
from portal.checkins.service import Sheet
from portal.demo import alerts, answers
from portal.demo.calendar import Calendar
from portal.demo.case import NAMESPACE, Agenda, Case
from portal.demo.course_of_illness import Day
from portal.demo.people import Story
from portal.patients.queries import PatientRef

DAILY = "daily"
CHANCE = {"asq": 1.0, "phq-9": 1.0, "side-effects": 0.6, "altered-experience": 0.75, "activation": 0.6}
USUAL_CHANCE, RECENT_DAYS, LATE_DAYS = 0.88, 20, 30
SECONDS_PER_ITEM = 4
BEDSIDE = frozenset({"side-effects", "altered-experience"})
Sent = list[tuple[datetime, uuid.UUID]]


@dataclass(frozen=True, slots=True)
class Sitting:
    """One check-in of the story, on its day `number`; `mode` is how it came."""

    at: datetime
    number: int
    instrument: str
    answers: Mapping[str, float]
    extra_items: tuple[str, ...] = ()
    mode: Mode = Mode.SELF


def plan(case: Case, days: Sequence[Day], infusions: Sequence[Moment], agenda: Agenda) -> Sent:
    """Note everything the patient answers, and return what will hold when each came and its id.

    Args:
        days: how each day was; the last one is today, and not answered yet.
        infusions: when each was given or stopped early, and when those are that are planned.
    """
    story, calendar, sent = case.story, case.calendar, list[tuple[datetime, uuid.UUID]]()
    found = _daily(story, days, calendar)
    found += _planned(story, case.ref, days, calendar, infusions)
    found += _worried(story, days, calendar, {(one.instrument, one.number) for one in found})
    found += [_rating(day, days, calendar, story) for day in story.rated]
    for sitting in sorted(found, key=lambda one: one.at):
        agenda.add(sitting.at, _send, case, _as_it_came(story, sitting, found), sent, agenda)
    return sent


def _daily(story: Story, days: Sequence[Day], calendar: Calendar) -> list[Sitting]:
    answered = [(day.number, day.answers) for day in days[:-1] if day.answers is not None]
    return [
        Sitting(calendar.at(number, 19, 10 + number % 40), number, DAILY, given, story.extra_items)
        for number, given in answered
    ]


def _planned(
    story: Story, ref: PatientRef, days: Sequence[Day], calendar: Calendar, infusions: Sequence[Moment]
) -> list[Sitting]:
    lines = sorted(map(queries.to_line, queries.list_plan(ref.id)), key=lambda line: line.instrument)
    now = calendar.at(story.days, 0)
    given = tuple(one for one in infusions if one[1] < now)
    anchors = Anchors(calendar.on(0), given=given, planned=tuple(infusions))
    found = []
    for order, (instrument, group) in enumerate(groupby(lines, key=lambda line: line.instrument)):
        if instrument == DAILY:
            continue
        first, last = calendar.on(0), calendar.on(story.days - 1)
        for asked in askings.merged(list(group), anchors, first, last, story.time_zone):
            number = (asked.due_on - first).days
            at = _moment(asked, calendar, number, order)
            if asked.opens_at <= at < asked.closes_at and _answers(story, instrument, number):
                found.append(_sitting(story, instrument, days, number, at, asked))
    return found


def _moment(asked: Occurrence, calendar: Calendar, number: int, order: int) -> datetime:
    """Hours after an infusion at once, before it in the morning, else in the evening, one after the other."""
    if asked.trigger.hours is not None and asked.trigger.hours > 0:
        return asked.opens_at + timedelta(minutes=20 + order)
    evening = max(calendar.at(number, 20, 5 + 2 * order), asked.opens_at + timedelta(minutes=5))
    return evening if evening < asked.closes_at else asked.closes_at - timedelta(minutes=100 - 2 * order)


def _answers(story: Story, instrument: str, number: int) -> bool:
    ago = story.days - number
    if story.is_silent(ago):
        return False
    if ago <= LATE_DAYS and instrument == story.late:
        return False
    dice = random.Random(f"{story.key}:{instrument}:{number}:answers")  # noqa: S311
    return ago <= RECENT_DAYS or dice.random() < CHANCE.get(instrument, USUAL_CHANCE)


def _sitting(
    story: Story, instrument: str, days: Sequence[Day], number: int, at: datetime, asked: Occurrence | None = None
) -> Sitting:
    worried = story.has_thoughts(story.days - number)
    given = answers.give(instrument, days, number, seed=f"{story.key}:{number}", is_worried=worried)
    by_nurse = asked is not None and asked.trigger.hours is not None and instrument in BEDSIDE and "nia" in story.team
    return Sitting(at, number, instrument, given, mode=Mode.BEDSIDE if by_nurse else Mode.SELF)


def _worried(story: Story, days: Sequence[Day], calendar: Calendar, answered: set[tuple[str, int]]) -> list[Sitting]:
    """On the days of dark thoughts a scale brings them up, and the screening opens in the same sitting."""
    numbers = [story.days - ago for ago, _ in story.thoughts]
    wanted = [(name, number) for number in numbers for name in ("phq-9", "asq")]
    return [
        _sitting(story, name, days, number, calendar.at(number, 21, 5 + order))
        for order, (name, number) in enumerate(wanted)
        if (name, number) not in answered
    ]


def _rating(number: int, days: Sequence[Day], calendar: Calendar, story: Story) -> Sitting:
    given = answers.give("madrs", days, number, seed=f"{story.key}:{number}", is_worried=False)
    return Sitting(calendar.at(number, 14), number, "madrs", given, mode=Mode.CLINICIAN)


def _as_it_came(story: Story, sitting: Sitting, all_of_them: Sequence[Sitting]) -> Sitting:
    """The last sitting of the phoned scale was read out to the nurse, that of the hurried one answered without care."""
    same = max(one.at for one in all_of_them if one.instrument == sitting.instrument)
    if sitting.at != same:
        return sitting
    if sitting.instrument == story.phoned:
        return Sitting(sitting.at, sitting.number, sitting.instrument, sitting.answers, mode=Mode.PHONE)
    if sitting.instrument == story.hurried:
        given = answers.straight_lined(sitting.instrument, 2.0)
        return Sitting(sitting.at, sitting.number, sitting.instrument, given)
    return sitting


def _send(case: Case, one: Sitting, sent: Sent, agenda: Agenda, *, at: datetime) -> None:
    by = {Mode.SELF: case.actor, Mode.CLINICIAN: case.provider}.get(one.mode) or case.staff["nia"]
    submission = uuid.uuid5(NAMESPACE, f"{case.patient_id}:{one.instrument}:{at.isoformat()}")
    started = at - timedelta(seconds=SECONDS_PER_ITEM * len(one.answers))
    sheet = Sheet(submission, one.answers, started_at=started)
    row = checkins.submit(case.ref, one.instrument, sheet, by=by, at=at, extra_items=one.extra_items, mode=one.mode)
    sent.append((at, row.check_in_id))
    alerts.follow(case, agenda, at=at)
