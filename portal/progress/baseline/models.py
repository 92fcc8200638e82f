"""Which score a clinician compares the others with, where it is not the last one before the course."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, key


class ChosenBaseline(Base):
    """One choice; the newest of a patient, instrument and scale that nobody took back is in force.

    `course_id` is the course it was chosen for (None: before any course); another course begins with its own default.
    """

    __tablename__ = "chosen_baselines"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    course_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("courses.id"))
    check_in_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("check_ins.id"))
    instrument: Mapped[str] = mapped_column(String(60))
    scale: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text())
    submission_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    chosen_at: Mapped[datetime]
    chosen_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_reason: Mapped[str] = mapped_column(Text(), default="")

    __table_args__ = (
        Index(
            "uq_chosen_baselines_in_force",
            "patient_id",
            "instrument",
            "scale",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )
