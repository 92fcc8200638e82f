"""After an answer that calls for it, the short screen is asked in the same sitting, whatever the plan says."""

import uuid
from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import select

from portal.audit import service as audit
from portal.checkins.filled import Filled
from portal.checkins.models import CheckIn, Mode, PlanItem
from portal.checkins.queries import is_at_once
from portal.checkins.rhythm import AT_ONCE, to_json
from portal.db import session, touched
from portal.instruments import catalogue
from portal.safety.rules import Finding

SCREENS = ("asq", "c-ssrs")
CALLING = frozenset({"R2", "R3"})


def follow_up(filled: Filled, found: Collection[Finding], *, at: datetime, today: date) -> None:
    """Ask the patient the screen once, today, where what they have just sent calls for it; the caller holds them.

    Not where they were asked on another's telephone or by one of the screens itself, nor where one was answered today.

    Args:
        filled: what was sent.
        found: what the rules found in it.
        at: now, aware UTC.
        today: the patient's day.
    """
    if filled.mode is not Mode.SELF or filled.definition.id in SCREENS:
        return
    if not any(one.rule.code in CALLING for one in found):
        return
    patient_id = filled.patient.id
    screen = _screen(patient_id, today)
    if screen is None or _was_answered(patient_id, today):
        return
    line = PlanItem(
        patient_id=patient_id,
        instrument=screen,
        triggers=to_json(AT_ONCE),
        min_gap_days=0,
        extra_items=[],
        starts_on=today,
        ends_on=today + timedelta(days=1),
        created_at=at,
    )
    session.add(line)
    session.flush()
    touched(patient_id)
    audit.record("plan:asked-at-once", by=None, at=at, patient_id=patient_id, thing_id=line.id)


def _screen(patient_id: uuid.UUID, today: date) -> str | None:
    """Return what is asked: the screen of the patient's plan, else the one that is shipped; None where it is asked."""
    usable = {one.id for one in catalogue.current().askable()}
    mine = select(PlanItem).where(PlanItem.patient_id == patient_id, PlanItem.instrument.in_(SCREENS))
    lines = [
        one for one in session.scalars(mine) if one.starts_on <= today and (one.ends_on is None or one.ends_on > today)
    ]
    if any(is_at_once(one) for one in lines):
        return None
    planned = {one.instrument for one in lines}
    in_order = (*(one for one in SCREENS if one in planned), SCREENS[0])
    return next((one for one in in_order if one in usable), None)


def _was_answered(patient_id: uuid.UUID, today: date) -> bool:
    mine = (CheckIn.patient_id == patient_id, CheckIn.instrument.in_(SCREENS), CheckIn.for_on == today)
    return session.scalar(select(CheckIn.id).where(*mine).limit(1)) is not None
