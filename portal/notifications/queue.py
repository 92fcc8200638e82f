"""The outbox as a queue: a worker leases one mail, and says what became of it.

A worker that dies leaves its lease to run out; the mail is then sent by another, under the same Message-ID.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update

from portal.db import session
from portal.notifications import backoff
from portal.notifications.backoff import Patience
from portal.notifications.models import Channel, Delivery, OutboxMessage

LEASE = timedelta(minutes=5)
_TABLE: Any = OutboxMessage.__table__


@dataclass(frozen=True, slots=True)
class Claim:
    """One mail a worker holds for a while."""

    id: uuid.UUID
    kind: str
    recipient_id: uuid.UUID
    patient_id: uuid.UUID | None
    values: dict[str, Any]
    is_urgent: bool
    attempts: int
    created_at: datetime
    worker: str
    alert_id: uuid.UUID | None = None
    channel: Channel = Channel.EMAIL
    way_id: uuid.UUID | None = None


def claim(worker: str, *, at: datetime) -> Claim | None:
    """Lease the mail that is due and most pressing, urgent before the rest; None where nothing is due.

    No two workers ever hold the same lease: PostgreSQL skips rows another one is taking, SQLite has one writer.
    """
    due = and_(_TABLE.c.state == Delivery.WAITING, _TABLE.c.due_at <= at)
    left_behind = and_(_TABLE.c.state == Delivery.LEASED, _TABLE.c.leased_until <= at)
    pressing = select(_TABLE.c.id).where(or_(due, left_behind)).order_by(_TABLE.c.is_urgent.desc(), _TABLE.c.due_at)
    row = session.execute(
        update(_TABLE)
        .where(_TABLE.c.id == pressing.limit(1).with_for_update(skip_locked=True).scalar_subquery())
        .values(state=Delivery.LEASED, leased_until=at + LEASE, leased_by=worker, attempts=_TABLE.c.attempts + 1)
        .returning(*(_TABLE.c[name] for name in Claim.__dataclass_fields__ if name != "worker"))
    ).one_or_none()
    return None if row is None else Claim(**row._mapping, worker=worker)


def sent(held: Claim, *, at: datetime) -> bool:
    """Note that a mail was handed over; return whether the lease was still held."""
    return _settle(held, state=Delivery.SENT, settled_at=at, last_error=None)


def drop(held: Claim, why: str, *, at: datetime) -> bool:
    """Let a mail go unsent because nobody needs it any more."""
    return _settle(held, state=Delivery.DROPPED, settled_at=at, last_error=why)


def fail(held: Claim, error: str, *, at: datetime) -> bool:
    """Give a mail up; it stays where staff see it."""
    return _settle(held, state=Delivery.FAILED, settled_at=at, last_error=error)


def retry(held: Claim, error: str, *, at: datetime, patience: Patience, spread: float) -> bool:
    """Put a mail back to be tried later, or give it up where it was tried often enough.

    Args:
        held: the lease.
        error: a short code without names or addresses, like "smtp-451".
        at: now.
        patience: how often it is tried, and with which pauses.
        spread: from 0 to 1, where in the jitter of the pause the next attempt lies.
    """
    if held.attempts >= patience.attempts:
        return fail(held, error, at=at)
    pause = backoff.wait(held.attempts, patience, urgent=held.is_urgent, spread=spread)
    return _settle(held, state=Delivery.WAITING, due_at=at + pause, last_error=error)


def postpone(held: Claim, *, until: datetime) -> bool:
    """Put a message back until its hour has come; it has not been tried."""
    return _settle(held, state=Delivery.WAITING, due_at=until, attempts=held.attempts - 1)


def wake(errors: Collection[str], channel: Channel, *, at: datetime) -> None:
    """Make what waits on one channel because of these errors due now, because what caused them is over."""
    stuck = _TABLE.c.channel == channel, _TABLE.c.last_error.in_(errors), _TABLE.c.due_at > at
    waiting = _TABLE.c.state == Delivery.WAITING, *stuck
    session.execute(update(_TABLE).where(*waiting).values(due_at=at))


def _settle(held: Claim, **values: Any) -> bool:
    mine = and_(
        _TABLE.c.id == held.id,
        _TABLE.c.state == Delivery.LEASED,
        _TABLE.c.leased_by == held.worker,
        _TABLE.c.attempts == held.attempts,
    )
    changed = update(_TABLE).where(mine).values(leased_until=None, leased_by=None, **values).returning(_TABLE.c.id)
    return session.execute(changed).first() is not None
