"""Putting mail into the outbox, in the caller's transaction; the worker sends it after the commit."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.db import session
from portal.notifications.models import Delivery, Heartbeat, Kind, OutboxMessage

__all__ = ["Kind", "beat", "drop", "enqueue", "resend"]

FORGET_WORKERS_AFTER = timedelta(days=1)


def enqueue(
    kind: Kind,
    recipient_id: uuid.UUID,
    *,
    at: datetime,
    values: Mapping[str, Any] | None = None,
    patient_id: uuid.UUID | None = None,
    alert_id: uuid.UUID | None = None,
    urgent: bool = False,
    due_at: datetime | None = None,
    once_key: str | None = None,
) -> bool:
    """Write one mail into the outbox.

    Args:
        kind: which template; what the mail says is neutral and the same for everybody.
        recipient_id: the account it goes to; the address is looked up when it is sent.
        at: now, aware UTC.
        values: ids the worker needs, never words: `token_id` of an account token, `to` for a former address.
        patient_id: whose care it concerns; the mail is dropped where the recipient has left that care by then.
        alert_id: which alert it tells of; the mail is dropped where somebody has taken that on by then.
        urgent: overtakes what is not.
        due_at: not before this moment; now, where it is left out.
        once_key: a second mail with the same key is not written.

    Returns:
        Whether a row was written.
    """
    row = {
        "id": uuid.uuid4(),
        "kind": kind.value,
        "recipient_id": recipient_id,
        "patient_id": patient_id,
        "alert_id": alert_id,
        "values": dict(values or {}),
        "is_urgent": urgent,
        "once_key": once_key,
        "created_at": at,
        "due_at": due_at or at,
        "state": Delivery.WAITING,
        "attempts": 0,
    }
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    table: Any = OutboxMessage.__table__
    written = dialect.insert(table).values(row).on_conflict_do_nothing(index_elements=["once_key"])
    return session.execute(written.returning(table.c.id)).first() is not None


def resend(message_id: uuid.UUID, *, by: Actor, at: datetime) -> bool:
    """Let a mail that failed be tried again from the start; return whether there was one."""
    again = {"state": Delivery.WAITING, "attempts": 0, "due_at": at, "settled_at": None}
    return _decide(message_id, "delivery:resent", again, by, at)


def drop(message_id: uuid.UUID, *, by: Actor, at: datetime) -> bool:
    """Give a mail that failed up for good; return whether there was one."""
    return _decide(message_id, "delivery:dropped", {"state": Delivery.DROPPED, "settled_at": at}, by, at)


def _decide(message_id: uuid.UUID, event: str, values: dict[str, Any], by: Actor, at: datetime) -> bool:
    failed = OutboxMessage.id == message_id, OutboxMessage.state == Delivery.FAILED
    changed = session.execute(update(OutboxMessage).where(*failed).values(values).returning(OutboxMessage.kind)).first()
    if changed is None:
        return False
    audit.record(event, by=by, at=at, thing_id=message_id, kind=changed.kind)
    return True


def beat(worker: str, *, started_at: datetime, at: datetime) -> None:
    """Note that a worker is alive, and forget the ones that started before it and are gone."""
    known = session.scalar(select(Heartbeat).where(Heartbeat.worker == worker))
    if known is None:
        session.execute(delete(Heartbeat).where(Heartbeat.at < at - FORGET_WORKERS_AFTER))
        session.add(Heartbeat(worker=worker, at=at, started_at=started_at))
    else:
        known.at = at
    session.flush()
