"""What was asked before treatment, and what a provider decided."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, choice, key


class Decision(StrEnum):
    GO_AHEAD = "go-ahead"
    NOT_NOW = "not-now"


class Screening(Base):
    """One asking of everything that must be known before a first infusion; never changed, only corrected by another."""

    __tablename__ = "screenings"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"), index=True)
    course_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("courses.id"))
    rules_version: Mapped[int]
    answers: Mapped[dict[str, Any]]
    classes: Mapped[dict[str, Any]]
    weight_kg: Mapped[float | None] = mapped_column(Numeric(6, 2, asdecimal=False))
    in_person_on: Mapped[date | None]
    in_person_by: Mapped[str] = mapped_column(String(200), default="")
    consent_on: Mapped[date | None]
    adult_name: Mapped[str] = mapped_column(String(200), default="")
    adult_phone: Mapped[str] = mapped_column(String(40), default="")
    emergency_plan: Mapped[str] = mapped_column(Text(), default="")
    medicines: Mapped[list[str]]
    allergies: Mapped[list[str]]
    lists_checked: Mapped[bool] = mapped_column(default=False)
    corrects_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("screenings.id"), unique=True)
    reason: Mapped[str] = mapped_column(Text(), default="")
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))


class ScreeningDecision(Base):
    """A provider's signed decision about a screening; a later one stands beside it, never over it."""

    __tablename__ = "screening_decisions"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    screening_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("screenings.id"), index=True)
    decision: Mapped[Decision] = mapped_column(choice(Decision))
    overrides: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(Text())
    decided_at: Mapped[datetime]
    decided_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
