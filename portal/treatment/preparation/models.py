"""What a patient confirms before an infusion."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, choice, key
from portal.treatment.preparation.steps import Adult, Step

__all__ = ["Adult", "Preparation", "Step"]


class Preparation(Base):
    """What a patient said once; a later one of the same step counts, the earlier ones stay."""

    __tablename__ = "preparations"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    infusion_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("infusions.id"))
    step: Mapped[Step] = mapped_column(choice(Step))
    adult: Mapped[Adult] = mapped_column(choice(Adult))
    adult_name: Mapped[str] = mapped_column(String(200), default="")
    has_health_change: Mapped[bool | None]
    health_change: Mapped[str] = mapped_column(Text(), default="")
    has_medicine_change: Mapped[bool | None]
    medicine_change: Mapped[str] = mapped_column(Text(), default="")
    ate_at: Mapped[datetime | None]
    drank_at: Mapped[datetime | None]
    answered_at: Mapped[datetime]
    answered_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))

    __table_args__ = (Index(None, "infusion_id", "step", "answered_at"),)
