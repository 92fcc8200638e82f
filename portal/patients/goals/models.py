"""What a patient hopes for from treatment, in their own words."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, key


class PatientGoals(Base):
    """One version of a patient's goals; the newest stands, the earlier ones stay. "" means none any more."""

    __tablename__ = "patient_goals"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    submission_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    words: Mapped[str] = mapped_column(Text())
    said_at: Mapped[datetime]
    said_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))

    __table_args__ = (Index(None, "patient_id", "said_at"),)
