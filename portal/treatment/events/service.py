"""Adding, correcting and withdrawing life events."""

import uuid
from datetime import date, datetime, timedelta

from sqlalchemy import select

from portal.access.policy import Actor, Role
from portal.audit import service as audit
from portal.db import session, touched
from portal.messages import N_
from portal.patients.models import Patient
from portal.treatment import amending
from portal.treatment.events.models import LifeEvent
from portal.treatment.lock import lock
from portal.treatment.problems import Problem, Refused

AHEAD = timedelta(days=366)
BEFORE_BIRTH = N_("%(day)s is too long ago. Check the year.")
TOO_FAR_AHEAD = N_("%(day)s is more than a year ahead. Check the year.")
ENDS_BEFORE_START = N_("It would end before it began, on %(day)s. Check the two days.")
ENTERED = ("on", "until", "text")


def add_event(
    patient_id: uuid.UUID,
    *,
    event_id: uuid.UUID,
    on: date,
    until: date | None,
    text: str,
    by: Actor,
    at: datetime,
) -> LifeEvent:
    """Add an event.

    Args:
        patient_id: whose.
        event_id: minted when the form was drawn; the same one twice is one event.
        on: the day it was or began; up to a year ahead.
        until: the day it ended; None for a single day, or where no end is known.
        text: what it was, up to 300 characters.

    Raises:
        Refused: a day cannot be.
    """
    today = lock(patient_id).day(at)
    values = {"on": on, "until": until, "text": text}
    known = session.get(LifeEvent, event_id)
    if known is not None and amending.is_sent_again(known, patient_id, values):
        return known
    _check_days(patient_id, on, until, today)
    row = LifeEvent(id=event_id, patient_id=patient_id, recorded_at=at, recorded_by_id=by.user_id, **values)
    session.add(row)
    _settle("life-event:added", row, by, at)
    return row


def correct_event(
    patient_id: uuid.UUID,
    event_id: uuid.UUID,
    *,
    on: date,
    until: date | None,
    text: str,
    revision: int,
    reason: str,
    by: Actor,
    at: datetime,
) -> bool:
    """Correct an event; return whether anything changed. A patient corrects what they added themself.

    Raises:
        Refused: there is no reason, or a day cannot be.
        Stale: it was changed after that revision.
    """
    today = lock(patient_id).day(at)
    row = amending.find(LifeEvent, patient_id, event_id)
    assert may_change(row.recorded_by_id, by)
    _check_days(patient_id, on, until, today)
    values = {"on": on, "until": until, "text": text}
    names = amending.correct(row, values, revision=revision, reason=reason, by=by, at=at)
    if names:
        _settle("life-event:corrected", row, by, at)
    return bool(names)


def withdraw_event(
    patient_id: uuid.UUID, event_id: uuid.UUID, *, revision: int, reason: str, by: Actor, at: datetime
) -> bool:
    """Withdraw an event; return whether it stood until now. A patient withdraws what they added themself."""
    lock(patient_id)
    row = amending.find(LifeEvent, patient_id, event_id)
    assert may_change(row.recorded_by_id, by)
    is_gone = amending.withdraw(row, ENTERED, revision=revision, reason=reason, by=by, at=at)
    if is_gone:
        _settle("life-event:withdrawn", row, by, at)
    return is_gone


def may_change(recorded_by_id: uuid.UUID, actor: Actor) -> bool:
    """Return whether somebody who may add events may also change this one: the care team any, a patient their own."""
    return actor.role is not Role.PATIENT or recorded_by_id == actor.user_id


def _check_days(patient_id: uuid.UUID, on: date, until: date | None, today: date) -> None:
    born_on = session.scalar(select(Patient.born_on).where(Patient.id == patient_id))
    if born_on and on < born_on:
        raise Refused(Problem("on", BEFORE_BIRTH, {"day": on}))
    if until and until < on:
        raise Refused(Problem("until", ENDS_BEFORE_START, {"day": until}))
    for field, day in (("on", on), ("until", until)):
        if day and day > today + AHEAD:
            raise Refused(Problem(field, TOO_FAR_AHEAD, {"day": day}))


def _settle(event: str, row: LifeEvent, by: Actor, at: datetime) -> None:
    session.flush()
    touched(row.patient_id)
    audit.record(event, by=by, at=at, patient_id=row.patient_id, thing_id=row.id)
