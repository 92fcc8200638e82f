"""The day of an infusion, at the bedside.

`flowsheet/show.html` and `flowsheet/_log.html` are given:

- `infusion` (treatment.queries.InfusionRow), `course`, `sheet` (queries.Flowsheet: `lines`, each with `kind`, `values`,
  `occurred_at`, `level`, `reasons`, `recorded_by`, `recorded_at`, `was_queued`, `clock_was_off`, `skew_seconds`,
  `reason`, `earlier`; `mistaken`: those taken back), `standing` (standing.Standing: `phase`, `open_stop`, …),
  `deviations` (deviations.Deviation: `msgid`, `values`, `entry_id`), `to_finish` (message ids: what the infusion's own
  page still needs), `order` (orders.queries.Order or None), `given` (milligrams so far or None)
- `rules` (rules.values.Rules), `rules_version`, `call_name`, `call_phone` (whom to call), `emergency_number` ("" where
  we know none: "your local emergency number"), `team` (patients.queries.Member), `state` (changes with every entry)
- `numbers`: {kind value: its number in an address}; `said(line)`: what an entry says, as (label, text) pairs;
  `open_stop_line`: the line of `standing.open_stop`
- only `show.html`: `forms` ({kind value: form}; the one that was refused holds what was typed), `refused` (the kind
  value of that form, else ""), `screened` (screening.standing.Standing), `allergies`, `may_sign`, `sign` (SignForm
  where the reader may sign and a stop is open, else None), `prepared` (what the patient said today: preparation Said
  or None), `judging` (for the device, as JSON)

`flowsheet/correct.html`: `form` (is_correction, filled), `line` (the entry as it stands), `infusion`, `course`, `said`.
"""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.safety import service as safety
from portal.treatment import queries as treatment
from portal.treatment.flowsheet import problems, queries, service
from portal.treatment.flowsheet.base_forms import EntryForm
from portal.treatment.flowsheet.entries import Draft
from portal.treatment.flowsheet.forms import FORMS, SignForm, filled
from portal.treatment.flowsheet.kinds import BY_NUMBER
from portal.treatment.flowsheet.page_forms import Day, around, log_values, page_values
from portal.treatment.flowsheet.queries import Line
from portal.treatment.flowsheet.sync_forms import Unreadable, read_batch
from portal.treatment.queries import InfusionRow
from portal.web.kept import forget_kept

blueprint = Blueprint("flowsheet", __name__)
_DAY = "/patients/<uuid:patient_id>/treatments/<uuid:course_id>/<uuid:infusion_id>/day"


@blueprint.get(_DAY)
@requires(Permission.TREATMENT_RECORD)
def show(patient_id: uuid.UUID, course_id: uuid.UUID, infusion_id: uuid.UUID) -> ResponseReturnValue:
    return _page(_day(patient_id, course_id, infusion_id))


@blueprint.post(f"{_DAY}/new/<int:number>")
@requires(Permission.TREATMENT_RECORD)
def add(patient_id: uuid.UUID, course_id: uuid.UUID, infusion_id: uuid.UUID, number: int) -> ResponseReturnValue:
    kind = BY_NUMBER.get(number) or abort(404)
    day = _day(patient_id, course_id, infusion_id)
    form = FORMS[kind](**around(day.infusion))
    if form.validate() and _took(form, form.draft(), infusion_id):
        return _saved(day)
    line = day.sheet.line(uuid.UUID(form.corrects_id.data)) if form.is_correction else None
    return _page(day, form) if line is None else _correct_page(day, form, line)


@blueprint.post(f"{_DAY}/entries")
@requires(Permission.TREATMENT_RECORD, keeps=False)
def sync(patient_id: uuid.UUID, course_id: uuid.UUID, infusion_id: uuid.UUID) -> ResponseReturnValue:
    infusion = _infusion(patient_id, course_id, infusion_id)
    try:
        batch = read_batch(_sent(), **around(infusion))
    except Unreadable as unreadable:
        return jsonify(problem=str(unreadable)), 400
    outcomes = service.take(patient_id, infusion_id, batch.drafts, by=guard.actor(), at=guard.at())
    kept = [str(one.id) for one in outcomes if not one.problems]
    return jsonify(kept=kept, refused=batch.refuse(outcomes), state=queries.state_of(patient_id, infusion_id))


def _sent() -> Any:
    """Return what a device sent; None where that is no JSON, or nested without end."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


@blueprint.get(f"{_DAY}/entries")
@requires(Permission.TREATMENT_RECORD, quiet=True)
def log(patient_id: uuid.UUID, course_id: uuid.UUID, infusion_id: uuid.UUID) -> ResponseReturnValue:
    values = log_values(_day(patient_id, course_id, infusion_id))
    response = jsonify(state=values["state"], html=render_template("flowsheet/_log.html", **values))
    response.add_etag()
    return response.make_conditional(request)


@blueprint.post(f"{_DAY}/sign")
@requires(Permission.TREATMENT_SIGN)
def sign(patient_id: uuid.UUID, course_id: uuid.UUID, infusion_id: uuid.UUID) -> ResponseReturnValue:
    day = _day(patient_id, course_id, infusion_id)
    form = SignForm(**around(day.infusion))
    if form.validate() and _took(form, form.draft(), infusion_id):
        safety.take_on(patient_id, uuid.UUID(form.stop_id.data), by=guard.actor(), at=guard.at())
        return _saved(day, _("Signed. The nurse’s page shows it."))
    return _page(day, form)


@blueprint.get(f"{_DAY}/entries/<uuid:entry_id>")
@requires(Permission.TREATMENT_RECORD)
def correct(
    patient_id: uuid.UUID, course_id: uuid.UUID, infusion_id: uuid.UUID, entry_id: uuid.UUID
) -> ResponseReturnValue:
    day = _day(patient_id, course_id, infusion_id)
    line = day.sheet.line(entry_id) or abort(404)
    return _correct_page(day, filled(line, **around(day.infusion)), line)


def _day(patient_id: uuid.UUID, course_id: uuid.UUID, infusion_id: uuid.UUID) -> Day:
    infusion = _infusion(patient_id, course_id, infusion_id)
    return Day(infusion, treatment.get_course(patient_id, course_id) or abort(404))


def _infusion(patient_id: uuid.UUID, course_id: uuid.UUID, infusion_id: uuid.UUID) -> InfusionRow:
    found = treatment.get_infusion(patient_id, infusion_id)
    return found if found and found.course_id == course_id else abort(404)


def _took(form: EntryForm, draft: Draft, infusion_id: uuid.UUID) -> bool:
    """Try to keep an entry; show at its form's fields why it cannot be."""
    outcome = service.take(guard.patient().id, infusion_id, [draft], by=guard.actor(), at=guard.at())[0]
    form.refuse(outcome.problems, guard.patient().time_zone)
    if any(one.msgid == problems.OTHER_CONTENT for one in outcome.problems):
        form.begin_anew()
        form.form_errors.append(_("If this is another entry, save it again."))
    return not outcome.problems


def _saved(day: Day, text: str = "") -> ResponseReturnValue:
    forget_kept()
    flash(text or _("Saved."), "good")
    patient_id, course_id = guard.patient().id, day.course.id
    page = url_for("flowsheet.show", patient_id=patient_id, course_id=course_id, infusion_id=day.infusion.id)
    return redirect(page, 303)


def _page(day: Day, refused: EntryForm | None = None) -> ResponseReturnValue:
    page = render_template("flowsheet/show.html", **page_values(day, refused))
    return page, 200 if refused is None else 422


def _correct_page(day: Day, form: EntryForm, line: Line) -> ResponseReturnValue:
    page = render_template("flowsheet/correct.html", **log_values(day), form=form, line=line)
    return page, 422 if form.error_summary else 200
