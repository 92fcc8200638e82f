"""R4, abandoned: somebody reached a safety question, left it open and went away without sending.

A draft that nobody has gone on with for an hour is looked at once. What was sent or gone on with meanwhile is none.
"""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, select, tuple_, update

from portal.access.policy import PatientStatus
from portal.accounts.models import User
from portal.audit import service as audit
from portal.checkins import plan, queries
from portal.checkins.filled import asked_items
from portal.checkins.models import CheckInDraft, PlanItem
from portal.db import run
from portal.instruments import catalogue
from portal.instruments.definition import Definition, SafetyState
from portal.instruments.loader import UnknownInstrument
from portal.patients.models import Patient
from portal.safety import rules
from portal.safety import service as safety
from portal.safety.rules import SafetyAnswer

AFTER = timedelta(minutes=60)
"""So long nobody has gone on with it: then it counts as left. Interval default [D]."""
LOOK_BACK = timedelta(days=14)
"""What was left longer ago is looked at no more, whatever the worker missed. Interval default [D]."""
CHUNK = 200


@dataclass(frozen=True, slots=True)
class Left:
    """A draft with a safety question left open: its key."""

    patient_id: uuid.UUID
    plan_item_id: uuid.UUID
    for_on: date


@dataclass(frozen=True, slots=True)
class Place:
    """A draft's place in the order in which drafts were left."""

    saved_at: datetime
    patient_id: uuid.UUID
    plan_item_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Chunk:
    """The drafts that were left open, the last one looked at, and whether there are more."""

    left: tuple[Left, ...]
    last: Place | None
    has_more: bool


def look(after: Place | None, *, at: datetime) -> Chunk:
    """Look at the next 200 drafts that nobody has gone on with for an hour, in the order in which they were left.

    Args:
        after: the last one looked at; None for the first of `LOOK_BACK`.
        at: now, aware UTC.
    """
    begins = after or Place(at - LOOK_BACK, uuid.UUID(int=0), uuid.UUID(int=0))
    rows = run(_NEXT, asdict(begins) | {"until": at - AFTER}).all()
    last = Place(rows[-1].saved_at, rows[-1].patient_id, rows[-1].plan_item_id) if rows else after
    return Chunk(tuple(_key(row) for row in rows if _left_open(row)), last, len(rows) == CHUNK)


def act(left: Sequence[Left], *, at: datetime) -> None:
    """Pass on what is still left open, each draft once.

    Args:
        left: some drafts as `look` found them.
        at: now, aware UTC.
    """
    for patient_id in sorted({one.patient_id for one in left}):
        safety.hold(patient_id)
    for one in left:
        row = run(_THIS, {"patient": one.patient_id, "item": one.plan_item_id, "day": one.for_on}).one_or_none()
        if row is not None and row.saved_at <= at - AFTER:
            _pass_on(row, at=at)


def _pass_on(row: Any, *, at: datetime) -> None:
    codes = _left_open(row)
    if not codes or queries.find_submission(row.patient_id, row.submission_id) is not None:
        return
    run(_MARK, {"patient": row.patient_id, "item": row.plan_item_id, "day": row.for_on, "moment": at})
    today = plan.local_day(at, row.time_zone)
    answers = [SafetyAnswer(row.instrument, code, None, SafetyState.UNKNOWN) for code in codes]
    safety.review(row.patient_id, answers, submission_id=row.submission_id, on=today, at=at)
    audit.record("check-in:left-open", by=None, at=at, patient_id=row.patient_id, thing_id=row.plan_item_id)


def _left_open(row: Any) -> tuple[str, ...]:
    definition = _definition(row.instrument, row.version)
    return rules.left_open(definition, row.answers, asked_items(definition, row.extra_items)) if definition else ()


def _definition(instrument: str, version: int) -> Definition | None:
    try:
        return catalogue.current().get(instrument, version)
    except UnknownInstrument:
        return None


def _key(row: Any) -> Left:
    return Left(row.patient_id, row.plan_item_id, row.for_on)


_DRAFT: Any = CheckInDraft.__table__
_ITEM: Any = PlanItem.__table__
_PATIENT: Any = Patient.__table__
_USER: Any = User.__table__
_ROWS = (
    select(_DRAFT, _ITEM.c.instrument, _ITEM.c.extra_items, _USER.c.time_zone)
    .select_from(
        _DRAFT.join(_ITEM, _ITEM.c.id == _DRAFT.c.plan_item_id)
        .join(_PATIENT, _PATIENT.c.id == _DRAFT.c.patient_id)
        .join(_USER, _USER.c.id == _PATIENT.c.user_id)
    )
    .where(_DRAFT.c.left_open_at.is_(None), _PATIENT.c.status != PatientStatus.DIED)
)
_PLACE = (_DRAFT.c.saved_at, _DRAFT.c.patient_id, _DRAFT.c.plan_item_id)
_BEGINS = tuple_(*(bindparam(column.name, type_=column.type) for column in _PLACE))
_NEXT = (
    _ROWS.where(_DRAFT.c.saved_at <= bindparam("until", type_=_DRAFT.c.saved_at.type), tuple_(*_PLACE) > _BEGINS)
    .order_by(*_PLACE)
    .limit(CHUNK)
)
_IS_THIS = and_(
    _DRAFT.c.patient_id == bindparam("patient", type_=_DRAFT.c.patient_id.type),
    _DRAFT.c.plan_item_id == bindparam("item", type_=_DRAFT.c.plan_item_id.type),
    _DRAFT.c.for_on == bindparam("day", type_=_DRAFT.c.for_on.type),
)
_THIS = _ROWS.where(_IS_THIS)
_MARK = update(_DRAFT).where(_IS_THIS).values(left_open_at=bindparam("moment", type_=_DRAFT.c.saved_at.type))
