"""What a rule found, and what a person must answer."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, choice, key
from portal.safety.rules import Severity

__all__ = ["Alert", "AlertState", "AlertTransition", "Closing", "Concern", "Contact", "Event", "Severity"]


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
    FALSE_ALARM = "false-alarm"
    OTHER = "other-reason"


class Event(StrEnum):
    """What happened to an alert besides what somebody did about it; a transition of its own says so."""

    ANOTHER_ANSWER = "another-answer"
    REOPENED = "reopened"
    ASSIGNED = "assigned"
    CALLED = "called"
    ESCALATED = "escalated"
    NOT_DELIVERED = "not-delivered"
    DELIVERED = "delivered"
    CARD_READ = "card-read"
    HEARD_AGAIN = "heard-again"


class Alert(Base):
    """Something about a patient that a person must answer.

    `on_worklist` alerts are unchanged answers within a personal baseline: they wait on a list and nobody is told.
    `ring` says how far it was told: 0 the care team, 1 whoever is on call, 2 every provider. `due_at` is by when
    somebody was to have taken it on, `escalate_at` when it goes further; both None where nothing runs.
    """

    __tablename__ = "alerts"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    rule: Mapped[str] = mapped_column(String(10))
    severity: Mapped[int] = mapped_column(SmallInteger())
    on: Mapped[date]
    state: Mapped[AlertState] = mapped_column(choice(AlertState), default=AlertState.OPEN)
    opened_at: Mapped[datetime]
    state_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    assigned_to_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    on_worklist: Mapped[bool] = mapped_column(default=False)
    ring: Mapped[int] = mapped_column(SmallInteger(), default=0)
    due_at: Mapped[datetime | None]
    escalate_at: Mapped[datetime | None]

    __table_args__ = (
        Index(None, "patient_id", "state"),
        Index(None, "state", "severity", "opened_at"),
        Index(
            "ix_alerts_escalate_at",
            "escalate_at",
            sqlite_where=text("escalate_at IS NOT NULL"),
            postgresql_where=text("escalate_at IS NOT NULL"),
        ),
    )


class Concern(Base):
    """One answer, or one thing recorded at a bedside, that a rule found worth a person's attention; a row of its own.

    What was recorded at a bedside has no instrument: `said` holds it in words, and `occurred_at` when it happened. What
    a rule found in scores or in silence has `details`: the numbers it rests on. `rules_version` is that of the clinic's
    rules by which it was found.
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
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    rules_version: Mapped[int] = mapped_column(default=0)
    occurred_at: Mapped[datetime | None]
    found_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("patient_id", "submission_id", "rule", "item", "value"),)


class AlertTransition(Base):
    """An alert's step from one state to another, or an event within one: who, when, why, and whom it was passed to."""

    __tablename__ = "alert_transitions"

    id: Mapped[uuid.UUID] = key()
    alert_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("alerts.id"), index=True)
    before: Mapped[AlertState | None] = mapped_column(choice(AlertState, "before"))
    after: Mapped[AlertState] = mapped_column(choice(AlertState, "after"))
    at: Mapped[datetime]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    whom_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    how: Mapped[str] = mapped_column(String(30), default="")
    reason: Mapped[str] = mapped_column(Text(), default="")
