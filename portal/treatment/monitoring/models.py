"""What is watched over months of treatment."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, choice, key


class Watched(StrEnum):
    URINARY = "urinary"
    LIVER = "liver"
    COGNITION = "cognition"
    MISUSE = "misuse"


class Outcome(StrEnum):
    FINE = "fine"
    ATTENTION = "attention"


class MonitoringResult(Base):
    """One check that was done, and what it came to."""

    __tablename__ = "monitoring_results"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    kind: Mapped[Watched] = mapped_column(choice(Watched))
    done_on: Mapped[date]
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome))
    note: Mapped[str] = mapped_column(Text(), default="")
    revision: Mapped[int] = mapped_column(default=1)
    withdrawn_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))

    __table_args__ = (Index(None, "patient_id", "kind", "done_on"),)
