"""What a plan will ask on the days ahead, if every planned infusion takes place.

Pure. The askings are those of `occurrences`, by which the plan is asked once it is saved.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from portal.checkins.occurrences import Anchors, merged
from portal.checkins.rhythm import PlanLine

DAYS = 30


@dataclass(frozen=True, slots=True)
class Day:
    """One day ahead: the lines it asks, the shortest first, and how many infusions are planned for it."""

    on: date
    lines: tuple[PlanLine, ...]
    infusions: int = 0

    @property
    def minutes(self) -> int:
        """About how long everything that the patient is asked on this day takes."""
        return sum(line.minutes for line in self.lines if not line.is_for_team)


@dataclass(frozen=True, slots=True)
class Preview:
    """The days ahead, and the lines of which none of these days asks anything."""

    days: tuple[Day, ...]
    silent: tuple[PlanLine, ...]

    @property
    def minutes(self) -> int:
        """About how long everything takes the patient together."""
        return sum(day.minutes for day in self.days)

    @property
    def longest(self) -> int:
        """About how long the longest day takes the patient."""
        return max((day.minutes for day in self.days), default=0)

    @property
    def has_infusions(self) -> bool:
        """Whether an infusion is planned on any of these days."""
        return any(day.infusions for day in self.days)


def preview(lines: Sequence[PlanLine], anchors: Anchors, today: date, time_zone: str, *, days: int = DAYS) -> Preview:
    """Return what a plan asks on the days from today on.

    Args:
        lines: the plan as it would be saved, one line for each instrument.
        anchors: what its triggers count from; what is planned is taken as given.
        today: the first day, where the patient lives.
        time_zone: an IANA time zone.
        days: how many days, 1 or more.
    """
    ahead, last = anchors.as_if_given(), today + timedelta(days=days - 1)
    asked: dict[date, list[PlanLine]] = {}
    for line in lines:
        for one in merged([line], ahead, today, last, time_zone):
            asked.setdefault(one.due_on, []).append(line)
    zone = ZoneInfo(time_zone)
    planned = [moment.astimezone(zone).date() for _, moment in anchors.planned]
    found = [
        Day(on, tuple(sorted(asked.get(on, ()), key=lambda line: (line.minutes, line.instrument))), planned.count(on))
        for on in (today + timedelta(days=after) for after in range(days))
    ]
    heard = {line.instrument for day in found for line in day.lines}
    return Preview(tuple(found), tuple(line for line in lines if line.instrument not in heard))
