"""When somebody is there to take an alert on: the clinic's hours, and who is on call besides. Pure.

All moments are aware and compared in UTC, so that a change of the clocks neither loses nor doubles an hour.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from portal.clinic import hours
from portal.clinic.hours import OnCall, Opening

Span = tuple[datetime, datetime]
FAR = timedelta(days=3660)
"""How far ahead working hours are looked for, so that the search ends: a clinic open a minute a week covers 8 hours."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One provider who can sign in, on call from when until when (not included)."""

    user_id: uuid.UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Cover:
    """A clinic's hours with its rota.

    Args:
        opening: the week, holidays and time zone.
        on_call: when somebody is to be on call.
        shifts: the rota from the day before the moment in question on, in order of their start; of providers who can
            sign in.
    """

    opening: Opening
    on_call: OnCall
    shifts: tuple[Shift, ...] = ()


def who(cover: Cover, at: datetime) -> tuple[uuid.UUID, ...]:
    """Return who is on call at a moment, each once, in the order of the rota."""
    return tuple(dict.fromkeys(one.user_id for one in cover.shifts if one.starts_at <= at < one.ends_at))


def add_covered(cover: Cover, at: datetime, length: timedelta) -> datetime | None:
    """Return the moment, aware UTC, by which so much covered time will have passed; None where there is never so much.

    Args:
        cover: hours and rota.
        at: from when on, aware.
        length: how much covered time, zero or more.
    """
    for start, end in _covered(cover, at):
        begins = max(start, at.astimezone(UTC))
        if length <= end - begins:
            return begins + length
        length -= end - begins
    return None


def holes(cover: Cover, from_at: datetime, until: datetime) -> list[Span]:
    """Return the spans between two moments in which somebody is to be on call and nobody is, in order."""
    if cover.on_call is OnCall.NEVER or until <= from_at:
        return []
    taken = [(one.starts_at, one.ends_at) for one in cover.shifts]
    if cover.on_call is OnCall.WHEN_CLOSED:
        taken += hours.spans(cover.opening, from_at, until)
    found, clear_until = [], from_at
    for start, end in sorted(taken):
        if start > clear_until:
            found.append((clear_until, min(start, until)))
        clear_until = max(clear_until, end)
        if clear_until >= until:
            return found
    return [*found, (clear_until, until)]


def _covered(cover: Cover, at: datetime) -> Iterator[Span]:
    """Yield the covered spans that end after `at`, none touching the next, in order."""
    shifts = [(one.starts_at, one.ends_at) for one in cover.shifts if one.ends_at > at]
    yield from _merged(_woven(shifts, _working(cover.opening, at)))


def _working(opening: Opening, at: datetime) -> Iterator[Span]:
    return hours.spans(opening, at, at + FAR)


def _woven(shifts: Sequence[Span], working: Iterator[Span]) -> Iterator[Span]:
    waiting = sorted(shifts)
    for span in working:
        while waiting and waiting[0] <= span:
            yield waiting.pop(0)
        yield span
    yield from waiting


def _merged(spans: Iterator[Span]) -> Iterator[Span]:
    held: Span | None = None
    for start, end in spans:
        if held is None:
            held = (start, end)
        elif start <= held[1]:
            held = (held[0], max(held[1], end))
        else:
            yield held
            held = (start, end)
    if held is not None:
        yield held
