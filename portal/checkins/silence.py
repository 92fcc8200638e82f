"""Spells of silence: begun when R11 is met, reminded of, passed to the care team, and over when the patient is heard.

A worker reads a clinic in chunks, without writing; what is found is then done for a few patients at a time, each held
and read once more, so that an answer that came in meanwhile is never called silence.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, insert, or_, select, update

from portal.access.policy import PatientStatus
from portal.accounts.models import User
from portal.audit import service as audit
from portal.checkins import due, plan, silence_rule
from portal.checkins.due import Plan
from portal.checkins.models import A_WORD, CheckIn
from portal.checkins.silence_rule import Ending, Known, Limits, Missed, Spell, Steps, Waits
from portal.db import run
from portal.notifications import service as notifications
from portal.notifications import told
from portal.notifications.models import Kind
from portal.patients.models import Patient, StatusChange
from portal.safety import service as safety
from portal.safety.models import Alert, AlertState, Concern
from portal.safety.over_time import Sign
from portal.safety.ruleset import queries as ruleset
from portal.safety.silence.models import Silence

CHUNK = due.CHUNK
RULE = "R11"
SIGNS = ("R1", "R2", "R3")
HEARD, FOLLOWED = "heard-by-now", "reminded-again"


@dataclass(frozen=True, slots=True)
class Chunk:
    """For whom something is to be done, and after whom the next patients come; None: these were the last."""

    patient_ids: tuple[uuid.UUID, ...]
    next_after: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class _Found:
    row: Any
    met: tuple[Missed, ...]
    known: Known
    steps: Steps


def look(after: uuid.UUID | None, *, at: datetime) -> Chunk:
    """Look at the next 500 patients in care or in a spell, in order of their ids, after one of them.

    Args:
        after: the last patient of the chunk before; None for the first.
        at: now, aware UTC.
    """
    rows = run(_NEXT, {"after": after or uuid.UUID(int=0), "since": _signs_since(at)}).all()
    found = _judged(rows, at)
    return Chunk(tuple(one.row.id for one in found), rows[-1].id if len(rows) == CHUNK else None)


def act(patient_ids: Sequence[uuid.UUID], *, at: datetime) -> None:
    """Do what is to be done about a few patients as they stand now: begin, remind, pass on, end."""
    run(_HOLD, {"ids": list(patient_ids)})
    rows = run(_THESE, {"ids": list(patient_ids), "since": _signs_since(at)}).all()
    for one in _judged(rows, at):
        _do(one, at=at)


def heard(patient_id: uuid.UUID, *, at: datetime) -> None:
    """End the spell of a patient of whom a check-in has just been written, unless what was missed still is.

    The caller holds the patient.
    """
    if run(_GOING_ON, {"patient": patient_id}).first() is None:
        return
    rows = run(_THESE, {"ids": [patient_id], "since": _signs_since(at)}).all()
    for one in _judged(rows, at):
        if one.steps.ends is not None:
            _do(one, at=at)


def why_not_remind(patient_id: uuid.UUID, written_at: datetime) -> str | None:
    """Return why a reminder need not be sent any more, as a short code; None where it is still wanted.

    Args:
        patient_id: whose.
        written_at: when the reminder was put into the outbox.
    """
    row = run(_GOING_ON, {"patient": patient_id}).first()
    if row is None:
        return HEARD
    return FOLLOWED if row.reminded_again_at is not None and row.reminded_again_at > written_at else None


def _do(one: _Found, *, at: datetime) -> None:
    row, todo, patient_id = one.row, one.steps, one.row.id
    if todo.ends is not None:
        run(_CHANGE, _so_far(row) | {"spell": row.spell_id, "ended_at": at})
        if todo.ends is Ending.HEARD and row.alert_id is not None:
            safety.heard_again(patient_id, at=at)
        audit.record("silence:ended", by=None, at=at, patient_id=patient_id, thing_id=row.spell_id)
        return
    spell_id = row.spell_id or _begin(one)
    changed = _so_far(row)
    if todo.reminder and _remind(row, spell_id, todo.reminder, at=at):
        changed |= {("reminded_at", "reminded_again_at")[todo.reminder - 1]: at}
    if todo.alerts:
        changed |= {"alert_id": _pass_on(one, spell_id, at=at)}
    run(_CHANGE, {"spell": spell_id, "ended_at": None} | changed)
    if todo.opens:
        audit.record("silence:began", by=None, at=at, patient_id=patient_id, thing_id=spell_id)
    if todo.reminder:
        audit.record("silence:reminded", by=None, at=at, patient_id=patient_id, thing_id=spell_id)


def _begin(one: _Found) -> uuid.UUID:
    spell_id = uuid.uuid4()
    row = {"id": spell_id, "patient_id": one.row.id, "began_at": one.met[0].met_at}
    run(_BEGIN, row | {"missed": silence_rule.details(one.met, one.known)})
    return spell_id


def _remind(row: Any, spell_id: uuid.UUID, number: int, *, at: datetime) -> bool:
    key = f"silence:{spell_id}:{number}"
    before = told.lately([row.user_id], [Kind.CHECK_IN_DUE], at - timedelta(days=1)).get(row.user_id)
    if before is not None and plan.local_day(before, row.time_zone) == plan.local_day(at, row.time_zone):
        # One such mail a day: what was said of today's check-in stands for this reminder.
        return True
    return notifications.enqueue(Kind.CHECK_IN_WAITING, row.user_id, at=at, patient_id=row.id, once_key=key)


def _pass_on(one: _Found, spell_id: uuid.UUID, *, at: datetime) -> uuid.UUID:
    found = silence_rule.details(one.met, one.known)
    sign = Sign(RULE, one.met[0].instrument, details=found)
    today = plan.local_day(at, one.row.time_zone)
    (alert_id,) = safety.note(one.row.id, [sign], submission_id=spell_id, on=today, at=at)
    return alert_id


def _so_far(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("reminded_at", "reminded_again_at", "alert_id")}


def _judged(rows: Sequence[Any], at: datetime) -> list[_Found]:
    """Return those for whom something is to be done; at most five queries, however many they are."""
    plans = due.plans_of(rows, at, days_back=silence_rule.LOOK_BACK_DAYS) if rows else {}
    value = ruleset.current().value
    limits = Limits(round(value("R11.missed")), round(value("R11.scale_days")))
    sooner = limits.after_a_sign(round(value("R11.sign_days")))
    waits = Waits(timedelta(hours=value("R11.remind_first")), timedelta(hours=value("R11.remind_second")))
    found = (_judge(row, plans[row.id], sooner if row.has_sign else limits, waits, at) for row in rows)
    return [one for one in found if one.steps]


def _judge(row: Any, of_patient: Plan, limits: Limits, waits: Waits, at: datetime) -> _Found:
    since = max(moment for moment in (row.enrolled_at, row.back_at, row.dealt_with_at) if moment is not None)
    known = Known(row.time_zone, of_patient.anchors, of_patient.last, since, row.heard_at)
    planned = [line for line in of_patient.asked if not line.is_requested]
    met = silence_rule.missing(planned, known, limits, at) if of_patient.in_care else ()
    todo = silence_rule.steps(met, _spell(row), known, waits, at, is_pressing=row.has_sign)
    if todo.reminder and not any(one.is_now for one in of_patient.due(at)):
        todo = Steps(todo.ends, todo.opens, 0, todo.alerts)
    return _Found(row, met, known, todo)


def _spell(row: Any) -> Spell | None:
    if row.spell_id is None:
        return None
    is_dealt_with = row.alert_state is AlertState.CLOSED
    return Spell(row.began_at, row.reminded_at, row.reminded_again_at, row.alert_id is not None, is_dealt_with)


def _signs_since(at: datetime) -> datetime:
    return at - timedelta(days=ruleset.current().value("R11.lookback"))


_PATIENT: Any = Patient.__table__
_USER: Any = User.__table__
_SILENCE: Any = Silence.__table__
_ALERT: Any = Alert.__table__
_CHECK_IN: Any = CheckIn.__table__
_IDS = bindparam("ids", expanding=True, type_=_PATIENT.c.id.type)
_HOLD = select(_PATIENT.c.id).where(_PATIENT.c.id.in_(_IDS)).order_by(_PATIENT.c.id).with_for_update(key_share=True)
_GOING_ON = select(_SILENCE.c.id, _SILENCE.c.reminded_again_at).where(
    _SILENCE.c.patient_id == bindparam("patient", type_=_PATIENT.c.id.type), _SILENCE.c.ended_at.is_(None)
)
_BEGIN = insert(_SILENCE)
_CHANGE = (
    update(_SILENCE)
    .where(_SILENCE.c.id == bindparam("spell", type_=_SILENCE.c.id.type))
    .values({name: bindparam(name) for name in ("reminded_at", "reminded_again_at", "alert_id", "ended_at")})
)


def _rows() -> Any:
    heard_at = (
        select(_CHECK_IN.c.received_at)
        .where(_CHECK_IN.c.patient_id == _PATIENT.c.id, A_WORD)
        .order_by(_CHECK_IN.c.received_at.desc())
        .limit(1)
    )
    back_at = select(func.max(StatusChange.changed_at)).where(
        StatusChange.patient_id == _PATIENT.c.id, StatusChange.after == PatientStatus.ACTIVE
    )
    earlier = _ALERT.alias("earlier")
    # What nobody had taken on was closed because the patient was heard again, and forgives no questionnaire.
    by_somebody = earlier.c.state == AlertState.CLOSED, earlier.c.acknowledged_at.is_not(None)
    dealt_with_at = select(func.max(earlier.c.state_at)).where(
        earlier.c.patient_id == _PATIENT.c.id, earlier.c.rule == RULE, *by_somebody
    )
    has_sign = exists().where(
        Concern.patient_id == _PATIENT.c.id,
        Concern.rule.in_(SIGNS),
        Concern.found_at >= bindparam("since", type_=Concern.found_at.type),
    )
    columns = [_PATIENT.c[name] for name in ("id", "user_id", "enrolled_at", "status")]
    of_spell = [_SILENCE.c[name] for name in ("missed", "began_at", "reminded_at", "reminded_again_at", "alert_id")]
    return (
        select(
            *columns,
            _USER.c.time_zone,
            _SILENCE.c.id.label("spell_id"),
            *of_spell,
            _ALERT.c.state.label("alert_state"),
            heard_at.scalar_subquery().label("heard_at"),
            back_at.scalar_subquery().label("back_at"),
            dealt_with_at.scalar_subquery().label("dealt_with_at"),
            has_sign.label("has_sign"),
        )
        .select_from(_PATIENT.join(_USER, _USER.c.id == _PATIENT.c.user_id))
        .outerjoin(_SILENCE, and_(_SILENCE.c.patient_id == _PATIENT.c.id, _SILENCE.c.ended_at.is_(None)))
        .outerjoin(_ALERT, _ALERT.c.id == _SILENCE.c.alert_id)
        .order_by(_PATIENT.c.id)
    )


_THESE = _rows().where(_PATIENT.c.id.in_(_IDS))
_NEXT = (
    _rows()
    .where(or_(_PATIENT.c.status == PatientStatus.ACTIVE, _SILENCE.c.id.is_not(None)))
    .where(_PATIENT.c.id > bindparam("after", type_=_PATIENT.c.id.type))
    .limit(CHUNK)
)
