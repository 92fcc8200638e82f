"""A clinic with hours, a rota, and an alert that nobody has taken on yet."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import inspect, select

from portal import db
from portal.access.policy import Role
from portal.accounts.models import AccountStatus, User
from portal.audit.models import AuditEvent
from portal.checkins import service as checkins
from portal.notifications.models import OutboxMessage
from portal.patients.models import CalledIn
from portal.safety.escalation import service as escalation
from portal.safety.models import Alert, AlertTransition
from portal.safety.on_call.models import OnCallShift
from tests.cast import NOW, Person
from tests.checkins.sheets import DAILY, PHQ_9, ref, sheet

NOT_SURE, NO = 1, 2
MONDAY = NOW + timedelta(days=1)  # 10:00 in New York, on a working day; NOW is a Sunday


def answer(person: Person, value: Any = NO, *, at: datetime = NOW, instrument: str = "daily", **more: Any) -> Alert:
    """Let a patient answer, and return the alert that was opened last."""
    answers = {**DAILY, "safe": value} if instrument == "daily" else {**PHQ_9, "q9": value}
    checkins.submit(ref(person), instrument, sheet(answers, **more), by=person.actor, at=at)
    db.session.commit()
    return alerts()[-1]


def alerts() -> list[Alert]:
    """Return all alerts in the order they were opened."""
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(Alert).order_by(Alert.opened_at, Alert.rule)))


def on_call(person: Person, start: datetime, end: datetime) -> None:
    """Put somebody on the rota."""
    who = {"added_at": start, "added_by_id": person.user_id}
    db.session.add(OnCallShift(user_id=person.user_id, starts_at=start, ends_at=end, **who))
    db.session.commit()


def provider(name: str, *, status: AccountStatus = AccountStatus.ACTIVE, role: Role = Role.PROVIDER) -> uuid.UUID:
    """Add one more of the staff."""
    found = User(id=uuid.uuid4(), email=f"{name}@interval.example", name=name.title(), role=role, status=status)
    found.time_zone, found.created_at = "UTC", NOW
    db.session.add(found)
    db.session.commit()
    return found.id


def step(at: datetime) -> bool:
    """Let one step be taken, as the worker does."""
    db.begin(write=True)
    found = escalation.step(at)
    db.session.commit()
    return found


def told(since: datetime, *, alert: Alert | None = None) -> list[uuid.UUID]:
    """Return who was written to from a moment on, one for each mail."""
    db.session.rollback()
    mails = select(OutboxMessage.recipient_id).where(OutboxMessage.created_at >= since)
    mails = mails if alert is None else mails.where(OutboxMessage.alert_id == alert.id)
    return sorted(db.session.scalars(mails))


def everyone(*people: Any) -> list[uuid.UUID]:
    """Return the ids of people, as `told` does."""
    return sorted(getattr(one, "user_id", one) for one in people)


def called_in() -> dict[uuid.UUID, tuple[str, datetime | None]]:
    """Return who was called in, why, and until when."""
    db.session.rollback()
    db.session.expire_all()
    return {row.user_id: (row.why.value, row.until) for row in db.session.scalars(select(CalledIn))}


def hows(alert: Alert) -> list[str]:
    """Return how each step of an alert came about, in order."""
    db.session.rollback()
    mine = select(AlertTransition).where(AlertTransition.alert_id == alert.id)
    rows = db.session.scalars(mine.order_by(AlertTransition.at, AlertTransition.before.is_not(None)))
    return [row.how for row in rows]


def audited(prefix: str = "alert:") -> list[str]:
    """Return what the audit says, in order."""
    db.session.rollback()
    rows = select(AuditEvent.event).where(AuditEvent.event.startswith(prefix)).order_by(AuditEvent.sequence)
    return list(db.session.scalars(rows))


def reload(alert: Alert) -> Alert:
    """Return an alert as the database has it now."""
    (alert_id,) = inspect(alert).identity or ()
    db.session.rollback()
    return db.session.get_one(Alert, alert_id, populate_existing=True)
