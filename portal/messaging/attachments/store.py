"""Files on disk, outside whatever is served: by id, in two levels of folders, for nobody's eyes but the portal's.

A file is whole on disk before its row is written. What a crash leaves is a file without a row, which is swept away.
"""

import hashlib
import os
import secrets
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import filelock

Busy = filelock.Timeout
_CROWD = 256
"""So many locks for all the people: two of them seldom share one."""
_places: dict[str, Path] = {}


class NotThere(LookupError):
    """A file is gone, or is no longer what was stored."""


def keep_in(instance_path: str) -> None:
    """Say once, when the portal starts, where its files lie."""
    _places["root"] = Path(instance_path) / "attachments"


def write(file_id: uuid.UUID, content: bytes) -> None:
    """Put a file on disk, whole or not at all; it may be there already."""
    target = _path(file_id)
    _make(target.parent)
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        _write(part, content)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    _settle(target.parent)


def read(file_id: uuid.UUID, sha256: str) -> bytes:
    """Return a file.

    Raises:
        NotThere: it is gone, or is not what was stored.
    """
    try:
        content = _path(file_id).read_bytes()
    except OSError as error:
        raise NotThere from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise NotThere
    return content


@contextmanager
def lent(content: bytes) -> Iterator[Path]:
    """Lend what was sent as a file, for as long as it is looked at."""
    path = _folder("incoming") / secrets.token_hex(16)
    try:
        _write(path, content)
        yield path
    finally:
        path.unlink(missing_ok=True)


def remove(file_id: uuid.UUID) -> None:
    """Remove a file that is known to be wanted by nobody; it may be gone already."""
    _path(file_id).unlink(missing_ok=True)


@contextmanager
def turn(longest: float, whose: uuid.UUID | None = None) -> Iterator[None]:
    """Wait for one's turn to look at a file: one of each person and two on this machine, which it takes much of.

    Raises:
        Busy: it did not come in so many seconds.
    """
    _make(_root())
    with ExitStack() as held:
        if whose is not None:
            held.enter_context(_lock(f"of-{whose.int % _CROWD}", longest))
        try:
            held.enter_context(_lock("one", 0))
        except Busy:
            held.enter_context(_lock("other", longest))
        yield


def set_aside(file_id: uuid.UUID) -> None:
    """Move a file out of reach, from where it is removed after a while; it may be gone already."""
    target = _folder("quarantine") / file_id.hex
    try:
        os.utime(_path(file_id))
        _path(file_id).replace(target)
    except FileNotFoundError:
        return
    _settle(target.parent)


def remove_set_aside(before: datetime) -> int:
    """Remove what was set aside before a moment, and what was left over where something was lent; return how many."""
    found = [path for name in ("quarantine", "incoming") for path in _folder(name).iterdir() if _age(path) < before]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def list_older(before: datetime, after: uuid.UUID | None, most: int) -> list[uuid.UUID]:
    """Return the ids of files that were written before a moment, in order, after one of them; it looks no further."""
    older = (path for path in _in_order(after.hex if after else "") if _age(path) < before)
    return [uuid.UUID(path.name) for path in islice(older, most)]


def _in_order(after: str) -> Iterator[Path]:
    for outer in sorted(_root().glob("??")):
        if outer.name < after[:2]:
            continue
        for inner in sorted(outer.glob("??")):
            if outer.name + inner.name >= after[:4]:
                yield from sorted(path for path in inner.glob("?" * 32) if path.name > after)


def _age(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return datetime.max.replace(tzinfo=UTC)


def _lock(name: str, longest: float) -> filelock.BaseFileLock:
    return filelock.FileLock(_root() / f"turn-{name}.lock", timeout=longest)


def _root() -> Path:
    return _places["root"]


def _path(file_id: uuid.UUID) -> Path:
    return _root() / file_id.hex[:2] / file_id.hex[2:4] / file_id.hex


def _folder(name: str) -> Path:
    folder = _root() / name
    _make(folder)
    return folder


def _make(folder: Path) -> None:
    for one in (_root(), folder.parent, folder):
        one.mkdir(mode=0o700, exist_ok=True)


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    """Let what a folder says of its files be on disk too."""
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)
