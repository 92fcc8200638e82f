"""The rota day by day, as a page shows it: who is on call, when the clinic works, and when nobody is there. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.clinic import hours
from portal.clinic.hours import Opening
from portal.safety.on_call.cover import Span

DAY = timedelta(days=1)
WHOLE = 1000


@dataclass(frozen=True, slots=True)
class Piece:
    """The part of a span that lies in one day.

    Args:
        name: whose shift it is; "" where it is nobody's.
        start: when the part begins, aware UTC.
        end: when it ends.
        begins: whether the span begins in this day, not before it.
        ends: whether it ends in this day, not at its midnight or later.
        left: where the part begins, in thousandths of the day.
        width: how long it is, in thousandths of the day.
    """

    name: str
    start: datetime
    end: datetime
    begins: bool
    ends: bool
    left: int
    width: int


@dataclass(frozen=True, slots=True)
class RotaDay:
    """One day on the clinic's clock: its hours, who is on call, and the holes."""

    on: date
    open: tuple[Piece, ...]
    shifts: tuple[Piece, ...]
    holes: tuple[Piece, ...]


def days(
    from_on: date, count: int, opening: Opening, shifts: Sequence[tuple[str, Span]], holes: Sequence[Span]
) -> list[RotaDay]:
    """Return so many days, each with what lies in it.

    Args:
        from_on: the first day on the clinic's clock.
        count: how many, at least one.
        opening: the clinic's week, holidays and time zone.
        shifts: the rota, each span with a name, in order of time.
        holes: when somebody is to be on call and nobody is, in order of time.
    """
    bounds = [_midnight(from_on + n * DAY, opening.time_zone) for n in range(count + 1)]
    working = [("", span) for span in hours.spans(opening, bounds[0], bounds[-1])]
    nobody = [("", span) for span in holes]
    return [
        RotaDay(
            from_on + n * DAY,
            *(tuple(_pieces(named, bounds[n], bounds[n + 1])) for named in (working, shifts, nobody)),
        )
        for n in range(count)
    ]


def _pieces(named: Sequence[tuple[str, Span]], first: datetime, last: datetime) -> Iterable[Piece]:
    for name, (start, end) in named:
        if start >= last or end <= first:
            continue
        begin, stop = max(start, first), min(end, last)
        left = round(WHOLE * ((begin - first) / (last - first)))
        width = round(WHOLE * ((stop - first) / (last - first))) - left
        yield Piece(name, begin, stop, start > first, end < last, left, max(width, 1))


def _midnight(on: date, zone: str) -> datetime:
    return datetime.combine(on, time(), ZoneInfo(zone)).astimezone(UTC)
