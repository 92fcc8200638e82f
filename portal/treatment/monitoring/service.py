"""Recording the checks of long-term treatment."""

import uuid
from datetime import date, datetime

from sqlalchemy import select

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.db import session, touched
from portal.messages import N_
from portal.patients.models import Patient
from portal.treatment import amending
from portal.treatment.lock import lock
from portal.treatment.monitoring.models import MonitoringResult, Outcome, Watched
from portal.treatment.problems import Problem, Refused

IN_FUTURE = N_("%(day)s is still to come. Record the check once it is done.")
BEFORE_BIRTH = N_("%(day)s is before the patient was born. Check the year.")
NO_NOTE = N_("Say what needs attention.")
ENTERED = ("done_on", "outcome", "note")


def record_result(
    patient_id: uuid.UUID,
    *,
    result_id: uuid.UUID,
    kind: Watched,
    done_on: date,
    outcome: Outcome,
    note: str = "",
    by: Actor,
    at: datetime,
) -> MonitoringResult:
    """Record a check that was done.

    Args:
        patient_id: whose.
        result_id: minted when the form was drawn; the same one twice is one check.
        kind: which check.
        done_on: the day it was done.
        outcome: what it came to; what needs attention needs a note.
        note: what was found.

    Raises:
        Refused: the day cannot be, or there is no note.
    """
    today = lock(patient_id).day(at)
    values = {"kind": kind, "done_on": done_on, "outcome": outcome, "note": note}
    known = session.get(MonitoringResult, result_id)
    if known is not None and amending.is_sent_again(known, patient_id, values):
        return known
    _check(patient_id, done_on, outcome, note, today)
    row = MonitoringResult(id=result_id, patient_id=patient_id, recorded_at=at, recorded_by_id=by.user_id, **values)
    session.add(row)
    _settle("check:recorded", row, by, at)
    return row


def correct_result(
    patient_id: uuid.UUID,
    result_id: uuid.UUID,
    *,
    done_on: date,
    outcome: Outcome,
    note: str,
    revision: int,
    reason: str,
    by: Actor,
    at: datetime,
) -> bool:
    """Correct a check; return whether anything changed.

    Raises:
        Refused: there is no reason or no note, or the day cannot be.
        Stale: it was changed after that revision.
    """
    today = lock(patient_id).day(at)
    row = amending.find(MonitoringResult, patient_id, result_id)
    _check(patient_id, done_on, outcome, note, today)
    values = {"done_on": done_on, "outcome": outcome, "note": note}
    names = amending.correct(row, values, revision=revision, reason=reason, by=by, at=at)
    if names:
        _settle("check:corrected", row, by, at)
    return bool(names)


def withdraw_result(
    patient_id: uuid.UUID, result_id: uuid.UUID, *, revision: int, reason: str, by: Actor, at: datetime
) -> bool:
    """Withdraw a check that was recorded by mistake; return whether it stood until now. Errors as `correct_result`."""
    lock(patient_id)
    row = amending.find(MonitoringResult, patient_id, result_id)
    is_gone = amending.withdraw(row, ENTERED, revision=revision, reason=reason, by=by, at=at)
    if is_gone:
        _settle("check:withdrawn", row, by, at)
    return is_gone


def _check(patient_id: uuid.UUID, done_on: date, outcome: Outcome, note: str, today: date) -> None:
    if done_on > today:
        raise Refused(Problem("done_on", IN_FUTURE, {"day": done_on}))
    born_on = session.scalar(select(Patient.born_on).where(Patient.id == patient_id))
    if born_on and done_on < born_on:
        raise Refused(Problem("done_on", BEFORE_BIRTH, {"day": done_on}))
    if outcome is Outcome.ATTENTION and not note:
        raise Refused(Problem("note", NO_NOTE, {}))


def _settle(event: str, row: MonitoringResult, by: Actor, at: datetime) -> None:
    session.flush()
    touched(row.patient_id)
    audit.record(event, by=by, at=at, patient_id=row.patient_id, thing_id=row.id)
