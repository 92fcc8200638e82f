"""What is due when: a patient's plan against what was done, in the patient's own days.

Pure. Days are calendar dates where the patient lives, so that a change of the clocks neither loses nor doubles one.
What a line of a plan is stands in `rhythm`, which askings it makes in `occurrences`, how it stands in `standing`, what
cannot be in `refusals`, and the words for it in `wording`.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from portal.checkins.occurrences import Anchors, Occurrence, merged, occurrences
from portal.checkins.rhythm import Anchor, LineDraft, PlanLine, Trigger, every
from portal.checkins.standing import LATE, NOW, Due, Last, Standing, count_late, due_list
from portal.messages import N_

__all__ = [
    "LATE",
    "NOW",
    "Anchor",
    "Anchors",
    "DayProblem",
    "Done",
    "Due",
    "Last",
    "LineDraft",
    "Occurrence",
    "PlanLine",
    "Standing",
    "Today",
    "Trigger",
    "count_late",
    "day_problem",
    "due_list",
    "every",
    "local_day",
    "merged",
    "missed_days",
    "occurrences",
]


@dataclass(frozen=True, slots=True)
class Done:
    """A check-in of the last days; `entered_by` names who of the staff typed it in, "" where the patient sent it."""

    id: uuid.UUID
    instrument: str
    for_on: date
    received_at: datetime
    entered_by: str = ""


@dataclass(frozen=True, slots=True)
class Today:
    """What the patient's page of today says: what is due, what was begun, what is done, which days could be added.

    `stopped` is whether something begun was left at a question about safety: then help stands beside it.
    """

    on: date
    due: list[Due]
    begun: dict[str, date]
    done: list[Done]
    missed: list[tuple[PlanLine, date]]
    stopped: bool = False

    @property
    def now(self) -> list[Due]:
        """What can be sent now, the shortest first."""
        return [one for one in self.due if one.is_now]

    @property
    def next(self) -> Due | None:
        """What is asked next, on its `next_on`."""
        ahead = [one for one in self.due if not one.is_now and one.next_on is not None]
        return min(ahead, key=lambda one: one.next_on or date.max, default=None)

    def asking(self, line_id: uuid.UUID) -> Due | None:
        """Return what is due now by a line of the plan, None where nothing is."""
        return next((one for one in self.now if one.line.id == line_id), None)

    def resumed(self, due: Due) -> date | None:
        """Return the day whose answers given so far go on in what is due, None where it begins anew."""
        begun = self.begun.get(due.line.instrument)
        return begun if begun is not None and begun >= due.occurrence.due_on else None

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


def missed_days(
    line: PlanLine,
    anchors: Anchors,
    done: Iterable[date],
    today: date,
    time_zone: str,
    *,
    past_days: int,
    enrolled_on: date,
) -> list[date]:
    """Return the days before today, newest first, on which a line asked daily and nothing was sent.

    Args:
        line: a line of the plan; only what is asked every day can miss a day.
        anchors: what its triggers count from.
        done: the days that have a check-in.
        today: the patient's day.
        time_zone: where the patient lives, an IANA time zone.
        past_days: how many days back the clinic lets people add a check-in.
        enrolled_on: the first day a check-in can be for.
    """
    first = max(enrolled_on, today - timedelta(days=past_days))
    if not any(trigger.every_days == 1 for trigger in line.triggers):
        return []
    found = occurrences(line, anchors, first, today - timedelta(days=1), time_zone)
    return sorted({one.due_on for one in found if one.trigger.every_days == 1} - set(done), reverse=True)


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
