"""What people do about alerts, from open to closed and open again; each step is a row, and says who and why.

What becomes an alert is in `writing.py`, who is told of it in `alarm.py`.
"""

import uuid
from datetime import datetime

from sqlalchemy import select, update

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.db import session, touched
from portal.patients.models import Patient
from portal.safety import alarm, queries, steps
from portal.safety.delivery import delivered, delivery_failed
from portal.safety.escalation import people
from portal.safety.models import Alert, AlertState, Closing, Concern, Contact, Event
from portal.safety.over_time import Sign
from portal.safety.ruleset import queries as ruleset
from portal.safety.writing import DANGER, hold, note, report, review

__all__ = [
    "ChangedMeanwhile",
    "Closing",
    "Contact",
    "NotToThem",
    "Sign",
    "acknowledge",
    "assign",
    "card_read",
    "close",
    "delivered",
    "delivery_failed",
    "heard_again",
    "hold",
    "note",
    "record_contact",
    "reopen",
    "report",
    "review",
    "take_on",
]

SILENCE = "R11"
_TAKEN_ON = (AlertState.ACKNOWLEDGED, AlertState.ACTED_ON)
_NOT_CLOSED = (AlertState.OPEN, *_TAKEN_ON)


class ChangedMeanwhile(Exception):
    """The alert is not as the person saw it: somebody else was faster, or another answer came in."""


class NotToThem(Exception):
    """An alert cannot be passed to this person: neither of the care team nor a provider, or they cannot sign in."""


def acknowledge(patient_id: uuid.UUID, alert_id: uuid.UUID, *, stamp: str, by: Actor, at: datetime) -> None:
    """Take an alert on; it goes no further.

    Raises:
        ChangedMeanwhile: the alert is not as `stamp` says the person saw it.
    """
    alert = _as_seen(patient_id, alert_id, stamp, AlertState.OPEN)
    _take_on(alert, AlertState.ACKNOWLEDGED, by=by, at=at)


def take_on(patient_id: uuid.UUID, about_id: uuid.UUID, *, by: Actor, at: datetime) -> None:
    """Take on the open alerts about one thing recorded at a bedside, because this person has just answered it there."""
    hold(patient_id)
    about = select(Concern.alert_id).where(Concern.patient_id == patient_id, Concern.submission_id == about_id)
    waiting = select(Alert).where(Alert.id.in_(about), Alert.state == AlertState.OPEN).with_for_update()
    for alert in session.scalars(waiting).all():
        _take_on(alert, AlertState.ACKNOWLEDGED, by=by, at=at)


def record_contact(
    patient_id: uuid.UUID, alert_id: uuid.UUID, how: Contact, note: str, *, stamp: str, by: Actor, at: datetime
) -> None:
    """Write down what was done about an alert, which takes it on as well; raises ChangedMeanwhile."""
    alert = _as_seen(patient_id, alert_id, stamp, *_NOT_CLOSED)
    _take_on(alert, AlertState.ACTED_ON, how=how.value, reason=note, by=by, at=at)


def close(
    patient_id: uuid.UUID, alert_id: uuid.UUID, how: Closing, note: str, *, stamp: str, by: Actor, at: datetime
) -> None:
    """Close an alert that somebody has taken on, with the reason; raises ChangedMeanwhile.

    Whoever was called in sees the patient's chart for a day longer.
    """
    alert = _as_seen(patient_id, alert_id, stamp, *_TAKEN_ON)
    alarm.let_go(alert, at)
    steps.move(alert, AlertState.CLOSED, how=how.value, reason=note, by=by, at=at)


def reopen(patient_id: uuid.UUID, alert_id: uuid.UUID, reason: str, *, stamp: str, by: Actor, at: datetime) -> None:
    """Open an alert again that was closed or taken on: it is told and its time runs as if it were new.

    Raises:
        ChangedMeanwhile: the alert is not as `stamp` says the person saw it.
    """
    alert = _as_seen(patient_id, alert_id, stamp, *_TAKEN_ON, AlertState.CLOSED)
    alarm.hold_on(alert, at)
    before, alert.state, alert.state_at = alert.state, AlertState.OPEN, at
    steps.write(alert, before, by=by, at=at, how=Event.REOPENED.value, reason=reason)
    alarm.start(alert, ruleset.current().rule(alert.rule), at=at)
    session.flush()
    touched(patient_id)
    steps.record(alert, "reopened", by=by, at=at)


def assign(
    patient_id: uuid.UUID, alert_id: uuid.UUID, to_id: uuid.UUID, *, stamp: str, by: Actor, at: datetime
) -> None:
    """Pass an alert to somebody, who is told; until somebody takes it on, its time runs on.

    Raises:
        ChangedMeanwhile: the alert is not as `stamp` says the person saw it.
        NotToThem: they are neither of the care team nor a provider, or cannot sign in.
    """
    alert = _as_seen(patient_id, alert_id, stamp, *_NOT_CLOSED)
    whom = people.may_be_assigned(patient_id, to_id)
    if whom is None:
        raise NotToThem
    alert.assigned_to_id = to_id
    steps.write(alert, alert.state, by=by, at=at, how=Event.ASSIGNED.value, whom=to_id)
    let_in = alarm.tell(alert, [whom], at=at)
    session.flush()
    touched(patient_id)
    alarm.audit_called(alert, let_in, by=by, at=at)
    steps.record(alert, "assigned", by=by, at=at, user=str(to_id))


def card_read(patient_id: uuid.UUID, *, by: Actor, at: datetime) -> None:
    """Note that the patient has read whom to call; where no card waits for them, nothing happens."""
    hold(patient_id)
    waiting = update(Patient).where(Patient.id == patient_id, Patient.card_since.is_not(None)).values(card_since=None)
    waiting = waiting.execution_options(synchronize_session=False)
    if session.execute(waiting.returning(Patient.id)).first() is None:
        return
    about = (Alert.patient_id == patient_id, Alert.rule == DANGER, Alert.state != AlertState.CLOSED)
    for alert in session.scalars(select(Alert).where(*about)).all():
        steps.write(alert, alert.state, by=by, at=at, how=Event.CARD_READ.value)
    session.flush()
    audit.record("crisis-card:read", by=by, at=at, patient_id=patient_id)


def heard_again(patient_id: uuid.UUID, *, at: datetime) -> None:
    """Close what waits because nothing was heard of a patient, where nobody has taken it on: they were heard again.

    Args:
        patient_id: whose; the caller holds the patient (`hold`).
        at: now, aware UTC.
    """
    waiting = (Alert.patient_id == patient_id, Alert.state == AlertState.OPEN, Alert.rule == SILENCE)
    for alert in session.scalars(select(Alert).where(*waiting).with_for_update()).all():
        alarm.let_go(alert, at)
        steps.move(alert, AlertState.CLOSED, by=None, at=at, how=Event.HEARD_AGAIN.value)


def _as_seen(patient_id: uuid.UUID, alert_id: uuid.UUID, stamp: str, *states: AlertState) -> Alert:
    hold(patient_id)
    alert = session.scalar(select(Alert).where(Alert.patient_id == patient_id, Alert.id == alert_id).with_for_update())
    if alert is None or alert.state not in states or queries.stamp_of(alert_id) != stamp:
        raise ChangedMeanwhile
    return alert


def _take_on(alert: Alert, after: AlertState, *, by: Actor, at: datetime, how: str = "", reason: str = "") -> None:
    alert.acknowledged_at = alert.acknowledged_at or at
    steps.move(alert, after, by=by, at=at, how=how, reason=reason)
