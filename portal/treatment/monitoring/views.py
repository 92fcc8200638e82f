"""The checks of long-term treatment."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.checkins import watched
from portal.clinic import when
from portal.treatment import revisions
from portal.treatment.amending_forms import WithdrawForm, answer, day_of, versions
from portal.treatment.monitoring import queries, service
from portal.treatment.monitoring.forms import CorrectResultForm, ResultForm
from portal.treatment.monitoring.models import Outcome, Watched
from portal.treatment.monitoring.queries import ResultRow
from portal.web.kept import typed
from portal.web.words import words

blueprint = Blueprint("monitoring", __name__)


@blueprint.get("/patients/<uuid:patient_id>/monitoring")
@requires(Permission.TREATMENT_RECORD)
def index(patient_id: uuid.UUID) -> ResponseReturnValue:
    rows, sent = queries.list_results(patient_id, withdrawn=True), watched.list_sent(patient_id)
    results = [one for one in rows if not one.withdrawn_at]
    checks = queries.due(patient_id, today=_today(), zone=guard.patient().time_zone, sent=sent, results=results)
    withdrawn = [one for one in rows if one.withdrawn_at]
    return render_template("monitoring/index.html", checks=checks, withdrawn=withdrawn)


@blueprint.route("/patients/<uuid:patient_id>/monitoring/new/<int:number>", methods=["GET", "POST"])
@requires(Permission.TREATMENT_RECORD)
def new(patient_id: uuid.UUID, number: int) -> ResponseReturnValue:
    """Record a check; the address names it by its number among them, as its name would tell."""
    what = dict(enumerate(Watched, start=1)).get(number) or abort(404)
    form = ResultForm(typed(), data={"done_on": _today()})

    def keep() -> object:
        return service.record_result(patient_id, result_id=form.sent_as, kind=what, **_given(form), **_by())

    return answer(form, keep, back=_list(patient_id), title=_("%(check)s: record it", check=words(what)))


@blueprint.route("/patients/<uuid:patient_id>/monitoring/<uuid:result_id>", methods=["GET", "POST"])
@requires(Permission.TREATMENT_RECORD)
def correct(patient_id: uuid.UUID, result_id: uuid.UUID) -> ResponseReturnValue:
    row = _result(patient_id, result_id)
    stands = {"done_on": row.done_on, "outcome": row.outcome, "note": row.note, "revision": row.revision}
    form = CorrectResultForm(typed(), data=stands)

    def keep() -> object:
        return service.correct_result(patient_id, result_id, **_given(form), **_why(form), **_by())

    return answer(
        form,
        keep,
        back=_list(patient_id),
        revision=row.revision,
        title=_("%(check)s: correct it", check=words(row.kind)),
        withdrawn=row.withdrawn_at,
        withdraw=url_for(".withdraw", patient_id=patient_id, result_id=result_id),
        versions=versions(revisions.list_of(patient_id, [result_id]).get(result_id, []), _said),
    )


@blueprint.route("/patients/<uuid:patient_id>/monitoring/<uuid:result_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.TREATMENT_RECORD)
def withdraw(patient_id: uuid.UUID, result_id: uuid.UUID) -> ResponseReturnValue:
    row = _result(patient_id, result_id)
    form = WithdrawForm(typed(), data={"revision": row.revision})

    def keep() -> object:
        return service.withdraw_result(patient_id, result_id, **_why(form), **_by())

    title, back = _("%(check)s: withdraw it", check=words(row.kind)), _list(patient_id)
    return answer(form, keep, back=back, revision=row.revision, title=title, submit=_("Withdraw it"))


def _given(form: ResultForm) -> dict[str, Any]:
    return {
        "done_on": form.done_on.data,
        "outcome": Outcome(form.outcome.data),
        "note": form.note.data or "",
    }


def _by() -> dict[str, Any]:
    return {"by": guard.actor(), "at": guard.at()}


def _why(form: Any) -> dict[str, Any]:
    return {"revision": form.base_revision, "reason": form.reason.data}


def _today() -> date:
    return when.local(guard.at(), guard.patient().time_zone).date()


def _list(patient_id: uuid.UUID) -> str:
    return url_for("monitoring.index", patient_id=patient_id)


def _result(patient_id: uuid.UUID, result_id: uuid.UUID) -> ResultRow:
    return queries.get_result(patient_id, result_id) or abort(404)


def _said(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    said = [(_("Done on"), day_of(values["done_on"])), (_("What it came to"), words(Outcome(values["outcome"])))]
    return [*said, (_("What was found"), str(values["note"]))] if values["note"] else said
