"""How the demo's team answered its alerts: those from a bedside at once, the others within the hour."""

import uuid
from datetime import datetime, timedelta

from portal.access.policy import Actor
from portal.demo.case import Agenda, Case
from portal.demo.visits import Stop
from portal.patients.queries import PatientRef
from portal.safety import queries, service
from portal.safety.models import AlertState
from portal.safety.service import Closing, Contact

CALLED = "Called. The thoughts are the familiar ones, no plan. Knows whom to call. Visit tomorrow."
SETTLED = "Pressure back near the one before within the hour. Read the record of the day."
NOT_YET = timedelta(days=10)


def answer_stop(case: Case, then: datetime, stop: Stop, agenda: Agenda) -> None:
    """Note how the provider answers the alert of a hard stop.

    Args:
        then: when it was read.
    """
    said = f"Authorised by phone: {stop.said}" if stop.said else "Told the nurse to stop."
    agenda.add(then + timedelta(minutes=1), _acknowledge, case)
    agenda.add(then + timedelta(minutes=4), _spoke, case, said)
    agenda.add(then + timedelta(hours=3), _close, case)


def answer_rest(ref: PatientRef, by: Actor, now: datetime) -> None:
    """Answer what stands open of a patient and is not of the last few days."""
    for alert in queries.list_alerts_of(ref.id):
        if alert.state is not AlertState.OPEN or now - alert.opened_at < NOT_YET:
            continue
        at = alert.opened_at + timedelta(hours=1)
        service.acknowledge(ref.id, alert.id, stamp=queries.stamp_of(alert.id), by=by, at=at)
        stamp, later = queries.stamp_of(alert.id), at + timedelta(minutes=25)
        service.record_contact(ref.id, alert.id, Contact.SPOKE, CALLED, stamp=stamp, by=by, at=later)
        stamp, last = queries.stamp_of(alert.id), at + timedelta(days=1)
        service.close(ref.id, alert.id, Closing.SAFE, "Seen.", stamp=stamp, by=by, at=last)


def _latest(case: Case) -> tuple[uuid.UUID, str]:
    alert, *_ = queries.list_alerts_of(case.patient_id, limit=1)
    return alert.id, queries.stamp_of(alert.id)


def _acknowledge(case: Case, *, at: datetime) -> None:
    alert_id, stamp = _latest(case)
    service.acknowledge(case.patient_id, alert_id, stamp=stamp, by=case.provider, at=at)


def _spoke(case: Case, said: str, *, at: datetime) -> None:
    alert_id, stamp = _latest(case)
    service.record_contact(case.patient_id, alert_id, Contact.SPOKE, said, stamp=stamp, by=case.provider, at=at)


def _close(case: Case, *, at: datetime) -> None:
    alert_id, stamp = _latest(case)
    service.close(case.patient_id, alert_id, Closing.SAFE, SETTLED, stamp=stamp, by=case.provider, at=at)
