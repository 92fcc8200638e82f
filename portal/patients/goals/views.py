"""What a patient hopes for: written by the patient, or by the care team as the patient said it."""

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission, Relation, Thing, permits
from portal.patients.goals import queries, service
from portal.patients.goals.forms import GoalsForm
from portal.web.kept import forget_kept, kept_fields

blueprint = Blueprint("goals", __name__)


@blueprint.get("/patients/<uuid:patient_id>/goals")
@requires(Permission.PATIENT_VIEW)
def show(patient_id: uuid.UUID) -> ResponseReturnValue:
    versions = queries.list_versions(patient_id)
    stands: dict[str, Any] = {"words": versions[0].words, "version": versions[0].id} if versions else {}
    return _page(GoalsForm(kept_fields(), data=stands), versions)


@blueprint.post("/patients/<uuid:patient_id>/goals")
@requires(Permission.GOAL_EDIT)
def write(patient_id: uuid.UUID) -> ResponseReturnValue:
    form = GoalsForm()
    if not form.validate():
        return _page(form, queries.list_versions(patient_id)), 422
    how: dict[str, Any] = {"submission_id": form.sent_as, "by": guard.actor(), "at": guard.at()}
    try:
        service.write(patient_id, form.words.data or "", seen=form.seen, **how)
    except service.Stale:
        versions = queries.list_versions(patient_id)
        form.start_again(versions[0].id if versions else None)
        return _page(form, versions), 409
    forget_kept()
    flash(_("Saved. Your care team can read it.") if _is_own() else _("Saved. The patient reads it too."), "good")
    return redirect(url_for(".show", patient_id=patient_id), 303)


def _page(form: GoalsForm, versions: list[queries.Goals]) -> str:
    if not _is_own():
        form.as_said_by_the_patient()
    return render_template("goals/show.html", form=form, versions=versions, may_write=_may_write())


def _is_own() -> bool:
    return guard.patient().relation is Relation.SELF


def _may_write() -> bool:
    patient = guard.patient()
    return permits(guard.actor(), Permission.GOAL_EDIT, Thing(patient.relation, patient.status))
