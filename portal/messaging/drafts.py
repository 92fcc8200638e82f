"""What somebody is writing, kept on the server while they write it, for the same person in the same place."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, select

from portal.access.policy import Actor
from portal.db import session
from portal.messaging.models import Message, MessageDraft
from portal.messaging.owed import lock

NEW = "new"


@dataclass(frozen=True, slots=True)
class Draft:
    """Words that were kept, when, and where."""

    subject: str
    body: str
    saved_at: datetime
    place: str


def keep(
    patient_id: uuid.UUID, place: str, words: tuple[str, str], *, submission_id: uuid.UUID, by: Actor, at: datetime
) -> None:
    """Keep a subject and a body in place of what was kept there; nothing at all is kept as nothing.

    Args:
        patient_id: with whom or about whom it is written.
        place: the thread's id as hex, or `NEW`.
        words: subject and body as they stand.
        submission_id: of the form; what was sent already is not kept again by an autosave that comes late.
    """
    lock(patient_id)
    forget(patient_id, place, by=by)
    was_sent = session.scalar(select(exists().where(Message.submission_id == submission_id)))
    if any(words) and not was_sent:
        subject, body = words
        row = MessageDraft(user_id=by.user_id, patient_id=patient_id, place=place, subject=subject, body=body)
        row.saved_at = at
        session.add(row)
    session.flush()


def add(patient_id: uuid.UUID, place: str, words: str, *, by: Actor, at: datetime) -> None:
    """Put words behind what is kept in a place, a blank line between; once, where they stand there already."""
    draft = find(patient_id, place, user_id=by.user_id)
    subject, body = (draft.subject, draft.body) if draft else ("", "")
    if not f"\n\n{body}".endswith(f"\n\n{words}"):
        body = f"{body}\n\n{words}" if body else words
    keep(patient_id, place, (subject, body), submission_id=uuid.uuid4(), by=by, at=at)


def forget(patient_id: uuid.UUID, place: str, *, by: Actor) -> None:
    """Drop what one person kept in one place, because it was sent or is no longer wanted."""
    mine = (MessageDraft.user_id == by.user_id, MessageDraft.patient_id == patient_id)
    session.execute(delete(MessageDraft).where(*mine, MessageDraft.place == place))


def find(patient_id: uuid.UUID, place: str, *, user_id: uuid.UUID) -> Draft | None:
    """Return what one person kept in one place."""
    return _latest(patient_id, user_id, MessageDraft.place == place)


def find_latest(patient_id: uuid.UUID, places: str, *, user_id: uuid.UUID) -> Draft | None:
    """Return what one person kept last in any of the places whose names begin like this."""
    return _latest(patient_id, user_id, MessageDraft.place.startswith(places, autoescape=True))


def list_places(patient_id: uuid.UUID, *, user_id: uuid.UUID) -> frozenset[str]:
    """Return where one person has begun to write to or about a patient."""
    mine = (MessageDraft.user_id == user_id, MessageDraft.patient_id == patient_id)
    return frozenset(session.scalars(select(MessageDraft.place).where(*mine)))


def _latest(patient_id: uuid.UUID, user_id: uuid.UUID, there: ColumnElement[bool]) -> Draft | None:
    kept = select(MessageDraft.subject, MessageDraft.body, MessageDraft.saved_at, MessageDraft.place).where(
        MessageDraft.user_id == user_id, MessageDraft.patient_id == patient_id, there
    )
    row = session.execute(kept.order_by(MessageDraft.saved_at.desc(), MessageDraft.id).limit(1)).one_or_none()
    return Draft(*row) if row is not None else None
