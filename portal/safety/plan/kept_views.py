"""Keeping a plan on a phone: asked for, read there without a connection, taken away again."""

import uuid
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from portal import db
from portal.access import guard
from portal.access.guard import public, requires
from portal.access.policy import Permission
from portal.accounts import devices
from portal.safety import crisis
from portal.safety.plan import keeping, queries
from portal.safety.plan.forms import KeepForm
from portal.safety.plan.queries import StandingPlan
from portal.web import kept_plan
from portal.web.alone import render_alone

blueprint = Blueprint("kept_plan", __name__)
VERSION = "X-Plan-Version"
COPY = "X-Plan-Copy"


@blueprint.get("/patients/<uuid:patient_id>/my-plan/keep")
@requires(Permission.SAFETY_PLAN_KEEP)
def ask(patient_id: uuid.UUID) -> ResponseReturnValue:
    plan = queries.latest(patient_id) or abort(404)
    return _page(KeepForm(), plan)


@blueprint.post("/patients/<uuid:patient_id>/my-plan/keep")
@requires(Permission.SAFETY_PLAN_KEEP, keeps=False)
def keep(patient_id: uuid.UUID) -> ResponseReturnValue:
    """Answer a script with the copy; a browser without one cannot keep anything."""
    plan, form = queries.latest(patient_id) or abort(404), KeepForm()
    if not form.validate():
        return _page(form, plan), 422
    if VERSION not in request.headers:
        form.form_errors.append(_("This browser cannot keep it: it does not run our script."))
        return _page(form, plan), 422
    device = devices.describe(request.user_agent.string)
    before, by, at = kept_plan.token(), guard.actor(), guard.at()
    response = _copy(plan)
    kept_plan.remember(response, keeping.keep(patient_id, plan.id, device=device, before=before, by=by, at=at))
    return response


@blueprint.get("/patients/<uuid:patient_id>/my-plan/copy")
@requires(Permission.SAFETY_PLAN_KEEP, quiet=True)
def copy(patient_id: uuid.UUID) -> ResponseReturnValue:
    if not keeping.belongs_to(kept_plan.token(), patient_id, at=guard.at()):
        abort(404)
    return _copy(queries.latest(patient_id) or abort(404))


@blueprint.post("/patients/<uuid:patient_id>/my-plan/phones/<uuid:kept_id>/remove")
@requires(Permission.SAFETY_PLAN_KEEP)
def remove(patient_id: uuid.UUID, kept_id: uuid.UUID) -> ResponseReturnValue:
    if keeping.remove(patient_id, kept_id, by=guard.actor(), at=guard.at()):
        flash(_("Removed. The phone deletes its copy as soon as it is in contact with us."), "good")
    return redirect(url_for("safety_plan.show", patient_id=patient_id), 303)


@blueprint.get("/my-plan")
@public
def none_kept() -> ResponseReturnValue:
    return render_alone("safety_plan/none_kept.html")


@blueprint.get("/my-plan/standing")
@public
def standing() -> ResponseReturnValue:
    """Tell a phone what to do with its copy; what it says of itself is written down now and then.

    Only our script sends the header, "" where no copy is held: an address that is merely opened says nothing.
    """
    if VERSION not in request.headers:
        abort(400)
    token, held = kept_plan.token(), request.headers[VERSION][:36]
    answer = keeping.ask(token, held=held, at=guard.at())
    if answer.is_worth_noting:
        with db.short_write():
            keeping.note(answer, at=guard.at())
    response = jsonify(keep=answer.keep, newer=answer.newer)
    response.headers["X-CSRFToken"] = generate_csrf()
    if answer.keep:
        kept_plan.remember(response, token)
    elif token and not held:
        kept_plan.forget(response)
    return response


@blueprint.get("/my-plan.js")
@public
def worker() -> ResponseReturnValue:
    """Return the script that shows the copy; it stands at the root because a script only serves what is below it."""
    response = make_response(current_app.send_static_file("js/my-plan-worker.js"))
    response.mimetype = "text/javascript"
    return response


def _page(form: KeepForm, plan: StandingPlan) -> str:
    return render_template("safety_plan/keep.html", form=form, plan=plan)


def _copy(plan: StandingPlan) -> Response:
    """Return the page that is kept: the plan, whom to call, and nothing else."""
    patient = guard.patient()
    values: dict[str, Any] = {"plan": plan, "country": crisis.for_country(patient.country)}
    response = make_response(render_template("safety_plan/kept.html", **values))
    response.headers[VERSION] = str(plan.id)
    response.headers[COPY] = url_for(".copy", patient_id=patient.id)
    return response
