"""What a patient is allergic to."""

import uuid
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.treatment import revisions
from portal.treatment.amending_forms import WithdrawForm, answer, versions
from portal.treatment.medication import allergy_service, queries
from portal.treatment.medication.forms import AllergyForm, CorrectAllergyForm
from portal.treatment.medication.queries import AllergyRow
from portal.web.kept import typed

blueprint = Blueprint("allergies", __name__)


@blueprint.route("/patients/<uuid:patient_id>/allergies/new", methods=["GET", "POST"])
@requires(Permission.TREATMENT_RECORD)
def new(patient_id: uuid.UUID) -> ResponseReturnValue:
    form = AllergyForm(typed())

    def keep() -> object:
        given = {"substance": form.substance.data, "reaction": form.reaction.data or ""}
        return allergy_service.add_allergy(patient_id, allergy_id=form.sent_as, **given, **_by())

    return answer(form, keep, back=_list(patient_id), title=_("Add an allergy"))


@blueprint.route("/patients/<uuid:patient_id>/allergies/<uuid:allergy_id>", methods=["GET", "POST"])
@requires(Permission.TREATMENT_RECORD)
def correct(patient_id: uuid.UUID, allergy_id: uuid.UUID) -> ResponseReturnValue:
    row = _allergy(patient_id, allergy_id)
    stands = {"substance": row.substance, "reaction": row.reaction, "revision": row.revision}
    form = CorrectAllergyForm(typed(), data=stands)

    def keep() -> object:
        given = {"substance": form.substance.data, "reaction": form.reaction.data or ""}
        return allergy_service.correct_allergy(patient_id, allergy_id, **given, **_why(form), **_by())

    return answer(
        form,
        keep,
        back=_list(patient_id),
        revision=row.revision,
        title=_("Correct an allergy"),
        withdrawn=row.withdrawn_at,
        withdraw=url_for(".withdraw", patient_id=patient_id, allergy_id=allergy_id),
        versions=versions(revisions.list_of(patient_id, [allergy_id]).get(allergy_id, []), _said),
    )


@blueprint.route("/patients/<uuid:patient_id>/allergies/<uuid:allergy_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.TREATMENT_RECORD)
def withdraw(patient_id: uuid.UUID, allergy_id: uuid.UUID) -> ResponseReturnValue:
    row = _allergy(patient_id, allergy_id)
    form = WithdrawForm(typed(), data={"revision": row.revision})

    def keep() -> object:
        return allergy_service.withdraw_allergy(patient_id, allergy_id, **_why(form), **_by())

    title, back = _("Withdraw the allergy to %(name)s", name=row.substance), _list(patient_id)
    return answer(form, keep, back=back, revision=row.revision, title=title, submit=_("Withdraw it"))


def _by() -> dict[str, Any]:
    return {"by": guard.actor(), "at": guard.at()}


def _why(form: Any) -> dict[str, Any]:
    return {"revision": form.base_revision, "reason": form.reason.data}


def _list(patient_id: uuid.UUID) -> str:
    return url_for("medication.index", patient_id=patient_id)


def _allergy(patient_id: uuid.UUID, allergy_id: uuid.UUID) -> AllergyRow:
    return queries.get_allergy(patient_id, allergy_id) or abort(404)


def _said(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    labels = {"substance": _("Allergic to"), "reaction": _("What happens")}
    return [(label, values[name]) for name, label in labels.items() if values.get(name)]
