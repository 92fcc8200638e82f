"""Writing messages, and noting who has read them."""

import uuid
from datetime import datetime
from textwrap import shorten
from typing import Any

from sqlalchemy import exists, func, insert, literal, select, true, update

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.checkins.models import CheckIn
from portal.db import session, touched
from portal.messaging import danger, owed, queries, retraction, telling
from portal.messaging.attachments import service as attachments
from portal.messaging.models import Message, MessageRead, Thread
from portal.messaging.parcel import NOTHING, Parcel
from portal.treatment import queries as treatment

LONGEST_TITLE = 80
Stretch = tuple[uuid.UUID, uuid.UUID]
"""The first and the last message of a page."""


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
    about_check_in_id: uuid.UUID | None = None,
    parcel: Parcel = NOTHING,
    by: Actor,
    at: datetime,
) -> uuid.UUID:
    """Open a thread with its first message, and let the other side know.

    Args:
        patient_id: whose thread; `by` is that patient or on the care team.
        submission_id: minted when the form was drawn; the same one twice is one message.
        about_infusion_id: the infusion of this patient that it is about.
        about_check_in_id: the check-in of this patient that it is about.
        parcel: what goes along with the words.

    Returns:
        The thread's id.

    Raises:
        SentAlready: the same form was sent before, with other words or another parcel.
        NoSuchThing: the infusion or the check-in is not this patient's.
    """
    owed.lock(patient_id)
    sent = _sent_before(patient_id, submission_id, body, parcel)
    if sent is not None:
        return sent
    _check_subject(patient_id, about_infusion_id, about_check_in_id)
    thread = Thread(patient_id=patient_id, subject=subject, started_at=at, started_by_id=by.user_id, last_message_at=at)
    thread.about_infusion_id, thread.about_check_in_id = about_infusion_id, about_check_in_id
    session.add(thread)
    session.flush()
    message = _draw_up(thread, body, submission_id, parcel, by, at)
    _tell(thread, message, f"{subject}\n{body}", by)
    audit.record("thread:started", by=by, at=at, patient_id=patient_id, thing_id=thread.id, message_id=str(message.id))
    return thread.id


def send(
    patient_id: uuid.UUID,
    thread_id: uuid.UUID,
    *,
    body: str,
    submission_id: uuid.UUID,
    parcel: Parcel = NOTHING,
    through: uuid.UUID | None = None,
    by: Actor,
    at: datetime,
) -> None:
    """Answer in a thread, and let the other side know.

    Args:
        through: the last message that was on the sender's page.

    Raises:
        SentAlready: the same form was sent before, with other words or another parcel.
        WroteMeanwhile: somebody of the team answers who has not seen what the patient or a colleague wrote last.
        NoSuchThing: the thread is not this patient's.
    """
    owed.lock(patient_id)
    thread = queries.get_thread(patient_id, thread_id)
    if thread is None:
        raise NoSuchThing
    if _sent_before(patient_id, submission_id, body, parcel) is not None:
        return
    session.refresh(thread)
    if by.patient_id != patient_id:
        owed.check_seen(thread, through=through, by=by)
    if thread.subject == retraction.NO_SUBJECT:
        thread.subject = _subject_again(thread_id, body, by)
    message = _draw_up(thread, body, submission_id, parcel, by, owed.later(thread, at))
    _tell(thread, message, body, by)
    audit.record("message:sent", by=by, at=at, patient_id=patient_id, thing_id=message.id)


def mark_read(
    patient_id: uuid.UUID, thread_id: uuid.UUID, *, shown: Stretch | None = None, by: Actor, at: datetime
) -> frozenset[uuid.UUID]:
    """Note that a reader has read what the other side wrote in a thread; return the messages that were new to them.

    Args:
        shown: the first and the last message that were on their page, and nothing else was; None for the whole thread.

    Raises:
        NoSuchThing: the thread is not this patient's, or one of the messages is none of it.
    """
    owed.lock(patient_id)
    found = _note_read(patient_id, thread_id, shown, by, at)
    if found:
        audit.record("thread:read", by=by, at=at, patient_id=patient_id, thing_id=thread_id, messages=len(found))
    return found


def _subject_again(thread_id: uuid.UUID, body: str, by: Actor) -> str:
    """Return what a thread is about whose subject was withdrawn: what its writer said, else the first line now."""
    of_thread = Message.thread_id == thread_id
    kept = select(Message.subject).where(of_thread, Message.author_id == by.user_id, Message.subject.is_not(None))
    # What was withdrawn comes back with its corrected words; where others stand, nobody says that these are those.
    kept = kept.where(~exists().where(of_thread, Message.retracted_at.is_(None)).correlate(None))
    before = session.scalar(kept.order_by(Message.sent_at.desc()).limit(1))
    return before or shorten(body.strip().partition("\n")[0], LONGEST_TITLE, placeholder="…")


def _check_subject(patient_id: uuid.UUID, infusion_id: uuid.UUID | None, check_in_id: uuid.UUID | None) -> None:
    if infusion_id is not None and treatment.get_infusion(patient_id, infusion_id) is None:
        raise NoSuchThing
    is_theirs = exists().where(CheckIn.id == check_in_id, CheckIn.patient_id == patient_id)
    if check_in_id is not None and not session.scalar(select(is_theirs)):
        raise NoSuchThing


def _sent_before(patient_id: uuid.UUID, submission_id: uuid.UUID, body: str, parcel: Parcel) -> uuid.UUID | None:
    known = session.scalar(select(Message).where(Message.submission_id == submission_id))
    if known is None:
        return None
    if known.patient_id != patient_id:
        raise NoSuchThing
    if (known.body, known.parcel) != (body, parcel.listed()):
        raise SentAlready(known.thread_id)
    return known.thread_id


def _draw_up(
    thread: Thread, body: str, submission_id: uuid.UUID, parcel: Parcel, by: Actor, sent_at: datetime
) -> Message:
    is_from_patient = by.patient_id == thread.patient_id
    message = Message(
        submission_id=submission_id,
        thread_id=thread.id,
        patient_id=thread.patient_id,
        author_id=by.user_id,
        is_from_patient=is_from_patient,
        body=body,
        parcel=parcel.listed(),
        sent_at=sent_at,
    )
    session.add(message)
    thread.last_message_at = sent_at
    owed.after_message(thread, is_from_patient=is_from_patient, by=by, at=sent_at)
    session.flush()
    if parcel.attachment_ids:
        _attach(message, parcel, by)
    touched(thread.patient_id)
    return message


def _attach(message: Message, parcel: Parcel, by: Actor) -> None:
    try:
        attachments.attach(message.id, message.patient_id, parcel.attachment_ids, by=by)
    except attachments.NotYours as error:
        raise NoSuchThing from error


def _tell(thread: Thread, message: Message, text: str, by: Actor) -> None:
    """Let the other side know, at once where a patient's words suggest danger; that is marked on the thread."""
    count = Thread.unread_by_team if message.is_from_patient else Thread.unread_by_patient
    counted = update(Thread).where(Thread.id == thread.id).values({count: count + 1})
    unread = session.execute(counted.returning(count)).scalar_one()
    said = "\n".join((text, *queries.list_names(message)))
    suggests_danger = message.is_from_patient and danger.find(said, by.language)
    if suggests_danger:
        thread.danger_at, message.suggests_danger = message.sent_at, True
        session.flush()
        mark: dict[str, Any] = {"patient_id": thread.patient_id, "thing_id": message.id}
        audit.record("thread:danger-marked", by=by, at=message.sent_at, **mark)
    telling.let_know(message, unread=unread, at_once=suggests_danger)


def _note_read(
    patient_id: uuid.UUID, thread_id: uuid.UUID, shown: Stretch | None, by: Actor, at: datetime
) -> frozenset[uuid.UUID]:
    is_patient = by.patient_id == patient_id
    count = Thread.unread_by_patient if is_patient else Thread.unread_by_team
    of_patient = (Thread.id == thread_id, Thread.patient_id == patient_id)
    is_shown, left = _shown_and_left(thread_id, shown, is_patient) if shown else (true(), 0)
    # The thread's row first: whoever writes to it waits, so that the count and the receipts say the same.
    if session.execute(update(Thread).where(*of_patient).values({count: left}).returning(Thread.id)).first() is None:
        raise NoSuchThing
    unread = queries.unread(thread_id, reader_id=by.user_id, is_patient=is_patient).where(is_shown)
    rows = unread.add_columns(literal(by.user_id, MessageRead.user_id.type), literal(at, MessageRead.read_at.type))
    written = insert(MessageRead).from_select(["message_id", "user_id", "read_at"], rows)
    found = frozenset(session.scalars(written.returning(MessageRead.message_id)))
    if found and not is_patient:
        touched(patient_id)
    return found


def _shown_and_left(thread_id: uuid.UUID, shown: Stretch, is_patient: bool) -> tuple[Any, Any]:
    """Return what holds of the messages a page showed, and how many of the others nobody of its side has read."""
    edges = select(func.min(Message.sent_at), func.max(Message.sent_at), func.count())
    first, last, known = session.execute(edges.where(Message.thread_id == thread_id, Message.id.in_(shown))).one()
    if known != len({*shown}):
        raise NoSuchThing
    is_shown = Message.sent_at.between(first, last)
    theirs = (Message.is_from_patient.is_(not is_patient), Message.retracted_at.is_(None))
    is_read = exists().where(MessageRead.message_id == Message.id)
    left = select(func.count()).where(Message.thread_id == thread_id, *theirs, ~is_shown, ~is_read)
    return is_shown, left.scalar_subquery()
