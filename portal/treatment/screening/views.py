"""Screenings: what was asked, what it comes to, and what a provider decided."""

import uuid
from collections.abc import Callable
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
from portal.patients.models import Condition
from portal.treatment import queries as treatment
from portal.treatment.forms import TreatmentForm
from portal.treatment.medication import queries as medication
from portal.treatment.problems import Refused
from portal.treatment.screening import lists, queries, service
from portal.treatment.screening.entry import changed
from portal.treatment.screening.forms import (
    NEXT,
    RUNNING,
    DecisionForm,
    ScreeningForm,
    carried,
    decision_form,
    typed_of,
)
from portal.treatment.screening.items import ANSWERS, ASKED, BY_CODE, GROUPS
from portal.treatment.screening.models import Decision
from portal.treatment.screening.queries import Screened
from portal.web.kept import forget_kept, kept_fields

blueprint = Blueprint("screening", __name__)


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {"items": BY_CODE, "answers": ANSWERS, "changed": changed}


@blueprint.get("/patients/<uuid:patient_id>/screenings")
@requires(Permission.TREATMENT_RECORD)
def index(patient_id: uuid.UUID) -> ResponseReturnValue:
    screenings, decisions = queries.list_screenings(patient_id), queries.list_decisions(patient_id)
    counts = queries.latest(screenings)
    return render_template(
        "screening/index.html",
        screenings=screenings,
        decisions=decisions,
        counts=counts,
        standing=queries.standing_of(patient_id, counts, decisions),
    )


@blueprint.get("/patients/<uuid:patient_id>/screenings/new")
@requires(Permission.TREATMENT_RECORD)
def new(patient_id: uuid.UUID) -> ResponseReturnValue:
    last = queries.latest(queries.list_screenings(patient_id))
    begin = {"course": RUNNING if treatment.get_running_course(patient_id) else NEXT}
    data = carried(last.entry if last else None, begin)
    return _new_page(patient_id, ScreeningForm(formdata=kept_fields(), data=data), last)


@blueprint.post("/patients/<uuid:patient_id>/screenings/new")
@requires(Permission.TREATMENT_RECORD)
def record(patient_id: uuid.UUID) -> ResponseReturnValue:
    form = ScreeningForm()
    if _is_right(form) and _is_kept(form, lambda: _record(patient_id, form)):
        return _saved(patient_id, form.sent_as)
    return _new_page(patient_id, form, queries.latest(queries.list_screenings(patient_id)))


@blueprint.get("/patients/<uuid:patient_id>/screenings/<uuid:screening_id>")
@requires(Permission.TREATMENT_RECORD)
def show(patient_id: uuid.UUID, screening_id: uuid.UUID) -> ResponseReturnValue:
    one = _screening(patient_id, screening_id)
    return _show_page(patient_id, one, decision_form(one.judgement.stops))


@blueprint.post("/patients/<uuid:patient_id>/screenings/<uuid:screening_id>/decision")
@requires(Permission.TREATMENT_SIGN)
def decide(patient_id: uuid.UUID, screening_id: uuid.UUID) -> ResponseReturnValue:
    one = _screening(patient_id, screening_id)
    form = decision_form(one.judgement.stops)
    if form.validate() and _is_kept(form, lambda: _decide(patient_id, screening_id, form)):
        return _saved(patient_id, screening_id)
    return _show_page(patient_id, one, form)


@blueprint.get("/patients/<uuid:patient_id>/screenings/<uuid:screening_id>/correct")
@requires(Permission.TREATMENT_RECORD)
def correct(patient_id: uuid.UUID, screening_id: uuid.UUID) -> ResponseReturnValue:
    one = _screening(patient_id, screening_id)
    return _correct_page(ScreeningForm(formdata=kept_fields(), data=typed_of(one.entry)), one)


@blueprint.post("/patients/<uuid:patient_id>/screenings/<uuid:screening_id>/correct")
@requires(Permission.TREATMENT_RECORD)
def change(patient_id: uuid.UUID, screening_id: uuid.UUID) -> ResponseReturnValue:
    one, form = _screening(patient_id, screening_id), ScreeningForm()
    if _is_right(form) and _is_kept(form, lambda: _change(patient_id, screening_id, form)):
        return _saved(patient_id, form.sent_as)
    return _correct_page(form, one)


def _zone() -> str:
    return guard.patient().time_zone


def _today() -> date:
    return when.local(guard.at(), _zone()).date()


def _screening(patient_id: uuid.UUID, screening_id: uuid.UUID) -> Screened:
    return queries.get_screening(patient_id, screening_id) or abort(404)


def _record(patient_id: uuid.UUID, form: ScreeningForm) -> None:
    service.record(
        patient_id,
        form.entry(),
        screening_id=form.sent_as,
        for_running=form.course.data == RUNNING,
        seen=form.lists.data or "",
        by=guard.actor(),
        at=guard.at(),
    )


def _change(patient_id: uuid.UUID, screening_id: uuid.UUID, form: ScreeningForm) -> None:
    service.correct(
        patient_id,
        form.sent_as,
        form.entry(),
        corrects_id=screening_id,
        reason=form.reason.data or "",
        by=guard.actor(),
        at=guard.at(),
    )


def _decide(patient_id: uuid.UUID, screening_id: uuid.UUID, form: DecisionForm) -> None:
    service.decide(
        patient_id,
        screening_id,
        decision_id=form.sent_as,
        decision=Decision(form.decision.data),
        reason=form.reason.data,
        overrides=form.overrides,
        by=guard.actor(),
        at=guard.at(),
    )


def _is_right(form: ScreeningForm) -> bool:
    return form.check(born_on=guard.patient().born_on, today=_today())


def _is_kept(form: TreatmentForm, keep: Callable[[], None]) -> bool:
    """Keep what was typed; where it cannot be, show why at its fields."""
    try:
        keep()
    except Refused as refused:
        form.refuse(refused.problems, _zone())
        return False
    return True


def _saved(patient_id: uuid.UUID, screening_id: uuid.UUID) -> ResponseReturnValue:
    forget_kept()
    flash(_("Saved."), "good")
    return redirect(url_for(".show", patient_id=patient_id, screening_id=screening_id), 303)


def _new_page(patient_id: uuid.UUID, form: ScreeningForm, last: Screened | None) -> ResponseReturnValue:
    now, running = lists.find(patient_id), treatment.get_running_course(patient_id)
    form.show_lists(now.mark)
    values = {"form": form, "last": last, "lists": now, "running": running, "groups": _grouped(form)}
    return render_template("screening/new.html", today=_today(), **values), 422 if form.error_summary else 200


def _correct_page(form: ScreeningForm, one: Screened) -> ResponseReturnValue:
    values = {"form": form, "corrected": one, "groups": _grouped(form), "last": None, "running": None}
    values["lists"] = lists.Lists(one.row.medicines, one.row.allergies)
    return render_template("screening/new.html", today=_today(), **values), 422 if form.error_summary else 200


def _grouped(form: ScreeningForm) -> list[tuple[str, Any]]:
    groups = ((words, [item for item in ASKED if item.group is group]) for group, words in GROUPS.items())
    return [(words, form.rows(items)) for words, items in groups if items]


def _show_page(patient_id: uuid.UUID, one: Screened, form: DecisionForm) -> ResponseReturnValue:
    screenings, decisions = queries.list_screenings(patient_id), queries.list_decisions(patient_id)
    counts = queries.latest(screenings)
    is_bipolar = Condition.BIPOLAR in patients.list_conditions(patient_id)
    page = render_template(
        "screening/show.html",
        chips=medication.list_chips(patient_id, is_bipolar=is_bipolar) if counts and counts.id == one.id else (),
        one=one,
        form=form,
        counts=counts,
        versions=queries.of_one_asking(screenings, one),
        decisions=decisions,
        standing=queries.standing_of(patient_id, counts, decisions),
    )
    return page, 422 if form.error_summary else 200
