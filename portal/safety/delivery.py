"""What became of the mail about an alert: whether it is still wanted, and what the alert's record says of it."""

import uuid
from datetime import datetime

from sqlalchemy import select

from portal.db import session
from portal.notifications import queries as notifications
from portal.safety import steps
from portal.safety.models import Alert, AlertState, AlertTransition, Event
from portal.safety.writing import hold

TAKEN_ON = "taken-on-by-now"
_SAID = (Event.NOT_DELIVERED.value, Event.DELIVERED.value)


def why_not(alert_id: uuid.UUID, recipient_id: uuid.UUID) -> str | None:
    """Return why somebody need not be told of an alert any more, as a short code; None while it is open.

    Whoever it was passed to is told also where somebody had taken it on before.
    """
    alert = session.get(Alert, alert_id, populate_existing=True)
    if alert is None or alert.state is AlertState.OPEN:
        return None
    is_theirs = alert.assigned_to_id == recipient_id and alert.state is not AlertState.CLOSED
    return None if is_theirs else TAKEN_ON


def delivery_failed(alert_id: uuid.UUID, at: datetime) -> None:
    """Write down that mail about an alert could not be handed over; once, until it could."""
    _say(alert_id, Event.NOT_DELIVERED, at)


def delivered(alert_id: uuid.UUID, at: datetime) -> None:
    """Write down that mail about an alert went out after all, where all of it did and the record says otherwise."""
    _say(alert_id, Event.DELIVERED, at)


def _say(alert_id: uuid.UUID, event: Event, at: datetime) -> None:
    patient_id = session.scalar(select(Alert.patient_id).where(Alert.id == alert_id))
    if patient_id is None:
        return
    hold(patient_id)
    said = AlertTransition.alert_id == alert_id, AlertTransition.how.in_(_SAID)
    known = select(AlertTransition.how).where(*said).order_by(AlertTransition.at.desc(), AlertTransition.id).limit(1)
    last = session.scalar(known) or Event.DELIVERED.value
    if last == event.value or (event is Event.DELIVERED and notifications.undelivered_alerts([alert_id], at=at)):
        return
    alert = session.get_one(Alert, alert_id, populate_existing=True)
    steps.happened(alert, event, at=at)
    session.flush()
    steps.record(alert, event.value, by=None, at=at)
