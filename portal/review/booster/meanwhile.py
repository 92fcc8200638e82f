"""What changed on a sheet between reading it and signing it. Pure.

A page carries a short digest of each line it showed. The sheet is built anew for the same moment from what is on record
now, so that what only grew older does not count, and compared with those.
"""

import hashlib
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import orjson

from portal.progress.timeline import Timeline
from portal.progress.words import Message
from portal.review.booster.sheet import Line, Sheet

SHORT = 12
LONGEST_OPEN = timedelta(hours=12)
"""A sheet that has been open for longer is read again before it is signed (Interval default)."""
Place = tuple[int, int]
"""A line: the number of its element, and its place among the lines of that element, from 0."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The sheet somebody read: its moment (aware), the digests of what it said, and the last decision it showed."""

    as_of: datetime
    lines: tuple[str, ...]
    last: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What differs from the sheet that was read.

    Args:
        new: lines that it did not have.
        gone: how many of its lines are no longer there.
        is_redrawn: whether something that the pictures are drawn from changed.
        is_decided: whether another decision is the last one that stands.
        is_too_old: whether it was read too long ago to be signed now.
    """

    new: frozenset[Place] = frozenset()
    gone: int = 0
    is_redrawn: bool = False
    is_decided: bool = False
    is_too_old: bool = False

    @property
    def is_any(self) -> bool:
        """Whether it has to be read again before it is signed."""
        return bool(self.new or self.gone or self.is_redrawn or self.is_decided or self.is_too_old)


def digests(sheet: Sheet, timeline: Timeline) -> tuple[str, ...]:
    """Return a short digest of what the pictures are drawn from, then one of each line in order."""
    drawn = (timeline.instrument, timeline.baseline, timeline.scores, timeline.infusions)
    lines = (_digest(number, line) for number, line in _lines(sheet))
    return (_short(repr(drawn).encode()), *lines)


def fingerprint(sheet: Sheet, timeline: Timeline, as_of: datetime) -> str:
    """Return the SHA-256, in hexadecimal, of what a sheet says as of a moment (aware)."""
    told = "\n".join((as_of.isoformat(), *digests(sheet, timeline)))
    return hashlib.sha256(told.encode()).hexdigest()


def compare(read: Sequence[str], sheet: Sheet, timeline: Timeline) -> Meanwhile:
    """Return how a sheet differs from the one whose digests are given.

    Args:
        read: what `digests` returned for the sheet that was read; anything else is a sheet of which all is new.
        sheet: the sheet of the same moment as the data are now, with its timeline.
    """
    pictures, *lines = read or ("",)
    now, *_ = digests(sheet, timeline)
    left, new = Counter(lines), set[Place]()
    places: Counter[int] = Counter()
    for number, line in _lines(sheet):
        place = (number, places[number])
        places[number] += 1
        digest = _digest(number, line)
        if left[digest] > 0:
            left[digest] -= 1
        else:
            new.add(place)
    return Meanwhile(frozenset(new), left.total(), pictures != now)


def carried(new: frozenset[Place], then: Sheet, now: Sheet, read: Sequence[str]) -> frozenset[Place]:
    """Return the lines of today's sheet that are new, given which are new on the sheet of the moment it was read.

    Where an element has the same kinds of lines on both, they stand in the same places; where it has not, a line is new
    that was not read in these very words.
    """
    known, found = set(read), set[Place]()
    before = {element.number: element.lines for element in then.elements}
    for element in now.elements:
        same = _kinds(before.get(element.number, ())) == _kinds(element.lines)
        for at, line in enumerate(element.lines):
            place = (element.number, at)
            if place in new if same else _digest(element.number, line) not in known:
                found.add(place)
    return frozenset(found)


def is_too_old(as_of: datetime, at: datetime) -> bool:
    """Return whether a sheet of one moment cannot be signed at another: too long ago, or still to come."""
    return not timedelta() <= at - as_of <= LONGEST_OPEN


def _kinds(lines: Sequence[Line]) -> list[str]:
    return [line.said.msgid for line in lines]


def _lines(sheet: Sheet) -> list[tuple[int, Line]]:
    return [(element.number, line) for element in sheet.elements for line in element.lines]


def _digest(number: int, line: Line) -> str:
    return _short(orjson.dumps([number, _plain(line.said), line.tone.value, line.words]))


def _short(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:SHORT]


def _plain(value: object) -> object:
    """Return what a message says as values that JSON knows, in one order."""
    if isinstance(value, Message):
        return [value.msgid, value.plural, _plain(value.values)]
    if isinstance(value, Mapping):
        return [[name, _plain(value[name])] for name in sorted(value)]
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, int | float) else str(value)
