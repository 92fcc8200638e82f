"""Making the worker's rounds in tests, and looking at what came of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal import db
from portal.checkins.worker import Round, SilenceRound
from portal.notifications.models import Kind, OutboxMessage
from portal.safety.models import Alert
from portal.safety.silence.models import Silence
from tests.cast import Person


def go_round(found: Round[Any] | None = None) -> int:
    """Make a whole round as a worker does; return in how many steps."""
    worker, steps = found or SilenceRound("one"), 1
    worker._asked_at = None
    while worker.step():
        steps += 1
    db.session.rollback()
    db.session.expire_all()
    return steps


def spells(person: Person) -> list[Silence]:
    """Return a patient's spells, the first first."""
    db.session.rollback()
    mine = select(Silence).where(Silence.patient_id == person.own_id)
    return list(db.session.scalars(mine.order_by(Silence.began_at, Silence.ended_at)))


def outreach(person: Person) -> list[Alert]:
    """Return the alerts that silence opened, the first first."""
    mine = select(Alert).where(Alert.patient_id == person.own_id, Alert.rule == "R11")
    return list(db.session.scalars(mine.order_by(Alert.opened_at)))


def reminders(person: Person) -> list[datetime]:
    """Return when reminders were put into the outbox."""
    mine = select(OutboxMessage.created_at).where(
        OutboxMessage.recipient_id == person.user_id, OutboxMessage.kind == Kind.CHECK_IN_WAITING
    )
    return list(db.session.scalars(mine.order_by(OutboxMessage.created_at)))
