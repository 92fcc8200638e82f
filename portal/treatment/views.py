"""Infusions: the patient's treatment at a glance, each infusion's page, and the signature under its record."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission, Role, Thing, permits
from portal.checkins import watched
from portal.clinic import when
from portal.patients import queries as patients
from portal.treatment import entry as entries
from portal.treatment import queries, service, signing
from portal.treatment.after_signature import changes_after
from portal.treatment.flowsheet import several
from portal.treatment.forms import number_of
from portal.treatment.infusion_forms import InfusionForm, SignForm, typed_of
from portal.treatment.models import Course, InfusionKind, InfusionStatus
from portal.treatment.monitoring import queries as monitoring
from portal.treatment.orders import queries as orders
from portal.treatment.orders.fulfilment import fulfilments
from portal.treatment.problems import Stale
from portal.treatment.queries import InfusionRow
from portal.treatment.screening import queries as screening
from portal.web.kept import forget_kept, kept_fields

blueprint = Blueprint("treatment", __name__)
blueprint.add_app_template_filter(number_of, "dose")
_INFUSION = "/patients/<uuid:patient_id>/treatments/<uuid:course_id>/<uuid:infusion_id>"


@blueprint.get("/patients/<uuid:patient_id>/treatments")
@requires(Permission.TREATMENT_VIEW)
def index(patient_id: uuid.UUID) -> ResponseReturnValue:
    infusions = queries.list_infusions(patient_id)
    ahead = queries.next_infusion(patient_id, guard.at())
    return render_template(
        "treatment/index.html",
        courses=queries.list_courses(patient_id),
        infusions=list(reversed(infusions)),
        gaps=_gaps([one for one in infusions if one.was_given]),
        next=ahead,
        days_to_next=(_day(ahead.happens_at) - _day(guard.at())).days if ahead else None,
        **_for_team(patient_id, infusions),
    )


@blueprint.get("/patients/<uuid:patient_id>/treatments/<uuid:course_id>/new")
@requires(Permission.TREATMENT_RECORD)
def new_infusion(patient_id: uuid.UUID, course_id: uuid.UUID) -> ResponseReturnValue:
    course, team = _course(patient_id, course_id), patients.list_team(patient_id)
    last = queries.last_given(patient_id, guard.at())
    form = InfusionForm(formdata=kept_fields(), zone=_zone(), team=team, data=_suggested(course, last))
    waiting = None if request.args.get("as") != "done" else queries.next_infusion(patient_id, guard.at())
    return _infusion_page(form, course, last=last, waiting=waiting)


@blueprint.post("/patients/<uuid:patient_id>/treatments/<uuid:course_id>/new")
@requires(Permission.TREATMENT_RECORD)
def add_infusion(patient_id: uuid.UUID, course_id: uuid.UUID) -> ResponseReturnValue:
    course, team = _course(patient_id, course_id), patients.list_team(patient_id)
    form = InfusionForm(zone=_zone(), team=team)
    if form.validate() and form.kept(lambda: _record(patient_id, course_id, form), _zone()):
        return _saved(patient_id)
    return _infusion_page(form, course, last=queries.last_given(patient_id, guard.at()))


@blueprint.get(_INFUSION)
@requires(Permission.TREATMENT_RECORD)
def edit_infusion(patient_id: uuid.UUID, course_id: uuid.UUID, infusion_id: uuid.UUID) -> ResponseReturnValue:
    course, row = _course(patient_id, course_id), _infusion(patient_id, course_id, infusion_id)
    typed = typed_of(row.entry, _zone()) | {"revision": row.revision}
    if request.args.get("as") == "done" and row.status is InfusionStatus.PLANNED:
        typed |= _as_planned(row)
    team = patients.list_team(patient_id)
    form = InfusionForm(formdata=kept_fields(), zone=_zone(), team=team, stored=row, data=typed)
    return _infusion_page(form, course, row)


@blueprint.post(_INFUSION)
@requires(Permission.TREATMENT_RECORD)
def change_infusion(patient_id: uuid.UUID, course_id: uuid.UUID, infusion_id: uuid.UUID) -> ResponseReturnValue:
    course, row = _course(patient_id, course_id), _infusion(patient_id, course_id, infusion_id)
    form = InfusionForm(zone=_zone(), team=patients.list_team(patient_id), stored=row)
    try:
        if form.validate() and form.kept(lambda: _change(patient_id, infusion_id, form), _zone()):
            return _saved(patient_id)
    except Stale:
        return _stale_page(form, course, row)
    return _infusion_page(form, course, row)


@blueprint.post(f"{_INFUSION}/sign")
@requires(Permission.TREATMENT_SIGN)
def sign(patient_id: uuid.UUID, course_id: uuid.UUID, infusion_id: uuid.UUID) -> ResponseReturnValue:
    course, row, form = _course(patient_id, course_id), _infusion(patient_id, course_id, infusion_id), SignForm()
    try:
        if form.validate() and form.kept(lambda: _sign(patient_id, infusion_id, form), _zone()):
            forget_kept()
            flash(_("The record is signed."), "good")
            return redirect(_address(row, patient_id), 303)
    except Stale:
        form.form_errors.append(_("The record has changed since you opened it. Read it again, then sign."))
        form.begin_anew()
    shown = InfusionForm(
        None, zone=_zone(), team=patients.list_team(patient_id), stored=row, data=typed_of(row.entry, _zone())
    )
    shown.revision.data = str(row.revision)
    return _infusion_page(shown, course, row, sign_form=form)


def _zone() -> str:
    return guard.patient().time_zone


def _day(at: datetime) -> date:
    return when.local(at, _zone()).date()


def _may_sign() -> bool:
    patient = guard.patient()
    return permits(guard.actor(), Permission.TREATMENT_SIGN, Thing(patient.relation, patient.status))


def _for_team(patient_id: uuid.UUID, infusions: Sequence[InfusionRow]) -> dict[str, Any]:
    """Return what the care team sees besides: screening, checks, orders, signatures; nothing for the patient."""
    if guard.actor().role is Role.PATIENT:
        return {}
    zone, sent = guard.patient().time_zone, watched.list_sent(patient_id)
    planned = [one.id for one in infusions if one.status is InfusionStatus.PLANNED]
    return {
        "phases": several.phases(planned) if planned else {},
        "standing": screening.standing(patient_id),
        "checks": monitoring.due(patient_id, today=_day(guard.at()), zone=zone, sent=sent),
        "ordered_by": fulfilments(infusions),
        "signed": signing.list_signed(one.id for one in infusions),
        "may_sign": _may_sign(),
    }


def _gaps(given: Sequence[InfusionRow]) -> dict[uuid.UUID, int]:
    """Return how many days after the one before each given infusion took place; they come in order of time."""
    return {after.id: (_day(after.happens_at) - _day(before.happens_at)).days for before, after in pairwise(given)}


def _course(patient_id: uuid.UUID, course_id: uuid.UUID) -> Course:
    return queries.get_course(patient_id, course_id) or abort(404)


def _infusion(patient_id: uuid.UUID, course_id: uuid.UUID, infusion_id: uuid.UUID) -> InfusionRow:
    found = queries.get_infusion(patient_id, infusion_id)
    return found if found and found.course_id == course_id else abort(404)


def _address(row: InfusionRow, patient_id: uuid.UUID) -> str:
    return url_for(".edit_infusion", patient_id=patient_id, course_id=row.course_id, infusion_id=row.id)


def _suggested(course: Course, last: InfusionRow | None) -> dict[str, Any]:
    """Return what a new infusion probably is; never a time, a dose or a weight, which somebody must look at."""
    in_series = queries.count_of_series(course.patient_id, course.id) < course.series_planned
    is_plan = request.args.get("as") != "done"
    like_last = {name: getattr(last, name) for name in ("route", "minutes", "site")} if last else {"site": "home"}
    return like_last | {
        "number": queries.next_number(course.patient_id, course.id),
        "kind": InfusionKind.INDUCTION if in_series else InfusionKind.BOOSTER,
        "status": InfusionStatus.PLANNED if is_plan else InfusionStatus.COMPLETED,
    }


def _as_planned(row: InfusionRow) -> dict[str, Any]:
    """Return an infusion as done when it was planned for; without a start where that time has yet to come."""
    done: dict[str, Any] = {"status": InfusionStatus.COMPLETED}
    if row.planned_at is None or row.planned_at > guard.at():
        return done
    local = when.local(row.planned_at, _zone())
    return done | {"started_on": local.date(), "started_time": local.time()}


def _record(patient_id: uuid.UUID, course_id: uuid.UUID, form: InfusionForm) -> None:
    service.record_infusion(
        patient_id, course_id, form.entry(), submission_id=form.sent_as, by=guard.actor(), at=guard.at()
    )


def _change(patient_id: uuid.UUID, infusion_id: uuid.UUID, form: InfusionForm) -> None:
    service.change_infusion(
        patient_id,
        infusion_id,
        form.entry(),
        revision=form.base_revision,
        reason=form.reason.data or "",
        by=guard.actor(),
        at=guard.at(),
    )


def _sign(patient_id: uuid.UUID, infusion_id: uuid.UUID, form: SignForm) -> None:
    signing.sign_infusion(
        patient_id,
        infusion_id,
        signature_id=form.sent_as,
        as_seen=form.as_seen,
        note=form.note.data or "",
        by=guard.actor(),
        at=guard.at(),
    )


def _saved(patient_id: uuid.UUID) -> ResponseReturnValue:
    forget_kept()
    flash(_("Saved."), "good")
    return redirect(url_for("treatment.index", patient_id=patient_id), 303)


def _infusion_page(
    form: InfusionForm,
    course: Course,
    row: InfusionRow | None = None,
    *,
    sign_form: SignForm | None = None,
    status: int = 0,
    **more: Any,
) -> ResponseReturnValue:
    values = {"form": form, "course": course, "row": row, "changed": entries.changed, **more}
    if row is not None:
        values |= _about(guard.patient().id, row, sign_form)
    page = render_template("treatment/infusion.html", **values)
    wrong = form.error_summary or (sign_form and sign_form.error_summary)
    return page, status or (422 if wrong else 200)


def _about(patient_id: uuid.UUID, row: InfusionRow, sign_form: SignForm | None) -> dict[str, Any]:
    """Return what belongs to an infusion: earlier versions and who stands in them, orders, signatures."""
    versions = queries.list_versions(patient_id, row.id)
    everybody = [version.entry for version in versions] + [row.entry]
    people = {getattr(one, name) for one in everybody for name in entries.PEOPLE} - {None}
    signatures = signing.list_signatures(patient_id, row.id)
    seen = signing.seen(row.id)
    form = sign_form or SignForm(None)
    form.seen.data = f"{seen.revision}-{seen.entries}"
    return {
        "versions": versions,
        "people": patients.list_names(people) if people else {},
        "orders": orders.list_orders(patient_id, row.id),
        "fulfilment": fulfilments([row]).get(row.id),
        "signatures": signatures,
        "later": changes_after(signatures[0].signed_at, signing.list_changes(patient_id, row.id)) if signatures else (),
        "sign_form": form,
        "may_sign": _may_sign(),
    }


def _stale_page(form: InfusionForm, course: Course, row: InfusionRow) -> ResponseReturnValue:
    """Show what somebody else changed; what was typed stays, and sending it again means it."""
    versions = queries.list_versions(guard.patient().id, row.id)
    opened = next((version for version in versions if version.revision == form.base_revision), None)
    others = entries.changed(opened.entry, row.entry) if opened else []
    if opened:
        form.take_over(opened.entry, row.entry)
    form.revision.data = str(row.revision)
    return _infusion_page(form, course, row, status=409, opened=opened, others=others)
