"""The audit: append-only rows, each sealed to the one before."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class AuditEvent(Base):
    """One thing that was done, looked at or refused: metadata only, never what it said."""

    __tablename__ = "audit_events"

    sequence: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    event: Mapped[str] = mapped_column(String(80))
    outcome: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[uuid.UUID | None]
    actor_role: Mapped[str] = mapped_column(String(20))
    patient_id: Mapped[uuid.UUID | None]
    thing_id: Mapped[uuid.UUID | None]
    address: Mapped[str] = mapped_column(String(64))
    details: Mapped[dict[str, Any]]
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        Index(None, "patient_id", "at"),
        Index(None, "actor_id", "at"),
        Index(None, "event", "at"),
    )


class AuditHead(Base):
    """The last sealed row; its one row is also what serialises writers."""

    __tablename__ = "audit_heads"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(BigInteger())
    hash: Mapped[str] = mapped_column(String(64))
