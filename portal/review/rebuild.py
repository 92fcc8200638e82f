"""Recomputing the caseload whole, to prove that it says what the tables say, and to mend it where it does not."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from portal.db import run
from portal.patients.models import Patient
from portal.review import service, summary
from portal.review.models import CaseloadEntry, CaseloadRow
from portal.review.summary import Summary

CHUNK = 200
_ROWS: Any = CaseloadRow.__table__
_ENTRIES: Any = CaseloadEntry.__table__
_NOT_COMPARED = {"patient_id", "looked_at", "refreshed_at"}
_COMPARED = [column.name for column in _ROWS.c if column.name not in _NOT_COMPARED]
_IDS = bindparam("ids", expanding=True, type_=_ROWS.c.patient_id.type)


def list_chunk(after: uuid.UUID | None) -> list[uuid.UUID]:
    """Return the next patients to look at, after one; none after the last."""
    ids = select(Patient.id).order_by(Patient.id).limit(CHUNK)
    return list(run(ids if after is None else ids.where(Patient.id > after)).scalars())


def differing(patient_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Summary]:
    """Return what must be kept of those patients whose row or entries say anything else, or are missing.

    What the team looked at last is on record nowhere else and is taken as it stands.
    """
    ids = {"ids": list(patient_ids)}
    rows = {row.patient_id: row for row in run(select(_ROWS).where(_ROWS.c.patient_id.in_(_IDS)), ids)}
    entries: dict[uuid.UUID, list[Any]] = {}
    for entry in run(select(_ENTRIES).where(_ENTRIES.c.patient_id.in_(_IDS)), ids):
        entries.setdefault(entry.patient_id, []).append(entry)
    found = {patient_id: summary.read(patient_id) for patient_id in patient_ids}
    return {
        patient_id: one
        for patient_id, one in found.items()
        if not _is_kept(one, rows.get(patient_id), entries.get(patient_id, []))
    }


def write(found: dict[uuid.UUID, Summary], *, at: datetime) -> None:
    """Write the rows and entries of some patients anew."""
    for patient_id in sorted(found):
        service.write(patient_id, found[patient_id], at=at)


def _is_kept(found: Summary, row: Any, entries: Sequence[Any]) -> bool:
    if row is None or any(getattr(row, name) != found.row[name] for name in _COMPARED):
        return False
    if {entry.user_id: entry.is_lead for entry in entries} != found.leads:
        return False
    return all(getattr(entry, name) == value for entry in entries for name, value in found.entry.items())
