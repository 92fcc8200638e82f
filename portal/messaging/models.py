"""Threads between a patient and the care team, and what the team keeps beside them."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, choice, key


class Way(StrEnum):
    """How somebody was reached outside the portal."""

    TELEPHONE = "telephone"
    IN_PERSON = "in-person"
    OTHER = "other"


class How(StrEnum):
    """What else than a reply ends the wait for an answer."""

    CONTACT = "contact"
    RESOLVED = "resolved"


def _where(name: str, *columns: str, condition: str) -> Index:
    return Index(f"ix_threads_{name}", *columns, sqlite_where=text(condition), postgresql_where=text(condition))


class Thread(Base):
    """One conversation; it may be about one infusion or check-in. The counts say what nobody of that side has read yet.

    `owed_since` is when the patient wrote what nobody has answered; `settled_at` when a contact or a resolution last
    ended such a wait. What ends it takes the marks off too: `is_urgent`, set by hand, and `danger_at`.
    """

    __tablename__ = "threads"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    subject: Mapped[str] = mapped_column(String(200))
    about_infusion_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("infusions.id"))
    about_check_in_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("check_ins.id"))
    started_at: Mapped[datetime]
    started_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    last_message_at: Mapped[datetime]
    unread_by_team: Mapped[int] = mapped_column(default=0)
    unread_by_patient: Mapped[int] = mapped_column(default=0)
    owed_since: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    assigned_to_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    is_urgent: Mapped[bool] = mapped_column(default=False)
    danger_at: Mapped[datetime | None]

    __table_args__ = (
        Index(None, "patient_id", "last_message_at"),
        Index(None, "last_message_at"),
        _where("waiting_for_team", "last_message_at", condition="unread_by_team > 0"),
        # Along these the inbox is walked; with the patient in them, for that is what it asks of each.
        Index("ix_threads_owed", "owed_since", "id", "patient_id"),
        _where("urgent", "owed_since", "id", "patient_id", condition="is_urgent OR danger_at IS NOT NULL"),
        _where("assigned", "assigned_to_id", "owed_since", "id", "patient_id", condition="assigned_to_id IS NOT NULL"),
        _where("answered", "last_message_at", "id", "patient_id", condition="NOT (owed_since IS NOT NULL)"),
        _where("danger", "danger_at", "id", "patient_id", condition="owed_since IS NOT NULL AND danger_at IS NOT NULL"),
        _where("owed_patient", "patient_id", "owed_since", condition="owed_since IS NOT NULL"),
        _where("about_infusion", "about_infusion_id", condition="about_infusion_id IS NOT NULL"),
        _where("about_check_in", "about_check_in_id", condition="about_check_in_id IS NOT NULL"),
    )


class Message(Base):
    """One message of a thread, as it was sent; `parcel` lists what went along with it.

    `subject` is the thread's, kept here where it was withdrawn together with the words that it came with. Where
    `suggests_danger`, the thread is marked until somebody of the team answers, or takes the mark off.
    """

    __tablename__ = "messages"

    id: Mapped[uuid.UUID] = key()
    submission_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    thread_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("threads.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    is_from_patient: Mapped[bool]
    body: Mapped[str] = mapped_column(Text())
    parcel: Mapped[list[str]] = mapped_column(default=list)
    sent_at: Mapped[datetime]
    retracted_at: Mapped[datetime | None]
    subject: Mapped[str | None] = mapped_column(String(200))
    suggests_danger: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (Index(None, "thread_id", "sent_at"), Index(None, "patient_id", "is_from_patient", "sent_at"))


class MessageRead(Base):
    """That one reader has read one message, and when."""

    __tablename__ = "message_reads"

    message_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    read_at: Mapped[datetime]


class MessageDraft(Base):
    """What one person was writing in one form: a thread's id, or "new", and how the id of the form begins."""

    __tablename__ = "message_drafts"

    id: Mapped[uuid.UUID] = key()
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    place: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(Text())
    body: Mapped[str] = mapped_column(Text())
    saved_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("user_id", "patient_id", "place"),)


class ThreadNote(Base):
    """What the care team notes for itself about a thread, one row for each wording of it."""

    __tablename__ = "thread_notes"

    id: Mapped[uuid.UUID] = key()
    submission_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    note_id: Mapped[uuid.UUID]
    version: Mapped[int]
    thread_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("threads.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    body: Mapped[str] = mapped_column(Text())
    written_at: Mapped[datetime]
    written_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))

    __table_args__ = (UniqueConstraint("note_id", "version"), Index(None, "thread_id", "written_at"))


class ThreadClosing(Base):
    """That a wait ended without a reply: somebody was reached in another way, or it needs no answer and why."""

    __tablename__ = "thread_closings"

    id: Mapped[uuid.UUID] = key()
    submission_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    thread_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("threads.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    how: Mapped[How] = mapped_column(choice(How))
    way: Mapped[Way | None] = mapped_column(choice(Way))
    words: Mapped[str] = mapped_column(Text())
    owed_since: Mapped[datetime | None]
    at: Mapped[datetime]
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))

    __table_args__ = (Index(None, "thread_id", "at"),)
