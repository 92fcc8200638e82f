"""Making and changing a patient's plan: lines begin and end, and no line is ever rewritten."""

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update

from portal.access.policy import Actor
from portal.accounts.models import User
from portal.audit import service as audit
from portal.checkins import plan, queries, ready_made, refusals
from portal.checkins.models import PlanItem
from portal.checkins.refusals import InvalidPlan, PlanProblem
from portal.checkins.rhythm import LineDraft, Trigger, from_json, to_json
from portal.db import session, touched
from portal.instruments import catalogue
from portal.messages import N_
from portal.patients.models import Condition, Patient

__all__ = ["InvalidPlan", "apply", "ask", "check", "end_item", "end_plans", "resume", "start_default_plan"]


def start_default_plan(patient_id: uuid.UUID, conditions: Collection[Condition], *, by: Actor, at: datetime) -> None:
    """Give a newly enrolled patient the ready-made plan with which care begins."""
    askable = {one.id for one in catalogue.current().askable()}
    lines = ready_made.lines([one.value for one in conditions], *ready_made.AT_ENROLMENT, askable=askable)
    apply(patient_id, lines, by=by, at=at)


def check(lines: Sequence[LineDraft]) -> list[PlanProblem]:
    """Return everything that is wrong with the lines of a plan, each with the instrument it is about."""
    return _problems_of(lines) + _asked_twice(lines)


def apply(patient_id: uuid.UUID, lines: Sequence[LineDraft], *, by: Actor, at: datetime) -> None:
    """Ask these lines from today on in place of the whole plan; a line that stays as it is goes on as it is.

    Raises:
        InvalidPlan: something cannot be asked; `problems` name each thing. Nothing was written.
    """
    today = _hold(patient_id, at)
    asked = session.scalars(select(PlanItem).where(PlanItem.patient_id == patient_id, _still(today)))
    current = [item for item in asked if queries.is_planned(item)]
    wanted = [replace(line, extra_items=tuple(sorted(line.extra_items))) for line in lines]
    staying = [item for item in current if _draft(item) in wanted]
    kept = [_draft(item) for item in staying]
    coming = [line for line in wanted if line not in kept]
    found = _problems_of(coming) + _asked_twice(wanted)
    if found:
        raise InvalidPlan(found)
    going = [item.id for item in current if item not in staying]
    if not going and not coming:
        return
    is_first = session.scalar(select(PlanItem.id).where(PlanItem.patient_id == patient_id).limit(1)) is None
    _end(today, PlanItem.patient_id == patient_id, PlanItem.id.in_(going))
    for line in coming:
        _add(patient_id, line, today, by=by, at=at)
    event = "plan:started" if is_first else "plan:changed"
    _record(event, patient_id, by=by, at=at, lines=[line.instrument for line in coming])


def ask(
    patient_id: uuid.UUID,
    instrument: str,
    *,
    triggers: Sequence[Trigger],
    min_gap_days: int = 0,
    extra_items: Collection[str] = (),
    by: Actor,
    at: datetime,
) -> None:
    """Ask an instrument like this from today on, in place of the line that asked it before.

    A total that clinicians enter is due for the care team, and the patient is not asked it.

    Args:
        patient_id: whose plan it is.
        instrument: the instrument's id.
        triggers: when it is asked.
        min_gap_days: at least so many days lie between two askings.
        extra_items: items asked besides the instrument's default ones.
        by: who decides it.
        at: now, aware UTC.

    Raises:
        InvalidPlan: it cannot be asked; `problems` name each thing.
    """
    line = LineDraft(instrument, tuple(triggers), min_gap_days, tuple(sorted(extra_items)))
    found = check([line])
    if found:
        raise InvalidPlan(found)
    today = _hold(patient_id, at)
    _end(today, PlanItem.patient_id == patient_id, PlanItem.instrument == instrument, ~PlanItem.is_requested)
    _add(patient_id, line, today, by=by, at=at)
    _record("plan:changed", patient_id, by=by, at=at, lines=[instrument])


def end_item(patient_id: uuid.UUID, plan_item_id: uuid.UUID, *, by: Actor, at: datetime) -> bool:
    """Stop asking one line of a plan from today on; return whether it was still being asked."""
    ended = _end(_hold(patient_id, at), PlanItem.patient_id == patient_id, PlanItem.id == plan_item_id)
    if ended:
        _record("plan:changed", patient_id, by=by, at=at)
    return bool(ended)


def end_plans(patient_id: uuid.UUID, *, by: Actor, at: datetime) -> None:
    """Stop asking anything from today on, because the patient is paused or has left."""
    if _end(_hold(patient_id, at), PlanItem.patient_id == patient_id):
        _record("plan:ended", patient_id, by=by, at=at)


def resume(patient_id: uuid.UUID, *, by: Actor, at: datetime) -> None:
    """Ask again, from today on, what was asked until everything was stopped; nothing where something is still asked."""
    today = _hold(patient_id, at)
    mine = PlanItem.patient_id == patient_id
    stopped = session.scalar(select(func.max(PlanItem.ends_on)).where(mine))
    is_asked = session.scalar(select(PlanItem.id).where(mine, _still(today)).limit(1))
    if stopped is None or is_asked is not None:
        return
    rows = session.scalars(select(PlanItem).where(mine, PlanItem.ends_on == stopped).order_by(PlanItem.created_at))
    # What was changed and then stopped on the same day ended twice on it: the last is what was asked.
    for line in {item.instrument: _draft(item) for item in rows if queries.is_planned(item)}.values():
        _add(patient_id, line, today, by=by, at=at)
    _record("plan:resumed", patient_id, by=by, at=at)


def _problems_of(lines: Sequence[LineDraft]) -> list[PlanProblem]:
    return [replace(one, instrument=line.instrument) for line in lines for one in _problems(line)]


def _problems(line: LineDraft) -> Iterator[PlanProblem]:
    known = {one.id: one for one in catalogue.current().plannable()}
    definition = known.get(line.instrument)
    if definition is None:
        message = N_("“%(instrument)s” is nothing that a plan of this clinic can hold.")
        yield PlanProblem(message, {"instrument": line.instrument}, "instrument")
    else:
        further = {item.code for item in definition.items if not item.is_default}
        for code in sorted(set(line.extra_items) - further):
            message = N_("“%(instrument)s” has no further question “%(item)s”.")
            yield PlanProblem(message, {"instrument": line.instrument, "item": code}, "items")
    yield from refusals.problems(line.triggers, line.min_gap_days)


def _asked_twice(lines: Sequence[LineDraft]) -> list[PlanProblem]:
    asked = [line.instrument for line in lines]
    message = N_("“%(instrument)s” stands in the plan twice. Put its rules into one line.")
    return [
        PlanProblem(message, {"instrument": name}, "instrument", instrument=name)
        for name in sorted({one for one in asked if asked.count(one) > 1})
    ]


def _hold(patient_id: uuid.UUID, at: datetime) -> date:
    """Let one writer at a time change a patient's plan; return the patient's day."""
    zone = session.scalar(
        select(User.time_zone)
        .join(Patient, Patient.user_id == User.id)
        .where(Patient.id == patient_id)
        .with_for_update(of=Patient, key_share=True)
    )
    if zone is None:
        raise LookupError("no such patient")
    return plan.local_day(at, zone)


def _still(today: date) -> ColumnElement[bool]:
    return or_(PlanItem.ends_on.is_(None), PlanItem.ends_on > today)


def _draft(item: PlanItem) -> LineDraft:
    return LineDraft(item.instrument, from_json(item.triggers), item.min_gap_days, tuple(item.extra_items))


def _end(today: date, *which: ColumnElement[bool]) -> int:
    ended = session.execute(
        update(PlanItem)
        .where(*which, _still(today))
        .values(ends_on=today)
        .execution_options(synchronize_session=False)
        .returning(PlanItem.id)
    )
    return len(ended.all())


def _add(patient_id: uuid.UUID, line: LineDraft, today: date, *, by: Actor, at: datetime) -> None:
    session.add(
        PlanItem(
            patient_id=patient_id,
            instrument=line.instrument,
            triggers=to_json(line.triggers),
            min_gap_days=line.min_gap_days,
            extra_items=sorted(line.extra_items),
            starts_on=today,
            created_at=at,
            created_by_id=by.user_id,
        )
    )
    session.flush()


def _record(event: str, patient_id: uuid.UUID, *, by: Actor, at: datetime, **details: Any) -> None:
    touched(patient_id)
    audit.record(event, by=by, at=at, patient_id=patient_id, **details)
