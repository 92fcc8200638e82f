"""How each instrument of a plan stands: due, soon, overdue, missed or done; the same for patient, provider and worker.

Pure. Only the latest check-in of an instrument matters: windows of one instrument never overlap, and an asking is over
once anything was sent after it opened.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from portal.checkins.occurrences import CHAIN_DAYS, Anchors, Occurrence, merged, start_of_day
from portal.checkins.rhythm import Anchor, PlanLine

SOON_DAYS = 2
REMEMBERED_DAYS = 14
NEAR_DAYS, FAR_DAYS = 14, 400


class Standing(StrEnum):
    """How an instrument of the plan stands today.

    DUE and OVERDUE can be answered now. MISSED: the window closed with nothing sent, at most `REMEMBERED_DAYS` ago, and
    the next one has not opened. DONE was sent today. SOON opens within `SOON_DAYS`, UPCOMING later.
    """

    DUE = "due"
    OVERDUE = "overdue"
    MISSED = "missed"
    DONE = "done"
    SOON = "soon"
    UPCOMING = "upcoming"


NOW = frozenset({Standing.DUE, Standing.OVERDUE})
LATE = frozenset({Standing.OVERDUE, Standing.MISSED})


@dataclass(frozen=True, slots=True)
class Last:
    """The latest check-in of an instrument: the patient's day it is for, and when it came in (aware UTC)."""

    for_on: date
    received_at: datetime

    def moment(self, zone: ZoneInfo) -> datetime:
        """Return when it counts as done: when it came in, or the end of its day where it was added later."""
        if self.received_at.astimezone(zone).date() == self.for_on:
            return self.received_at
        return start_of_day(self.for_on.toordinal() + 1, zone) - timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Due:
    """An instrument of the plan and how it stands.

    Args:
        line: the line that asks it.
        standing: how it stands.
        on: the day it fell due; for what is done or still to come the day it is asked next.
        occurrence: the asking this is about.
        next_on: the day of the next asking that has not opened, if any lies within `FAR_DAYS`.
        last_on: the day the latest check-in is for.
    """

    line: PlanLine
    standing: Standing
    on: date
    occurrence: Occurrence
    next_on: date | None
    last_on: date | None

    @property
    def is_now(self) -> bool:
        """Whether it can be answered now."""
        return self.standing in NOW

    @property
    def is_late(self) -> bool:
        """Whether the care team waits for it: overdue, or missed and not asked again since."""
        return self.standing in LATE


def due_list(
    lines: Iterable[PlanLine],
    anchors: Anchors,
    last: Mapping[str, Last],
    now: datetime,
    time_zone: str,
    *,
    in_care: bool = True,
) -> list[Due]:
    """Return how each instrument of a plan stands, what is due first, and of that the shortest first.

    An instrument that several lines ask is asked once. One that was asked for the last time is left out.

    Args:
        lines: the plan, ended lines too.
        anchors: what its triggers count from.
        last: for each instrument the latest check-in that is for today or before.
        now: aware.
        time_zone: where the patient lives, an IANA time zone.
        in_care: False for a patient who is paused or has left: nothing is due.
    """
    if not in_care:
        return []
    today = now.astimezone(ZoneInfo(time_zone)).date()
    asked = _by_instrument(lines, today)
    found = (_due(of_one, anchors, last.get(name), now, time_zone) for name, of_one in asked.items())
    return sorted((one for one in found if one is not None), key=_order)


def count_late(
    lines: Iterable[PlanLine], anchors: Anchors, last: Mapping[str, Last], now: datetime, time_zone: str
) -> int:
    """Return how many entries of the `due_list` the care team waits for, without looking ahead for the others."""
    today = now.astimezone(ZoneInfo(time_zone)).date()
    asked = _by_instrument(lines, today)
    return sum(_is_late(of_one, anchors, last.get(name), now, time_zone) for name, of_one in asked.items())


def _by_instrument(lines: Iterable[PlanLine], today: date) -> dict[str, list[PlanLine]]:
    asked: dict[str, list[PlanLine]] = {}
    for line in lines:
        if not line.is_over(today):
            asked.setdefault(line.instrument, []).append(line)
    return {name: _pressing(of_one, today) for name, of_one in asked.items()}


def _pressing(lines: list[PlanLine], today: date) -> list[PlanLine]:
    """Return of the lines that ask the same those that count: what is asked once goes before the plan."""
    at_once = [one for one in lines if one.is_at_once]
    requested = [one for one in lines if one.is_requested and one.is_asked_on(today)]
    planned = [one for one in lines if not one.is_requested]
    return at_once or requested or planned or lines


def _is_late(lines: Sequence[PlanLine], anchors: Anchors, last: Last | None, now: datetime, time_zone: str) -> bool:
    found = _asked(lines, anchors, last, now, time_zone, ahead=0)
    opened = [one for one in found if one.opens_at <= now]
    return bool(opened) and _standing(opened[-1], last, now, ZoneInfo(time_zone)) in LATE


def _due(lines: Sequence[PlanLine], anchors: Anchors, last: Last | None, now: datetime, time_zone: str) -> Due | None:
    found = _asked(lines, anchors, last, now, time_zone, ahead=NEAR_DAYS)
    if not found or found[-1].opens_at <= now:
        found = _asked(lines, anchors, last, now, time_zone, ahead=FAR_DAYS)
    following = next((one for one in found if one.opens_at > now), None)
    current = next((one for one in reversed(found) if one.opens_at <= now), None)
    next_on = following.due_on if following else None
    last_on = last.for_on if last else None
    if current is not None:
        standing = _standing(current, last, now, ZoneInfo(time_zone))
        if standing is Standing.DONE:
            return Due(current.line, standing, next_on or current.due_on, current, next_on, last_on)
        if standing is not None:
            return Due(current.line, standing, current.due_on, current, next_on, last_on)
    if following is None:
        return None
    days = (following.due_on - now.astimezone(ZoneInfo(time_zone)).date()).days
    standing = Standing.SOON if days <= SOON_DAYS else Standing.UPCOMING
    return Due(following.line, standing, following.due_on, following, next_on, last_on)


def _asked(
    lines: Sequence[PlanLine], anchors: Anchors, last: Last | None, now: datetime, time_zone: str, *, ahead: int
) -> list[Occurrence]:
    """Return the askings around now in order, without those that a check-in not long before makes needless."""
    today = now.astimezone(ZoneInfo(time_zone)).date()
    back = look_back(lines)
    found = merged(lines, anchors, today - timedelta(days=back), today + timedelta(days=ahead), time_zone)
    return still_asked(found, lines, last, ZoneInfo(time_zone))


def still_asked(
    found: list[Occurrence], lines: Sequence[PlanLine], last: Last | None, zone: ZoneInfo
) -> list[Occurrence]:
    """Return the askings of one instrument without those that a check-in not long before makes needless.

    Args:
        found: the askings its lines make.
        lines: those lines.
        last: its latest check-in.
        zone: where the patient lives.
    """
    gap = max(line.min_gap_days for line in lines)
    if last is None or not gap:
        return found
    moment, free_on = last.moment(zone), last.for_on + timedelta(days=gap)
    held = (_held(one, moment, free_on, zone) for one in found)
    return [one for one in held if one is not None]


def _held(asking: Occurrence, moment: datetime, free_on: date, zone: ZoneInfo) -> Occurrence | None:
    """Return what a check-in leaves of an asking: what leads up to an infusion waits for the gap in its window.

    Args:
        asking: an asking as the plan makes it.
        moment: when the check-in was done.
        free_on: the first day far enough from it.
        zone: where the patient lives.
    """
    if asking.opens_at <= moment or asking.due_on >= free_on:
        return asking
    opens_at = start_of_day(free_on.toordinal(), zone)
    if asking.anchor is not Anchor.PLANNED_INFUSION or opens_at >= asking.closes_at:
        return None
    due_at = min(asking.closes_at, max(asking.due_at, start_of_day(free_on.toordinal() + 1, zone)))
    return replace(asking, due_on=free_on, opens_at=opens_at, due_at=due_at)


def look_back(lines: Iterable[PlanLine]) -> int:
    """Return how many days ago an asking may have opened that still says how an instrument stands."""
    windows = (trigger.window_days for line in lines for trigger in line.triggers)
    return max(windows, default=0) + REMEMBERED_DAYS + 1


def anchors_back(lines: Sequence[PlanLine], days_back: int = 0) -> int | None:
    """Return how many days ago an infusion may lie that these lines still hang on; None where none of them does.

    Besides, what repeats until the next infusion hangs on the last one before that, however long ago it was.

    Args:
        lines: a plan.
        days_back: so many days back its askings are wanted, at the least.
    """
    hanging = [one for line in lines for one in line.triggers if one.hangs_on_infusion]
    if not hanging:
        return None
    offset = max(max(one.from_day, one.until_day or 0, (one.hours or 0) // 24 + 1) for one in hanging)
    gap = max(line.min_gap_days for line in lines)
    chain = gap * sum(len(line.triggers) for line in lines) + CHAIN_DAYS if gap else 0
    return max(look_back(lines), days_back) + offset + chain + 2


def _standing(current: Occurrence, last: Last | None, now: datetime, zone: ZoneInfo) -> Standing | None:
    """Return how the latest asking that has opened stands; None where it is over and nothing is to be said of it."""
    if last is not None and last.moment(zone) >= current.opens_at:
        return Standing.DONE if last.for_on == now.astimezone(zone).date() else None
    if now < current.closes_at:
        return Standing.DUE if now < current.due_at or current.line.is_requested else Standing.OVERDUE
    return Standing.MISSED if now < current.closes_at + timedelta(days=REMEMBERED_DAYS) else None


def _order(due: Due) -> tuple[bool, int, date, str]:
    return (not due.is_now, due.line.minutes if due.is_now else 0, due.on, due.line.instrument)
