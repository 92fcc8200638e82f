"""Reading what has happened to a patient since they were asked, as far as it may call for asking again."""

import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from portal.db import session
from portal.patients.models import Condition, PatientCondition
from portal.treatment import dose
from portal.treatment.entry import GIVEN
from portal.treatment.flowsheet.entries import MISTAKEN
from portal.treatment.flowsheet.models import EntryKind, FlowsheetEntry
from portal.treatment.medication.models import Allergy, Medicine, MedicineChange
from portal.treatment.medication.queries import THINGS as MEDICATION_THINGS
from portal.treatment.models import Course, Infusion, TreatmentRevision
from portal.treatment.preparation.models import Preparation
from portal.treatment.screening.standing import Since

_MEDICATION, _REPORTED = "medication", "reported"
_NOTHING = {"", "no", "none", "false", "not-possible", "negative", "unknown"}


def find_all(asked: Mapping[uuid.UUID, datetime]) -> dict[uuid.UUID, Since]:
    """Return what has happened to some patients since each was asked; statements do not grow with the patients."""
    if not asked:
        return {}
    courses, checks, given = _courses(asked), _bedside_checks(asked), _given(asked)
    latest, conditions = _latest(asked), _conditions(asked)
    found = {}
    for patient_id in asked:
        own = checks.get(patient_id, [])
        weights = [(at, weight) for at, values in own if (weight := _weight(values)) is not None]
        weights += given.get(patient_id, [])
        found[patient_id] = Since(
            courses=courses.get(patient_id, []),
            medication_at=latest.get((patient_id, _MEDICATION)),
            reported_at=latest.get((patient_id, _REPORTED)),
            bedside_at=next((at for at, values in own if _tells_of_a_change(values)), None),
            conditions=conditions.get(patient_id, []),
            weight_kg=max(weights)[1] if weights else None,
        )
    return found


def _courses(asked: Mapping[uuid.UUID, datetime]) -> dict[uuid.UUID, list[uuid.UUID]]:
    started = select(Course.patient_id, Course.created_at, Course.id).where(Course.patient_id.in_(asked))
    return _after(asked, session.execute(started))


def _latest(asked: Collection[uuid.UUID]) -> dict[tuple[uuid.UUID, str], datetime]:
    """Return when medicines or allergies last changed, and when each patient last told of a change."""
    lists = (TreatmentRevision.thing.in_(MEDICATION_THINGS),)
    told = or_(Preparation.has_health_change.is_(True), Preparation.has_medicine_change.is_(True))
    changes: list[tuple[str, Any, Any, tuple[Any, ...]]] = [
        (_MEDICATION, Medicine.recorded_at, Medicine, ()),
        (_MEDICATION, Medicine.withdrawn_at, Medicine, ()),
        (_MEDICATION, MedicineChange.recorded_at, MedicineChange, ()),
        (_MEDICATION, Allergy.recorded_at, Allergy, ()),
        (_MEDICATION, Allergy.withdrawn_at, Allergy, ()),
        (_MEDICATION, TreatmentRevision.changed_at, TreatmentRevision, lists),
        (_REPORTED, Preparation.answered_at, Preparation, (told,)),
    ]
    newest = [
        select(table.patient_id, literal(kind).label("kind"), func.max(column).label("at"))
        .where(table.patient_id.in_(asked), *more)
        .group_by(table.patient_id)
        for kind, column, table, more in changes
    ]
    found: dict[tuple[uuid.UUID, str], datetime] = {}
    for patient_id, kind, at in session.execute(union_all(*newest)):
        if at is not None:
            found[patient_id, kind] = max(at, found.get((patient_id, kind), at))
    return found


def _given(asked: Mapping[uuid.UUID, datetime]) -> dict[uuid.UUID, list[tuple[datetime, float]]]:
    """Return the weights that were recorded with infusions given since."""
    rows = session.execute(
        select(Infusion.patient_id, Infusion.happens_at, Infusion.weight_kg)
        .where(Infusion.patient_id.in_(asked), Infusion.happens_at > min(asked.values()))
        .where(Infusion.status.in_(GIVEN), Infusion.weight_kg.is_not(None))
    )
    return _after(asked, ((patient_id, at, (at, float(weight or 0))) for patient_id, at, weight in rows))


def _bedside_checks(
    asked: Mapping[uuid.UUID, datetime],
) -> dict[uuid.UUID, list[tuple[datetime, Mapping[str, Any]]]]:
    """Return the checks before a start, as they stand now, the latest first."""
    kept, other = FlowsheetEntry, aliased(FlowsheetEntry)
    rows = session.execute(
        select(kept.patient_id, kept.occurred_at, kept.values)
        .where(kept.patient_id.in_(asked), kept.kind == EntryKind.PRE_CHECK)
        .where(kept.occurred_at > min(asked.values()))
        .where(~select(other.id).where(other.corrects_id == kept.id).exists())
        .order_by(kept.occurred_at.desc())
    )
    stand = ((patient_id, at, (at, values)) for patient_id, at, values in rows if not values.get(MISTAKEN))
    return _after(asked, stand)


def _conditions(patient_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Condition]]:
    treated = select(PatientCondition.patient_id, PatientCondition.condition)
    found: dict[uuid.UUID, list[Condition]] = {}
    for patient_id, condition in session.execute(treated.where(PatientCondition.patient_id.in_(patient_ids))):
        found.setdefault(patient_id, []).append(condition)
    return found


def _after(asked: Mapping[uuid.UUID, datetime], rows: Iterable[Any]) -> dict[uuid.UUID, list[Any]]:
    """Return what came after each patient was asked, from rows of patient, moment and thing."""
    found: dict[uuid.UUID, list[Any]] = {}
    for patient_id, at, thing in rows:
        if at > asked[patient_id]:
            found.setdefault(patient_id, []).append(thing)
    return found


def _weight(values: Mapping[str, Any]) -> float | None:
    try:
        found = float(values.get("weight_kg") or 0)
    except ValueError:
        return None
    return found if dose.is_weight(found) else None


def _tells_of_a_change(values: Mapping[str, Any]) -> bool:
    said = (values.get(name) for name in ("health_change", "medicine_change", "pregnancy"))
    return any(str(one).strip().lower() not in _NOTHING for one in said if one is not None)
