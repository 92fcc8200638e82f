"""Spells in which nothing was heard of a patient."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, key


class Silence(Base):
    """One spell: what was missed, when the patient was reminded, which alert it opened, when they were heard again."""

    __tablename__ = "silences"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    missed: Mapped[dict[str, Any]]
    began_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    reminded_again_at: Mapped[datetime | None]
    alert_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("alerts.id"))
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_silences_going_on",
            "patient_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
