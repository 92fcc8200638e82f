"""What is recorded at the bedside on the day of an infusion."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, choice, key
from portal.treatment.flowsheet.kinds import EntryKind, Level

__all__ = ["EntryKind", "FlowsheetEntry", "Level"]


class FlowsheetEntry(Base):
    """One entry, under the id its device gave it; never changed, only corrected by another with a reason."""

    __tablename__ = "flowsheet_entries"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    infusion_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("infusions.id"))
    kind: Mapped[EntryKind] = mapped_column(choice(EntryKind))
    values: Mapped[dict[str, Any]]
    level: Mapped[Level] = mapped_column(choice(Level), default=Level.NONE)
    rules_version: Mapped[int]
    occurred_at: Mapped[datetime]
    device: Mapped[str] = mapped_column(String(40), default="")
    sequence: Mapped[int] = mapped_column(default=0)
    skew_seconds: Mapped[int] = mapped_column(default=0)
    was_queued: Mapped[bool] = mapped_column(default=False)
    corrects_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("flowsheet_entries.id"), unique=True)
    reason: Mapped[str] = mapped_column(Text(), default="")
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))

    __table_args__ = (Index(None, "infusion_id", "occurred_at"),)
