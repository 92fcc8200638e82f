"""Taking a file in: what it is, whether it is clean, and a picture drawn anew without what was written beside it."""

import hashlib
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path

from portal.messaging.attachments import problems, scanner, store
from portal.messaging.attachments.kinds import (
    MEGABYTE,
    MOST_BYTES,
    FileKind,
    called,
    is_cut_off,
    kind_of,
    name_of,
    name_sent,
)
from portal.messaging.attachments.problems import CannotTake

_PROGRAM = Path(__file__).with_name("picture.py")
_TOO_MANY_PIXELS = 4
"""As `picture.py` ends then. What reads pictures is not loaded into the portal."""
_SECONDS = 40
_LONGEST_WAIT = 5.0
"""So many seconds somebody waits until the files of others are looked at."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A file as it is kept; `came_as` tells what was sent from anything else."""

    kind: FileKind
    name: str
    content: bytes
    came_as: str
    width: int = 0
    height: int = 0

    @property
    def sha256(self) -> str:
        """What tells the kept bytes from any other."""
        return hashlib.sha256(self.content).hexdigest()


def take_in(content: bytes, name: str, *, whose: uuid.UUID | None = None) -> Taken:
    """Return a file as it may be kept.

    Args:
        content: what was sent.
        name: what the browser called it.
        whose: who sends it; files of one person wait for each other, so that nobody keeps all others waiting.

    Raises:
        CannotTake: it may not; the message says why.
    """
    kind, shown = kind_of(content), name_sent(name)
    if not content:
        raise CannotTake(problems.EMPTY, name=shown)
    if len(content) > MOST_BYTES:
        size, limit = -(-len(content) // MEGABYTE), MOST_BYTES // MEGABYTE
        raise CannotTake(problems.TOO_LARGE, name=shown, size=size, limit=limit)
    if kind is None:
        raise _not_taken(content, name)
    came_as = hashlib.sha256(content).hexdigest()
    if kind is FileKind.PDF and not scanner.is_named():
        return Taken(kind, name_of(name, kind), content, came_as)
    try:
        with store.turn(_LONGEST_WAIT, whose):
            width, height, clean = _look_at(content, kind, shown)
    except store.Busy as error:
        raise CannotTake(problems.BUSY, name=shown) from error
    return Taken(kind, name_of(name, kind), clean, came_as, width, height)


def _not_taken(content: bytes, name: str) -> CannotTake:
    if is_cut_off(content):
        return CannotTake(problems.UNREADABLE, name=name_sent(name))
    if called(name):
        return CannotTake(problems.MISNAMED, name=name_sent(name), called=called(name))
    return CannotTake(problems.WRONG_TYPE, name=name_sent(name))


def _look_at(content: bytes, kind: FileKind, shown: str) -> tuple[int, int, bytes]:
    if scanner.is_named():
        _scan(content, shown)
    return (0, 0, content) if kind is FileKind.PDF else _redraw(content, kind, shown)


def _scan(content: bytes, shown: str) -> None:
    try:
        with store.lent(content) as path:
            scanner.check(path)
    except scanner.Infected as error:
        raise CannotTake(problems.REFUSED, name=shown) from error
    except (scanner.CannotScan, OSError) as error:
        raise CannotTake(problems.NOT_CHECKED, name=shown) from error


def _redraw(content: bytes, kind: FileKind, shown: str) -> tuple[int, int, bytes]:
    # With nothing of the portal's surroundings, which hold the key, and none of its folders to import from.
    command = [sys.executable, "-I", str(_PROGRAM), kind.value.upper()]
    try:
        done = subprocess.run(command, input=content, capture_output=True, env={}, timeout=_SECONDS, check=False)  # noqa: S603 - our own program
    except subprocess.TimeoutExpired as error:
        raise CannotTake(problems.UNREADABLE, name=shown) from error
    if done.returncode == _TOO_MANY_PIXELS:
        raise CannotTake(problems.TOO_MANY_PIXELS, name=shown)
    if done.returncode != 0:
        raise CannotTake(problems.UNREADABLE, name=shown)
    size, _, drawn = done.stdout.partition(b"\n")
    if len(drawn) > MOST_BYTES:
        raise CannotTake(problems.TOO_MANY_PIXELS, name=shown)
    width, height = size.split()
    return int(width), int(height), drawn
