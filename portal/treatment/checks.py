"""Whether an infusion can be kept as entered. Values in, problems out."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from portal.clinic import when
from portal.treatment import dose, dose_checks, problems
from portal.treatment.entry import Entry
from portal.treatment.models import InfusionStatus
from portal.treatment.problems import Problem

LONGEST_AHEAD = timedelta(days=2 * 366)
LONGEST_MINUTES = dose.LONGEST_MINUTES


class Neighbour(NamedTuple):
    """Another infusion of the patient, as far as it can stand in the way."""

    id: uuid.UUID
    course_id: uuid.UUID
    number: int
    happens_at: datetime
    minutes: int | None
    was_given: bool
    is_planned: bool = False

    @property
    def ends_at(self) -> datetime:
        """When it ended, as far as the minutes say."""
        return self.happens_at + timedelta(minutes=self.minutes or 0)


@dataclass(frozen=True, slots=True)
class Around:
    """What an entry is judged against.

    Args:
        at: now, aware.
        time_zone: the patient's.
        enrolled_at: since when the patient is in the clinic's care, aware.
        may_plan: the course runs and the patient is in care.
        course_id: the course the infusion belongs to.
        neighbours: the patient's other infusions of this course and near its time.
        before: what is stored of it now; None while it is new.
        team: who was on the care team then or is on it now.
        providers: those of them who may supervise.
    """

    at: datetime
    time_zone: str
    enrolled_at: datetime
    course_id: uuid.UUID
    course_runs: bool = True
    is_in_care: bool = True
    neighbours: Sequence[Neighbour] = ()
    before: Entry | None = None
    team: frozenset[uuid.UUID] = frozenset()
    providers: frozenset[uuid.UUID] = frozenset()


def find(entry: Entry, around: Around) -> list[Problem]:
    """Return every reason why the entry cannot be kept, in the order of the form's fields; none where it can.

    The dose has been completed (`Entry.completed`), unless one of its numbers is not above zero.
    """
    return [*_numbers(entry, around), *_times(entry, around), *_dose(entry), *_people(entry, around), *_outcome(entry)]


def _numbers(entry: Entry, around: Around) -> Iterator[Problem]:
    of_course = {other.number: other for other in around.neighbours if other.course_id == around.course_id}
    taken = of_course.get(entry.number)
    if taken is not None:
        day = when.local(taken.happens_at, around.time_zone).date()
        yield Problem("number", problems.NUMBER_TAKEN, {"number": entry.number, "day": day, "free": max(of_course) + 1})


def _times(entry: Entry, around: Around) -> Iterator[Problem]:
    if entry.was_given:
        yield from _start(entry, around)
    else:
        yield from _plan(entry, around)
    enrolled_on = when.local(around.enrolled_at, around.time_zone).date()
    if entry.happens_at and when.local(entry.happens_at, around.time_zone).date() < enrolled_on:
        yield Problem(_when_field(entry), problems.BEFORE_ENROLMENT, {"day": enrolled_on})


def _start(entry: Entry, around: Around) -> Iterator[Problem]:
    if entry.started_at is None or entry.ends_at is None:
        yield Problem("started_on", problems.NO_START, {})
        return
    if entry.started_at > around.at:
        yield Problem("started_on", problems.IN_FUTURE, {"start": entry.started_at})
    elif entry.ends_at > around.at:
        yield Problem("minutes", problems.ENDS_IN_FUTURE, {"minutes": entry.minutes, "end": entry.ends_at})
    given = (other for other in around.neighbours if other.was_given)
    clash = next((other for other in given if _overlap(entry.started_at, entry.ends_at, other)), None)
    if clash is not None:
        values = {"number": clash.number, "start": clash.happens_at, "minutes": clash.minutes or 0}
        yield Problem("started_on", problems.OVERLAPS, values)


def _overlap(start: datetime, end: datetime, other: Neighbour) -> bool:
    return start == other.happens_at or (start < other.ends_at and other.happens_at < end)


def _plan(entry: Entry, around: Around) -> Iterator[Problem]:
    if entry.started_at is not None:
        yield Problem("started_on", problems.NOT_STARTED, {})
    if entry.planned_at is None:
        yield Problem("planned_on", problems.NO_PLANNED_TIME, {})
        return
    if entry.planned_at > around.at + LONGEST_AHEAD:
        yield Problem("planned_on", problems.TOO_FAR_AHEAD, {"time": entry.planned_at})
    if entry.status is not InfusionStatus.PLANNED or _is_plan_unchanged(entry, around.before):
        return
    if not around.course_runs:
        yield Problem("status", problems.COURSE_ENDED, {})
    if not around.is_in_care:
        yield Problem("status", problems.NOT_IN_CARE, {})
    if entry.planned_at < around.at:
        yield Problem("planned_on", problems.PLANNED_IN_PAST, {"time": entry.planned_at})
    standing = (other for other in around.neighbours if other.was_given or other.is_planned)
    ends_at = entry.planned_at + timedelta(minutes=entry.minutes or 0)
    clash = next((other for other in standing if _overlap(entry.planned_at, ends_at, other)), None)
    if clash is not None:
        yield Problem("planned_on", problems.PLANNED_TWICE, {"number": clash.number, "start": clash.happens_at})


def _is_plan_unchanged(entry: Entry, before: Entry | None) -> bool:
    return before is not None and (before.status, before.planned_at) == (entry.status, entry.planned_at)


def _dose(entry: Entry) -> Iterator[Problem]:
    yield from dose_checks.find(entry.dose, entry.dose_reason)
    if entry.was_given and entry.dose_mg is None and entry.dose_mg_per_kg is None:
        yield Problem("dose_mg", problems.NO_DOSE, {})


def _people(entry: Entry, around: Around) -> Iterator[Problem]:
    """Whoever was on the team then, or stands in the record already, may stand there."""
    for field, may in (("given_by_id", around.team), ("supervised_by_id", around.providers)):
        person = getattr(entry, field)
        was = getattr(around.before, field) if around.before else None
        if person is not None and person != was and person not in may:
            msgid = problems.NOT_ON_TEAM if person not in around.team else problems.NOT_A_PROVIDER
            yield Problem(field, msgid, {})


def _outcome(entry: Entry) -> Iterator[Problem]:
    if entry.status is InfusionStatus.STOPPED_EARLY and not entry.outcome_note:
        yield Problem("outcome_note", problems.NO_REASON_TO_STOP, {})


def _when_field(entry: Entry) -> str:
    return "planned_on" if entry.started_at is None else "started_on"
