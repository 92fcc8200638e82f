"""Asking for a questionnaire once, taking that back, and noting its answer."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.checkins.models import PlanItem
from portal.checkins.requests import queries
from portal.checkins.requests.models import QuestionnaireRequest
from portal.checkins.requests.span import first_day
from portal.checkins.rhythm import Anchor, Trigger, to_json
from portal.db import run, session, touched

_REQUEST: Any = QuestionnaireRequest.__table__
_ITEM: Any = PlanItem.__table__
_ID = _REQUEST.c.id.type
_ANSWERED = (
    update(_REQUEST)
    .where(_REQUEST.c.patient_id == bindparam("whose", type_=_ID), _REQUEST.c.instrument == bindparam("what"))
    .where(_REQUEST.c.check_in_id.is_(None), _REQUEST.c.withdrawn_at.is_(None))
    .where(_REQUEST.c.from_on <= bindparam("day"), _REQUEST.c.before_on > bindparam("day"))
    .values(check_in_id=bindparam("answer", type_=_ID))
    .returning(_REQUEST.c.plan_item_id)
)
_CORRECTED = (
    update(_REQUEST)
    .where(_REQUEST.c.check_in_id == bindparam("former", type_=_ID))
    .values(check_in_id=bindparam("answer", type_=_ID))
)


def ask(patient_id: uuid.UUID, instrument: str, before_on: date, *, by: Actor, at: datetime) -> uuid.UUID:
    """Ask a patient once for a questionnaire that is no part of their plan; the caller holds the patient.

    Args:
        patient_id: who is asked.
        instrument: the questionnaire's id.
        before_on: the first of the patient's days on which it is too late; `span.problem` says which can be.
        by: who asks.
        at: now, aware UTC.

    Returns:
        The request's id.
    """
    today = queries.today_of(patient_id, at)
    first = first_day(today, answered_today=queries.was_answered(patient_id, instrument, today))
    line = PlanItem(
        patient_id=patient_id,
        instrument=instrument,
        triggers=to_json((Trigger(Anchor.START, open_days=(before_on - first).days),)),
        min_gap_days=0,
        extra_items=[],
        starts_on=first,
        ends_on=before_on,
        created_at=at,
        created_by_id=by.user_id,
        is_requested=True,
    )
    session.add(line)
    session.flush()
    request = QuestionnaireRequest(
        patient_id=patient_id,
        plan_item_id=line.id,
        instrument=instrument,
        from_on=first,
        before_on=before_on,
        asked_at=at,
        asked_by_id=by.user_id,
    )
    session.add(request)
    session.flush()
    touched(patient_id)
    audit.record(
        "questionnaire:requested", by=by, at=at, patient_id=patient_id, thing_id=request.id, instrument=instrument
    )
    return request.id


def withdraw(patient_id: uuid.UUID, request_id: uuid.UUID, *, by: Actor, at: datetime) -> bool:
    """Ask no more for a questionnaire; return whether it was still asked for."""
    request = session.scalar(
        select(QuestionnaireRequest)
        .where(QuestionnaireRequest.patient_id == patient_id, QuestionnaireRequest.id == request_id)
        .with_for_update()
    )
    today = queries.today_of(patient_id, at)
    if request is None or request.withdrawn_at or request.check_in_id or request.before_on <= today:
        return False
    request.withdrawn_at, request.withdrawn_by_id = at, by.user_id
    _end([request.plan_item_id], today)
    touched(patient_id)
    audit.record("questionnaire:withdrawn", by=by, at=at, patient_id=patient_id, thing_id=request_id)
    return True


def answered(
    patient_id: uuid.UUID,
    instrument: str,
    check_in_id: uuid.UUID,
    *,
    on: date,
    today: date,
    former_id: uuid.UUID | None,
) -> None:
    """Note that what was asked for once has come, or was corrected; the caller holds the patient.

    Args:
        patient_id: whose check-in it is.
        instrument: what was filled in.
        check_in_id: the check-in that has just been written.
        on: the patient's day it is for.
        today: the patient's day.
        former_id: the check-in it corrects, if any.
    """
    if former_id is not None:
        run(_CORRECTED, {"former": former_id, "answer": check_in_id})
        return
    known = {"whose": patient_id, "what": instrument, "day": on, "answer": check_in_id}
    lines = [row.plan_item_id for row in run(_ANSWERED, known)]
    if lines:
        _end(lines, today + timedelta(days=1))


def _end(plan_item_ids: list[uuid.UUID], on: date) -> None:
    run(update(_ITEM).where(_ITEM.c.id.in_(plan_item_ids), _ITEM.c.ends_on > on).values(ends_on=on))
