"""Keeping the caseload true: a patient's row is rewritten in the transaction that changed what it shows."""

import uuid
from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.dialects import postgresql, sqlite

from portal.db import run, session
from portal.review import summary
from portal.review.models import CaseloadEntry, CaseloadRow
from portal.review.summary import Summary

_ROWS: Any = CaseloadRow.__table__
_ENTRIES: Any = CaseloadEntry.__table__
_WHO = bindparam("patient", type_=_ROWS.c.patient_id.type)
_COMMON = (
    *("rank", "sort_name", "is_worsening", "in_induction", "is_in_danger"),
    *("review_on", "heard_at", "owed_since", "waits_from"),
)
_SET = (
    update(_ENTRIES)
    .where(_ENTRIES.c.patient_id == _WHO)
    .values({name: bindparam(f"new_{name}") for name in _COMMON})
    .returning(_ENTRIES.c.user_id, _ENTRIES.c.is_lead)
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
        write(patient_id, summary.read(patient_id), at=at)


def looked(patient_id: uuid.UUID, *, at: datetime) -> None:
    """Note that somebody of the care team has just looked at a patient's chart."""
    run(_LOOKED, {"patient": patient_id, "at": at})


def write(patient_id: uuid.UUID, found: Summary, *, at: datetime) -> None:
    """Write a patient's row, and an entry for each of their care team."""
    run(_write_row(session.connection().dialect.name), found.row | {"patient_id": patient_id, "refreshed_at": at})
    common = {f"new_{name}": found.entry[name] for name in _COMMON}
    listed = run(_SET, common | {"patient": patient_id}).all()
    if dict(map(tuple, listed)) == found.leads:
        return
    run(_CLEAR, {"patient": patient_id})
    if found.leads:
        entry = {"patient_id": patient_id} | found.entry
        run(_ADD, [entry | {"user_id": member, "is_lead": leads} for member, leads in sorted(found.leads.items())])


@cache
def _write_row(dialect: str) -> Any:
    """Return the statement that writes a row; what the team looked at last stays."""
    add = (sqlite if dialect == "sqlite" else postgresql).insert(_ROWS)
    replaced = {column.name: add.excluded[column.name] for column in _ROWS.c if column.name not in _KEPT}
    return add.on_conflict_do_update(index_elements=[_ROWS.c.patient_id], set_=replaced)
