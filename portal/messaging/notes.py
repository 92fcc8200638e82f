"""What the care team notes for itself beside a thread. Only this file reads and writes it: no patient's page can."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.access.policy import Actor
from portal.accounts.models import User
from portal.audit import service as audit
from portal.db import session
from portal.messaging import owed, queries
from portal.messaging.models import ThreadNote


class SaidAlready(Exception):
    """The same form was sent before, with other words; nothing was written now."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A note as it was worded at one time."""

    body: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """A note of one of the care team; the last of its wordings stands."""

    id: uuid.UUID
    author_id: uuid.UUID
    author: str
    wordings: Sequence[Wording]

    @property
    def body(self) -> str:
        return self.wordings[-1].body


def add(
    patient_id: uuid.UUID, thread_id: uuid.UUID, body: str, *, submission_id: uuid.UUID, by: Actor, at: datetime
) -> bool:
    """Note something beside a thread; return False where the thread is not this patient's.

    Raises:
        SaidAlready: the same form was sent before, with other words.
    """
    owed.lock(patient_id)
    if queries.get_thread(patient_id, thread_id) is None:
        return False
    if not _is_known(submission_id, body):
        row = ThreadNote(note_id=uuid.uuid4(), version=1, thread_id=thread_id, patient_id=patient_id, body=body)
        _write(row, submission_id, by, at)
    return True


def correct(
    patient_id: uuid.UUID, note_id: uuid.UUID, body: str, *, submission_id: uuid.UUID, by: Actor, at: datetime
) -> bool:
    """Word a note of one's own anew; what it said stays beside it. Return False where it is not one's own.

    Raises:
        SaidAlready: the same form was sent before, with other words.
    """
    owed.lock(patient_id)
    mine = (ThreadNote.patient_id == patient_id, ThreadNote.note_id == note_id, ThreadNote.written_by_id == by.user_id)
    last = session.scalar(select(ThreadNote).where(*mine).order_by(ThreadNote.version.desc()).limit(1))
    if last is None:
        return False
    if not _is_known(submission_id, body) and last.body != body:
        row = ThreadNote(note_id=note_id, version=last.version + 1, thread_id=last.thread_id, body=body)
        row.patient_id = patient_id
        _write(row, submission_id, by, at)
    return True


def list_notes(patient_id: uuid.UUID, thread_id: uuid.UUID) -> list[Note]:
    """Return the notes beside a thread, the first one first."""
    rows = session.execute(
        select(ThreadNote, User.name)
        .join(User, User.id == ThreadNote.written_by_id)
        .where(ThreadNote.patient_id == patient_id, ThreadNote.thread_id == thread_id)
        .order_by(ThreadNote.version, ThreadNote.written_at, ThreadNote.id)
    )
    found: dict[uuid.UUID, Note] = {}
    for row, author in rows:
        known = found.get(row.note_id)
        earlier = known.wordings if known else ()
        wordings = (*earlier, Wording(row.body, row.written_at))
        found[row.note_id] = Note(row.note_id, row.written_by_id, author, wordings)
    return list(found.values())


def _is_known(submission_id: uuid.UUID, body: str) -> bool:
    known = session.scalar(select(ThreadNote.body).where(ThreadNote.submission_id == submission_id))
    if known is not None and known != body:
        raise SaidAlready
    return known is not None


def _write(row: ThreadNote, submission_id: uuid.UUID, by: Actor, at: datetime) -> None:
    row.submission_id, row.written_by_id, row.written_at = submission_id, by.user_id, at
    session.add(row)
    session.flush()
    event = "thread:noted" if row.version == 1 else "thread:note-corrected"
    audit.record(event, by=by, at=at, patient_id=row.patient_id, thing_id=row.note_id, version=row.version)
