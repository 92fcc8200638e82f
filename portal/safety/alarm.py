"""Telling people of an alert: mail in the same transaction, and a way to the chart for whoever is not on the team."""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select, update

from portal.access.policy import Actor
from portal.db import session
from portal.notifications import service as notifications
from portal.notifications.models import Kind
from portal.patients.models import CalledIn
from portal.safety import steps
from portal.safety.escalation import next as clockwork
from portal.safety.escalation import people
from portal.safety.escalation.people import Told
from portal.safety.models import Alert, Event, Severity
from portal.safety.on_call import queries as on_call
from portal.safety.rule import Rule

STAYS_CALLED = timedelta(days=1)


def start(alert: Alert, rule: Rule, *, at: datetime, before: datetime | None = None) -> None:
    """Let the time of an alert run from now, and tell the first who must know; of the worklist nobody is told.

    Args:
        alert: open, or open again.
        rule: the one that found it, as it is in force.
        at: now, aware UTC.
        before: a moment by which somebody is to have taken it on in any case.
    """
    alert.ring = clockwork.CARE_TEAM
    if alert.on_worklist:
        alert.due_at = alert.escalate_at = None
        return
    cover = on_call.get_cover(at)
    alert.due_at = alert.escalate_at = clockwork.due(rule.target, cover, at, before=before)
    _tell_first(alert, people.first(alert.patient_id, alert.severity, cover, at), at)


def again(alert: Alert, *, at: datetime) -> None:
    """Tell the first who must know once more: something worse was found while nobody had taken the alert on."""
    if not alert.on_worklist:
        cover = on_call.get_cover(at)
        _tell_first(alert, people.first(alert.patient_id, alert.severity, cover, at), at)


def tell(alert: Alert, told: Collection[Told], *, at: datetime, step: datetime | None = None) -> list[uuid.UUID]:
    """Write mail for people, and let in whoever is not on the team; return who is newly let in.

    Args:
        alert: what they are told of; the mail says nothing of it.
        told: who.
        at: now, aware UTC.
        step: the moment of the escalation they are told in, whose mail is written once whoever comes to it.
    """
    let_in = []
    for one in told:
        once = f"alert:{alert.id.hex}:{step:%Y%m%d%H%M%S%f}:{one.user_id.hex}" if step else None
        notifications.enqueue(
            Kind.ALERT_WAITING,
            one.user_id,
            at=at,
            # Whoever has left the team by then gets no mail that was written for one of the team.
            patient_id=alert.patient_id if one.why is None else None,
            alert_id=alert.id,
            urgent=alert.severity > Severity.REVIEW,
            once_key=once,
        )
        if one.why is not None and _let_in(alert, one, at):
            let_in.append(one.user_id)
    return let_in


def audit_called(alert: Alert, let_in: Collection[uuid.UUID], *, by: Actor | None, at: datetime) -> None:
    """Append to the audit who was called in; for the end of a use case."""
    for user_id in let_in:
        steps.record(alert, "called-in", by=by, at=at, user=str(user_id))


def let_go(alert: Alert, at: datetime) -> None:
    """Let whoever was called in see the chart for a day longer, because the alert is closed."""
    there = (CalledIn.alert_id == alert.id, CalledIn.until.is_(None))
    session.execute(update(CalledIn).where(*there).values(until=at + STAYS_CALLED))


def hold_on(alert: Alert, at: datetime) -> None:
    """Let whoever was called in and may still see the chart stay for as long as a closed alert is open again."""
    still = (CalledIn.alert_id == alert.id, CalledIn.until > at)
    session.execute(update(CalledIn).where(*still).values(until=None))


def _tell_first(alert: Alert, told: list[Told], at: datetime) -> None:
    if alert.assigned_to_id is not None and alert.assigned_to_id not in {one.user_id for one in told}:
        whom = people.may_be_assigned(alert.patient_id, alert.assigned_to_id)
        told = [*told, whom] if whom else told
    let_in = tell(alert, told, at=at)
    for user_id in let_in:
        steps.happened(alert, Event.CALLED, at=at, whom=user_id)
    session.flush()
    audit_called(alert, let_in, by=None, at=at)


def _let_in(alert: Alert, one: Told, at: datetime) -> bool:
    assert one.why is not None
    known = session.scalar(select(CalledIn).where(CalledIn.alert_id == alert.id, CalledIn.user_id == one.user_id))
    if known is None:
        row = CalledIn(patient_id=alert.patient_id, alert_id=alert.id, user_id=one.user_id, why=one.why, since=at)
        session.add(row)
        session.flush()
        return True
    is_out = known.until is not None and known.until <= at
    if is_out:
        known.since, known.why = at, one.why
    known.until = None
    return is_out
