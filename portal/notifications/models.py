"""The outbox: mail as rows written with the change, and the worker's sign of life."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, SmallInteger, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, choice, key

_IS_A_BROWSER = text("channel = 'push' AND gone_at IS NULL")


class Kind(StrEnum):
    """What a mail is about, named like its template."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password-reset"  # noqa: S105 - the name of a mail, not a password
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - the name of a mail, not a password
    ADDRESS_CHANGED = "address-changed"
    MESSAGE_WAITING = "message-waiting"
    ALERT_WAITING = "alert-waiting"
    CHECK_IN_WAITING = "check-in-waiting"
    CHECK_IN_DUE = "check-in-due"
    GET_READY = "get-ready"
    REVIEW_WAITING = "review-waiting"
    PHONE_CODE = "phone-code"


class Channel(StrEnum):
    """How somebody is told; e-mail goes to the account's own address, the others to a way the person added."""

    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"


class Delivery(StrEnum):
    WAITING = "waiting"
    LEASED = "leased"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class OutboxMessage(Base):
    """One mail, text message or push to be sent: a template's name and a recipient, never clinical content."""

    __tablename__ = "outbox_messages"

    id: Mapped[uuid.UUID] = key()
    kind: Mapped[str] = mapped_column(String(40))
    recipient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    patient_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("patients.id"))
    alert_id: Mapped[uuid.UUID | None] = mapped_column(Uuid(), index=True)
    channel: Mapped[Channel] = mapped_column(choice(Channel), default=Channel.EMAIL)
    way_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("contact_ways.id"))
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


class ContactWay(Base):
    """A phone or a browser somebody added to be told by; used once it is confirmed, until it is gone."""

    __tablename__ = "contact_ways"

    id: Mapped[uuid.UUID] = key()
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"), index=True)
    channel: Mapped[Channel] = mapped_column(choice(Channel))
    address: Mapped[str] = mapped_column(String(1000))
    keys: Mapped[dict[str, Any]]
    device: Mapped[str] = mapped_column(String(120), default="")
    added_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]
    code_at: Mapped[datetime | None]
    code_tries: Mapped[int] = mapped_column(SmallInteger, default=0)

    __table_args__ = (
        # One browser belongs to one person: whoever adds it last.
        Index(
            "uq_contact_ways_browser",
            "address",
            unique=True,
            sqlite_where=_IS_A_BROWSER,
            postgresql_where=_IS_A_BROWSER,
        ),
    )


class ContactChoice(Base):
    """What somebody chose to be told of, how and at which hours; without a row it is e-mail at any hour."""

    __tablename__ = "contact_choices"

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    topics: Mapped[dict[str, Any]]
    quiet_from: Mapped[int | None] = mapped_column(SmallInteger)
    quiet_until: Mapped[int | None] = mapped_column(SmallInteger)
    changed_at: Mapped[datetime]


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
