"""One text to many patients, each of whom gets a message of their own."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, choice, key
from portal.follow_ups.many.reasons import BatchState, LeftOut, Place

__all__ = ["Batch", "BatchState", "LeftOut", "Place", "Recipient"]


class Batch(Base):
    """What one person writes to a list of their patients; `subject` and `body` may hold fields."""

    __tablename__ = "follow_up_batches"

    id: Mapped[uuid.UUID] = key()
    submission_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    show: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text())
    state: Mapped[BatchState] = mapped_column(choice(BatchState), default=BatchState.DRAFT)
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        Index(None, "author_id", "created_at"),
        Index(
            "ix_follow_up_batches_running",
            "started_at",
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
    )


class Recipient(Base):
    """One patient of a batch, and what is written to them; once per batch."""

    __tablename__ = "follow_up_recipients"

    id: Mapped[uuid.UUID] = key()
    batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("follow_up_batches.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    position: Mapped[int]
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text())
    place: Mapped[Place] = mapped_column(choice(Place), default=Place.READY)
    why: Mapped[LeftOut] = mapped_column(choice(LeftOut), default=LeftOut.NONE)
    settled_at: Mapped[datetime | None]
    thread_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("threads.id"))

    __table_args__ = (
        UniqueConstraint("batch_id", "patient_id"),
        Index(None, "batch_id", "position"),
        Index(None, "thread_id"),
    )
