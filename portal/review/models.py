"""The caseload: one summary row per patient, and one entry for each person who looks after them."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.access.policy import PatientStatus
from portal.db import Base, choice


class CaseloadRow(Base):
    """What the caseload shows of a patient: instants and counts that only a write can change."""

    __tablename__ = "caseload_rows"

    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(220))
    status: Mapped[PatientStatus] = mapped_column(choice(PatientStatus))
    conditions: Mapped[str] = mapped_column(String(300))
    instrument: Mapped[str] = mapped_column(String(60))
    baseline: Mapped[float | None]
    latest: Mapped[float | None]
    latest_state: Mapped[str | None] = mapped_column(String(20))
    latest_band: Mapped[str | None] = mapped_column(String(40))
    latest_at: Mapped[datetime | None]
    previous: Mapped[float | None]
    best: Mapped[float | None]
    last_infusion_at: Mapped[datetime | None]
    next_infusion_at: Mapped[datetime | None]
    infusions_done: Mapped[int] = mapped_column(SmallInteger(), default=0)
    last_check_in_at: Mapped[datetime | None]
    overdue: Mapped[int] = mapped_column(SmallInteger(), default=0)
    unreviewed: Mapped[int] = mapped_column(default=0)
    unread: Mapped[int] = mapped_column(default=0)
    open_alerts: Mapped[int] = mapped_column(default=0)
    worst_open_alert: Mapped[int] = mapped_column(SmallInteger(), default=0)
    looked_at: Mapped[datetime | None]
    new_since_look: Mapped[int] = mapped_column(default=0)
    refreshed_at: Mapped[datetime]


class CaseloadEntry(Base):
    """One patient in one person's caseload, in the order they are listed."""

    __tablename__ = "caseload_entries"

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"), primary_key=True)
    rank: Mapped[int] = mapped_column(SmallInteger())
    sort_name: Mapped[str] = mapped_column(String(220))

    __table_args__ = (
        Index(None, "user_id", "rank", "sort_name", "patient_id"),
        Index(None, "user_id", "sort_name", "patient_id"),
        Index(None, "patient_id"),
    )
