"""Rows of the treatment record for tests that read it, written as they would stand after the services ran."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from portal import db
from portal.treatment.flowsheet.models import EntryKind, FlowsheetEntry, Level
from portal.treatment.medication.models import Allergy
from portal.treatment.models import Infusion, Route
from portal.treatment.orders.models import InfusionOrder
from portal.treatment.preparation.models import Adult, Preparation, Step
from portal.treatment.screening.models import Decision, Screening, ScreeningDecision
from tests.cast import NOW, Person


def entry(infusion: Infusion, by: Person, kind: str, at: datetime, /, **values: Any) -> FlowsheetEntry:
    """Return one entry of a flowsheet; `level` and, of a correction, `corrects_id` and `reason` are its own."""
    own = {name: values.pop(name) for name in ("reason", "corrects_id") if "corrects_id" in values}
    row = FlowsheetEntry(
        id=uuid.uuid4(),
        patient_id=infusion.patient_id,
        infusion_id=infusion.id,
        kind=EntryKind(kind),
        level=Level(values.pop("level", "none")),
        values=values,
        rules_version=0,
        occurred_at=at,
        recorded_at=at,
        recorded_by_id=by.user_id,
        **own,
    )
    db.session.add(row)
    db.session.commit()
    return row


def vitals(of: Infusion, by: Person, at: datetime, systolic: int, point: str = "during", **more: Any) -> FlowsheetEntry:
    """Return one reading."""
    values = {"diastolic": 80, "pulse": 72, "spo2": 98, "breaths": 14} | more
    return entry(of, by, "vitals", at, point=point, systolic=systolic, **values)


def order(of: Infusion, by: Person, **values: Any) -> InfusionOrder:
    """Return a signed order for an infusion."""
    given = {"drug": "Ketamine", "dose_mg": 35.0, "dose_mg_per_kg": 0.5, "weight_kg": 70.0, "minutes": 40}
    row = InfusionOrder(
        patient_id=of.patient_id,
        infusion_id=of.id,
        number=values.pop("number", 1),
        route=Route.INTRAVENOUS,
        limits=values.pop("limits", {}),
        signed_at=NOW - timedelta(days=1),
        signed_by_id=by.user_id,
        **given | values,
    )
    db.session.add(row)
    db.session.commit()
    return row


def allergy(person: Person, by: Person, substance: str, reaction: str = "", **values: Any) -> Allergy:
    """Return something a patient is allergic to."""
    row = Allergy(patient_id=person.own_id, substance=substance, reaction=reaction, **values)
    row.recorded_at, row.recorded_by_id = NOW - timedelta(days=30), by.user_id
    db.session.add(row)
    db.session.commit()
    return row


def said(of: Infusion, person: Person, step: Step, adult: Adult = Adult.YES, **values: Any) -> Preparation:
    """Return what a patient said before an infusion."""
    at = values.pop("answered_at", NOW - timedelta(hours=14 if step is Step.EVENING else 1))
    row = Preparation(patient_id=of.patient_id, infusion_id=of.id, step=step, adult=adult, **values)
    row.answered_at, row.answered_by_id = at, person.user_id
    db.session.add(row)
    db.session.commit()
    return row


def screening(person: Person, by: Person, decision: Decision | None = None, **values: Any) -> Screening:
    """Return a screening that asked nothing, with a provider's decision where one is given."""
    own = {"rules_version": 0, "answers": {"items": {}, "conditions": []}, "classes": {}} | values
    row = Screening(patient_id=person.own_id, medicines=[], allergies=[], **own)
    row.recorded_at, row.recorded_by_id = NOW - timedelta(days=20), by.user_id
    db.session.add(row)
    db.session.flush()
    if decision is not None:
        made = ScreeningDecision(patient_id=person.own_id, screening_id=row.id, decision=decision, overrides={})
        made.reason, made.decided_at, made.decided_by_id = "Seen in person.", NOW - timedelta(days=19), by.user_id
        db.session.add(made)
    db.session.commit()
    return row
