"""Which askings the triggers of a line make in a span of days, in the patient's own days.

Pure. Days are found by arithmetic inside the span, whatever lies before it; what hangs on an infusion moves with it.
"""

import uuid
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import groupby, zip_longest
from zoneinfo import ZoneInfo

from portal.checkins.rhythm import Anchor, PlanLine, Trigger

CHAIN_DAYS = 120
"""So far back infusions are looked at to know which of several that lie closer than the least gap is asked."""
Moment = tuple[uuid.UUID, datetime]


@dataclass(frozen=True, slots=True)
class Anchors:
    """What triggers count from.

    Args:
        enrolled_on: the patient's day of enrolment.
        given: infusions that were given, whole or in part: id and aware moment, in order of time.
        planned: infusions that are planned, or were and then were given, in order of time; none that was cancelled.
    """

    enrolled_on: date
    given: tuple[Moment, ...] = ()
    planned: tuple[Moment, ...] = ()

    def as_if_given(self) -> "Anchors":
        """Return the anchors as they will be if all that is planned takes place: for looking ahead."""
        everything = dict(self.planned) | dict(self.given)
        return replace(self, given=tuple(sorted(everything.items(), key=lambda one: one[1])))


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One asking of an instrument.

    Args:
        line: the line of the plan.
        due_on: the patient's day on which it opens.
        opens_at: from this moment it can be answered; all moments are aware UTC.
        due_at: from this moment it is late.
        closes_at: from this moment it can be answered no more.
        trigger: what made it.
        anchor_id: the infusion it hangs on; None for a day.
    """

    line: PlanLine
    due_on: date
    opens_at: datetime
    due_at: datetime
    closes_at: datetime
    trigger: Trigger
    anchor_id: uuid.UUID | None = None

    @property
    def anchor(self) -> Anchor:
        """What it hangs on."""
        return self.trigger.anchor


@dataclass(frozen=True, slots=True)
class _Asking:
    """An asking before it is known whether another one stands in for it; days are ordinals."""

    day: int
    line: PlanLine
    trigger: Trigger
    anchor_id: uuid.UUID | None
    distance: int
    opens_at: datetime | None = None
    before: datetime | None = None

    @property
    def hangs_on(self) -> tuple[Anchor, uuid.UUID | None]:
        return (self.trigger.anchor, self.anchor_id)

    @property
    def order(self) -> tuple[int, int, bool, float]:
        return (self.day, self.distance, self.opens_at is not None, self.opens_at.timestamp() if self.opens_at else 0)


def occurrences(line: PlanLine, anchors: Anchors, first: date, last: date, time_zone: str) -> list[Occurrence]:
    """Return the askings of one line that open on the days from `first` to `last`, in order; see `merged`."""
    return merged([line], anchors, first, last, time_zone)


def merged(lines: Sequence[PlanLine], anchors: Anchors, first: date, last: date, time_zone: str) -> list[Occurrence]:
    """Return the askings of the lines of one instrument that open on the days from `first` to `last`, in order.

    Two anchors on one day ask once: an infusion before the calendar, the nearest infusion first. Of two askings closer
    than the largest `min_gap_days` the one that hangs on an infusion stays, of infusions the earlier, in the calendar
    that of the trigger named first. A window closes at the latest when the next asking opens or the line ends.

    Args:
        lines: lines of one instrument.
        anchors: what they hang on.
        first: the first day, in the patient's time zone.
        last: the last day.
        time_zone: an IANA time zone.
    """
    zone = ZoneInfo(time_zone)
    begin, end = first.toordinal(), last.toordinal()
    kept = _kept(lines, anchors, begin, end, zone)
    opened = [_opens_at(one, zone) for one in kept]
    return [
        _occurrence(one, opens_at, following, zone)
        for one, (opens_at, following) in zip(kept, zip_longest(opened, opened[1:]), strict=True)
        if begin <= one.day <= end
    ]


@lru_cache(maxsize=8_192)
def start_of_day(day: int, zone: ZoneInfo) -> datetime:
    """Return the first moment of a day (an ordinal) as aware UTC; where midnight does not exist, what follows it."""
    found = date.fromordinal(day)
    return datetime(found.year, found.month, found.day, tzinfo=zone).astimezone(UTC)


def _opens_at(asking: _Asking, zone: ZoneInfo) -> datetime:
    return asking.opens_at or start_of_day(asking.day, zone)


def _occurrence(asking: _Asking, opens_at: datetime, following: datetime | None, zone: ZoneInfo) -> Occurrence:
    line, trigger = asking.line, asking.trigger
    ends = [moment for moment in (following, asking.before) if moment is not None]
    if asking.opens_at is None:
        due_at = start_of_day(asking.day + 1, zone)
        ends.append(start_of_day(asking.day + trigger.window_days, zone))
    elif asking.before is None:
        due_at = opens_at + timedelta(days=1)
        ends.append(opens_at + timedelta(days=trigger.window_days))
    else:
        due_at = asking.before
        ends += [opens_at + timedelta(days=trigger.open_days)] if trigger.open_days else []
    if line.ends_on is not None:
        ends.append(start_of_day(line.ends_on.toordinal(), zone))
    closes_at = max(opens_at, min(ends))
    day = date.fromordinal(asking.day)
    return Occurrence(line, day, opens_at, min(due_at, closes_at), closes_at, trigger, asking.anchor_id)


def _kept(lines: Sequence[PlanLine], anchors: Anchors, begin: int, end: int, zone: ZoneInfo) -> list[_Asking]:
    """Return the askings that no other stands in for, from `begin` to beyond `end` as far as windows may reach."""
    gap = max((line.min_gap_days for line in lines), default=0)
    wanted = [(line, trigger) for line in lines for trigger in line.triggers]
    reach = gap * len(wanted)
    end += reach + max((trigger.window_days for _, trigger in wanted), default=0)
    since = begin - reach - (CHAIN_DAYS if gap else 0)
    hanging = [pair for pair in wanted if pair[1].hangs_on_infusion]
    found = (_askings(*pair, anchors, since, end, zone) for pair in hanging)
    kept = _of_infusions([asking for askings in found for asking in askings], gap, zone)
    days = sorted({one.day for one in kept})
    for line, trigger in wanted:
        if not trigger.hangs_on_infusion:
            added = [
                asking
                for asking in _askings(line, trigger, anchors, begin - reach, end, zone)
                if _is_free(asking.day, days, max(gap, 1))
            ]
            kept += added
            days = sorted({*days, *(one.day for one in added)})
    return sorted(kept, key=lambda one: one.order)


def _of_infusions(askings: list[_Asking], gap: int, zone: ZoneInfo) -> list[_Asking]:
    kept: list[_Asking] = []
    for day, same_day in groupby(sorted(askings, key=lambda one: one.order), key=lambda one: one.day):
        if kept and day - kept[-1].day < gap:
            continue
        first, *others = same_day
        kept.append(first)
        if not gap:
            by_moment = {_opens_at(one, zone): one for one in reversed(others) if one.hangs_on == first.hangs_on}
            by_moment.pop(_opens_at(first, zone), None)
            kept += by_moment.values()
    return kept


def _is_free(day: int, days: list[int], gap: int) -> bool:
    place = bisect_left(days, day - gap + 1)
    return place == len(days) or days[place] >= day + gap


def _askings(
    line: PlanLine, trigger: Trigger, anchors: Anchors, begin: int, end: int, zone: ZoneInfo
) -> Iterator[_Asking]:
    begin = max(begin, line.starts_on.toordinal())
    end = end if line.ends_on is None else min(end, line.ends_on.toordinal() - 1)
    if trigger.anchor is Anchor.START:
        yield from _on_days(line, trigger, line.starts_on.toordinal(), None, begin, end)
    elif trigger.anchor is Anchor.ENROLMENT:
        yield from _on_days(line, trigger, anchors.enrolled_on.toordinal(), None, begin, end)
    else:
        yield from _around_infusions(line, trigger, anchors, begin, end, zone)


def _around_infusions(
    line: PlanLine, trigger: Trigger, anchors: Anchors, begin: int, end: int, zone: ZoneInfo
) -> Iterator[_Asking]:
    is_ahead = trigger.anchor is Anchor.PLANNED_INFUSION
    moments = anchors.planned if is_ahead else anchors.given
    days = [moment.astimezone(zone).date().toordinal() for _, moment in moments]
    for (infusion_id, moment), (day, following) in zip(moments, zip_longest(days, days[1:]), strict=True):
        before = moment if is_ahead else None
        if trigger.hours is None:
            found = _on_days(line, trigger, day, 0 if is_ahead else following and following - day - 1, begin, end)
            yield from (replace(one, anchor_id=infusion_id, before=before) for one in found)
            continue
        opens_at = moment + timedelta(hours=trigger.hours)
        opens_on = opens_at.astimezone(zone).date().toordinal()
        if begin <= opens_on <= end:
            yield _Asking(opens_on, line, trigger, infusion_id, abs(opens_on - day), opens_at, before)


def _on_days(
    line: PlanLine, trigger: Trigger, anchor: int, reaches: int | None, begin: int, end: int
) -> Iterable[_Asking]:
    """Return the askings of one anchor's day; `reaches` is the last day of a repetition that says none itself."""
    base = anchor + trigger.from_day
    if trigger.every_days is None:
        stride, end = 1, min(end, base)
    else:
        stride = trigger.every_days * max(1, -(-line.min_gap_days // trigger.every_days))
        last = reaches if trigger.until_day is None else trigger.until_day
        end = end if last is None else min(end, anchor + last)
    first = base + max(0, -(-(begin - base) // stride)) * stride
    for day in range(first, end + 1, stride):
        yield _Asking(day, line, trigger, None, abs(day - anchor))
