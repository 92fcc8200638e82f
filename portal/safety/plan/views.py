"""A patient's plan for hard moments: read first, written together, printed, with what stood there before."""

import re
import uuid
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission, Relation, Thing, permits
from portal.patients import queries as patients
from portal.safety import crisis
from portal.safety.plan import forms, keeping, phones, queries, review, sections, service
from portal.safety.plan.forms import PlanForm
from portal.safety.plan.queries import StandingPlan
from portal.web import filters, kept_plan
from portal.web.kept import forget_kept, kept_fields

blueprint = Blueprint("safety_plan", __name__)
blueprint.add_app_template_filter(phones.href, "tel")
blueprint.add_app_template_filter(phones.within, "tel_within")
KEPT_FIELDS = frozenset({"version", "with_clinician", "review_on", "submission_id"})


@blueprint.get("/patients/<uuid:patient_id>/my-plan")
@requires(Permission.SAFETY_PLAN_VIEW)
def show(patient_id: uuid.UUID) -> ResponseReturnValue:
    kept = keeping.list_phones(patient_id, token=kept_plan.token()) if _is_own() else []
    return _draw("show", plan=queries.latest(patient_id), phones=kept, may_edit=_may(Permission.SAFETY_PLAN_EDIT))


@blueprint.get("/patients/<uuid:patient_id>/my-plan/print", endpoint="print")
@requires(Permission.SAFETY_PLAN_VIEW)
def print_page(patient_id: uuid.UUID) -> ResponseReturnValue:
    return _draw("print", plan=queries.latest(patient_id) or abort(404))


@blueprint.get("/patients/<uuid:patient_id>/my-plan/versions")
@requires(Permission.SAFETY_PLAN_VIEW)
def versions(patient_id: uuid.UUID) -> ResponseReturnValue:
    found = queries.list_versions(patient_id) or abort(404)
    first = sections.read({})
    before = [one.sections for one in found[1:]] + [first]
    told = [(one, sections.differences(was, one.sections)) for one, was in zip(found, before, strict=True)]
    is_whole = len(found) <= queries.MOST_VERSIONS
    return _draw("versions", versions=told[: queries.MOST_VERSIONS], is_whole=is_whole)


@blueprint.get("/patients/<uuid:patient_id>/my-plan/versions/<uuid:plan_id>")
@requires(Permission.SAFETY_PLAN_VIEW)
def version(patient_id: uuid.UUID, plan_id: uuid.UUID) -> ResponseReturnValue:
    return _draw("version", plan=queries.get_version(patient_id, plan_id) or abort(404))


@blueprint.get("/patients/<uuid:patient_id>/my-plan/edit")
@requires(Permission.SAFETY_PLAN_EDIT)
def edit(patient_id: uuid.UUID) -> ResponseReturnValue:
    standing, kept = queries.latest(patient_id), kept_fields()
    if kept is not None:
        return _form_page(_form(kept, standing), standing)
    stands = standing.sections if standing else forms.first_rows(crisis.for_country(guard.patient().country))
    values = forms.as_typed(stands) | {"version": str(standing.id) if standing else ""}
    values |= {"with_clinician": _written_with(standing), "review_on": review.default_day(_today()).isoformat()}
    return _form_page(_form(MultiDict(values), standing), standing)


@blueprint.post("/patients/<uuid:patient_id>/my-plan/edit")
@requires(Permission.SAFETY_PLAN_EDIT)
def write(patient_id: uuid.UUID) -> ResponseReturnValue:
    standing = queries.latest(patient_id)
    if "more" in request.form or "less" in request.form:
        more = request.form.get("more", "")
        return _form_page(_form(_other_rows(request.form), standing, more=more), standing, more=more)
    form = _form(request.form, standing)
    if not form.validate():
        return _form_page(form, standing), 422
    how: dict[str, Any] = {"submission_id": form.sent_as, "by": guard.actor(), "at": guard.at()}
    try:
        changed = service.write(patient_id, _written(form, standing), seen=form.seen, **how)
    except service.Stale:
        return _changed_meanwhile(form), 409
    except service.NotOnTeam:
        form.with_clinician.errors = [_("Choose somebody of the care team")]
        return _form_page(form, standing), 422
    forget_kept()
    if changed:
        flash(_("Saved. Your care team can read it.") if _is_own() else _("Saved. The patient reads it too."), "good")
    else:
        flash(_("Nothing has changed."))
    return redirect(url_for(".show", patient_id=patient_id), 303)


def _form(typed: MultiDict[str, str], standing: StandingPlan | None, *, more: str = "") -> PlanForm:
    """Return the form filled with what was typed, and with room for one more row in each section."""
    found = forms.typed_rows(typed)
    counts = {code: forms.room_for(rows) + (code == more) for code, rows in found.items()}
    values = {key: value for key, value in typed.items() if key in KEPT_FIELDS}
    days = None if _is_own() else review.days(_today())
    of_class = forms.form_class(counts, _clinicians(standing), days=days)
    return of_class(MultiDict(forms.as_typed(found) | values))


def _other_rows(typed: MultiDict[str, str]) -> MultiDict[str, str]:
    """Return what was typed without the row that is to be taken out."""
    code, _dash, number = typed.get("less", "").partition("-")
    if code not in sections.BY_CODE or not re.fullmatch("[0-9]{1,3}", number):
        return typed
    return MultiDict({key: value for key, value in typed.items() if not key.startswith(f"{code}-{number}-")})


def _clinicians(standing: StandingPlan | None) -> dict[uuid.UUID, str]:
    there = {standing.with_id: standing.with_} if standing and standing.with_id else {}
    return {member.user_id: member.name for member in patients.list_team(guard.patient().id)} | there


def _written_with(standing: StandingPlan | None) -> str:
    if not _is_own():
        return str(guard.actor().user_id)
    return str(standing.with_id) if standing and standing.with_id else ""


def _written(form: PlanForm, standing: StandingPlan | None) -> service.Written:
    """Return what is saved; a patient who writes leaves the day on which it is looked at together as it stands."""
    day = standing.review_on if standing else review.default_day(_today())
    return service.Written(form.sections(), day if _is_own() else form.review_on.data, form.with_id)


def _changed_meanwhile(form: PlanForm) -> str:
    """Draw the page anew: what the other changed is said and taken in, what was typed here stays."""
    theirs, base = queries.latest(guard.patient().id), None
    if form.seen:
        base = queries.get_version(guard.patient().id, form.seen)
    before = base.sections if base else sections.read({})
    now = theirs.sections if theirs else sections.read({})
    merged = sections.together(before, form.sections(), now)
    values = {key: value for key, value in request.form.items() if key in KEPT_FIELDS}
    again = _form(MultiDict(forms.as_typed(merged) | values), theirs)
    again.start_again(theirs.id if theirs else None)
    return _form_page(again, theirs, theirs_changed=sections.differences(before, now))


def _form_page(form: PlanForm, standing: StandingPlan | None, **values: Any) -> str:
    return _draw("edit", form=form, plan=standing, sections=sections.SECTIONS, **values)


def _draw(template: str, **values: Any) -> str:
    return render_template(
        f"safety_plan/{template}.html", is_own=_is_own(), today=_today(), months=review.MONTHS, **values
    )


def _today() -> date:
    return filters.local_day(guard.at(), guard.patient().time_zone)


def _is_own() -> bool:
    return guard.patient().relation is Relation.SELF


def _may(permission: Permission) -> bool:
    patient = guard.patient()
    return permits(guard.actor(), permission, Thing(patient.relation, patient.status))
