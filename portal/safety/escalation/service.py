"""Taking an alert that nobody has taken on one step further; the worker asks for it, and commits."""

from datetime import datetime

from sqlalchemy import select

from portal.db import session
from portal.patients.models import Patient
from portal.safety import alarm, steps
from portal.safety.escalation import next as clockwork
from portal.safety.escalation import people
from portal.safety.models import Alert, AlertState, Event
from portal.safety.on_call import queries as on_call
from portal.safety.rules import UNNAMED
from portal.safety.ruleset import queries as ruleset


def is_due(at: datetime) -> bool:
    """Return whether an alert is to go further, without waiting for anybody who writes."""
    return session.scalar(select(Alert.id).where(Alert.escalate_at <= at).limit(1)) is not None


def step(at: datetime, *, passing_over: int = 0) -> bool:
    """Take the alert that has waited longest one step further; return whether there was one.

    No two workers take the same step: each holds the patient, passes over those that somebody else holds, and looks
    again once it does.

    Args:
        at: now, aware UTC.
        passing_over: so many of those that have waited longest are left for later, because one of them failed.
    """
    waiting = (
        select(Alert.id)
        .join(Patient, Patient.id == Alert.patient_id)
        .where(Alert.escalate_at <= at)
        .order_by(Alert.escalate_at, Alert.id)
        .offset(passing_over)
        .limit(1)
        .with_for_update(of=Patient, key_share=True, skip_locked=True)
    )
    alert_id = session.scalar(waiting)
    if alert_id is None:
        return False
    still = select(Alert).where(Alert.id == alert_id, Alert.escalate_at <= at).with_for_update()
    alert = session.scalar(still.execution_options(populate_existing=True))
    if alert is not None:
        _further(alert, at)
    return True


def _further(alert: Alert, at: datetime) -> None:
    due, alert.escalate_at = alert.escalate_at, None
    if alert.state is not AlertState.OPEN or alert.on_worklist:
        return
    cover, rule_set = on_call.get_cover(at), ruleset.current()
    rule = next((one for one in rule_set.rules if one.code == alert.rule), rule_set.rule(UNNAMED))
    reached = clockwork.further(alert.ring, rule.target, cover, at)
    alert.ring, alert.escalate_at = reached.ring, reached.escalate_at
    told = people.further(alert.ring, alert.patient_id, cover, at)
    let_in = alarm.tell(alert, told, at=at, step=due)
    steps.happened(alert, Event.ESCALATED, at=at, whom=told[0].user_id if len(told) == 1 else None)
    session.flush()
    alarm.audit_called(alert, let_in, by=None, at=at)
    steps.record(alert, "escalated", by=None, at=at, ring=str(alert.ring))
