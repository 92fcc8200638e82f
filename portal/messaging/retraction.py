"""Taking a message back: soon, while nobody of the other side has read it, and leaving a trace."""

import uuid
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import exists, func, or_, select, update

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.db import session
from portal.messaging import owed
from portal.messaging.attachments import service as attachments
from portal.messaging.models import Message, MessageRead, Thread

WITHIN = timedelta(minutes=10)
NO_SUBJECT = "—"
"""Stands for the subject of a thread where it was withdrawn together with the words that came with it."""


class Hindrance(StrEnum):
    """Why a message cannot be withdrawn."""

    READ = "read"
    LATE = "late"


class CannotBeWithdrawn(Exception):
    """The other side has read the message, or it was sent too long ago; nothing was changed."""

    def __init__(self, hindrance: Hindrance) -> None:
        super().__init__(hindrance.value)
        self.hindrance = hindrance


def can_be(author_id: uuid.UUID, sent_at: datetime, *, by: uuid.UUID, at: datetime) -> bool:
    """Return whether an unread message that stands may be withdrawn by a person now."""
    return author_id == by and at - sent_at <= WITHIN


def retract(
    patient_id: uuid.UUID, thread_id: uuid.UUID, message_id: uuid.UUID, *, by: Actor, at: datetime
) -> str | None:
    """Withdraw a message of one's own: its words are no longer shown, and stay in the record.

    Returns:
        The words, for the writer to correct; None where the message is not this person's or not in this thread. What
        was withdrawn before stays so.

    Raises:
        CannotBeWithdrawn: somebody has read it, or the time for it is over.
    """
    owed.lock(patient_id)
    # The thread's row is held, so that whoever opens it now waits and reads what is left.
    thread = session.scalar(
        select(Thread)
        .where(Thread.id == thread_id, Thread.patient_id == patient_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    message = session.scalar(select(Message).where(Message.id == message_id, Message.thread_id == thread_id))
    if thread is None or message is None or message.author_id != by.user_id:
        return None
    if message.retracted_at is not None:
        return message.body
    if session.scalar(select(exists().where(MessageRead.message_id == message_id))):
        raise CannotBeWithdrawn(Hindrance.READ)
    if at - message.sent_at > WITHIN:
        raise CannotBeWithdrawn(Hindrance.LATE)
    message.retracted_at = at
    session.flush()
    attachments.take_back(message_id, patient_id, by=by, at=at)
    _count_less(thread, message)
    owed.reckon_anew(thread)
    audit.record("message:retracted", by=by, at=at, patient_id=patient_id, thing_id=message_id)
    return message.body


def _count_less(thread: Thread, message: Message) -> None:
    count = Thread.unread_by_team if message.is_from_patient else Thread.unread_by_patient
    changed: dict[Any, Any] = {count: count - 1}
    if thread.subject != NO_SUBJECT and _gave_subject(message):
        message.subject, changed[Thread.subject] = thread.subject, NO_SUBJECT
    session.flush()
    session.execute(update(Thread).where(Thread.id == thread.id).values(changed))


def _gave_subject(message: Message) -> bool:
    """Return whether the thread's subject came with a message: its first, or the first since one was withdrawn."""
    of_thread = Message.thread_id == message.thread_id
    withdrawn = select(func.max(Message.retracted_at)).where(of_thread, Message.subject.is_not(None)).scalar_subquery()
    since = select(Message.id).where(of_thread, or_(withdrawn.is_(None), Message.sent_at > withdrawn))
    first = session.scalar(since.order_by(Message.sent_at, Message.id).limit(1))
    left = exists().where(of_thread, Message.retracted_at.is_(None))
    return first == message.id or not session.scalar(select(left))
