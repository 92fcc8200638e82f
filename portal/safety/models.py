"""What a rule found, and what a person must answer."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, choice, key
from portal.safety.rules import Severity

__all__ = ["Alert", "AlertState", "AlertTransition", "Closing", "Concern", "Contact", "Severity"]


class AlertState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    ACTED_ON = "acted-on"
    CLOSED = "closed"


class Contact(StrEnum):
    """What somebody of the team did about an alert."""

    SPOKE = "spoke"
    NO_ANSWER = "no-answer"
    WROTE = "wrote"
    EMERGENCY_CONTACT = "emergency-contact"
    EMERGENCY_SERVICES = "emergency-services"
    OTHER = "other-act"


class Closing(StrEnum):
    """Why an alert needs no more."""

    SAFE = "safe"
    HANDED_OVER = "handed-over"
    BY_MISTAKE = "by-mistake"
    OTHER = "other-reason"


class Alert(Base):
    """Something about a patient that a person of the care team must answer."""

    __tablename__ = "alerts"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    rule: Mapped[str] = mapped_column(String(10))
    severity: Mapped[int] = mapped_column(SmallInteger())
    on: Mapped[date]
    state: Mapped[AlertState] = mapped_column(choice(AlertState), default=AlertState.OPEN)
    opened_at: Mapped[datetime]
    state_at: Mapped[datetime]

    __table_args__ = (Index(None, "patient_id", "state"), Index(None, "state", "severity", "opened_at"))


class Concern(Base):
    """One answer, or one thing recorded at a bedside, that a rule found worth a person's attention; a row of its own.

    What was recorded at a bedside has no instrument: `said` holds it in words, and `occurred_at` when it happened.
    """

    __tablename__ = "concerns"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"), index=True)
    alert_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("alerts.id"), index=True)
    submission_id: Mapped[uuid.UUID]
    instrument: Mapped[str] = mapped_column(String(60))
    item: Mapped[str] = mapped_column(String(40))
    rule: Mapped[str] = mapped_column(String(10))
    severity: Mapped[int] = mapped_column(SmallInteger())
    value: Mapped[float | None]
    said: Mapped[str] = mapped_column(Text(), default="")
    occurred_at: Mapped[datetime | None]
    found_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("patient_id", "submission_id", "rule", "item", "value"),)


class AlertTransition(Base):
    """An alert's step from one state to another: who, when and why."""

    __tablename__ = "alert_transitions"

    id: Mapped[uuid.UUID] = key()
    alert_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("alerts.id"), index=True)
    before: Mapped[AlertState | None] = mapped_column(choice(AlertState, "before"))
    after: Mapped[AlertState] = mapped_column(choice(AlertState, "after"))
    at: Mapped[datetime]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    how: Mapped[str] = mapped_column(String(30), default="")
    reason: Mapped[str] = mapped_column(Text(), default="")
