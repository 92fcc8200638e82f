"""What is due when: a patient's plan against what was done, in the patient's own days.

Pure. Days are calendar dates where the patient lives, so that a change of the clocks neither loses nor doubles one.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from portal.messages import N_


class Standing(StrEnum):
    """How a line of the plan stands today."""

    DUE = "due"
    OVERDUE = "overdue"
    DONE = "done"
    UPCOMING = "upcoming"


NOW = frozenset({Standing.DUE, Standing.OVERDUE})


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One instrument a patient is asked.

    Args:
        id: the plan item.
        instrument: the instrument's id.
        every_days: the rhythm, 1 for every day.
        minutes: about how long it takes.
        starts_on: the first day it is asked.
        ends_on: the first day it is asked no more; None while it goes on.
        extra_items: codes of items asked besides the instrument's default ones.
    """

    id: uuid.UUID
    instrument: str
    every_days: int
    minutes: int
    starts_on: date
    ends_on: date | None = None
    extra_items: tuple[str, ...] = ()

    def is_asked_on(self, day: date) -> bool:
        """Return whether the plan asks this on a day."""
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


@dataclass(frozen=True, slots=True)
class Due:
    """A line of the plan and how it stands: `on` is the day it falls due, the next time where it is done."""

    line: PlanLine
    standing: Standing
    on: date
    last_on: date | None

    def days_late(self, today: date) -> int:
        """Return how many days ago this fell due; 0 for what is due today or later."""
        return max(0, (today - self.on).days)


@dataclass(frozen=True, slots=True)
class Done:
    """A check-in of the last days, for the patient's page of today."""

    id: uuid.UUID
    instrument: str
    for_on: date
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Today:
    """What the patient's page of today says: what is due, what was begun, what is done, which days could be added."""

    on: date
    due: list[Due]
    begun: dict[uuid.UUID, date]
    done: list[Done]
    missed: list[tuple[PlanLine, date]]

    @property
    def now(self) -> list[Due]:
        """What can be sent now, the shortest first."""
        return [one for one in self.due if one.standing in NOW]

    @property
    def next(self) -> Due | None:
        """What falls due next after today."""
        return min((one for one in self.due if one.standing not in NOW), key=lambda one: one.on, default=None)

    @property
    def missed_yesterday(self) -> list[tuple[PlanLine, date]]:
        """The lines nobody answered yesterday."""
        return [one for one in self.missed if one[1] == self.on - timedelta(days=1)]

    @property
    def missed_before(self) -> list[tuple[PlanLine, date]]:
        """The lines nobody answered on a day before yesterday."""
        return [one for one in self.missed if one[1] < self.on - timedelta(days=1)]


@dataclass(frozen=True, slots=True)
class DayProblem:
    """Why a check-in cannot be for a day: an English message id and its values; the edge translates both."""

    message: str
    values: Mapping[str, date | int] = field(default_factory=dict)


def local_day(at: datetime, time_zone: str) -> date:
    """Return the calendar day of an aware moment in an IANA time zone."""
    return at.astimezone(ZoneInfo(time_zone)).date()


def due_list(
    lines: Iterable[PlanLine], last_done: Mapping[str, date], today: date, *, in_care: bool = True
) -> list[Due]:
    """Return how each line of a plan stands, what is due first, and of that the shortest first.

    The next one falls due `every_days` after the last one was for; the very first on the day the line starts. An
    instrument that stands in the plan twice is asked once, by the line that falls due first.

    Args:
        lines: the plan, ended lines too.
        last_done: for each instrument the latest day, today or before, that has a check-in.
        today: the patient's day.
        in_care: False for a patient who is paused or has left: nothing is due.
    """
    if not in_care:
        return []
    found: dict[str, Due] = {}
    for line in lines:
        if line.ends_on is not None and line.ends_on <= max(today, line.starts_on):
            continue
        due = _stand(line, last_done.get(line.instrument), today)
        other = found.get(line.instrument)
        if other is None or (due.on, line.every_days) < (other.on, other.line.every_days):
            found[line.instrument] = due
    return sorted(found.values(), key=_order)


def missed_days(line: PlanLine, done: Iterable[date], today: date, *, past_days: int, enrolled_on: date) -> list[date]:
    """Return the days before today, newest first, on which a daily line was asked and nothing was sent.

    Args:
        line: a line of the plan; only one that is asked every day can miss a day.
        done: the days that have a check-in.
        today: the patient's day.
        past_days: how many days back the clinic lets people add a check-in.
        enrolled_on: the first day a check-in can be for.
    """
    if line.every_days != 1:
        return []
    taken = set(done)
    days = (today - timedelta(days=back) for back in range(1, past_days + 1))
    return [day for day in days if day >= enrolled_on and day not in taken and line.is_asked_on(day)]


def day_problem(on: date, today: date, *, past_days: int, enrolled_on: date) -> DayProblem | None:
    """Return why a check-in cannot be for a day, or None where it can.

    Args:
        on: the day it is for.
        today: the patient's day.
        past_days: how many days back the clinic lets people add a check-in.
        enrolled_on: the patient's day on which they were enrolled.
    """
    if on > today:
        return DayProblem(N_("%(day)s is still to come. Check-ins are for today or a day before."), {"day": on})
    if on < enrolled_on:
        return DayProblem(
            N_("%(day)s is before you joined, on %(first)s. A diary from before can be brought along as a file."),
            {"day": on, "first": enrolled_on},
        )
    if (today - on).days > past_days:
        return DayProblem(
            N_("%(day)s is too long ago. You can add a check-in up to %(num)s days back."),
            {"day": on, "num": past_days},
        )
    return None


def _stand(line: PlanLine, last: date | None, today: date) -> Due:
    due_on = line.starts_on if last is None else max(line.starts_on, last + timedelta(days=line.every_days))
    if last is not None and last == today:
        return Due(line, Standing.DONE, due_on, last)
    if line.every_days == 1:
        due_on = max(due_on, today)
    if due_on > today:
        return Due(line, Standing.UPCOMING, due_on, last)
    return Due(line, Standing.DUE if due_on == today else Standing.OVERDUE, due_on, last)


def _order(due: Due) -> tuple[bool, int, date, str]:
    is_now = due.standing in NOW
    return (not is_now, due.line.minutes if is_now else 0, due.on, due.line.instrument)
