"""Keeping true how much each patient's team waits for: time alone makes a check-in overdue, so the worker counts anew.

The number is what patients owe. Totals that the care team itself is to enter are no part of it: whoever reads "2
overdue" beside a name asks the patient, and the team's own work stands on the patient's check-ins and plan.

A chunk is read and counted in a read, and only what changed is written, in a short write of its own.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from portal.access.policy import PatientStatus
from portal.accounts.models import User
from portal.checkins import due
from portal.db import run
from portal.patients.models import Patient
from portal.review.models import CaseloadRow

CHUNK = due.CHUNK


@dataclass(frozen=True, slots=True)
class Change:
    """A patient whose caseload row says another number than is true now."""

    patient_id: uuid.UUID
    before: int
    now: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """What is to be written for some patients, and after whom the next ones come; None: these were the last."""

    changes: tuple[Change, ...]
    next_after: uuid.UUID | None


_PATIENT: Any = Patient.__table__
_USER: Any = User.__table__
_ROW: Any = CaseloadRow.__table__
_AFTER = bindparam("after", type_=_PATIENT.c.id.type)
_IN_CARE = (
    select(_PATIENT.c.id, _USER.c.time_zone, _PATIENT.c.enrolled_at, _PATIENT.c.status, _ROW.c.overdue)
    .select_from(_PATIENT.join(_USER, _USER.c.id == _PATIENT.c.user_id).join(_ROW, _ROW.c.patient_id == _PATIENT.c.id))
    .where(_PATIENT.c.status == PatientStatus.ACTIVE, _PATIENT.c.id > _AFTER)
    .order_by(_PATIENT.c.id)
    .limit(CHUNK)
)
_WRITE = (
    update(_ROW)
    .where(_ROW.c.patient_id == bindparam("who"), _ROW.c.overdue == bindparam("before"))
    .values(overdue=bindparam("now"))
)


def count(after: uuid.UUID | None, *, at: datetime) -> Chunk:
    """Count for the next 500 patients in care, in order of their ids, after one of them.

    Args:
        after: the last patient of the chunk before; None for the first.
        at: now, aware UTC.
    """
    rows: Sequence[Any] = run(_IN_CARE, {"after": after or uuid.UUID(int=0)}).all()
    late = due.count_late(rows, at)
    changes = (Change(row.id, row.overdue, late[row.id]) for row in rows if late[row.id] != row.overdue)
    return Chunk(tuple(changes), rows[-1].id if len(rows) == CHUNK else None)


def write(changes: Sequence[Change]) -> None:
    """Write what was counted, except where a row was rewritten meanwhile: that one is the truer."""
    if changes:
        run(_WRITE, [{"who": one.patient_id, "before": one.before, "now": one.now} for one in changes])
