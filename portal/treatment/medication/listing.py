"""What recording a medicine, a change of it and an allergy share: checks behind the lock, and the end of a use case."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.db import session, touched
from portal.patients.models import Patient
from portal.treatment.medication import problems
from portal.treatment.medication.models import Medicine, MedicineChange
from portal.treatment.medication.taking import Step, out_of_order, taking
from portal.treatment.problems import Problem, Refused


def check_day(field: str, patient_id: uuid.UUID, day: date | None, today: date) -> None:
    """Raise Refused where a day is still to come or lies before the patient's birth."""
    if day is None:
        return
    if day > today:
        raise Refused(Problem(field, problems.IN_FUTURE, {"day": day}))
    born_on = session.scalar(select(Patient.born_on).where(Patient.id == patient_id))
    if born_on and day < born_on:
        raise Refused(Problem(field, problems.BEFORE_BIRTH, {"day": day}))


def check_not_listed(patient_id: uuid.UUID, name: str, *, but: uuid.UUID | None = None, field: str = "name") -> None:
    """Raise Refused where the patient takes a medicine of this name already, other than the one with id `but`."""
    current = (Medicine.stopped_on.is_(None), Medicine.withdrawn_at.is_(None))
    listed = select(Medicine.id, Medicine.name).where(Medicine.patient_id == patient_id, *current)
    if any(row.id != but and row.name.casefold() == name.casefold() for row in session.execute(listed)):
        raise Refused(Problem(field, problems.LISTED, {"name": name}))


def steps_of(medicine_id: uuid.UUID) -> dict[uuid.UUID, Step]:
    """Return the changes of a medicine that stand, in the order they were recorded."""
    kept = select(MedicineChange).where(
        MedicineChange.medicine_id == medicine_id, MedicineChange.withdrawn_at.is_(None)
    )
    rows = session.scalars(kept.order_by(MedicineChange.recorded_at))
    return {row.id: Step(row.kind.value, row.on, row.dose) for row in rows}


def check_order(steps: Sequence[Step]) -> None:
    """Raise Refused where the changes of a medicine cannot all be true."""
    wrong = out_of_order(steps)
    if wrong:
        raise Refused(Problem("on", problems.OUT_OF_ORDER, {"day": wrong}))


def derive(row: Medicine) -> None:
    """Let a medicine say what its changes come to."""
    session.flush()
    now = taking(list(steps_of(row.id).values()))
    row.dose, row.started_on, row.stopped_on = now.dose, now.started_on, now.stopped_on


def settled(event: str, patient_id: uuid.UUID, thing_id: uuid.UUID, *, by: Actor, at: datetime, **details: Any) -> None:
    """End a use case: written, noted for the caseload, and last the audit."""
    session.flush()
    touched(patient_id)
    audit.record(event, by=by, at=at, patient_id=patient_id, thing_id=thing_id, **details)
