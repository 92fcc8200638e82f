"""The outbox: mail as rows written with the change, and the worker's sign of life."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, choice, key


class Kind(StrEnum):
    """What a mail is about, named like its template."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password-reset"  # noqa: S105 - the name of a mail, not a password
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - the name of a mail, not a password
    ADDRESS_CHANGED = "address-changed"
    MESSAGE_WAITING = "message-waiting"
    ALERT_WAITING = "alert-waiting"
    CHECK_IN_WAITING = "check-in-waiting"


class Delivery(StrEnum):
    WAITING = "waiting"
    LEASED = "leased"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class OutboxMessage(Base):
    """One mail to be sent: a template's name and a recipient, never clinical content."""

    __tablename__ = "outbox_messages"

    id: Mapped[uuid.UUID] = key()
    kind: Mapped[str] = mapped_column(String(40))
    recipient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    patient_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("patients.id"))
    alert_id: Mapped[uuid.UUID | None] = mapped_column(Uuid(), index=True)
    values: Mapped[dict[str, Any]]
    is_urgent: Mapped[bool] = mapped_column(default=False)
    once_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[Delivery] = mapped_column(choice(Delivery), default=Delivery.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    leased_by: Mapped[str | None] = mapped_column(String(80))
    last_error: Mapped[str | None] = mapped_column(String(200))
    settled_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "state", "is_urgent", "due_at"), Index(None, "recipient_id", "created_at"))


class WorkerRound(Base):
    """A round that one worker of several makes every so often, and who holds it."""

    __tablename__ = "worker_rounds"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    leased_by: Mapped[str | None] = mapped_column(String(80))


class Heartbeat(Base):
    """When a worker last said that it is alive."""

    __tablename__ = "heartbeats"

    worker: Mapped[str] = mapped_column(String(80), primary_key=True)
    at: Mapped[datetime]
    started_at: Mapped[datetime]
