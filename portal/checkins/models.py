"""What is asked, what was answered, and what it scored."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, SmallInteger, String, Text, UniqueConstraint, or_, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, choice, key


class ScoreState(StrEnum):
    COMPLETE = "complete"
    PRORATED = "prorated"
    NOT_SCORABLE = "not-scorable"


class Mode(StrEnum):
    """How the answers came: typed by the patient, read out to staff, or a total that a clinician arrived at."""

    SELF = "self"
    PHONE = "phone"
    BEDSIDE = "bedside"
    CLINICIAN = "clinician"


class PlanItem(Base):
    """One instrument a patient is asked, and when: `triggers` as `checkins.plan` reads them.

    `is_requested`: somebody of the care team asked for it once, in a message; it is no line of the plan.
    """

    __tablename__ = "plan_items"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"), index=True)
    instrument: Mapped[str] = mapped_column(String(60))
    triggers: Mapped[list[dict[str, Any]]] = mapped_column(JSON(), default=list)
    min_gap_days: Mapped[int] = mapped_column(SmallInteger(), default=0)
    extra_items: Mapped[list[str]]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    is_requested: Mapped[bool] = mapped_column(default=False)


class CheckIn(Base):
    """One set of answers as it was given. A correction is a new row that points at the old one.

    `offered_at` is when its window opened, `submitted_at` when the sender's clock says it was sent, `answered_ms` how
    many milliseconds after the start each item was answered last, `quality` what a clinician should know about it
    (codes of `checkins.quality`), `entered_by_id` who of the staff typed it in.
    """

    __tablename__ = "check_ins"

    id: Mapped[uuid.UUID] = key()
    submission_id: Mapped[uuid.UUID]
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    plan_item_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("plan_items.id"))
    instrument: Mapped[str] = mapped_column(String(60))
    version: Mapped[int] = mapped_column(SmallInteger())
    language: Mapped[str] = mapped_column(String(12))
    asked: Mapped[list[str]]
    answers: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(Text(), default="")
    for_on: Mapped[date]
    time_zone: Mapped[str] = mapped_column(String(64))
    mode: Mapped[Mode] = mapped_column(choice(Mode), default=Mode.SELF)
    entered_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    offered_at: Mapped[datetime | None]
    started_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    answered_ms: Mapped[dict[str, Any]] = mapped_column(default=dict)
    quality: Mapped[list[str]] = mapped_column(default=list)
    engine: Mapped[int] = mapped_column(SmallInteger(), default=1)
    answers_hash: Mapped[str] = mapped_column(String(64))
    corrects_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("check_ins.id"), unique=True)
    superseded_at: Mapped[datetime | None]
    reviewed_at: Mapped[datetime | None]
    reviewed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))

    __table_args__ = (
        UniqueConstraint("patient_id", "submission_id"),
        Index(None, "patient_id", "instrument", "for_on"),
        Index(None, "patient_id", "received_at"),
        Index(
            "ix_check_ins_unreviewed",
            "patient_id",
            "received_at",
            sqlite_where=text("reviewed_at IS NULL AND superseded_at IS NULL"),
            postgresql_where=text("reviewed_at IS NULL AND superseded_at IS NULL"),
        ),
    )


A_WORD = or_(CheckIn.corrects_id.is_(None), CheckIn.entered_by_id.is_(None))
"""The condition that with a check-in the patient was heard: with what staff correct in an earlier one they were not."""


class ScoreRow(Base):
    """One number a check-in came to: a total, or one item of the daily check-in. Charts read these and nothing else."""

    __tablename__ = "scores"

    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"), primary_key=True)
    instrument: Mapped[str] = mapped_column(String(60), primary_key=True)
    scale: Mapped[str] = mapped_column(String(40), primary_key=True)
    for_on: Mapped[date] = mapped_column(primary_key=True)
    check_in_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("check_ins.id"), primary_key=True)
    at: Mapped[datetime]
    value: Mapped[float | None]
    band: Mapped[str | None] = mapped_column(String(40))
    state: Mapped[ScoreState] = mapped_column(choice(ScoreState))
    answered: Mapped[int] = mapped_column(SmallInteger())
    asked: Mapped[int] = mapped_column(SmallInteger())
    version: Mapped[int] = mapped_column(SmallInteger())
    is_current: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (Index(None, "check_in_id"),)


class CheckInDraft(Base):
    """Answers given so far, kept so that a closed page or a dead battery loses nothing.

    `version` is the one they were begun in, in which they may be finished. `left_open_at` is when a safety question
    that was reached and left open was passed to the care team.
    """

    __tablename__ = "check_in_drafts"

    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"), primary_key=True)
    plan_item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan_items.id"), primary_key=True)
    for_on: Mapped[date] = mapped_column(primary_key=True)
    submission_id: Mapped[uuid.UUID]
    version: Mapped[int] = mapped_column(SmallInteger(), default=1)
    answers: Mapped[dict[str, Any]]
    answered_ms: Mapped[dict[str, Any]] = mapped_column(default=dict)
    note: Mapped[str] = mapped_column(Text(), default="")
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime] = mapped_column(index=True)
    left_open_at: Mapped[datetime | None]


class HistoryUpload(Base):
    """A file that somebody is bringing in: kept for a day between its pages, one for each person, never served again.

    `content` is compressed; `look` is what was seen in it; `fields` what the person said about its columns.
    """

    __tablename__ = "history_uploads"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"), unique=True)
    file_name: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes] = mapped_column(LargeBinary())
    look: Mapped[dict[str, Any]]
    fields: Mapped[dict[str, Any]]
    sent_at: Mapped[datetime] = mapped_column(index=True)


class HistoryImport(Base):
    """One file of a diary kept elsewhere, and what became of its rows.

    `imported + merged + refused == rows`. `added` counts the numbers and notes that its merged rows gave to entries
    which were there already. Of the refused rows the first thousand are kept with their reasons.
    """

    __tablename__ = "history_imports"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"), index=True)
    source: Mapped[str] = mapped_column(String(20))
    file_name: Mapped[str] = mapped_column(String(200))
    mapping: Mapped[dict[str, Any]]
    rows: Mapped[int]
    imported: Mapped[int]
    merged: Mapped[int]
    refused: Mapped[int]
    added: Mapped[int]
    refusals: Mapped[list[dict[str, Any]]] = mapped_column(JSON())
    notices: Mapped[list[dict[str, Any]]] = mapped_column(JSON())
    imported_at: Mapped[datetime]
    imported_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))


class HistoryScale(Base):
    """A scale of an imported diary, in its own range and never rescaled."""

    __tablename__ = "history_scales"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    name: Mapped[str] = mapped_column(String(80))
    minimum: Mapped[float]
    maximum: Mapped[float]
    higher_is_better: Mapped[bool]
    unit: Mapped[str] = mapped_column(String(20))

    __table_args__ = (
        UniqueConstraint(
            *("patient_id", "name", "minimum", "maximum", "higher_is_better", "unit"),
            name="uq_history_scales_described",
        ),
    )


class HistoryEntry(Base):
    """One row of an imported diary; where only the day is known, `occurred_at` is its noon."""

    __tablename__ = "history_entries"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    import_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("history_imports.id"), index=True)
    line: Mapped[int]
    fingerprint: Mapped[str] = mapped_column(String(64))
    occurred_at: Mapped[datetime]
    for_on: Mapped[date]
    time_zone: Mapped[str] = mapped_column(String(64))
    time_known: Mapped[bool]
    note: Mapped[str] = mapped_column(Text(), default="")
    activities: Mapped[list[str]]

    __table_args__ = (UniqueConstraint("patient_id", "fingerprint"),)


class HistoryValue(Base):
    """One number of an imported diary, with the import that brought it; charts read these."""

    __tablename__ = "history_values"

    scale_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("history_scales.id"), primary_key=True)
    occurred_at: Mapped[datetime] = mapped_column(primary_key=True)
    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("history_entries.id"), primary_key=True, index=True)
    import_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("history_imports.id"))
    for_on: Mapped[date]
    value: Mapped[float]
