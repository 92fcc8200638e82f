"""The printable record of one infusion."""

import uuid
from typing import Any

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.clinic import queries as clinic
from portal.patients import queries as patients
from portal.treatment import queries
from portal.treatment.flowsheet import deviations, infusion_row, sparkline
from portal.treatment.flowsheet.choices_forms import ALERTNESS, EFFECTS, STRENGTHS
from portal.treatment.flowsheet.deviations import Deviation, Ordered
from portal.treatment.flowsheet.forms import FORMS, said_of
from portal.treatment.flowsheet.kinds import EntryKind
from portal.treatment.flowsheet.queries import Line
from portal.treatment.flowsheet.standing import missing_ticks
from portal.treatment.orders.limits import effective
from portal.treatment.record.sheet import Sheet, get_sheet
from portal.treatment.rules.values import Limits

blueprint = Blueprint("record", __name__)
WORDS = {str(one.value): one.label for one in (*ALERTNESS, *EFFECTS, *STRENGTHS)}


@blueprint.get("/patients/<uuid:patient_id>/treatments/<uuid:course_id>/<uuid:infusion_id>/record")
@requires(Permission.TREATMENT_RECORD)
def show(patient_id: uuid.UUID, course_id: uuid.UUID, infusion_id: uuid.UUID) -> ResponseReturnValue:
    row, course = queries.get_infusion(patient_id, infusion_id), queries.get_course(patient_id, course_id)
    if row is None or course is None or row.course_id != course.id:
        abort(404)
    sheet = get_sheet(patient_id, row, course)
    limits = _limits(sheet)
    return render_template(
        "record/show.html",
        sheet=sheet,
        record=patients.get_record(patient_id),
        phone=clinic.current().phone,
        drawn=_drawn(sheet, limits),
        limits=limits,
        own_limits=sheet.order is not None and sheet.order.limits != Limits(),
        deviations=_deviations(sheet),
        said=_said,
        missing=_missing,
        word=lambda code: WORDS.get(str(code), code),
    )


def _limits(sheet: Sheet) -> Limits:
    """Return the hard stops that held while this infusion ran."""
    return effective(sheet.order.limits if sheet.order else Limits(), sheet.rules.during.hard)


def _deviations(sheet: Sheet) -> tuple[Deviation, ...]:
    order = Ordered(sheet.order.drug, sheet.order.dose.mg, sheet.order.signed_at) if sheet.order else None
    allergens, zone = [one.substance for one in sheet.allergies], guard.patient().time_zone
    return deviations.find(sheet.bedside, order, infusion_row.given_mg(sheet.bedside), zone, allergens)


def _drawn(sheet: Sheet, limits: Limits) -> sparkline.Sparkline:
    readings = [(line.occurred_at, line.entry.reading) for line in sheet.lines(EntryKind.VITALS)]
    pressures = [
        sparkline.Pressure(at, one.systolic, one.diastolic)
        for at, one in readings
        if one.systolic is not None and one.diastolic is not None
    ]
    return sparkline.draw(pressures, sheet.bedside.started_at, sheet.bedside.ended_at, limits)


def _said(line: Line) -> list[tuple[str, str]]:
    form = FORMS[line.kind](formdata=None, zone=guard.patient().time_zone, near=line.occurred_at, at=guard.at())
    return said_of(form, line.values)


def _missing(line: Line) -> list[Any]:
    """Return what was not ticked before the patient was left, as the form calls it."""
    form = FORMS[line.kind](formdata=None, zone=guard.patient().time_zone, near=line.occurred_at, at=guard.at())
    return [form[name].label.text for name in missing_ticks(line.entry)]
