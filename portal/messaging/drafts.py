"""What somebody is writing, kept on the server while they write it, form by form: two pages may be open at once."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, or_, select

from portal.access.policy import Actor
from portal.db import session
from portal.messaging import danger
from portal.messaging.models import Message, MessageDraft
from portal.messaging.owed import lock

NEW = "new"
_THREAD, _FORM = 32, 8
"""How many digits of a thread's id, and then of a form's, name a place."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Words that were kept, when, and where; the id is another one each time they change."""

    id: uuid.UUID
    subject: str
    body: str
    saved_at: datetime
    place: str

    def suggests_danger(self, language: str, *, since: datetime) -> bool:
        """Return whether it says, kept since a moment, something for which its writer is offered help."""
        return self.saved_at > since and danger.find(f"{self.subject}\n{self.body}", language)


def place_of(where: str, submission_id: uuid.UUID | None) -> str:
    """Return the place of one form in a thread (its id as hex) or in a new one (`NEW`)."""
    return where + submission_id.hex[:_FORM] if submission_id else where


def keep(
    patient_id: uuid.UUID,
    place: str,
    words: tuple[str, str],
    *,
    submission_id: uuid.UUID | None,
    begun: uuid.UUID | None = None,
    by: Actor,
    at: datetime,
) -> None:
    """Keep a subject and a body in place of what was kept there; nothing at all is kept as nothing.

    Args:
        patient_id: with whom or about whom it is written.
        place: the form's.
        words: subject and body as they stand.
        submission_id: of the form; what was sent already is not kept again by an autosave that comes late.
        begun: the draft that the form began with; what another page made of it since then stays.
    """
    lock(patient_id)
    forget(patient_id, place, begun=begun, by=by)
    was_sent = session.scalar(select(exists().where(Message.submission_id == submission_id)))
    if any(words) and not was_sent:
        subject, body = words
        row = MessageDraft(user_id=by.user_id, patient_id=patient_id, place=place, subject=subject, body=body)
        row.saved_at = at
        session.add(row)
    session.flush()


def add(patient_id: uuid.UUID, where: str, words: str, *, by: Actor, at: datetime) -> None:
    """Put words behind what was kept last, a blank line between; once, where they stand there already."""
    draft = find(patient_id, where, user_id=by.user_id)
    subject, body = (draft.subject, draft.body) if draft else ("", "")
    if not f"\n\n{body}".endswith(f"\n\n{words}"):
        body = f"{body}\n\n{words}" if body else words
    form = uuid.uuid4()
    begun = draft.id if draft else None
    keep(patient_id, place_of(where, form), (subject, body), submission_id=form, begun=begun, by=by, at=at)


def forget(patient_id: uuid.UUID, place: str, *, begun: uuid.UUID | None = None, by: Actor) -> None:
    """Drop what one person kept of one form, because it was sent or is no longer wanted, and what it began with."""
    these = or_(MessageDraft.place == place, MessageDraft.id == begun)
    session.execute(delete(MessageDraft).where(*_kept_by(by.user_id, patient_id), these))


def find(patient_id: uuid.UUID, where: str, *, user_id: uuid.UUID) -> Draft | None:
    """Return what one person kept last in any of the places whose names begin like this."""
    columns = (MessageDraft.id, MessageDraft.subject, MessageDraft.body, MessageDraft.saved_at, MessageDraft.place)
    there = MessageDraft.place.startswith(where, autoescape=True)
    latest = select(*columns).where(*_kept_by(user_id, patient_id), there).order_by(MessageDraft.saved_at.desc())
    row = session.execute(latest.order_by(MessageDraft.id).limit(1)).one_or_none()
    return Draft(*row) if row is not None else None


def list_places(patient_id: uuid.UUID, *, user_id: uuid.UUID) -> frozenset[str]:
    """Return in which threads, or `NEW`, one person has begun to write to or about a patient."""
    places = session.scalars(select(MessageDraft.place).where(*_kept_by(user_id, patient_id)))
    return frozenset(NEW if place.startswith(NEW) else place[:_THREAD] for place in places)


def _kept_by(user_id: uuid.UUID, patient_id: uuid.UUID) -> tuple[ColumnElement[bool], ...]:
    return MessageDraft.user_id == user_id, MessageDraft.patient_id == patient_id
