"""Reading the caseload: one page of it, whatever the size of the clinic."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, tuple_

from portal.access.policy import PatientStatus
from portal.accounts.models import User
from portal.checkins import due
from portal.checkins.ready_made import Phase
from portal.db import session
from portal.instruments import catalogue, change
from portal.instruments.definition import Scale
from portal.patients.models import Patient
from portal.review.models import CaseloadEntry, CaseloadRow
from portal.review.need import Need

PAGE = 50
_ROW: Any = CaseloadRow.__table__
_ENTRY: Any = CaseloadEntry.__table__
_POSITION = (_ENTRY.c.rank, _ENTRY.c.sort_name, _ENTRY.c.patient_id)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the caseload."""

    patient_id: uuid.UUID
    name: str
    need: Need
    status: PatientStatus
    conditions: tuple[str, ...]
    scale: Scale
    instrument_title: str
    latest: float | None
    latest_band: str | None
    latest_at: datetime | None
    is_prorated: bool
    baseline: float | None
    since_baseline: change.Reliable | None
    since_last: change.Reliable | None
    phase: Phase
    last_infusion_at: datetime | None
    next_infusion_at: datetime | None
    last_check_in_at: datetime | None
    infusions_done: int
    new_since_look: int
    looked_at: datetime | None
    overdue: int
    unreviewed: int
    unread: int
    open_alerts: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines, and the patient after whom the next page goes on."""

    lines: Sequence[Line]
    next_after: uuid.UUID | None


def list_caseload(user_id: uuid.UUID, *, at: datetime, in_care: bool = True, after: uuid.UUID | None = None) -> Page:
    """Return one page of a person's caseload, whoever needs the team most first.

    Args:
        user_id: whose caseload.
        in_care: only patients in care or with something open; else the others.
        after: the last patient of the page before.
    """
    shown = _ENTRY.c.rank < Need.NOT_IN_CARE if in_care else _ENTRY.c.rank >= Need.NOT_IN_CARE
    statement = _lines(user_id).where(shown).order_by(*_POSITION).limit(PAGE + 1)
    if after is not None:
        last = session.execute(
            select(*_POSITION).where(_ENTRY.c.user_id == user_id, _ENTRY.c.patient_id == after)
        ).one_or_none()
        if last is not None:
            statement = statement.where(tuple_(*_POSITION) > tuple_(*last, types=[column.type for column in _POSITION]))
    rows = session.execute(statement).all()
    lines = _said(rows[:PAGE], at)
    return Page(lines, lines[-1].patient_id if len(rows) > PAGE else None)


def search_caseload(user_id: uuid.UUID, text: str, *, at: datetime) -> Page:
    """Return the patients of a person's caseload with this text in their name, in care or not; at most one page."""
    found = _lines(user_id).where(_ENTRY.c.sort_name.contains(text.casefold(), autoescape=True))
    rows = session.execute(found.order_by(_ENTRY.c.sort_name, _ENTRY.c.patient_id).limit(PAGE)).all()
    return Page(_said(rows, at), None)


def _lines(user_id: uuid.UUID) -> Select[Any]:
    planned = (Patient.id, Patient.enrolled_at, User.time_zone)
    rows = select(_ENTRY.c.rank, *_ROW.c, *planned).join(_ROW, _ROW.c.patient_id == _ENTRY.c.patient_id)
    rows = rows.join(Patient, Patient.id == _ENTRY.c.patient_id).join(User, User.id == Patient.user_id)
    return rows.where(_ENTRY.c.user_id == user_id)


def _said(rows: Sequence[Any], at: datetime) -> list[Line]:
    late = due.count_late(rows, at)
    return [_line(row, late[row.id]) for row in rows]


def _line(row: Any, overdue: int) -> Line:
    definition = catalogue.current().get(row.instrument)
    scale = definition.primary
    return Line(
        patient_id=row.patient_id,
        name=row.name,
        need=Need(row.rank),
        status=row.status,
        conditions=tuple(row.conditions.split()),
        scale=scale,
        instrument_title=definition.short_title,
        latest=row.latest,
        latest_band=band.label if (band := scale.band(row.latest)) else None,
        latest_at=row.latest_at,
        is_prorated=row.latest_state == "prorated",
        baseline=row.baseline,
        since_baseline=change.reliable_change(scale, row.baseline, row.latest),
        since_last=change.reliable_change(scale, row.previous, row.latest),
        phase=row.phase,
        last_infusion_at=row.last_infusion_at,
        next_infusion_at=row.next_infusion_at,
        last_check_in_at=row.last_check_in_at,
        infusions_done=row.infusions_done,
        new_since_look=row.new_since_look,
        looked_at=row.looked_at,
        overdue=overdue,
        unreviewed=row.unreviewed,
        unread=row.unread,
        open_alerts=row.open_alerts,
    )
