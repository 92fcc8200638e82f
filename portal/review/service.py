"""Keeping the caseload true: a patient's row is rewritten in the transaction that changed what it shows."""

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from portal.db import session
from portal.patients.models import CareTeamMember, Patient, PatientCondition
from portal.review import summary
from portal.review.models import CaseloadEntry, CaseloadRow
from portal.review.need import need

_ROWS: Any = CaseloadRow.__table__
_ENTRIES: Any = CaseloadEntry.__table__
_PATIENT = select(
    Patient.given_name, Patient.family_name, Patient.status, Patient.primary_instrument.label("instrument")
)
_CONDITIONS = select(PatientCondition.condition).order_by(PatientCondition.condition)
_TEAM = select(CareTeamMember.user_id).where(CareTeamMember.until.is_(None))
_CURRENT_ENTRIES = select(CaseloadEntry.user_id, CaseloadEntry.rank, CaseloadEntry.sort_name)


def refresh(touched: Collection[uuid.UUID], *, at: datetime) -> None:
    """Rewrite the caseload rows and entries of the patients whose record this transaction changed."""
    for patient_id in sorted(touched):
        _refresh(patient_id, at)


def looked(patient_id: uuid.UUID, *, at: datetime) -> None:
    """Note that somebody of the care team has just looked at a patient's chart."""
    session.execute(update(_ROWS).where(_ROWS.c.patient_id == patient_id).values(looked_at=at, new_since_look=0))


def _refresh(patient_id: uuid.UUID, at: datetime) -> None:
    who = session.execute(_PATIENT.where(Patient.id == patient_id)).one()
    conditions = session.scalars(_CONDITIONS.where(PatientCondition.patient_id == patient_id))
    values = summary.read(patient_id, who.instrument) | {
        "name": f"{who.given_name} {who.family_name}",
        "status": who.status,
        "conditions": " ".join(condition.value for condition in conditions),
        "instrument": who.instrument,
        "refreshed_at": at,
    }
    _write_row(patient_id, values)
    rank = need(
        status=who.status,
        worst_open_alert=values["worst_open_alert"],
        unread=values["unread"],
        unreviewed=values["unreviewed"],
    )
    _write_entries(patient_id, rank=int(rank), sort_name=f"{who.family_name} {who.given_name}".casefold())


def _write_row(patient_id: uuid.UUID, values: dict[str, Any]) -> None:
    dialect = sqlite if session.connection().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(_ROWS).values(patient_id=patient_id, **values)
    session.execute(statement.on_conflict_do_update(index_elements=[_ROWS.c.patient_id], set_=values))


def _write_entries(patient_id: uuid.UUID, *, rank: int, sort_name: str) -> None:
    team = set(session.scalars(_TEAM.where(CareTeamMember.patient_id == patient_id)))
    listed = session.execute(_CURRENT_ENTRIES.where(CaseloadEntry.patient_id == patient_id)).all()
    if {row.user_id for row in listed} == team and all(
        (row.rank, row.sort_name) == (rank, sort_name) for row in listed
    ):
        return
    session.execute(delete(_ENTRIES).where(_ENTRIES.c.patient_id == patient_id))
    entries = [
        {"user_id": member, "patient_id": patient_id, "rank": rank, "sort_name": sort_name} for member in sorted(team)
    ]
    if entries:
        session.execute(insert(_ENTRIES), entries)
