"""What a provider orders for an infusion."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, choice, key
from portal.treatment.models import Route


class InfusionOrder(Base):
    """A signed order; another one for the same infusion replaces it, and it is never changed."""

    __tablename__ = "infusion_orders"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    infusion_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("infusions.id"))
    number: Mapped[int] = mapped_column(SmallInteger())
    drug: Mapped[str] = mapped_column(String(120))
    dose_mg: Mapped[float | None] = mapped_column(Numeric(8, 2, asdecimal=False))
    dose_mg_per_kg: Mapped[float | None] = mapped_column(Numeric(7, 3, asdecimal=False))
    dose_mg_per_kg_h: Mapped[float | None] = mapped_column(Numeric(9, 4, asdecimal=False))
    weight_kg: Mapped[float | None] = mapped_column(Numeric(6, 2, asdecimal=False))
    route: Mapped[Route] = mapped_column(choice(Route))
    minutes: Mapped[int]
    limits: Mapped[dict[str, Any]]
    instructions: Mapped[str] = mapped_column(Text(), default="")
    dose_reason: Mapped[str] = mapped_column(Text(), default="")
    screening_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("screenings.id"))
    unscreened_reason: Mapped[str] = mapped_column(Text(), default="")
    signed_at: Mapped[datetime]
    signed_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_reason: Mapped[str] = mapped_column(Text(), default="")

    __table_args__ = (
        UniqueConstraint("infusion_id", "number"),
        CheckConstraint("minutes > 0", name="minutes_positive"),
    )
