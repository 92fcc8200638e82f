"""Reading the outbox, and whether what it holds goes out."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from portal.db import session
from portal.notifications.models import Delivery, Heartbeat, OutboxMessage
from portal.notifications.transports import SERVER_TROUBLE

ALIVE_FOR = timedelta(seconds=60)
OVERDUE_AFTER = timedelta(minutes=2)
UNDELIVERED_AFTER = timedelta(seconds=60)
SHOWN = 100
_WAITING = OutboxMessage.state.in_((Delivery.WAITING, Delivery.LEASED))
_TROUBLED = (_WAITING, OutboxMessage.last_error.is_not(None))


@dataclass(frozen=True, slots=True)
class Outbox:
    """How much mail is where, and since when the oldest that is due waits."""

    waiting: int
    failed: int
    troubled: int
    sent_lately: int
    oldest_at: datetime | None

    @property
    def pages(self) -> int:
        """How many pages what was given up fills; an empty one is a page, too."""
        return max(1, -(-self.failed // SHOWN))


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a worker is alive and whether our mail server takes what it is given."""

    last_beat_at: datetime | None
    is_alive: bool
    mail_flows: bool

    @property
    def is_well(self) -> bool:
        """Whether mail goes out as it should."""
        return self.is_alive and self.mail_flows


def health(at: datetime) -> Health:
    """Return whether mail goes out, as the rows show it."""
    last = session.scalar(select(func.max(Heartbeat.at)))
    overdue = and_(OutboxMessage.state == Delivery.WAITING, OutboxMessage.due_at < at - OVERDUE_AFTER)
    stuck = and_(OutboxMessage.state == Delivery.WAITING, OutboxMessage.last_error.in_(SERVER_TROUBLE))
    trouble = session.scalar(select(OutboxMessage.id).where(or_(overdue, stuck)).limit(1))
    return Health(last, last is not None and at - last <= ALIVE_FOR, trouble is None)


def count(at: datetime) -> Outbox:
    """Return how much mail is where; "lately" is the last day."""
    lately = at - timedelta(days=1)
    return Outbox(
        waiting=_count(_WAITING),
        failed=_count(OutboxMessage.state == Delivery.FAILED),
        troubled=_count(*_TROUBLED),
        sent_lately=_count(OutboxMessage.state == Delivery.SENT, OutboxMessage.settled_at > lately),
        oldest_at=session.scalar(select(func.min(OutboxMessage.created_at)).where(_WAITING)),
    )


def undelivered_alerts(ids: Collection[uuid.UUID], *, at: datetime) -> set[uuid.UUID]:
    """Return which alerts somebody has not been told of by mail, as the rows show it, whether a worker lives or not.

    That is where a mail was given up or refused, or has waited for more than a minute; a later mail about the same
    alert that reached the same person makes up for it.

    Args:
        ids: the alerts.
        at: now, aware UTC.
    """
    if not ids:
        return set()
    mail, later = OutboxMessage, aliased(OutboxMessage)
    waits_long = or_(mail.last_error.is_not(None), mail.created_at < at - UNDELIVERED_AFTER)
    is_stuck = or_(mail.state == Delivery.FAILED, and_(_WAITING, waits_long))
    made_up_for = exists().where(
        later.alert_id == mail.alert_id,
        later.recipient_id == mail.recipient_id,
        later.state == Delivery.SENT,
        later.created_at >= mail.created_at,
    )
    return set(session.scalars(select(mail.alert_id).where(mail.alert_id.in_(ids), is_stuck, ~made_up_for).distinct()))


def list_failed(page: int = 1, *, until: datetime | None = None) -> Sequence[OutboxMessage]:
    """Return one page of the mail that was given up and that nobody has dealt with yet, the latest first.

    Args:
        page: from 1.
        until: only what was given up by this moment.
    """
    failed = select(OutboxMessage).where(OutboxMessage.state == Delivery.FAILED)
    if until is not None:
        failed = failed.where(OutboxMessage.settled_at <= until)
    latest_first = failed.order_by(OutboxMessage.settled_at.desc(), OutboxMessage.id)
    return session.scalars(latest_first.offset((page - 1) * SHOWN).limit(SHOWN)).all()


def list_troubled() -> Sequence[OutboxMessage]:
    """Return mail that could not be sent yet and is tried again, the oldest first, so much as one page holds."""
    troubled = select(OutboxMessage).where(*_TROUBLED)
    return session.scalars(troubled.order_by(OutboxMessage.created_at).limit(SHOWN)).all()


def recipients(messages: Sequence[OutboxMessage]) -> set[uuid.UUID]:
    """Return who the mails go to."""
    return {message.recipient_id for message in messages}


def _count(*conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(OutboxMessage).where(*conditions)) or 0
