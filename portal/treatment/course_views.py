"""Starting, changing and ending courses."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.clinic import when
from portal.patients import queries as patients
from portal.treatment import course_service as service
from portal.treatment import queries, revisions
from portal.treatment.course_forms import SERIES, CourseForm, EditCourseForm, typed_of
from portal.treatment.models import Course
from portal.treatment.problems import Stale
from portal.web.kept import forget_kept, kept_fields

blueprint = Blueprint("courses", __name__)


@blueprint.get("/patients/<uuid:patient_id>/treatments/new")
@requires(Permission.TREATMENT_RECORD)
def new(patient_id: uuid.UUID) -> ResponseReturnValue:
    today = when.local(guard.at(), _zone()).date()
    form = CourseForm(formdata=kept_fields(), data={"plan": SERIES, "series_planned": 6, "started_on": today})
    return _new_page(patient_id, form)


@blueprint.post("/patients/<uuid:patient_id>/treatments/new")
@requires(Permission.TREATMENT_RECORD)
def start(patient_id: uuid.UUID) -> ResponseReturnValue:
    form = CourseForm()
    if form.validate() and form.kept(lambda: _start(patient_id, form), _zone()):
        return _saved(patient_id)
    return _new_page(patient_id, form)


@blueprint.get("/patients/<uuid:patient_id>/treatments/<uuid:course_id>/edit")
@requires(Permission.TREATMENT_RECORD)
def edit(patient_id: uuid.UUID, course_id: uuid.UUID) -> ResponseReturnValue:
    course = _course(patient_id, course_id)
    typed = typed_of(service.terms_of(course)) | {"revision": course.revision}
    return _edit_page(EditCourseForm(formdata=kept_fields(), data=typed), course)


@blueprint.post("/patients/<uuid:patient_id>/treatments/<uuid:course_id>/edit")
@requires(Permission.TREATMENT_RECORD)
def change(patient_id: uuid.UUID, course_id: uuid.UUID) -> ResponseReturnValue:
    course, form = _course(patient_id, course_id), EditCourseForm()
    try:
        if form.validate() and form.kept(lambda: _change(course, form), _zone()):
            return _saved(patient_id)
    except Stale:
        form.revision.data = str(course.revision)
        return _edit_page(form, course, is_stale=True)
    return _edit_page(form, course)


@blueprint.post("/patients/<uuid:patient_id>/treatments/<uuid:course_id>/end")
@requires(Permission.TREATMENT_RECORD)
def end(patient_id: uuid.UUID, course_id: uuid.UUID) -> ResponseReturnValue:
    _course(patient_id, course_id)
    service.end_course(patient_id, course_id, by=guard.actor(), at=guard.at())
    return _saved(patient_id)


def _zone() -> str:
    return guard.patient().time_zone


def _course(patient_id: uuid.UUID, course_id: uuid.UUID) -> Course:
    return queries.get_course(patient_id, course_id) or abort(404)


def _start(patient_id: uuid.UUID, form: CourseForm) -> None:
    terms = form.terms()
    service.start_course(
        patient_id,
        course_id=form.sent_as,
        indication=terms.indication,
        series_planned=terms.series_planned,
        protocol=terms.protocol,
        started_on=terms.started_on,
        may_end_running=form.end_running.data,
        by=guard.actor(),
        at=guard.at(),
    )


def _change(course: Course, form: EditCourseForm) -> None:
    service.change_course(
        course.patient_id,
        course.id,
        form.terms(),
        goes_on=form.goes_on.data,
        revision=form.base_revision,
        reason=form.reason.data or "",
        by=guard.actor(),
        at=guard.at(),
    )


def _saved(patient_id: uuid.UUID) -> ResponseReturnValue:
    forget_kept()
    flash(_("Saved."), "good")
    return redirect(url_for("treatment.index", patient_id=patient_id), 303)


def _new_page(patient_id: uuid.UUID, form: CourseForm) -> ResponseReturnValue:
    form.offer(patients.list_conditions(patient_id))
    running = queries.get_running_course(patient_id)
    page = render_template("treatment/course.html", form=form, running=running)
    return page, 422 if form.error_summary else 200


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a kept course with its day as a date again."""
    return {**values, "started_on": date.fromisoformat(values["started_on"])}


def _edit_page(form: EditCourseForm, course: Course, *, is_stale: bool = False) -> ResponseReturnValue:
    form.offer(patients.list_conditions(course.patient_id))
    versions = revisions.list_of(course.patient_id, [course.id]).get(course.id, [])
    page = render_template(
        "treatment/edit_course.html",
        form=form,
        course=course,
        stored=_shown(service.to_json(course)),
        versions=[(one, _shown(one.values)) for one in versions],
        is_stale=is_stale,
    )
    return page, 409 if is_stale else 422 if form.error_summary else 200
