"""What a patient says before an infusion."""

import uuid
from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.clinic import when
from portal.treatment import queries as treatment
from portal.treatment.preparation import own, service, steps
from portal.treatment.preparation.forms import PreparationForm, typed_of
from portal.treatment.preparation.own import Asked, Own
from portal.treatment.preparation.steps import Step
from portal.treatment.problems import Refused
from portal.treatment.queries import InfusionRow
from portal.treatment.rules import queries as rules
from portal.web.kept import forget_kept, kept_fields

blueprint = Blueprint("preparation", __name__)
PATH = "/patients/<uuid:patient_id>/preparation/<uuid:infusion_id>"


@blueprint.get(PATH)
@requires(Permission.PREPARATION_CONFIRM)
def confirm(patient_id: uuid.UUID, infusion_id: uuid.UUID) -> ResponseReturnValue:
    infusion, kept = _infusion(patient_id, infusion_id), kept_fields()
    asked = own.asked(guard.patient(), infusion, guard.at())
    if asked is None:
        return _closed(infusion)
    wanted = request.args.get("again") or (kept.get("step") if kept else None)
    if asked.answer and wanted is None:
        return _said(asked)
    step = Step.EVENING if wanted == Step.EVENING else asked.step
    before = typed_of(asked.said.get(step), asked.said.get(Step.EVENING), _zone())
    return _form_page(asked, _form(asked, step, formdata=kept, data=before))


@blueprint.post(PATH)
@requires(Permission.PREPARATION_CONFIRM)
def send(patient_id: uuid.UUID, infusion_id: uuid.UUID) -> ResponseReturnValue:
    infusion = _infusion(patient_id, infusion_id)
    asked = own.asked(guard.patient(), infusion, guard.at())
    if asked is None:
        return _closed(infusion), 409
    form = _form(asked, Step.EVENING if request.form.get("step") == Step.EVENING else asked.step)
    if not form.validate():
        return _form_page(asked, form), 422
    try:
        service.confirm(
            patient_id,
            infusion_id,
            form.statement(),
            submission_id=form.sent_as,
            by=guard.actor(),
            at=guard.at(),
        )
    except Refused as refused:
        form.refuse(refused.problems, _zone())
        if any(problem.msgid == service.SENT_ALREADY for problem in refused.problems):
            form.begin_anew()
        return _form_page(asked, form), 422
    forget_kept()
    flash(_("Sent. Thank you."), "good")
    return redirect(url_for(".confirm", patient_id=patient_id, infusion_id=infusion_id), 303)


@blueprint.app_template_global("own_treatment")
def own_treatment(infusions: Sequence[InfusionRow], upcoming: InfusionRow | None) -> Own:
    """Return what the patient's own page of treatment says; `treatment/own.html` asks for it."""
    return own.read(guard.patient(), infusions, upcoming, guard.at())


def _zone() -> str:
    return guard.patient().time_zone


def _infusion(patient_id: uuid.UUID, infusion_id: uuid.UUID) -> InfusionRow:
    return treatment.get_infusion(patient_id, infusion_id) or abort(404)


def _form(asked: Asked, step: Step, **values: object) -> PreparationForm:
    today = when.local(guard.at(), _zone()).date()
    with_changes = step is Step.EVENING or Step.EVENING not in asked.said
    return PreparationForm(asks=step, with_changes=with_changes, zone=_zone(), today=today, **values)


def _form_page(asked: Asked, form: PreparationForm) -> str:
    return render_template("preparation/confirm.html", asked=asked, form=form)


def _said(asked: Asked) -> str:
    return render_template("preparation/said.html", asked=asked, rules=rules.current().rules)


def _closed(infusion: InfusionRow) -> str:
    opens = steps.opens_at(infusion.planned_at or infusion.happens_at, _zone())
    is_ahead = infusion.status == "planned" and opens > guard.at()
    return render_template("preparation/closed.html", infusion=infusion, opens_at=opens if is_ahead else None)
