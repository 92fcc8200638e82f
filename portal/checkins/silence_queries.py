"""Reading whether a patient has gone silent, as it stands when a page is read."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select

from portal.access.policy import PatientStatus
from portal.checkins import due, silence_rule
from portal.checkins.due import Plan, Planned
from portal.checkins.models import A_WORD, CheckIn
from portal.checkins.silence_rule import Known, Limits
from portal.checkins.unheard import Unheard, unheard
from portal.db import run
from portal.patients.queries import PatientRef
from portal.safety.silence.models import Silence

ANYTHING = Limits(missed=1, scale_days=0)
_CHECK_IN: Any = CheckIn.__table__
_SILENCE: Any = Silence.__table__
_WHO = bindparam("patient", type_=_CHECK_IN.c.patient_id.type)
_LAST = (
    select(_CHECK_IN.c.received_at)
    .where(_CHECK_IN.c.patient_id == _WHO, A_WORD)
    .order_by(_CHECK_IN.c.received_at.desc())
    .limit(1)
)
_MISSED = select(_SILENCE.c.missed).where(_SILENCE.c.patient_id == _WHO, _SILENCE.c.ended_at.is_(None))
_BOTH = select(_LAST.scalar_subquery().label("heard_at"), _MISSED.scalar_subquery().label("missed"))


def get_unheard(patient: PatientRef, instrument: str, *, at: datetime, silent_days: int) -> Unheard | None:
    """Return since when a patient has been silent; None where they have not, or are not in care.

    Args:
        patient: who.
        instrument: the scale that is read.
        at: now, aware UTC.
        silent_days: after so many days without a check-in the clinic calls a patient silent, who owes something.
    """
    if patient.status is not PatientStatus.ACTIVE:
        return None
    row = run(_BOTH, {"patient": patient.id}).one()
    heard_at = max(patient.enrolled_at, row.heard_at) if row.heard_at else patient.enrolled_at
    long = at - heard_at >= timedelta(days=silent_days) and bool(owing([patient], {patient.id: heard_at}, at))
    zone = ZoneInfo(patient.time_zone)
    return unheard(heard_at, missed_in(row.missed), instrument, at, zone, silent_for_long=long)


def owing(patients: Sequence[Planned], heard: Mapping[uuid.UUID, datetime], at: datetime) -> frozenset[uuid.UUID]:
    """Return which patients have missed anything they were asked since they were heard of; five queries at the most.

    Args:
        patients: at most 500.
        heard: of each when they were last heard of, aware UTC.
        at: now, aware UTC.
    """
    if not patients:
        return frozenset()
    plans = due.plans_of(patients, at, days_back=silence_rule.LOOK_BACK_DAYS)
    return frozenset(one.id for one in patients if _owes(plans[one.id], heard[one.id], at))


def _owes(of_patient: Plan, heard_at: datetime, at: datetime) -> bool:
    known = Known(of_patient.time_zone, of_patient.anchors, of_patient.last, heard_at, heard_at)
    return of_patient.in_care and bool(silence_rule.missing(of_patient.asked, known, ANYTHING, at))


def missed_in(kept: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Return what a spell is about, from what is kept of it; nothing where there is none."""
    return list((kept or {}).get("missed", ()))
