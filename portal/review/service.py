"""Keeping the caseload true: a patient's row is rewritten in the transaction that changed what it shows."""

import uuid
from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, insert, literal, null, select, update
from sqlalchemy.dialects import postgresql, sqlite

from portal.db import run, session
from portal.patients.models import CareTeamMember
from portal.review import summary
from portal.review.models import CaseloadEntry, CaseloadRow
from portal.review.need import need

_ROWS: Any = CaseloadRow.__table__
_ENTRIES: Any = CaseloadEntry.__table__
_TEAM: Any = CareTeamMember.__table__
_WHO = bindparam("patient", type_=_ROWS.c.patient_id.type)
_TEAM_AND_ENTRIES = (
    select(literal(1).label("is_member"), _TEAM.c.user_id, null().label("rank"), null().label("sort_name"))
    .where(_TEAM.c.patient_id == _WHO, _TEAM.c.until.is_(None))
    .union_all(
        select(literal(0), _ENTRIES.c.user_id, _ENTRIES.c.rank, _ENTRIES.c.sort_name).where(
            _ENTRIES.c.patient_id == _WHO
        )
    )
)
_CLEAR = delete(_ENTRIES).where(_ENTRIES.c.patient_id == _WHO)
_ADD = insert(_ENTRIES)
_KEPT = {"patient_id", "looked_at"}
_LOOKED = update(_ROWS).where(_ROWS.c.patient_id == _WHO).values(looked_at=bindparam("at"), new_since_look=0)


def refresh(touched: Collection[uuid.UUID], *, at: datetime) -> None:
    """Rewrite the caseload rows and entries of the patients whose record this transaction changed."""
    if touched:
        session.flush()
    for patient_id in sorted(touched):
        _refresh(patient_id, at)


def looked(patient_id: uuid.UUID, *, at: datetime) -> None:
    """Note that somebody of the care team has just looked at a patient's chart."""
    run(_LOOKED, {"patient": patient_id, "at": at})


def _refresh(patient_id: uuid.UUID, at: datetime) -> None:
    values, sort_name = summary.read(patient_id, at=at)
    run(_write_row(session.connection().dialect.name), values | {"patient_id": patient_id, "refreshed_at": at})
    counts = ("worst_open_alert", "unread", "unreviewed")
    rank = need(status=values["status"], **{name: values[name] for name in counts})
    _write_entries(patient_id, int(rank), sort_name)


@cache
def _write_row(dialect: str) -> Any:
    """Return the statement that writes a row; what the team looked at last stays."""
    add = (sqlite if dialect == "sqlite" else postgresql).insert(_ROWS)
    replaced = {column.name: add.excluded[column.name] for column in _ROWS.c if column.name not in _KEPT}
    return add.on_conflict_do_update(index_elements=[_ROWS.c.patient_id], set_=replaced)


def _write_entries(patient_id: uuid.UUID, rank: int, sort_name: str) -> None:
    rows = run(_TEAM_AND_ENTRIES, {"patient": patient_id}).all()
    team = {row.user_id for row in rows if row.is_member}
    if {tuple(row[1:]) for row in rows if not row.is_member} == {(member, rank, sort_name) for member in team}:
        return
    run(_CLEAR, {"patient": patient_id})
    entry = {"patient_id": patient_id, "rank": rank, "sort_name": sort_name}
    if team:
        run(_ADD, [entry | {"user_id": member} for member in sorted(team)])
