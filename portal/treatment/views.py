"""Courses and infusions."""

import uuid
from collections.abc import Callable, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.patients import queries as patients
from portal.treatment import entry as entries
from portal.treatment import queries, service, when
from portal.treatment.forms import CourseForm, InfusionForm, TreatmentForm, number_of, typed_of
from portal.treatment.models import Course, InfusionKind, InfusionStatus
from portal.treatment.problems import Refused, Stale
from portal.treatment.queries import InfusionRow, Version
from portal.web.kept import forget_kept, kept_fields

blueprint = Blueprint("treatment", __name__)
blueprint.add_app_template_filter(number_of, "dose")


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
    )


@blueprint.get("/patients/<uuid:patient_id>/treatments/new")
@requires(Permission.TREATMENT_RECORD)
def course(patient_id: uuid.UUID) -> ResponseReturnValue:
    today = _day(guard.at())
    form = CourseForm(formdata=kept_fields(), data={"series_planned": 6, "started_on": today})
    return _course_page(patient_id, form)


@blueprint.post("/patients/<uuid:patient_id>/treatments/new")
@requires(Permission.TREATMENT_RECORD)
def start_course(patient_id: uuid.UUID) -> ResponseReturnValue:
    form = CourseForm()
    if form.validate() and _kept(form, lambda: _start(patient_id, form)):
        return _saved(patient_id)
    return _course_page(patient_id, form)


@blueprint.post("/patients/<uuid:patient_id>/treatments/<uuid:course_id>/end")
@requires(Permission.TREATMENT_RECORD)
def end_course(patient_id: uuid.UUID, course_id: uuid.UUID) -> ResponseReturnValue:
    _course(patient_id, course_id)
    service.end_course(patient_id, course_id, by=guard.actor(), at=guard.at())
    return _saved(patient_id)


@blueprint.get("/patients/<uuid:patient_id>/treatments/<uuid:course_id>/new")
@requires(Permission.TREATMENT_RECORD)
def new_infusion(patient_id: uuid.UUID, course_id: uuid.UUID) -> ResponseReturnValue:
    course = _course(patient_id, course_id)
    last = queries.last_given(patient_id, guard.at())
    form = InfusionForm(formdata=kept_fields(), zone=_zone(), data=_suggested(course, last))
    return _infusion_page(form, course, last=last)


@blueprint.post("/patients/<uuid:patient_id>/treatments/<uuid:course_id>/new")
@requires(Permission.TREATMENT_RECORD)
def add_infusion(patient_id: uuid.UUID, course_id: uuid.UUID) -> ResponseReturnValue:
    course = _course(patient_id, course_id)
    form = InfusionForm(zone=_zone())
    if form.validate() and _kept(form, lambda: _record(patient_id, course_id, form)):
        return _saved(patient_id)
    return _infusion_page(form, course, last=queries.last_given(patient_id, guard.at()))


@blueprint.get("/patients/<uuid:patient_id>/treatments/<uuid:course_id>/<uuid:infusion_id>")
@requires(Permission.TREATMENT_RECORD)
def edit_infusion(patient_id: uuid.UUID, course_id: uuid.UUID, infusion_id: uuid.UUID) -> ResponseReturnValue:
    course, row = _course(patient_id, course_id), _infusion(patient_id, course_id, infusion_id)
    typed = typed_of(row.entry, _zone()) | {"revision": row.revision}
    if request.args.get("as") == "done" and row.status is InfusionStatus.PLANNED:
        typed |= {"status": InfusionStatus.COMPLETED, "started_on": min(typed["planned_on"], _day(guard.at()))}
    form = InfusionForm(formdata=kept_fields(), zone=_zone(), stored=row, data=typed)
    return _infusion_page(form, course, row, queries.list_versions(patient_id, infusion_id))


@blueprint.post("/patients/<uuid:patient_id>/treatments/<uuid:course_id>/<uuid:infusion_id>")
@requires(Permission.TREATMENT_RECORD)
def change_infusion(patient_id: uuid.UUID, course_id: uuid.UUID, infusion_id: uuid.UUID) -> ResponseReturnValue:
    course, row = _course(patient_id, course_id), _infusion(patient_id, course_id, infusion_id)
    form = InfusionForm(zone=_zone(), stored=row)
    try:
        if form.validate() and _kept(form, lambda: _change(patient_id, infusion_id, form)):
            return _saved(patient_id)
    except Stale:
        return _stale_page(form, course, row, queries.list_versions(patient_id, infusion_id))
    return _infusion_page(form, course, row, queries.list_versions(patient_id, infusion_id))


def _zone() -> str:
    return guard.patient().time_zone


def _day(at: datetime) -> date:
    return when.local(at, _zone()).date()


def _gaps(given: Sequence[InfusionRow]) -> dict[uuid.UUID, int]:
    """Return how many days after the one before each given infusion took place; they come in order of time."""
    return {after.id: (_day(after.happens_at) - _day(before.happens_at)).days for before, after in pairwise(given)}


def _course(patient_id: uuid.UUID, course_id: uuid.UUID) -> Course:
    return queries.get_course(patient_id, course_id) or abort(404)


def _infusion(patient_id: uuid.UUID, course_id: uuid.UUID, infusion_id: uuid.UUID) -> InfusionRow:
    found = queries.get_infusion(patient_id, infusion_id)
    return found if found and found.course_id == course_id else abort(404)


def _suggested(course: Course, last: InfusionRow | None) -> dict[str, Any]:
    """Return what a new infusion probably is; never a dose or a weight, which somebody must look at."""
    in_series = queries.count_of_series(course.patient_id, course.id) < course.series_planned
    is_plan = request.args.get("as") != "done"
    like_last = {name: getattr(last, name) for name in ("route", "minutes", "site")} if last else {"site": "home"}
    return like_last | {
        "number": queries.next_number(course.patient_id, course.id),
        "kind": InfusionKind.INDUCTION if in_series else InfusionKind.BOOSTER,
        "status": InfusionStatus.PLANNED if is_plan else InfusionStatus.COMPLETED,
        "started_on": None if is_plan else _day(guard.at()),
    }


def _start(patient_id: uuid.UUID, form: CourseForm) -> None:
    service.start_course(
        patient_id,
        course_id=form.sent_as,
        indication=form.indication.data,
        series_planned=form.series_planned.data,
        protocol=form.protocol.data or "",
        started_on=form.started_on.data,
        may_end_running=form.end_running.data,
        by=guard.actor(),
        at=guard.at(),
    )


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


def _kept(form: TreatmentForm, keep: Callable[[], None]) -> bool:
    """Try to keep what was typed; show at its fields why it cannot be."""
    try:
        keep()
    except Refused as refused:
        form.refuse(refused.problems, _zone())
        return False
    return True


def _saved(patient_id: uuid.UUID) -> ResponseReturnValue:
    forget_kept()
    flash(_("Saved."), "good")
    return redirect(url_for("treatment.index", patient_id=patient_id), 303)


def _course_page(patient_id: uuid.UUID, form: CourseForm) -> ResponseReturnValue:
    form.offer(patients.list_conditions(patient_id))
    running = queries.get_running_course(patient_id)
    page = render_template("treatment/course.html", form=form, running=running)
    return page, 422 if form.error_summary else 200


def _infusion_page(
    form: InfusionForm,
    course: Course,
    row: InfusionRow | None = None,
    versions: list[Version] | None = None,
    last: InfusionRow | None = None,
) -> ResponseReturnValue:
    values = {"form": form, "course": course, "row": row, "versions": versions, "last": last}
    page = render_template("treatment/infusion.html", changed=entries.changed, **values)
    return page, 422 if form.error_summary else 200


def _stale_page(form: InfusionForm, course: Course, row: InfusionRow, versions: list[Version]) -> ResponseReturnValue:
    """Show what somebody else changed; what was typed stays, and sending it again means it."""
    opened = next((version for version in versions if version.revision == form.base_revision), None)
    others = entries.changed(opened.entry, row.entry) if opened else []
    if opened:
        form.take_over(opened.entry, row.entry)
    form.revision.data = str(row.revision)
    values = {"form": form, "course": course, "row": row, "versions": versions, "opened": opened, "others": others}
    return render_template("treatment/infusion.html", changed=entries.changed, **values), 409
