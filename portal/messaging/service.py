"""Writing messages, and noting who has read them."""

import uuid
from datetime import datetime

from sqlalchemy import insert, literal, select, update

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.db import session, touched
from portal.messaging import queries
from portal.messaging.models import Message, MessageRead, Thread
from portal.notifications import service as notifications
from portal.notifications.service import Kind
from portal.patients import queries as patients
from portal.patients.models import Patient
from portal.treatment import queries as treatment


class SentAlready(Exception):
    """The same form was sent before, with other words; nothing was written now."""

    def __init__(self, thread_id: uuid.UUID) -> None:
        super().__init__("sent before with other words")
        self.thread_id = thread_id


class NoSuchThing(LookupError):
    """What a message is about, or the thread it belongs to, is not this patient's."""


def start_thread(
    patient_id: uuid.UUID,
    *,
    subject: str,
    body: str,
    submission_id: uuid.UUID,
    about_infusion_id: uuid.UUID | None = None,
    by: Actor,
    at: datetime,
) -> uuid.UUID:
    """Open a thread with its first message, and let the other side know.

    Args:
        patient_id: whose thread; `by` is that patient or on the care team.
        submission_id: minted when the form was drawn; the same one twice is one message.
        about_infusion_id: the infusion of this patient that it is about.

    Returns:
        The thread's id.

    Raises:
        SentAlready: the same form was sent before, with other words.
        NoSuchThing: the infusion is not this patient's.
    """
    _lock(patient_id)
    sent = _sent_before(patient_id, submission_id, body)
    if sent is not None:
        return sent
    if about_infusion_id is not None and treatment.get_infusion(patient_id, about_infusion_id) is None:
        raise NoSuchThing
    thread = Thread(patient_id=patient_id, subject=subject, started_at=at, started_by_id=by.user_id, last_message_at=at)
    thread.about_infusion_id = about_infusion_id
    session.add(thread)
    session.flush()
    message_id = _write(thread.id, patient_id, body, submission_id, by, at)
    audit.record("thread:started", by=by, at=at, patient_id=patient_id, thing_id=thread.id, message_id=str(message_id))
    return thread.id


def send(
    patient_id: uuid.UUID, thread_id: uuid.UUID, *, body: str, submission_id: uuid.UUID, by: Actor, at: datetime
) -> None:
    """Answer in a thread, which also reads it, and let the other side know.

    Raises:
        SentAlready: the same form was sent before, with other words.
        NoSuchThing: the thread is not this patient's.
    """
    _lock(patient_id)
    if queries.get_thread(patient_id, thread_id) is None:
        raise NoSuchThing
    if _sent_before(patient_id, submission_id, body) is not None:
        return
    _note_read(patient_id, thread_id, by, at)
    message_id = _write(thread_id, patient_id, body, submission_id, by, at)
    audit.record("message:sent", by=by, at=at, patient_id=patient_id, thing_id=message_id)


def mark_read(patient_id: uuid.UUID, thread_id: uuid.UUID, *, by: Actor, at: datetime) -> frozenset[uuid.UUID]:
    """Note that a reader has read what the other side wrote in a thread; return the messages that were new to them.

    Raises:
        NoSuchThing: the thread is not this patient's.
    """
    found = _note_read(patient_id, thread_id, by, at)
    if found:
        audit.record("thread:read", by=by, at=at, patient_id=patient_id, thing_id=thread_id, messages=len(found))
    return found


def _lock(patient_id: uuid.UUID) -> None:
    """Let one writer at a time write to a patient's threads, so that a second tap finds the first."""
    session.execute(select(Patient.id).where(Patient.id == patient_id).with_for_update(key_share=True))


def _sent_before(patient_id: uuid.UUID, submission_id: uuid.UUID, body: str) -> uuid.UUID | None:
    known = session.scalar(select(Message).where(Message.submission_id == submission_id))
    if known is None:
        return None
    if known.patient_id != patient_id:
        raise NoSuchThing
    if known.body != body:
        raise SentAlready(known.thread_id)
    return known.thread_id


def _write(
    thread_id: uuid.UUID, patient_id: uuid.UUID, body: str, submission_id: uuid.UUID, by: Actor, at: datetime
) -> uuid.UUID:
    is_from_patient = by.patient_id == patient_id
    message = Message(
        submission_id=submission_id,
        thread_id=thread_id,
        patient_id=patient_id,
        author_id=by.user_id,
        is_from_patient=is_from_patient,
        body=body,
        sent_at=at,
    )
    session.add(message)
    session.flush()
    count = Thread.unread_by_team if is_from_patient else Thread.unread_by_patient
    counted = update(Thread).where(Thread.id == thread_id).values({Thread.last_message_at: at, count: count + 1})
    unread = session.execute(counted.returning(count)).scalar_one()
    touched(patient_id)
    # The first unread one is always announced; while it stays unread, the rest at most once an hour.
    _let_know(message, message.id.hex if unread == 1 else f"{thread_id.hex}:{at:%Y%m%d%H}", at)
    return message.id


def _let_know(message: Message, once: str, at: datetime) -> None:
    for recipient_id in _other_side(message):
        notifications.enqueue(
            Kind.MESSAGE_WAITING,
            recipient_id,
            at=at,
            patient_id=message.patient_id,
            once_key=f"message:{once}:{recipient_id.hex}",
        )


def _other_side(message: Message) -> list[uuid.UUID]:
    if message.is_from_patient:
        return [member.user_id for member in patients.list_team(message.patient_id) if member.is_active]
    return list(session.scalars(select(Patient.user_id).where(Patient.id == message.patient_id)))


def _note_read(patient_id: uuid.UUID, thread_id: uuid.UUID, by: Actor, at: datetime) -> frozenset[uuid.UUID]:
    is_patient = by.patient_id == patient_id
    count = Thread.unread_by_patient if is_patient else Thread.unread_by_team
    of_patient = (Thread.id == thread_id, Thread.patient_id == patient_id)
    # The thread's row first: whoever writes to it waits, so that the count and the receipts say the same.
    if session.execute(update(Thread).where(*of_patient).values({count: 0}).returning(Thread.id)).first() is None:
        raise NoSuchThing
    unread = queries.unread(thread_id, reader_id=by.user_id, is_patient=is_patient)
    rows = unread.add_columns(literal(by.user_id, MessageRead.user_id.type), literal(at, MessageRead.read_at.type))
    written = insert(MessageRead).from_select(["message_id", "user_id", "read_at"], rows)
    found = frozenset(session.scalars(written.returning(MessageRead.message_id)))
    if found and not is_patient:
        touched(patient_id)
    return found
