"""Reading threads and messages."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, or_, select, tuple_

from portal.access.policy import Role
from portal.accounts.models import User
from portal.db import session
from portal.messaging.attachments.models import Attachment
from portal.messaging.models import Message, MessageRead, Thread

PAGE = 50
MESSAGES_PAGE = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One thread in a list; `unread` is what the reader's side has not read."""

    id: uuid.UUID
    patient_id: uuid.UUID
    subject: str
    last_message_at: datetime
    unread: int


@dataclass(frozen=True, slots=True)
class Lines:
    """One page of threads, and the thread after which the next page goes on."""

    lines: Sequence[Line]
    next_after: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """That somebody of the other side has read a message, and when."""

    name: str
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """One message with its author and who has read it, the first reader first.

    One that was withdrawn has no words, unless they suggest danger: those are the team's to read all the same.
    """

    id: uuid.UUID
    author_id: uuid.UUID
    author: str
    author_role: Role
    is_from_patient: bool
    body: str
    sent_at: datetime
    receipts: Sequence[Receipt]
    retracted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A stretch of a thread's messages in order of time, and the one before which there are more."""

    messages: Sequence[Said]
    earlier: uuid.UUID | None

    @property
    def edges(self) -> tuple[uuid.UUID, uuid.UUID] | None:
        """The first and the last of them; None where there are none."""
        return (self.messages[0].id, self.messages[-1].id) if self.messages else None


_SHOWN_TO_TEAM = or_(Message.retracted_at.is_(None), Message.suggests_danger)
_POSITION = (Thread.last_message_at, Thread.id)
_NEWEST_FIRST = tuple(column.desc() for column in _POSITION)


def is_unread(patient_id: uuid.UUID, *, by_patient: bool) -> bool:
    """Return whether the patient, or else nobody of their care team, has read something that the other side wrote."""
    unread = Thread.unread_by_patient if by_patient else Thread.unread_by_team
    return bool(session.scalar(select(exists().where(Thread.patient_id == patient_id, unread > 0))))


def is_in_danger(patient_id: uuid.UUID) -> bool:
    """Return whether a patient waits for an answer to what may mean danger, though they have withdrawn it."""
    waits = (Thread.patient_id == patient_id, Thread.owed_since.is_not(None), Thread.danger_at.is_not(None))
    return bool(session.scalar(select(exists().where(*waits))))


def list_threads(patient_id: uuid.UUID, *, for_patient: bool, after: uuid.UUID | None = None) -> Lines:
    """Return one page of a patient's threads, the latest first.

    Args:
        patient_id: whose threads.
        for_patient: whether `unread` counts what the patient has not read; else what the care team has not.
        after: the last thread of the page before.
    """
    unread = Thread.unread_by_patient if for_patient else Thread.unread_by_team
    columns = (Thread.id, Thread.patient_id, Thread.subject, Thread.last_message_at, unread)
    lines = select(*columns).where(Thread.patient_id == patient_id)
    last = session.execute(select(*_POSITION).where(Thread.id == after)).one_or_none() if after else None
    if last is not None:
        lines = lines.where(tuple_(*_POSITION) < tuple_(*last, types=[column.type for column in _POSITION]))
    rows = session.execute(lines.order_by(*_NEWEST_FIRST).limit(PAGE + 1)).all()
    found = [Line(*row) for row in rows[:PAGE]]
    return Lines(found, found[-1].id if len(rows) > PAGE else None)


def get_thread(patient_id: uuid.UUID, thread_id: uuid.UUID) -> Thread | None:
    """Return one thread of a patient; None where it is not theirs."""
    return session.scalar(select(Thread).where(Thread.patient_id == patient_id, Thread.id == thread_id))


def get_conversation(
    thread_id: uuid.UUID, *, before: uuid.UUID | None = None, through: uuid.UUID | None = None
) -> Conversation:
    """Return the latest messages of a thread, or the latest before one of them, or up to one and with it."""
    place = (Message.sent_at, Message.id)
    said = (
        select(Message, User.name, User.role)
        .join(User, User.id == Message.author_id)
        .where(Message.thread_id == thread_id)
        .order_by(*(column.desc() for column in place))
        .limit(MESSAGES_PAGE + 1)
    )
    edge = (Message.thread_id == thread_id, Message.id == (before or through))
    last = session.execute(select(*place).where(*edge)).one_or_none() if before or through else None
    if last is not None:
        here, there = tuple_(*place), tuple_(*last, types=[column.type for column in place])
        said = said.where(here < there if before else here <= there)
    rows = session.execute(said).all()
    shown = rows[MESSAGES_PAGE - 1 :: -1]
    receipts = _receipts([row.Message.id for row in shown])
    messages = [_said(row, receipts.get(row.Message.id, [])) for row in shown]
    return Conversation(messages, messages[0].id if len(rows) > MESSAGES_PAGE else None)


def list_dangers(thread_id: uuid.UUID, *, since: datetime) -> Sequence[bool]:
    """Return of each message with words of danger that was sent since a moment whether it stands."""
    recent = (Message.thread_id == thread_id, Message.suggests_danger, Message.sent_at > since)
    return session.scalars(select(Message.retracted_at.is_(None)).where(*recent)).all()


def has_unread(thread_id: uuid.UUID, *, reader_id: uuid.UUID, is_patient: bool) -> bool:
    """Return whether a reader has not yet read something that the other side wrote in a thread."""
    return bool(session.scalar(select(exists(unread(thread_id, reader_id=reader_id, is_patient=is_patient)))))


def who_answered_after(through: uuid.UUID, thread_id: uuid.UUID, *, reader_id: uuid.UUID) -> str | None:
    """Return who else of the team wrote in a thread after one of its messages; None where nobody did."""
    last = select(Message.sent_at).where(Message.thread_id == thread_id, Message.id == through).scalar_subquery()
    others = (Message.is_from_patient.is_(False), Message.author_id != reader_id, Message.retracted_at.is_(None))
    of_thread = (Message.thread_id == thread_id, *others, Message.sent_at > last)
    who = select(User.name).join(Message, Message.author_id == User.id).where(*of_thread)
    return session.scalar(who.order_by(Message.sent_at.desc()).limit(1))


def unread(thread_id: uuid.UUID, *, reader_id: uuid.UUID, is_patient: bool) -> Select[*tuple[Any, ...]]:
    """Return the statement for the ids of the other side's messages that a reader has not read.

    Withdrawn words of danger are among them for the team, which still sees them.
    """
    read = exists().where(MessageRead.message_id == Message.id, MessageRead.user_id == reader_id)
    theirs = Message.is_from_patient.is_(not is_patient)
    shown = Message.retracted_at.is_(None) if is_patient else _SHOWN_TO_TEAM
    return select(Message.id).where(Message.thread_id == thread_id, theirs, shown, ~read)


def list_names(message: Message) -> Sequence[str]:
    """Return what the things that went along with a message are called, which may say something too."""
    names = select(Attachment.name).where(Attachment.message_id == message.id).order_by(Attachment.position)
    return session.scalars(names).all() if message.parcel else ()


def _receipts(message_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Receipt]]:
    read = (
        select(MessageRead.message_id, User.name, MessageRead.read_at)
        .join(User, User.id == MessageRead.user_id)
        .where(MessageRead.message_id.in_(message_ids))
        .order_by(MessageRead.read_at, User.name)
    )
    found: dict[uuid.UUID, list[Receipt]] = {}
    for message_id, name, read_at in session.execute(read):
        found.setdefault(message_id, []).append(Receipt(name, read_at))
    return found


def _words(message: Message) -> str:
    if message.retracted_at is None:
        return message.body
    words = (message.subject, message.body, *list_names(message)) if message.suggests_danger else ()
    return "\n\n".join(filter(None, words))


def _said(row: Any, receipts: Sequence[Receipt]) -> Said:
    message: Message = row.Message
    return Said(
        id=message.id,
        author_id=message.author_id,
        author=row.name,
        author_role=row.role,
        is_from_patient=message.is_from_patient,
        body=_words(message),
        sent_at=message.sent_at,
        receipts=receipts,
        retracted_at=message.retracted_at,
    )
