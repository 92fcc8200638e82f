"""A day and a time on the wall, and the one moment they mean in a time zone. Pure."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


class NoSuchTime(ValueError):
    """The clocks went forward over this time of day: on that day it did not exist."""


def moment(on: date, clock: time, zone: str) -> datetime:
    """Return the moment when the clocks of a place show this; the first one where they show it twice.

    Args:
        on: the day there.
        clock: the time there, without a zone.
        zone: an IANA name, like "Australia/Lord_Howe".

    Returns:
        The moment, aware UTC.

    Raises:
        NoSuchTime: the clocks never showed it, because they were put forward.
    """
    shown = datetime.combine(on, clock.replace(fold=0))
    found = shown.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    if local(found, zone) != shown:
        raise NoSuchTime(f"{shown.isoformat(' ', 'minutes')} in {zone}")
    return found


def local(at: datetime, zone: str) -> datetime:
    """Return what the clocks of a place show at a moment, without a zone."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
