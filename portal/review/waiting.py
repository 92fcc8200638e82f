"""What waits for somebody, for every page they open."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select

from portal.db import session
from portal.messaging.models import Thread
from portal.notifications import queries as notifications
from portal.patients.models import CareTeamMember
from portal.safety.models import Alert, AlertState, Severity


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits for a person; `urgent` are those of the open alerts that may not wait.

    `mail_goes_out` is False where no worker lives or the mail server takes nothing.
    """

    alerts: int = 0
    urgent: int = 0
    messages: int = 0
    mail_goes_out: bool = True


def for_team_member(user_id: uuid.UUID, *, at: datetime) -> Waiting:
    """Return what waits for somebody who looks after patients."""

    def is_mine(patient_id: Any) -> Any:
        member = CareTeamMember
        return exists().where(member.user_id == user_id, member.patient_id == patient_id, member.until.is_(None))

    alerts = select(func.count()).select_from(Alert).where(Alert.state == AlertState.OPEN, is_mine(Alert.patient_id))
    urgent = alerts.where(Alert.severity >= Severity.URGENT)
    unread = select(func.sum(Thread.unread_by_team)).where(Thread.unread_by_team > 0, is_mine(Thread.patient_id))
    found = session.execute(select(alerts.scalar_subquery(), urgent.scalar_subquery(), unread.scalar_subquery())).one()
    return Waiting(found[0], found[1], found[2] or 0, notifications.health(at).is_well)


def for_patient(patient_id: uuid.UUID) -> Waiting:
    """Return what waits for a patient."""
    unread = select(func.sum(Thread.unread_by_patient)).where(Thread.patient_id == patient_id)
    return Waiting(messages=session.scalar(unread) or 0)
