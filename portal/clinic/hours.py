"""When the clinic works: open or not, when next, and when so many working hours will have passed. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class OnCall(StrEnum):
    """When somebody is to be on call."""

    NEVER = "never"
    WHEN_CLOSED = "when-closed"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Opening:
    """A clinic's week, in its own time zone.

    Args:
        time_zone: an IANA name, like "America/New_York".
        week: from a name in `WEEKDAYS` to when that day opens and closes, the same day; a missing day is closed.
        holidays: days on which the clinic is closed whatever the week says.

    Raises:
        ValueError: a day closes before it opens.
    """

    time_zone: str
    week: Mapping[str, tuple[time, time]] = field(default_factory=dict)
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if any(opens >= closes for opens, closes in self.week.values()):
            raise ValueError("a day opens before it closes")


def is_open(opening: Opening, at: datetime) -> bool:
    """Return whether the clinic works at an aware moment; the minute it closes is already closed."""
    return open_until(opening, at) is not None


def open_until(opening: Opening, at: datetime) -> datetime | None:
    """Return when the clinic closes, aware UTC, where it works at a moment; None where it does not."""
    return next((end for start, end in islice(_spans(opening, at), 1) if start <= at), None)


def next_open(opening: Opening, at: datetime) -> datetime | None:
    """Return the first moment from `at` on, aware UTC, at which the clinic works; None where it never does."""
    return next((max(start, at.astimezone(UTC)) for start, _ in _spans(opening, at)), None)


def add_working_time(opening: Opening, at: datetime, working: timedelta) -> datetime | None:
    """Return the moment by which so much working time will have passed.

    Args:
        opening: the clinic's week.
        at: from when on, aware.
        working: how much working time, zero or more.

    Returns:
        An aware UTC moment within working hours or at their end; None where the clinic never works.

    Raises:
        ValueError: `working` is negative.
    """
    if working < timedelta():
        raise ValueError("working time cannot be negative")
    for start, end in _spans(opening, at):
        begins = max(start, at.astimezone(UTC))
        if working <= end - begins:
            return begins + working
        working -= end - begins
    return None


def working_time_before(opening: Opening, at: datetime, working: timedelta) -> datetime | None:
    """Return the latest moment from which on so much working time has passed: the other way round of the above.

    Of what came at that moment or earlier, `add_working_time(opening, then, working) <= at`; of what came later not.

    Args:
        opening: the clinic's week.
        at: until when, aware.
        working: how much working time, more than zero.

    Returns:
        An aware UTC moment; None where the clinic never works.

    Raises:
        ValueError: `working` is not more than zero.
    """
    if working <= timedelta():
        raise ValueError("working time must be more than zero")
    for start, end in _spans_back(opening, at):
        ends = min(end, at.astimezone(UTC))
        if working <= ends - start:
            return ends - working
        working -= ends - start
    return None


def end_of_working_day(opening: Opening, at: datetime, days: int) -> datetime | None:
    """Return when the working day ends that holds `at`, or begins next; with `days`, that many working days later.

    Args:
        opening: the clinic's week.
        at: an aware moment.
        days: zero or more.

    Returns:
        An aware UTC moment after `at`; None where the clinic never works.

    Raises:
        ValueError: `days` is negative.
    """
    if days < 0:
        raise ValueError("days cannot be negative")
    return next((end for _, end in islice(_spans(opening, at), days, None)), None)


def spans(opening: Opening, from_at: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the working spans that lie in part between two aware moments, whole, in UTC."""
    return takewhile(lambda span: span[0] < until, _spans(opening, from_at))


def _spans(opening: Opening, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the working spans that end after `at`, in UTC, without end; nothing at all where no day is open."""
    return (span for span in _days(opening, at, 1) if at < span[1])


def _spans_back(opening: Opening, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the working spans that begin before `at`, the latest first; nothing at all where no day is open."""
    return (span for span in _days(opening, at, -1) if span[0] < at)


def _days(opening: Opening, at: datetime, step: int) -> Iterator[tuple[datetime, datetime]]:
    """Yield the working spans of the day that holds `at` and of those that follow, or went before it, in UTC.

    A day that a place left out, as Samoa did in 2011, has none.
    """
    zone = ZoneInfo(opening.time_zone)
    day = at.astimezone(zone).date()
    while opening.week:
        span = None if day in opening.holidays else opening.week.get(WEEKDAYS[day.weekday()])
        if span is not None:
            start, end = (datetime.combine(day, clock, zone).astimezone(UTC) for clock in span)
            if start < end and start.astimezone(zone).date() == day:
                yield start, end
        day += timedelta(days=step)
