"""When a follow-up goes out: in the patient's morning, while the clinic works. Pure."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.clinic.hours import Opening, spans

MORNING = (time(9), time(12))
DAY = (time(8), time(20))
MORNINGS, DAYS = 4, 60
"""So many days a morning is waited for while the clinic works, and any hour of such a day."""


def next_moment(opening: Opening, zone: str, on: date, at: datetime) -> datetime:
    """Return the first moment at which a follow-up for a day may go out.

    Where the clinic does not work in the patient's mornings of the next days, the rest of their day is taken; where it
    never works while they are awake, their morning.

    Args:
        opening: the clinic's week.
        zone: the patient's time zone.
        on: the patient's day before which nothing goes out.
        at: now, aware.

    Returns:
        An aware UTC moment, `at` itself where that is one.
    """
    begins = max(at.astimezone(UTC), _at(on, time(), ZoneInfo(zone)))
    for hours, days in ((MORNING, MORNINGS), (DAY, DAYS)):
        found = next(_both(opening, zone, hours, begins, days), None)
        if found is not None:
            return found
    return next(max(start, begins) for start, end in _local(zone, MORNING, begins, DAYS) if begins < end)


def local_day(at: datetime, zone: str) -> date:
    """Return the patient's day at an aware moment."""
    return at.astimezone(ZoneInfo(zone)).date()


def _both(opening: Opening, zone: str, hours: tuple[time, time], begins: datetime, days: int) -> Iterator[datetime]:
    until = begins + timedelta(days=days)
    theirs = [span for span in _local(zone, hours, begins, days) if begins < span[1]]
    for opens, closes in spans(opening, begins, until):
        for start, end in theirs:
            first = max(begins, opens, start)
            if first < min(closes, end):
                yield first


def _local(zone: str, hours: tuple[time, time], begins: datetime, days: int) -> Iterator[tuple[datetime, datetime]]:
    """Yield the hours of the patient's days from one moment on, in UTC; a day that a place left out has none."""
    place = ZoneInfo(zone)
    first = begins.astimezone(place).date()
    for on in (first + timedelta(days=number) for number in range(days + 1)):
        start, end = (_at(on, clock, place) for clock in hours)
        if start.astimezone(place).date() == on:
            yield start, end


def _at(on: date, clock: time, place: ZoneInfo) -> datetime:
    return datetime.combine(on, clock, place).astimezone(UTC)
