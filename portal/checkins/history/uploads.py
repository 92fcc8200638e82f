"""Keeping a file between the page that takes it and the page that brings it in."""

import uuid
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.checkins.history import look, queries
from portal.checkins.history.look import Look
from portal.checkins.history.rows import bare_name
from portal.checkins.models import HistoryUpload
from portal.db import session


def pack(content: bytes) -> bytes:
    """Return a file's bytes compressed; slow enough to be done before the write begins."""
    return zlib.compress(content, 1)


def keep(patient_id: uuid.UUID, content: bytes, seen: Look, *, file_name: str, by: Actor, at: datetime) -> uuid.UUID:
    """Keep a file until the person has said what its columns mean, in place of any other they began to bring in.

    Args:
        patient_id: whose diary it is.
        content: the file, compressed by `pack`.
        seen: what was seen in it.
        file_name: as the browser sent it.
        by: who brings it in.
        at: now, aware UTC.
    """
    sweep(at)
    session.execute(delete(HistoryUpload).where(HistoryUpload.user_id == by.user_id))
    upload_id = uuid.uuid4()
    session.add(
        HistoryUpload(
            id=upload_id,
            patient_id=patient_id,
            user_id=by.user_id,
            file_name=bare_name(file_name),
            content=content,
            look=look.raw(seen),
            fields={},
            sent_at=at,
        )
    )
    session.flush()
    audit.record("history:uploaded", by=by, at=at, patient_id=patient_id, thing_id=upload_id, rows=seen.rows)
    return upload_id


def describe(upload_id: uuid.UUID, fields: Mapping[str, str], seen: Look | None = None) -> None:
    """Keep what the person said about a file's columns, and the new look where the file was looked at again."""
    changed: dict[str, Any] = {"fields": dict(fields)} | ({"look": look.raw(seen)} if seen else {})
    session.execute(update(HistoryUpload).where(HistoryUpload.id == upload_id).values(changed))


def discard(upload_id: uuid.UUID) -> None:
    """Delete a file that was brought in, or that the person does not want to bring in any more."""
    session.execute(delete(HistoryUpload).where(HistoryUpload.id == upload_id))


def sweep(at: datetime) -> None:
    """Delete the files that nobody finished bringing in within a day."""
    session.execute(delete(HistoryUpload).where(HistoryUpload.sent_at <= at - queries.UPLOAD_KEPT_FOR))
