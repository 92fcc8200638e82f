"""Remembering looks at a patient's record, even while the database cannot be written."""

import logging
import os
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy.exc import SQLAlchemyError

from portal import db
from portal.access.policy import Actor, Role
from portal.accounts import sessions
from portal.audit import service as audit
from portal.review import service as review

EVENT = "record:looked-at"
LIST_EVENT = "list:looked-at"
CHART_PAGES = frozenset({"progress.show", "booster.show", "patients.overview", "checkins.index", "checkins.show"})
_LOG = logging.getLogger("portal.looks")
_waiting: Path | None = None


def keep_waiting_looks_in(folder: str) -> None:
    """Name the folder of the file that takes looks while the database cannot be written."""
    global _waiting
    _waiting = Path(folder) / "looks-waiting.jsonl"


def are_waiting() -> bool:
    """Return whether looks wait in the file, which means that the database could not be written."""
    return _waiting is not None and _waiting.is_file()


def write(*, looked: bool, used: bool, actor: Actor, patient_id: uuid.UUID | None, endpoint: str, at: datetime) -> None:
    """Record a look, and that the session was used, in one short transaction.

    Where the database cannot be written, the look goes to the file; where that cannot be written either, to the log.
    The page is shown in any case.
    """
    try:
        with db.short_write():
            if used and actor.session_id is not None:
                sessions.seen(actor.session_id, at=at)
            if looked:
                # In this order, as every service does: two that wait for each other's row would both lose.
                _record(actor, patient_id, endpoint, at)
                if endpoint in CHART_PAGES and patient_id is not None:
                    review.looked(patient_id, at=at)
    except (SQLAlchemyError, db.Busy):
        if looked:
            _set_aside(actor, patient_id, endpoint, at)


def read_back() -> int:
    """Move looks from the file into the audit, in the caller's transaction; return how many.

    A line that was cut off half-way goes to a file of its own, so that it holds up neither the others nor the mail. The
    caller commits and then calls `forget_read_back`.
    """
    if _waiting is None:
        return 0
    if not _reading().is_file():
        if not _waiting.is_file():
            return 0
        _waiting.replace(_reading())
    lines = _reading().read_bytes().splitlines(keepends=True)
    for line in lines:
        try:
            _record_again(orjson.loads(line))
        except (orjson.JSONDecodeError, KeyError, ValueError):
            _append(_waiting.with_suffix(".unreadable"), line)
    return len(lines)


def _record(actor: Actor, patient_id: uuid.UUID | None, endpoint: str, at: datetime, **more: Any) -> None:
    event = LIST_EVENT if patient_id is None else EVENT
    audit.record(event, by=actor, at=at, patient_id=patient_id, page=endpoint, **more)


def _record_again(look: dict[str, str]) -> None:
    by = Actor(user_id=uuid.UUID(look["actor"]), role=Role(look["role"]), name="", address=look["address"])
    patient_id = uuid.UUID(look["patient"]) if look["patient"] else None
    _record(by, patient_id, look["page"], datetime.fromisoformat(look["at"]), was_waiting=True)


def forget_read_back() -> None:
    """Drop the file of looks that are safely in the audit."""
    _reading().unlink(missing_ok=True)


def _reading() -> Path:
    assert _waiting is not None
    return _waiting.with_suffix(".reading")


def _set_aside(actor: Actor, patient_id: uuid.UUID | None, endpoint: str, at: datetime) -> None:
    assert _waiting is not None
    look = {
        "actor": str(actor.user_id),
        "role": actor.role.value,
        "address": actor.address,
        "patient": str(patient_id or ""),
        "page": endpoint,
        "at": at.isoformat(),
    }
    try:
        _append(_waiting, orjson.dumps(look) + b"\n")
    except OSError:
        _LOG.error(orjson.dumps({"event": "look-not-kept", **look}).decode())


def _append(path: Path, line: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
