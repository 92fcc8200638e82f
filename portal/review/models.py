"""The caseload: one summary row per patient, and one entry for each person who looks after them."""

import uuid
from datetime import UTC, date, datetime

from sqlalchemy import ForeignKey, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.access.policy import PatientStatus
from portal.checkins.ready_made import Phase
from portal.db import Base, choice

NOBODY_WAITS = datetime(9999, 12, 31, tzinfo=UTC)
"""Where somebody who waits for no answer stands among those who do: after all of them."""


class CaseloadRow(Base):
    """What the caseload shows of a patient: instants and counts that only a write can change.

    `latest` is the newest score of the patient's main scale, `baseline`, `previous` and `best` are complete ones of the
    same questions, and `trend` is where the score is heading (`instruments.change.Trend`): as the progress page has it.
    """

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
    trend: Mapped[str | None] = mapped_column(String(10))
    phase: Mapped[Phase] = mapped_column(choice(Phase))
    last_infusion_at: Mapped[datetime | None]
    next_infusion_at: Mapped[datetime | None]
    infusions_done: Mapped[int] = mapped_column(SmallInteger(), default=0)
    last_check_in_at: Mapped[datetime | None]
    unreviewed: Mapped[int] = mapped_column(default=0)
    unread: Mapped[int] = mapped_column(default=0)
    owed_since: Mapped[datetime | None]
    open_alerts: Mapped[int] = mapped_column(default=0)
    worst_open_alert: Mapped[int] = mapped_column(SmallInteger(), default=0)
    review_on: Mapped[date | None]
    looked_at: Mapped[datetime | None]
    new_since_look: Mapped[int] = mapped_column(default=0)
    refreshed_at: Mapped[datetime]


FLAGS = ("is_lead", "is_worsening", "in_induction", "is_in_danger")
DATES = ("review_on", "heard_at", "owed_since")


def _listed(flag: str) -> Index:
    """Only those with a flag, in the order of the list."""
    return Index(
        f"ix_caseload_entries_{flag}",
        *("user_id", "rank", "waits_from", "sort_name", "patient_id"),
        sqlite_where=text(f"{flag} = 1"),
        postgresql_where=text(flag),
    )


def _dated(column: str) -> Index:
    """Only those with a day, the earliest first."""
    return Index(
        f"ix_caseload_entries_{column}",
        *("user_id", column, "sort_name", "patient_id"),
        sqlite_where=text(f"{column} IS NOT NULL"),
        postgresql_where=text(f"{column} IS NOT NULL"),
    )


class CaseloadEntry(Base):
    """One patient in one person's caseload, in the order they are listed, with what it is filtered by.

    Of somebody who is not in care nothing but the rank is set, since when an answer is owed to them, and whether what
    waits has words of danger in it: no other filter finds them. `heard_at` is when the patient was last heard of
    (enrolled, answered); how long ago that is, whether a review is due, or an answer overdue, is worked out when read.
    `waits_from` is `owed_since` to sort by.
    """

    __tablename__ = "caseload_entries"

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"), primary_key=True)
    rank: Mapped[int] = mapped_column(SmallInteger())
    sort_name: Mapped[str] = mapped_column(String(220))
    is_lead: Mapped[bool] = mapped_column(default=False)
    is_worsening: Mapped[bool] = mapped_column(default=False)
    in_induction: Mapped[bool] = mapped_column(default=False)
    is_in_danger: Mapped[bool] = mapped_column(default=False)
    review_on: Mapped[date | None]
    heard_at: Mapped[datetime | None]
    owed_since: Mapped[datetime | None]
    waits_from: Mapped[datetime] = mapped_column(default=NOBODY_WAITS)

    __table_args__ = (
        Index("ix_caseload_entries_need", "user_id", "rank", "waits_from", "sort_name", "patient_id"),
        Index(None, "user_id", "sort_name", "patient_id"),
        Index(None, "patient_id"),
        *(_listed(flag) for flag in FLAGS),
        *(_dated(column) for column in DATES),
    )
