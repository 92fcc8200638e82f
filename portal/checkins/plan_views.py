"""The plan of a patient: what is asked and when, and changing it."""

import uuid

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.checkins import plan, planning, queries
from portal.checkins.plan_forms import PlanForm
from portal.instruments import catalogue
from portal.web.kept import forget_kept, kept_fields

blueprint = Blueprint("plan", __name__)


@blueprint.get("/patients/<uuid:patient_id>/plan")
@requires(Permission.PLAN_EDIT)
def show(patient_id: uuid.UUID) -> ResponseReturnValue:
    return _plan_page(PlanForm(kept_fields()))


@blueprint.post("/patients/<uuid:patient_id>/plan")
@requires(Permission.PLAN_EDIT)
def change(patient_id: uuid.UUID) -> ResponseReturnValue:
    form = PlanForm(request.form)
    if not form.validate():
        return _plan_page(form), 422
    every, extra = form.every_days.data, form.extra_items.data or ()
    planning.ask(patient_id, form.instrument.data, every_days=every, extra_items=extra, by=guard.actor(), at=guard.at())
    forget_kept()
    flash(_("Saved. It is asked in this rhythm from today on."), "good")
    return redirect(url_for(".show", patient_id=patient_id), 303)


@blueprint.post("/patients/<uuid:patient_id>/plan/<uuid:plan_item_id>/end")
@requires(Permission.PLAN_EDIT)
def end(patient_id: uuid.UUID, plan_item_id: uuid.UUID) -> ResponseReturnValue:
    if not planning.end_item(patient_id, plan_item_id, by=guard.actor(), at=guard.at()):
        abort(404)
    flash(_("Saved. It is not asked any more."), "good")
    return redirect(url_for(".show", patient_id=patient_id), 303)


def _plan_page(form: PlanForm) -> str:
    local = plan.local_day(guard.at(), guard.patient().time_zone)
    lines = [queries.to_line(item) for item in queries.list_plan(guard.patient().id)]
    return render_template(
        "checkins/plan.html",
        form=form,
        lines=[line for line in lines if line.ends_on is None or line.ends_on > local],
        ended=[line for line in lines if line.ends_on is not None and line.ends_on <= local],
        definition=catalogue.current().get,
    )
