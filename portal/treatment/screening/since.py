"""Reading what has happened to a patient since they were asked, as far as it may call for asking again."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from portal.db import session
from portal.patients import queries as patients
from portal.treatment import dose
from portal.treatment.entry import GIVEN
from portal.treatment.flowsheet.models import EntryKind, FlowsheetEntry
from portal.treatment.medication.models import Allergy, Medicine, MedicineChange
from portal.treatment.models import Course, Infusion, TreatmentRevision
from portal.treatment.preparation.models import Preparation
from portal.treatment.screening.standing import Since

MOST_CHECKS = 20
_NOTHING = {"", "no", "none", "false", "not-possible", "negative", "unknown"}


def find(patient_id: uuid.UUID, asked_at: datetime, *, is_stricter: bool) -> Since:
    """Return what has happened since a moment.

    Args:
        is_stricter: the clinic's classes of today make an answer worse than it was.
    """
    checks = _bedside_checks(patient_id, asked_at)
    weights = [(at, weight) for at, values in checks if (weight := _weight(values)) is not None]
    medication_at, reported_at, given = _latest(patient_id, asked_at)
    weights += [given] if given else []
    return Since(
        courses=_courses(patient_id, asked_at),
        medication_at=medication_at,
        reported_at=reported_at,
        bedside_at=next((at for at, values in checks if _tells_of_a_change(values)), None),
        conditions=patients.list_conditions(patient_id),
        weight_kg=max(weights)[1] if weights else None,
        is_stricter=is_stricter,
    )


def _courses(patient_id: uuid.UUID, asked_at: datetime) -> list[uuid.UUID]:
    started = select(Course.id).where(Course.patient_id == patient_id, Course.created_at > asked_at)
    return list(session.scalars(started))


def _latest(
    patient_id: uuid.UUID, asked_at: datetime
) -> tuple[datetime | None, datetime | None, tuple[datetime, float] | None]:
    """Return when medicines or allergies last changed, when the patient last told of a change, and the last weight."""
    lists = (TreatmentRevision.thing.in_((Medicine.__tablename__, Allergy.__tablename__)),)
    changes: list[tuple[Any, Any, tuple[Any, ...]]] = [
        (Medicine.recorded_at, Medicine, ()),
        (Medicine.withdrawn_at, Medicine, ()),
        (MedicineChange.recorded_at, MedicineChange, ()),
        (Allergy.recorded_at, Allergy, ()),
        (Allergy.withdrawn_at, Allergy, ()),
        (TreatmentRevision.changed_at, TreatmentRevision, lists),
        (
            Preparation.answered_at,
            Preparation,
            (or_(Preparation.has_health_change.is_(True), Preparation.has_medicine_change.is_(True)),),
        ),
    ]
    moments: Any = [
        select(func.max(column)).where(table.patient_id == patient_id, *more).scalar_subquery()
        for column, table, more in changes
    ]
    given = (
        Infusion.patient_id == patient_id,
        Infusion.status.in_(GIVEN),
        Infusion.weight_kg.is_not(None),
        Infusion.happens_at > asked_at,
    )
    newest = select(Infusion.happens_at, Infusion.weight_kg).where(*given).order_by(Infusion.happens_at.desc()).limit(1)
    row = session.execute(select(*moments)).one()
    last = session.execute(newest).one_or_none()
    return max(filter(None, row[:-1]), default=None), row[-1], (last[0], float(last[1] or 0)) if last else None


def _bedside_checks(patient_id: uuid.UUID, asked_at: datetime) -> list[tuple[datetime, Mapping[str, Any]]]:
    """Return the checks before a start, as they stand now, the latest first."""
    kept, other = FlowsheetEntry, aliased(FlowsheetEntry)
    rows = session.execute(
        select(kept.occurred_at, kept.values)
        .where(kept.patient_id == patient_id, kept.kind == EntryKind.PRE_CHECK, kept.occurred_at > asked_at)
        .where(~select(other.id).where(other.corrects_id == kept.id).exists())
        .order_by(kept.occurred_at.desc())
        .limit(MOST_CHECKS)
    )
    return [(row[0], row[1]) for row in rows]


def _weight(values: Mapping[str, Any]) -> float | None:
    try:
        found = float(values.get("weight_kg") or 0)
    except ValueError:
        return None
    return found if dose.is_weight(found) else None


def _tells_of_a_change(values: Mapping[str, Any]) -> bool:
    said = (values.get(name) for name in ("health_change", "medicine_change", "pregnancy"))
    return any(str(one).strip().lower() not in _NOTHING for one in said if one is not None)
