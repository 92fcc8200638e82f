"""Follow-ups: what the care team writes after something it saw, now or on a later day."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, choice, key


class State(StrEnum):
    """What became of a follow-up; `TO_DECIDE` is one whose author left, which the care team has to decide on."""

    PLANNED = "planned"
    SENT = "sent"
    DROPPED = "dropped"
    CANCELLED = "cancelled"
    TO_DECIDE = "to-decide"


class Why(StrEnum):
    """Why a follow-up was not sent, or waits for the care team."""

    NONE = "none"
    CHECK_IN_CAME = "check-in-came"
    LEFT_CARE = "left-care"
    AUTHOR_LEFT = "author-left"
    NOT_THEIRS = "not-theirs"


class FollowUp(Base):
    """One follow-up to one patient. `send_on` is the patient's day, `due_at` the moment on or after it that suits both.

    With `unless_check_in` it is dropped where a check-in has come since `planned_at`.
    """

    __tablename__ = "follow_ups"

    id: Mapped[uuid.UUID] = key()
    submission_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text())
    about_infusion_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("infusions.id"))
    about_check_in_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("check_ins.id"))
    send_on: Mapped[date]
    due_at: Mapped[datetime]
    unless_check_in: Mapped[bool] = mapped_column(default=False)
    state: Mapped[State] = mapped_column(choice(State), default=State.PLANNED)
    why: Mapped[Why] = mapped_column(choice(Why), default=Why.NONE)
    revision: Mapped[int] = mapped_column(default=1)
    planned_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    thread_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("threads.id"))

    __table_args__ = (
        Index(None, "patient_id", "planned_at"),
        Index(None, "thread_id"),
        Index(
            "ix_follow_ups_due",
            "due_at",
            "id",
            sqlite_where=text("state = 'planned'"),
            postgresql_where=text("state = 'planned'"),
        ),
        Index(
            "ix_follow_ups_planned_by",
            "author_id",
            "due_at",
            sqlite_where=text("state = 'planned'"),
            postgresql_where=text("state = 'planned'"),
        ),
        Index(
            "ix_follow_ups_to_decide",
            "patient_id",
            "due_at",
            sqlite_where=text("state = 'to-decide'"),
            postgresql_where=text("state = 'to-decide'"),
        ),
    )
