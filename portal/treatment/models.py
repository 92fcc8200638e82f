"""Courses of infusions, planned and given."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, SmallInteger, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, choice, key

_IS_PLANNED = text("status = 'planned'")


class CourseStatus(StrEnum):
    RUNNING = "running"
    ENDED = "ended"


class InfusionKind(StrEnum):
    INDUCTION = "induction"
    BOOSTER = "booster"


class InfusionStatus(StrEnum):
    PLANNED = "planned"
    COMPLETED = "completed"
    STOPPED_EARLY = "stopped-early"
    CANCELLED = "cancelled"
    MISSED = "missed"


class Site(StrEnum):
    HOME = "home"
    CLINIC = "clinic"


class Route(StrEnum):
    INTRAVENOUS = "intravenous"
    INTRAMUSCULAR = "intramuscular"
    SUBCUTANEOUS = "subcutaneous"
    INTRANASAL = "intranasal"
    ORAL = "oral"


class Course(Base):
    """A series with its boosters."""

    __tablename__ = "courses"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"), index=True)
    indication: Mapped[str] = mapped_column(String(60))
    series_planned: Mapped[int] = mapped_column(SmallInteger())
    protocol: Mapped[str] = mapped_column(Text(), default="")
    revision: Mapped[int] = mapped_column(default=1)
    status: Mapped[CourseStatus] = mapped_column(choice(CourseStatus), default=CourseStatus.RUNNING)
    started_on: Mapped[date]
    ended_on: Mapped[date | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))


class Infusion(Base):
    """One infusion: what was planned and what was done."""

    __tablename__ = "infusions"

    id: Mapped[uuid.UUID] = key()
    course_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("courses.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    number: Mapped[int] = mapped_column(SmallInteger())
    kind: Mapped[InfusionKind] = mapped_column(choice(InfusionKind))
    status: Mapped[InfusionStatus] = mapped_column(choice(InfusionStatus))
    planned_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    happens_at: Mapped[datetime]
    dose_mg: Mapped[float | None] = mapped_column(Numeric(8, 2, asdecimal=False))
    dose_mg_per_kg: Mapped[float | None] = mapped_column(Numeric(7, 3, asdecimal=False))
    dose_mg_per_kg_h: Mapped[float | None] = mapped_column(Numeric(9, 4, asdecimal=False))
    weight_kg: Mapped[float | None] = mapped_column(Numeric(6, 2, asdecimal=False))
    route: Mapped[Route] = mapped_column(choice(Route), default=Route.INTRAVENOUS)
    minutes: Mapped[int | None]
    site: Mapped[Site] = mapped_column(choice(Site), default=Site.HOME)
    given_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    supervised_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    at_bedside: Mapped[str] = mapped_column(String(200), default="")
    outcome_note: Mapped[str] = mapped_column(Text(), default="")
    dose_reason: Mapped[str] = mapped_column(Text(), default="")
    submission_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    revision: Mapped[int] = mapped_column(default=1)
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))

    __table_args__ = (
        UniqueConstraint("course_id", "number"),
        Index(None, "patient_id", "happens_at"),
        Index("ix_infusions_planned", "happens_at", sqlite_where=_IS_PLANNED, postgresql_where=_IS_PLANNED),
        CheckConstraint("dose_mg IS NULL OR dose_mg > 0", name="dose_mg_positive"),
        CheckConstraint("minutes IS NULL OR minutes > 0", name="minutes_positive"),
    )


class InfusionRevision(Base):
    """An infusion as it stood before somebody changed it."""

    __tablename__ = "infusion_revisions"

    id: Mapped[uuid.UUID] = key()
    infusion_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("infusions.id"), index=True)
    revision: Mapped[int]
    values: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(Text(), default="")
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))


class InfusionSignature(Base):
    """A provider's signature under the record of an infusion; what comes later shows as a change after it."""

    __tablename__ = "infusion_signatures"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    infusion_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("infusions.id"), index=True)
    note: Mapped[str] = mapped_column(Text(), default="")
    signed_at: Mapped[datetime]
    signed_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))


class TreatmentRevision(Base):
    """Something of the treatment record as it stood before somebody corrected it."""

    __tablename__ = "treatment_revisions"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    thing: Mapped[str] = mapped_column(String(30))
    thing_id: Mapped[uuid.UUID]
    revision: Mapped[int]
    values: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(Text(), default="")
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))

    __table_args__ = (UniqueConstraint("thing_id", "revision"),)
