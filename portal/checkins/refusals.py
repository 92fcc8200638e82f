"""Which rhythms cannot be: each problem names the thing, and every one is found at once.

Pure. Messages are English ids with values; the edge translates both.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from portal.checkins.rhythm import KEYS, MOST_GAP_DAYS, Anchor, Trigger
from portal.messages import N_

MOST_A_DAY, MOST_TRIGGERS = 6, 12
LONGEST_RHYTHM, LONGEST_WINDOW, LONGEST_LEAD = 366, 28, 28
FARTHEST_DAY = {Anchor.START: 3660, Anchor.ENROLMENT: 3660, Anchor.INFUSION: 366, Anchor.PLANNED_INFUSION: 0}
MOST_HOURS_AFTER, MOST_HOURS_BEFORE = 72, 168


@dataclass(frozen=True, slots=True)
class PlanProblem:
    """Why a plan cannot be: an English message id, its values, and which thing it is about.

    `trigger` counts the triggers of the line from 0; None where it is about the whole line. `field` is the trigger's
    part, "anchor", "from", "every", "until", "hours" or "open", else "instrument", "gap", "items" or "". `instrument`
    says in which line of a plan it was found.
    """

    message: str
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    field: str = ""
    trigger: int | None = None
    instrument: str = ""


class InvalidPlan(ValueError):
    """A plan that cannot be; nothing was written. `problems` name each thing that is wrong."""

    def __init__(self, problems: Sequence[PlanProblem]) -> None:
        super().__init__("; ".join(one.message % one.values for one in problems))
        self.problems = tuple(problems)


def read(rows: Sequence[Mapping[str, Any]]) -> tuple[Trigger, ...]:
    """Return triggers from what somebody sent, in the form a plan item keeps them.

    Args:
        rows: mappings with "anchor" and, as needed, "from", "every", "until", "hours" and "open" in whole numbers.

    Raises:
        InvalidPlan: an anchor or a part that does not exist, or something that is no whole number.
    """
    found = [problem for place, row in enumerate(rows) for problem in _unreadable(row, place)]
    if found:
        raise InvalidPlan(found)
    return tuple(
        Trigger(Anchor(row["anchor"]), **{name: row[key] for key, name in KEYS.items() if row.get(key) is not None})
        for row in rows
    )


def problems(triggers: Sequence[Trigger], min_gap_days: int = 0) -> list[PlanProblem]:
    """Return everything that is wrong with the triggers of one line; nothing where they can be asked."""
    found = [replace(one, trigger=place) for place, trigger in enumerate(triggers) for one in _of_one(trigger)]
    if not triggers:
        found.append(PlanProblem(N_("Say when it is asked.")))
    if len(triggers) > MOST_TRIGGERS:
        message = N_("%(count)s rules are too many for one line. Take at most %(most)s.")
        found.append(PlanProblem(message, {"count": len(triggers), "most": MOST_TRIGGERS}))
    if not 0 <= min_gap_days <= MOST_GAP_DAYS:
        message = N_("%(days)s days are no least distance between two askings. Take 0 to %(most)s.")
        found.append(PlanProblem(message, {"days": min_gap_days, "most": MOST_GAP_DAYS}, "gap"))
    found += _too_close(triggers, min_gap_days)
    found += _too_often(triggers)
    return found


def _unreadable(row: Mapping[str, Any], place: int) -> Iterator[PlanProblem]:
    anchor = row.get("anchor")
    if anchor not in {one.value for one in Anchor}:
        message = N_("There is no anchor “%(anchor)s”. There are: %(known)s.")
        known = ", ".join(one.value for one in Anchor)
        yield PlanProblem(message, {"anchor": anchor, "known": known}, "anchor", place)
    for key, value in row.items():
        if key != "anchor" and key not in KEYS:
            message = N_("A rule has no part “%(part)s”. It has: %(known)s.")
            yield PlanProblem(message, {"part": key, "known": ", ".join(("anchor", *KEYS))}, "", place)
        elif key != "anchor" and value is not None and type(value) is not int:
            message = N_("“%(value)s” is no whole number.")
            yield PlanProblem(message, {"value": value}, key, place)


def _of_one(trigger: Trigger) -> Iterator[PlanProblem]:
    yield from _at_hours(trigger) if trigger.hours is not None else _on_days(trigger)
    if trigger.open_days is not None and not 1 <= trigger.open_days <= LONGEST_WINDOW:
        message = N_("It cannot stay open for %(days)s days. Take 1 to %(most)s.")
        yield PlanProblem(message, {"days": trigger.open_days, "most": LONGEST_WINDOW}, "open")


def _at_hours(trigger: Trigger) -> Iterator[PlanProblem]:
    hours = trigger.hours or 0
    if trigger.every_days or trigger.until_day is not None or trigger.from_day:
        yield PlanProblem(
            N_("What is asked at an hour is asked once for each infusion, not on days as well."), {}, "hours"
        )
    if trigger.anchor is Anchor.INFUSION and not 0 <= hours <= MOST_HOURS_AFTER:
        message = N_("%(hours)s hours after an infusion cannot be asked. Take 0 to %(most)s.")
        yield PlanProblem(message, {"hours": hours, "most": MOST_HOURS_AFTER}, "hours")
    elif trigger.anchor is Anchor.PLANNED_INFUSION and not -MOST_HOURS_BEFORE <= hours <= -1:
        message = N_("Before a planned infusion something is asked within 1 to %(most)s hours, not %(hours)s.")
        yield PlanProblem(message, {"hours": -hours, "most": MOST_HOURS_BEFORE}, "hours")
    elif not trigger.hangs_on_infusion:
        yield PlanProblem(N_("Hours can be counted from an infusion only."), {}, "hours")


def _on_days(trigger: Trigger) -> Iterator[PlanProblem]:
    farthest = FARTHEST_DAY[trigger.anchor]
    lowest = -LONGEST_LEAD if trigger.anchor is Anchor.PLANNED_INFUSION else 0
    named = {"first": trigger.from_day, "until": trigger.until_day, "every": trigger.every_days}
    if not lowest <= trigger.from_day <= farthest:
        message = N_("It cannot begin on day %(first)s. Take %(lowest)s to %(highest)s.")
        yield PlanProblem(message, {**named, "lowest": lowest, "highest": farthest}, "from")
    if trigger.every_days is not None and not 1 <= trigger.every_days <= LONGEST_RHYTHM:
        message = N_("It cannot be asked every %(every)s days. Take 1 to %(most)s.")
        yield PlanProblem(message, {**named, "most": LONGEST_RHYTHM}, "every")
    if trigger.until_day is None:
        return
    if trigger.every_days is None:
        message = N_("It is asked once, so it cannot go on until day %(until)s. Say every how many days.")
        yield PlanProblem(message, named, "until")
    elif trigger.until_day < trigger.from_day:
        message = N_("It would end on day %(until)s, before it begins on day %(first)s.")
        yield PlanProblem(message, named, "until")
    elif trigger.until_day > farthest:
        message = N_("It cannot go on until day %(until)s. Take day %(highest)s at the latest.")
        yield PlanProblem(message, {**named, "highest": farthest}, "until")


def _too_close(triggers: Sequence[Trigger], min_gap_days: int) -> Iterator[PlanProblem]:
    for place, trigger in enumerate(triggers):
        if trigger.every_days and trigger.every_days < min_gap_days:
            message = N_("It cannot be asked every %(every)s days and at least %(gap)s days apart.")
            yield PlanProblem(message, {"every": trigger.every_days, "gap": min_gap_days}, "gap", place)


def _too_often(triggers: Sequence[Trigger]) -> Iterator[PlanProblem]:
    """Find a day on which one anchor would ask too often; two anchors on one day ask once."""
    for anchor in Anchor:
        hours = sorted({one.hours for one in triggers if one.anchor is anchor and one.hours is not None})
        by_day = any(one.anchor is anchor and one.hours is None for one in triggers)
        most = max((sum(first <= one < first + 24 for one in hours) for first in hours), default=0) + by_day
        if most > MOST_A_DAY:
            message = N_("This would ask the same thing %(count)s times a day. It can be asked at most %(most)s times.")
            yield PlanProblem(message, {"count": most, "most": MOST_A_DAY})
