"""Making and changing a patient's plan: lines begin and end, and no line is ever rewritten."""

import uuid
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update

from portal.access.policy import Actor
from portal.accounts.models import User
from portal.audit import service as audit
from portal.checkins import plan
from portal.checkins.models import PlanItem
from portal.db import session, touched
from portal.instruments import catalogue
from portal.patients.models import Condition, Patient

LONGEST_RHYTHM = 366
DAILY = "daily"
EVERYBODY = (("phq-9", 14), ("gad-7", 14))
EXTRA_BY_CONDITION = {
    Condition.CHRONIC_PAIN: ("pain",),
    Condition.OCD: ("ocd_time",),
    Condition.BIPOLAR: ("sleep_need",),
}


class InvalidPlan(ValueError):
    """No such instrument, rhythm or item can be asked; nothing was written."""


def start_default_plan(patient_id: uuid.UUID, conditions: Collection[Condition], *, by: Actor, at: datetime) -> None:
    """Give a newly enrolled patient the plan for their conditions: the daily check-in, and two scales every 14 days."""
    wanted = {code for condition in conditions for code in EXTRA_BY_CONDITION.get(condition, ())}
    today = _today(patient_id, at)
    _add(patient_id, DAILY, 1, sorted(wanted), today, by=by, at=at)
    for instrument, every_days in EVERYBODY:
        _add(patient_id, instrument, every_days, (), today, by=by, at=at)
    _record("plan:started", patient_id, by=by, at=at)


def ask(
    patient_id: uuid.UUID,
    instrument: str,
    *,
    every_days: int,
    extra_items: Collection[str] = (),
    by: Actor,
    at: datetime,
) -> None:
    """Ask an instrument in this rhythm from today on, in place of the line that asked it before.

    Args:
        patient_id: who is asked.
        instrument: the instrument's id.
        every_days: 1 for every day, up to 366.
        extra_items: items asked besides the instrument's default ones.
        by: who decides it.
        at: now, aware UTC.

    Raises:
        InvalidPlan: no such instrument, rhythm or item can be asked.
    """
    if instrument not in catalogue.current() or not 1 <= every_days <= LONGEST_RHYTHM:
        raise InvalidPlan
    definition = catalogue.current().get(instrument)
    further = {item.code for item in definition.items if not item.is_default}
    if not further.issuperset(extra_items):
        raise InvalidPlan
    today = _today(patient_id, at)
    _end(today, PlanItem.patient_id == patient_id, PlanItem.instrument == instrument)
    _add(patient_id, instrument, every_days, sorted(extra_items), today, by=by, at=at)
    _record("plan:changed", patient_id, by=by, at=at, instrument=instrument)


def end_item(patient_id: uuid.UUID, plan_item_id: uuid.UUID, *, by: Actor, at: datetime) -> bool:
    """Stop asking one line of a plan from today on; return whether it was still being asked."""
    ended = _end(_today(patient_id, at), PlanItem.patient_id == patient_id, PlanItem.id == plan_item_id)
    if ended:
        _record("plan:changed", patient_id, by=by, at=at)
    return bool(ended)


def end_plans(patient_id: uuid.UUID, *, by: Actor, at: datetime) -> None:
    """Stop asking anything from today on, because the patient is paused or has left."""
    if _end(_today(patient_id, at), PlanItem.patient_id == patient_id):
        _record("plan:ended", patient_id, by=by, at=at)


def resume(patient_id: uuid.UUID, *, by: Actor, at: datetime) -> None:
    """Ask again, from today on, what was asked until everything was stopped; nothing where something is still asked."""
    today = _today(patient_id, at)
    mine = PlanItem.patient_id == patient_id
    stopped = session.scalar(select(func.max(PlanItem.ends_on)).where(mine))
    is_asked = session.scalar(select(PlanItem.id).where(mine, _still(today)).limit(1))
    if stopped is None or is_asked is not None:
        return
    for item in session.scalars(select(PlanItem).where(mine, PlanItem.ends_on == stopped)).all():
        _add(patient_id, item.instrument, item.every_days, item.extra_items, today, by=by, at=at)
    _record("plan:resumed", patient_id, by=by, at=at)


def _today(patient_id: uuid.UUID, at: datetime) -> date:
    zone = session.scalar(
        select(User.time_zone).join(Patient, Patient.user_id == User.id).where(Patient.id == patient_id)
    )
    if zone is None:
        raise LookupError("no such patient")
    return plan.local_day(at, zone)


def _still(today: date) -> ColumnElement[bool]:
    return or_(PlanItem.ends_on.is_(None), PlanItem.ends_on > today)


def _end(today: date, *which: ColumnElement[bool]) -> int:
    ended = session.execute(
        update(PlanItem)
        .where(*which, _still(today))
        .values(ends_on=today)
        .execution_options(synchronize_session=False)
        .returning(PlanItem.id)
    )
    return len(ended.all())


def _add(
    patient_id: uuid.UUID,
    instrument: str,
    every_days: int,
    extra_items: Collection[str],
    today: date,
    *,
    by: Actor,
    at: datetime,
) -> None:
    session.add(
        PlanItem(
            patient_id=patient_id,
            instrument=instrument,
            every_days=every_days,
            extra_items=list(extra_items),
            starts_on=today,
            created_at=at,
            created_by_id=by.user_id,
        )
    )
    session.flush()


def _record(event: str, patient_id: uuid.UUID, *, by: Actor, at: datetime, **details: Any) -> None:
    touched(patient_id)
    audit.record(event, by=by, at=at, patient_id=patient_id, **details)
