"""Remembering looks at a patient's record, even while the database cannot be written."""

import os
import uuid
from datetime import datetime
from pathlib import Path

import orjson
from sqlalchemy.exc import SQLAlchemyError

from portal import db
from portal.access.policy import Actor, Role
from portal.accounts import sessions
from portal.audit import service as audit
from portal.review import service as review

EVENT = "record:looked-at"
CHART_PAGES = frozenset({"progress.show", "patients.overview", "checkins.index", "checkins.show"})
_waiting: Path | None = None


def keep_waiting_looks_in(folder: str) -> None:
    """Name the folder of the file that takes looks while the database cannot be written."""
    global _waiting
    _waiting = Path(folder) / "looks-waiting.jsonl"


def are_waiting() -> bool:
    """Return whether looks wait in the file, which means that the database could not be written."""
    return _waiting is not None and _waiting.is_file()


def write(*, looked: bool, actor: Actor, patient_id: uuid.UUID | None, endpoint: str, at: datetime) -> None:
    """Record a look, and that the session was used, in one short transaction; a look is never lost."""
    try:
        with db.short_write():
            if actor.session_id is not None:
                sessions.seen(actor.session_id, at=at)
            if looked:
                if endpoint in CHART_PAGES and patient_id is not None:
                    review.looked(patient_id, at=at)
                audit.record(EVENT, by=actor, at=at, patient_id=patient_id, page=endpoint)
    except (SQLAlchemyError, db.Busy):
        if looked:
            _set_aside(actor, patient_id, endpoint, at)


def read_back() -> int:
    """Move looks from the file into the audit, in the caller's transaction; return how many.

    The caller commits and then calls `forget_read_back`.
    """
    if _waiting is None:
        return 0
    if not _reading().is_file():
        if not _waiting.is_file():
            return 0
        _waiting.replace(_reading())
    lines = _reading().read_bytes().splitlines()
    for look in map(orjson.loads, lines):
        by = Actor(user_id=uuid.UUID(look["actor"]), role=Role(look["role"]), name="", address=look["address"])
        moment = datetime.fromisoformat(look["at"])
        audit.record(
            EVENT, by=by, at=moment, patient_id=uuid.UUID(look["patient"]), page=look["page"], was_waiting=True
        )
    return len(lines)


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
        "patient": str(patient_id),
        "page": endpoint,
        "at": at.isoformat(),
    }
    with os.fdopen(os.open(_waiting, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
        file.write(orjson.dumps(look) + b"\n")
        file.flush()
        os.fsync(file.fileno())
