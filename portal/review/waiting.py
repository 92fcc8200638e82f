"""What waits for somebody, for every page they open."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from portal.db import session
from portal.messaging import inbox
from portal.messaging.models import Thread
from portal.notifications import queries as notifications
from portal.safety.models import Alert, AlertState, Severity
from portal.safety.queries import WAITS, is_mine

MOST_LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits for a person.

    Of the alerts nobody has taken on, `urgent` may not wait, `overdue` should have been taken on, and the mail about
    `undelivered` has not reached everybody. `mail_goes_out` is False where no worker lives or the mail server takes
    nothing.
    """

    alerts: int = 0
    urgent: int = 0
    overdue: int = 0
    undelivered: int = 0
    messages: int = 0
    mail_goes_out: bool = True


def for_team_member(user_id: uuid.UUID, *, at: datetime) -> Waiting:
    """Return what waits for somebody who looks after patients, or was called to an alert."""
    mine = (Alert.state == AlertState.OPEN, WAITS, is_mine(user_id))
    alerts: Any = select(func.count()).select_from(Alert).where(*mine)
    counts = (alerts, alerts.where(Alert.severity >= Severity.URGENT), alerts.where(Alert.due_at < at))
    unread = inbox.unread_by_team(user_id)
    found = session.execute(select(*(one.scalar_subquery() for one in counts), unread)).one()
    undelivered: set[uuid.UUID] = set()
    if found[0]:
        ids = session.scalars(select(Alert.id).where(*mine).limit(MOST_LOOKED_AT)).all()
        undelivered = notifications.undelivered_alerts(ids, at=at)
    goes_out = notifications.health(at).is_well
    return Waiting(found[0], found[1], found[2], len(undelivered), int(found[3]), goes_out)


def for_patient(patient_id: uuid.UUID) -> Waiting:
    """Return what waits for a patient."""
    unread = select(func.sum(Thread.unread_by_patient)).where(Thread.patient_id == patient_id)
    return Waiting(messages=session.scalar(unread) or 0)
