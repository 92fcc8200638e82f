"""A patient's safety plan, and the phones it is kept on."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, key


class SafetyPlan(Base):
    """One version of a safety plan, whole; the latest is the plan, and every former one stays.

    `written_with_id` is the clinician it was written with, or the one who wrote it down for the patient.
    """

    __tablename__ = "safety_plans"

    id: Mapped[uuid.UUID] = key()
    submission_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    sections: Mapped[dict[str, Any]]
    review_on: Mapped[date | None]
    written_at: Mapped[datetime]
    written_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    written_with_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))

    __table_args__ = (Index(None, "patient_id", "written_at"),)


class KeptPlan(Base):
    """A phone on which the patient keeps the plan to read it without a connection; removed at its next contact.

    The phone knows itself by a token whose hash is here. `gone_at` is when it said that its copy is deleted.
    """

    __tablename__ = "kept_plans"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"), index=True)
    plan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("safety_plans.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    device: Mapped[str] = mapped_column(String(120))
    kept_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]
