"""Putting messages into the outbox, in the caller's transaction; the worker sends them after the commit."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.db import HELD, Base, session
from portal.notifications import choosing
from portal.notifications.choosing import Target
from portal.notifications.models import Delivery, Heartbeat, Kind, OutboxMessage
from portal.notifications.topics import Topic, topic_of

__all__ = ["Kind", "announce_after_all", "beat", "drop", "enqueue", "hold", "release", "reroute", "resend", "write"]

READS = timedelta(minutes=30)
"""For so long somebody who signed in for the first time reads by themselves what waits."""
FORGET_WORKERS_AFTER = timedelta(days=1)
NOT_SET_UP, SWITCHED_OFF = "account-not-set-up", "account-switched-off"
BY_HAND = "dropped-by-hand"
_REACHES = {Delivery.WAITING, Delivery.LEASED, Delivery.SENT}


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
    """Tell somebody of something: one row for each way on which they want to be told of it, e-mail unless they chose.

    Args:
        kind: which template; what the mail says is neutral and the same for everybody.
        recipient_id: the account it goes to; the address is looked up when it is sent.
        at: now, aware UTC.
        values: ids the worker needs, never words: `token_id` of an account token, `to` for a former address.
        patient_id: whose care it concerns; the mail is dropped where the recipient has left that care by then.
        alert_id: which alert it tells of; the mail is dropped where somebody has taken that on by then.
        urgent: overtakes what is not, and comes by mail whatever they chose.
        due_at: not before this moment; now, where it is left out.
        once_key: somebody is not told a second time with the same key, on whichever ways.

    Returns:
        Whether a row was written; nobody is told of what they do not want to be told of.
    """
    found = choosing.targets(recipient_id, topic_of(kind), urgent=urgent)
    return write(
        kind,
        recipient_id,
        found,
        at=at,
        values=values,
        patient_id=patient_id,
        alert_id=alert_id,
        urgent=urgent,
        due_at=due_at,
        once_key=once_key,
    )


def write(
    kind: Kind,
    recipient_id: uuid.UUID,
    targets: Sequence[Target],
    *,
    at: datetime,
    values: Mapping[str, Any] | None = None,
    patient_id: uuid.UUID | None = None,
    alert_id: uuid.UUID | None = None,
    urgent: bool = False,
    due_at: datetime | None = None,
    once_key: str | None = None,
) -> bool:
    """Write one row for each target, whatever its owner chose; `enqueue` says what the rest means.

    Only the first row carries the key: where it was written before, the others were as well.
    """
    shared = {
        "kind": kind.value,
        "recipient_id": recipient_id,
        "patient_id": patient_id,
        "alert_id": alert_id,
        "values": dict(values or {}),
        "is_urgent": urgent,
        "created_at": at,
        "due_at": due_at or at,
        "state": Delivery.WAITING,
        "attempts": 0,
    }
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    table: Any = OutboxMessage.__table__
    for number, (channel, way_id) in enumerate(targets):
        row = {"id": uuid.uuid4(), "channel": channel, "way_id": way_id, "once_key": None if number else once_key}
        written = dialect.insert(table).values(shared | row).on_conflict_do_nothing(index_elements=["once_key"])
        if session.execute(written.returning(table.c.id)).first() is None:
            return False
    return bool(targets)


def release(once_key: str, *, dropped_as: str) -> None:
    """Let somebody be told with a key after all, where what was written with it was dropped as this and told nobody."""
    lost = OutboxMessage.once_key == once_key, OutboxMessage.state == Delivery.DROPPED
    row = session.scalar(select(OutboxMessage).where(*lost, OutboxMessage.last_error == dropped_as))
    if row is not None and not _REACHES & set(_told_alike(row).values()):
        row.once_key = None
        session.flush()


def announce_after_all(recipient_id: uuid.UUID, *, dropped_as: str, at: datetime) -> None:
    """Tell somebody once of the messages that came while they could not sign in; not where they read them by then.

    Args:
        recipient_id: who can sign in now.
        dropped_as: why they were told of none.
        at: now, aware UTC.
    """
    mine = OutboxMessage.recipient_id == recipient_id, OutboxMessage.kind == Kind.MESSAGE_WAITING
    dropped = select(OutboxMessage).where(*mine, OutboxMessage.last_error == dropped_as)
    last = session.scalar(dropped.order_by(OutboxMessage.created_at.desc(), OutboxMessage.id).limit(1))
    if last is not None:
        key = f"after-all:{last.id.hex}"
        enqueue(Kind.MESSAGE_WAITING, recipient_id, at=at, patient_id=last.patient_id, due_at=at + READS, once_key=key)


def hold(user_id: uuid.UUID) -> None:
    """Let nobody else decide at the same time how a person is told; called first in a transaction.

    Of two workers that give up two ways of telling the same thing, the second one so sees that the first has.
    """
    users = Base.metadata.tables["users"]
    session.execute(select(users.c.id).where(users.c.id == user_id).with_for_update(**HELD))


def reroute(message_id: uuid.UUID, *, at: datetime) -> bool:
    """Tell somebody another way because one that was meant for them leads nowhere, or is not wanted any more.

    Nothing is written where they want to be told no more, or are told of the same thing in another way already.
    The caller holds the person since before the row came to nothing.

    Args:
        message_id: the row that comes to nothing.
        at: now, aware UTC.
    """
    lost = session.get_one(OutboxMessage, message_id)
    topic, urgent = topic_of(lost.kind), lost.is_urgent
    told = _told_alike(lost)
    if topic is Topic.ACCOUNT or choosing.INSTEAD in lost.values or _REACHES & set(told.values()):
        return False
    if not choosing.wants_any(lost.recipient_id, topic, urgent=urgent):
        return False
    found = choosing.targets(lost.recipient_id, topic, urgent=urgent)
    return write(
        Kind(lost.kind),
        lost.recipient_id,
        [one for one in found if one not in told] or [choosing.BY_MAIL],
        at=at,
        values={**lost.values, choosing.INSTEAD: True},
        patient_id=lost.patient_id,
        alert_id=lost.alert_id,
        urgent=urgent,
        once_key=f"instead:{lost.id.hex}",
    )


def _told_alike(lost: OutboxMessage) -> dict[Target, Delivery]:
    """Return on which ways the same thing is told to the same person, this one among them, and what became of each."""
    other = OutboxMessage
    same = (
        *(other.recipient_id == lost.recipient_id, other.kind == lost.kind, other.created_at == lost.created_at),
        *(other.patient_id == lost.patient_id, other.alert_id == lost.alert_id),
    )
    rows = session.execute(select(other.channel, other.way_id, other.state).where(*same))
    return {(row.channel, row.way_id): row.state for row in rows}


def resend(message_id: uuid.UUID, *, by: Actor | None, at: datetime) -> bool:
    """Let a mail that failed be tried again from the start; return whether there was one."""
    again = {"state": Delivery.WAITING, "attempts": 0, "due_at": at, "settled_at": None}
    return _decide(message_id, "delivery:resent", again, by, at)


def drop(message_id: uuid.UUID, *, by: Actor | None, at: datetime) -> bool:
    """Give a mail that failed up for good; return whether there was one."""
    gone = {"state": Delivery.DROPPED, "settled_at": at, "last_error": BY_HAND}
    return _decide(message_id, "delivery:dropped", gone, by, at)


def _decide(message_id: uuid.UUID, event: str, values: dict[str, Any], by: Actor | None, at: datetime) -> bool:
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
