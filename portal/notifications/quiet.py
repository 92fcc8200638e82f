"""At which hours somebody is told, in their own time zone; never whether. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

QUARTER = timedelta(minutes=15)
LOOKS_AHEAD = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Hours:
    """From one full hour to another, over midnight where the second is not later; both from 0 to 23."""

    starts: int
    ends: int

    def hold(self, hour: int) -> bool:
        """Return whether an hour of the clock lies within; the one it ends with does not."""
        if self.starts < self.ends:
            return self.starts <= hour < self.ends
        return hour >= self.starts or hour < self.ends


def is_allowed(at: datetime, zone: str, *, quiet: Hours | None, within: Hours | None) -> bool:
    """Return whether somebody may be told at an aware moment."""
    hour = at.astimezone(ZoneInfo(zone)).hour
    return not (quiet and quiet.hold(hour)) and (within is None or within.hold(hour))


def first_allowed(at: datetime, zone: str, *, quiet: Hours | None, within: Hours | None) -> datetime:
    """Return the first moment from `at` on at which somebody may be told, aware UTC.

    It goes through the quarters of an hour as they come to pass, so that an hour which the clock leaves out is not
    waited for and one that comes twice is no longer than it is.

    Args:
        at: an aware moment.
        zone: the person's IANA time zone.
        quiet: when they are not to be told.
        within: when only they are to be told of this.

    Returns:
        `at` itself where it is allowed, or where no moment ever is: what is postponed is never dropped.
    """
    if is_allowed(at, zone, quiet=quiet, within=within):
        return at
    start = datetime.fromtimestamp(at.timestamp() // QUARTER.total_seconds() * QUARTER.total_seconds(), UTC)
    for count in range(1, LOOKS_AHEAD // QUARTER):
        moment = start + count * QUARTER
        if is_allowed(moment, zone, quiet=quiet, within=within):
            return moment
    return at


def first_today(at: datetime, zone: str, *, quiet: Hours | None, within: Hours | None) -> datetime:
    """Return the first moment from `at` on that is still of the person's same day, for what is of no use on the next.

    Where their hours leave none, the span they chose for it gives way, and after that what they keep quiet.
    """
    here = ZoneInfo(zone)
    for span in (within, None):
        found = first_allowed(at, zone, quiet=quiet, within=span)
        if found.astimezone(here).date() == at.astimezone(here).date():
            return found
    return at


def leave_room(quiet: Hours | None, within: Hours | None) -> bool:
    """Return whether any hour of the day is left."""
    return any(not (quiet and quiet.hold(hour)) and (within is None or within.hold(hour)) for hour in range(24))
