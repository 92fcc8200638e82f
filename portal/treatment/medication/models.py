"""The medicines a patient takes and what they are allergic to."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, choice, key


class ChangeKind(StrEnum):
    STARTED = "started"
    CHANGED = "changed"
    STOPPED = "stopped"


class Medicine(Base):
    """A medicine as it is taken now, or was when it was stopped."""

    __tablename__ = "medicines"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    dose: Mapped[str] = mapped_column(String(200), default="")
    groups: Mapped[list[str]]
    started_on: Mapped[date | None]
    stopped_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text(), default="")
    revision: Mapped[int] = mapped_column(default=1)
    withdrawn_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))


class MedicineChange(Base):
    """A medicine started, taken differently, or stopped, and on which day."""

    __tablename__ = "medicine_changes"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"), index=True)
    medicine_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("medicines.id"), index=True)
    kind: Mapped[ChangeKind] = mapped_column(choice(ChangeKind))
    on: Mapped[date | None]
    dose: Mapped[str] = mapped_column(String(200), default="")
    reason: Mapped[str] = mapped_column(Text(), default="")
    revision: Mapped[int] = mapped_column(default=1)
    withdrawn_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))


class Allergy(Base):
    """What a patient is allergic to or does not tolerate."""

    __tablename__ = "allergies"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"), index=True)
    substance: Mapped[str] = mapped_column(String(200))
    reaction: Mapped[str] = mapped_column(String(300), default="")
    revision: Mapped[int] = mapped_column(default=1)
    withdrawn_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
