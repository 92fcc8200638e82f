"""Threads between a patient and the care team."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, key


class Thread(Base):
    """One conversation; it may be about one infusion. The counts say what nobody of that side has read yet."""

    __tablename__ = "threads"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    subject: Mapped[str] = mapped_column(String(200))
    about_infusion_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("infusions.id"))
    started_at: Mapped[datetime]
    started_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    last_message_at: Mapped[datetime]
    unread_by_team: Mapped[int] = mapped_column(default=0)
    unread_by_patient: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        Index(None, "patient_id", "last_message_at"),
        Index(None, "last_message_at"),
        Index(
            "ix_threads_waiting_for_team",
            "last_message_at",
            sqlite_where=text("unread_by_team > 0"),
            postgresql_where=text("unread_by_team > 0"),
        ),
    )


class Message(Base):
    """One message of a thread, as it was sent."""

    __tablename__ = "messages"

    id: Mapped[uuid.UUID] = key()
    submission_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    thread_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("threads.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    is_from_patient: Mapped[bool]
    body: Mapped[str] = mapped_column(Text())
    sent_at: Mapped[datetime]

    __table_args__ = (Index(None, "thread_id", "sent_at"), Index(None, "patient_id", "is_from_patient", "sent_at"))


class MessageRead(Base):
    """That one reader has read one message, and when."""

    __tablename__ = "message_reads"

    message_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    read_at: Mapped[datetime]
