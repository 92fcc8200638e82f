"""The table of what each infusion did, as messages by cell: the newest first. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal.progress import telling
from portal.progress.describe import amount
from portal.progress.response import Response
from portal.progress.timeline import InstrumentView, ScorePoint, Timeline
from portal.progress.words import Message, Span, message

Told = tuple[Message, Message]
"""A score and its day."""


@dataclass(frozen=True, slots=True)
class Row:
    """One infusion, or the series as a whole; None where there is nothing to say."""

    which: Message
    on: Message
    about: tuple[Message, ...]
    before: Told | None
    best: Told | None
    best_after: Message | None
    change: Message
    why: Message | None
    held: Message
    next_after: Message | None
    is_last: bool


def rows(timeline: Timeline, found: Sequence[Response]) -> tuple[Row, ...]:
    """Return the rows of some responses in order of time, the newest first."""
    instrument = timeline.instrument
    if instrument is None:
        return ()
    return tuple(_row(timeline, instrument, one, is_last=one is found[-1]) for one in reversed(found))


def _row(timeline: Timeline, instrument: InstrumentView, one: Response, *, is_last: bool) -> Row:
    first, last = one.infusions[0], one.infusions[-1]
    return Row(
        which=telling.which(one),
        on=_days(first.on, last.on),
        about=tuple(said for said in (telling.dose(one), telling.stopped(one)) if said),
        before=_told(instrument, one.before) if one.before else None,
        best=_told(instrument, one.best) if one.best else None,
        best_after=telling.best_after(one),
        change=telling.change(instrument, one),
        why=telling.why(one),
        held=telling.held(timeline, instrument, one),
        next_after=telling.next_after(one),
        is_last=is_last,
    )


def _told(instrument: InstrumentView, point: ScorePoint) -> Told:
    return message("%(value)s", value=amount(instrument, point.value)), _days(point.on, point.on)


def _days(first: date, last: date) -> Message:
    return message("%(days)s", days=Span(first, last))
