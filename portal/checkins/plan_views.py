"""The plan of a patient: what is asked and when, and changing it line by line or from a ready-made one."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from babel.dates import get_day_names
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal import db
from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission, Relation, Thing, permits
from portal.checkins import plan_queries, planning, queries, ready_made, ready_made_forms, wording
from portal.checkins.plan_forms import LineForm, said
from portal.checkins.plan_queries import PlanAsItIs
from portal.checkins.planning import InvalidPlan
from portal.checkins.ready_made_forms import NAMES, PHASE_NAMES, PHASES, SERVES, ChoiceForm, ReadyMadeForm
from portal.checkins.rhythm import LineDraft
from portal.instruments import catalogue, own_words
from portal.instruments.definition import Definition, FilledBy
from portal.patients import queries as patients
from portal.web import filters
from portal.web.fields import SelectChoice
from portal.web.kept import forget_kept, kept_fields

blueprint = Blueprint("plan", __name__)
PREVIEW, SHOW = "preview", "show"


@blueprint.get("/patients/<uuid:patient_id>/plan")
@requires(Permission.PLAN_VIEW)
def show(patient_id: uuid.UUID) -> ResponseReturnValue:
    plan = _plan()
    if guard.patient().relation is Relation.SELF:
        return _page("plan_own", plan)
    care, ready = plan_queries.get_care(patient_id), _ready_made_as(plan)
    option = ready_made_forms.option_of(care.phase)
    is_other = not plan.lines or (bool(ready.options) and not ready.options & SERVES[option])
    return _page(
        "plan",
        plan,
        preview=plan.preview(),
        phase=PHASE_NAMES[care.phase],
        suggested=NAMES[option][0] if is_other else "",
        may_edit=permits(guard.actor(), Permission.PLAN_EDIT, Thing(guard.patient().relation, guard.patient().status)),
        is_default=ready.instruments,
    )


@blueprint.post("/patients/<uuid:patient_id>/plan/<uuid:plan_item_id>/end")
@requires(Permission.PLAN_EDIT)
def end(patient_id: uuid.UUID, plan_item_id: uuid.UUID) -> ResponseReturnValue:
    if not planning.end_item(patient_id, plan_item_id, by=guard.actor(), at=guard.at()):
        queries.get_line(patient_id, plan_item_id) or abort(404)
        flash(_("It was not asked any more already. Nothing was changed."))
    else:
        flash(_("Saved. It is not asked any more."), "good")
    return redirect(url_for(".show", patient_id=patient_id), 303)


@blueprint.get("/patients/<uuid:patient_id>/plan/add")
@requires(Permission.PLAN_EDIT)
def add(patient_id: uuid.UUID) -> ResponseReturnValue:
    plan = _plan()
    return _line_page(plan, LineForm(kept_fields(), instruments=_instruments(plan), stamp=plan.stamp))


@blueprint.post("/patients/<uuid:patient_id>/plan/add")
@requires(Permission.PLAN_EDIT)
def add_line(patient_id: uuid.UUID) -> ResponseReturnValue:
    db.begin(write=False)
    plan = _plan()
    return _take_line(plan, LineForm(request.form, instruments=_instruments(plan)), None)


@blueprint.get("/patients/<uuid:patient_id>/plan/<uuid:plan_item_id>")
@requires(Permission.PLAN_EDIT)
def edit(patient_id: uuid.UUID, plan_item_id: uuid.UUID) -> ResponseReturnValue:
    line, plan = _line(patient_id, plan_item_id), _plan()
    if plan_item_id not in {one.id for one in plan.lines}:
        flash(_("This was changed or stopped since. Here is the plan as it is now."), "attention")
        return redirect(url_for(".show", patient_id=patient_id), 303)
    form = LineForm(kept_fields(), instruments=_only(line.instrument), line=line, stamp=plan.stamp)
    return _line_page(plan, form, line)


@blueprint.post("/patients/<uuid:patient_id>/plan/<uuid:plan_item_id>")
@requires(Permission.PLAN_EDIT)
def change(patient_id: uuid.UUID, plan_item_id: uuid.UUID) -> ResponseReturnValue:
    db.begin(write=False)
    line = _line(patient_id, plan_item_id)
    return _take_line(_plan(), LineForm(request.form, instruments=_only(line.instrument), line=line), line)


@blueprint.get("/patients/<uuid:patient_id>/plan/ready-made", endpoint="ready_made")
@requires(Permission.PLAN_EDIT)
def begin_ready_made(patient_id: uuid.UUID) -> ResponseReturnValue:
    plan, kept = _plan(), kept_fields()
    if kept is not None:
        return _ready_made_page(plan, ready_made_forms.read(kept, plan, plan_queries.askable()))
    option = ready_made_forms.option_of(plan_queries.get_care(patient_id).phase)
    conditions = patients.list_conditions(patient_id)
    choice = ready_made_forms.choose(option, conditions, plan)
    return _ready_made_page(plan, ready_made_forms.begin(choice, plan, plan_queries.askable(), conditions))


@blueprint.post("/patients/<uuid:patient_id>/plan/ready-made")
@requires(Permission.PLAN_EDIT)
def take_ready_made(patient_id: uuid.UUID) -> ResponseReturnValue:
    db.begin(write=False)
    plan, wanted = _plan(), request.form.get("do")
    if wanted == SHOW:
        return _show_ready_made(plan, ChoiceForm(request.form))
    form = ready_made_forms.read(request.form, plan, plan_queries.askable())
    if not form.validate():
        return _ready_made_page(plan, form), 422
    if wanted == PREVIEW:
        return _ready_made_page(plan, form)
    db.begin(write=True)
    if _is_stale(form.choice):
        form.problems.append(_changed_meanwhile())
        return _ready_made_page(_plan(), form), 409
    try:
        planning.apply(patient_id, form.drafts(), by=guard.actor(), at=guard.at())
    except InvalidPlan as refusal:
        form.refuse(refusal.problems)
        return _ready_made_page(plan, form), 422
    return _saved(_("Saved. From today on this is asked."))


def _show_ready_made(plan: PlanAsItIs, choice: ChoiceForm) -> ResponseReturnValue:
    if choice.validate():
        conditions = patients.list_conditions(guard.patient().id)
        return _ready_made_page(plan, ready_made_forms.begin(choice, plan, plan_queries.askable(), conditions))
    return _ready_made_page(plan, ReadyMadeForm(choice, [])), 422


def _take_line(plan: PlanAsItIs, form: LineForm, line: LineDraft | None) -> ResponseReturnValue:
    if not form.validate():
        return _line_page(plan, form, line), 422
    if request.form.get("do") == PREVIEW:
        return _line_page(plan, form, line, _with(plan, form.draft()))
    db.begin(write=True)
    if _is_stale(form):
        form.form_errors.append(_changed_meanwhile())
        return _line_page(_plan(), form, line), 409
    try:
        planning.apply(guard.patient().id, _with(plan, form.draft()), by=guard.actor(), at=guard.at())
    except InvalidPlan as refusal:
        for problem in refusal.problems:
            form.refuse(problem)
        return _line_page(plan, form, line), 422
    return _saved(_saved_as(form.draft()))


def _saved_as(line: LineDraft) -> str:
    if catalogue.current().get(line.instrument).filled_by is FilledBy.CLINICIAN:
        return str(_("Saved. It is due for the care team like this from today on; the patient is not asked."))
    return str(_("Saved. It is asked like this from today on."))


def _plan() -> PlanAsItIs:
    return plan_queries.get_plan(guard.patient(), guard.at())


def _line(patient_id: uuid.UUID, plan_item_id: uuid.UUID) -> LineDraft:
    return (queries.get_line(patient_id, plan_item_id) or abort(404)).draft


def _with(plan: PlanAsItIs, draft: LineDraft) -> list[LineDraft]:
    """Return the plan as it would be with one line in place of what asks the same."""
    return [*(line.draft for line in plan.lines if line.instrument != draft.instrument), draft]


def _is_stale(form: Any) -> bool:
    """Say whether somebody else changed the plan since the form was drawn; what is sent next may replace that."""
    stamp = plan_queries.hold(guard.patient(), guard.at())
    is_stale: bool = form.stamp.data != stamp
    form.stamp.data = stamp
    return is_stale


def _changed_meanwhile() -> str:
    return str(
        _(
            "Somebody else changed this plan while you worked on it. Nothing of yours is saved yet, and nothing is "
            "lost. “Asked now” says how it stands. Save again if yours is to take its place."
        )
    )


def _saved(message: str) -> ResponseReturnValue:
    forget_kept()
    flash(message, "good")
    return redirect(url_for(".show", patient_id=guard.patient().id), 303)


def _only(instrument: str) -> list[SelectChoice]:
    definition = catalogue.current().get(instrument)
    return [SelectChoice(definition.id, definition.title)]


def _instruments(plan: PlanAsItIs) -> list[SelectChoice]:
    """Return what can be asked, then what the care team enters; what stands in the plan already comes last."""
    current = catalogue.current()
    ready = [(one, _("Ready to ask")) for one in current.askable()]
    ready += [(one, _("Entered by the care team")) for one in current.team_rated()]
    asked = _("Asked now: this takes its place")
    found = [(one, asked if one.id in plan.asked else group) for one, group in ready]
    return [
        SelectChoice(one.id, one.title, optgroup=group)
        for one, group in sorted(found, key=lambda pair: pair[1] == asked)
    ]


def _waiting() -> list[Definition]:
    askable = plan_queries.askable()
    return [one for one in catalogue.current() if one.filled_by is FilledBy.PATIENT and one.id not in askable]


@dataclass(frozen=True, slots=True)
class _ReadyMade:
    """Which ready-made plans a plan is, whatever was added by hand, and the instruments whose lines are theirs."""

    options: frozenset[str]
    instruments: frozenset[str]


def _ready_made_as(plan: PlanAsItIs) -> _ReadyMade:
    conditions, askable = patients.list_conditions(guard.patient().id), plan_queries.askable()
    known = ready_made.instruments(conditions, askable)
    drafts = {line.draft for line in plan.lines if line.instrument in known}
    ready = {option: set(ready_made.lines(conditions, *phases, askable=askable)) for option, phases in PHASES.items()}
    of_default = drafts & {line for lines in ready.values() for line in lines}
    return _ReadyMade(
        frozenset(option for option, lines in ready.items() if lines == drafts),
        frozenset(line.instrument for line in of_default),
    )


def _line_page(
    plan: PlanAsItIs, form: LineForm, line: LineDraft | None = None, drafts: Sequence[LineDraft] | None = None
) -> str:
    rated = catalogue.current().team_rated()
    shown = {"waiting": _waiting(), "clinicians": rated, "instrument": line and line.instrument}
    return _page("plan_line", plan, form=form, preview=plan.preview(drafts) if drafts else None, **shown)


def _ready_made_page(plan: PlanAsItIs, form: ReadyMadeForm) -> str:
    preview = plan.preview(form.drafts()) if form.is_whole else None
    left_out = ready_made_forms.left_out(form.choice, plan_queries.askable())
    shown = {"source": _(ready_made.SOURCE), "chosen": form.title, "left_out": left_out}
    return _page("plan_ready_made", plan, form=form, preview=preview, **shown)


def _worded(instrument: str) -> Definition:
    return own_words.worded(catalogue.current().get(instrument), guard.actor().language)


def _page(template: str, plan: PlanAsItIs, **shown: Any) -> str:
    sentences = {"sentences": lambda line: [said(one) for one in wording.describe(line)]}
    names = get_day_names("abbreviated", locale=filters.locale())
    weekdays = [names[number] for number in range(7)]
    values = {"plan": plan, "definition": _worded, "weekdays": weekdays}
    values |= sentences | shown
    return render_template(f"checkins/{template}.html", **values)
