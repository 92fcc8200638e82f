"""A patient's medicines."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission, Role
from portal.clinic import when
from portal.patients import queries as patients
from portal.patients.models import Condition
from portal.treatment import revisions
from portal.treatment.amending_forms import WithdrawForm, answer, day_of, versions
from portal.treatment.medication import change_service, groups, queries, service
from portal.treatment.medication.chips import chips
from portal.treatment.medication.forms import (
    CorrectChangeForm,
    CorrectMedicineForm,
    DoseForm,
    MedicineForm,
    StopForm,
    ticked,
)
from portal.treatment.medication.groups import Group
from portal.treatment.medication.models import ChangeKind
from portal.treatment.medication.queries import ChangeRow, MedicineRow
from portal.web.kept import typed
from portal.web.words import words

blueprint = Blueprint("medication", __name__)


@blueprint.get("/patients/<uuid:patient_id>/medicines")
@requires(Permission.TREATMENT_VIEW)
def index(patient_id: uuid.UUID) -> ResponseReturnValue:
    if guard.actor().role is Role.PATIENT:
        return render_template("medication/own.html", **_lists(patient_id, withdrawn=False))
    lists = _lists(patient_id, withdrawn=True)
    bipolar = Condition.BIPOLAR in patients.list_conditions(patient_id)
    return render_template(
        "medication/index.html",
        **lists,
        chips=chips([one for one in lists["medicines"] if one.is_current], is_bipolar=bipolar),
        source=groups.source(),
    )


@blueprint.route("/patients/<uuid:patient_id>/medicines/new", methods=["GET", "POST"])
@requires(Permission.TREATMENT_RECORD)
def new(patient_id: uuid.UUID) -> ResponseReturnValue:
    form = MedicineForm(typed())

    def keep() -> object:
        return service.start_medicine(
            patient_id,
            medicine_id=form.sent_as,
            name=form.name.data,
            dose=form.dose.data or "",
            groups=form.chosen,
            started_on=form.started_on.data,
            note=form.note.data or "",
            **_by(),
        )

    fields = ("name", "dose", "started_on", "note", "groups")
    return answer(form, keep, back=_list(patient_id), title=_("Add a medicine"), fields=fields, folded="groups")


@blueprint.get("/patients/<uuid:patient_id>/medicines/<uuid:medicine_id>")
@requires(Permission.TREATMENT_RECORD)
def show(patient_id: uuid.UUID, medicine_id: uuid.UUID) -> ResponseReturnValue:
    row = _medicine(patient_id, medicine_id)
    changes = queries.list_changes(patient_id, medicine_id).get(medicine_id, [])
    kept = revisions.list_of(patient_id, [medicine_id, *(one.id for one in changes)])
    return render_template(
        "medication/show.html",
        medicine=row,
        changes=changes,
        groups=[Group(one) for one in row.groups],
        versions=versions(kept.get(medicine_id, []), _said),
        of_changes={one.id: versions(kept.get(one.id, []), _said) for one in changes},
    )


@blueprint.route("/patients/<uuid:patient_id>/medicines/<uuid:medicine_id>/dose", methods=["GET", "POST"])
@requires(Permission.TREATMENT_RECORD)
def dose(patient_id: uuid.UUID, medicine_id: uuid.UUID) -> ResponseReturnValue:
    row, form = _medicine(patient_id, medicine_id), DoseForm(typed(), data={"on": _today()})

    def keep() -> object:
        given = {"on": form.on.data, "dose": form.dose.data, "reason": form.why.data or ""}
        return change_service.change_dose(patient_id, medicine_id, change_id=form.sent_as, **given, **_by())

    title = _("New dose of %(name)s", name=row.name)
    lead = _("So far: %(dose)s", dose=row.dose) if row.dose else ""
    return answer(form, keep, back=_list(patient_id), title=title, lead=lead)


@blueprint.route("/patients/<uuid:patient_id>/medicines/<uuid:medicine_id>/stop", methods=["GET", "POST"])
@requires(Permission.TREATMENT_RECORD)
def stop(patient_id: uuid.UUID, medicine_id: uuid.UUID) -> ResponseReturnValue:
    row, form = _medicine(patient_id, medicine_id), StopForm(typed(), data={"on": _today()})

    def keep() -> object:
        given = {"on": form.on.data, "reason": form.why.data or ""}
        return change_service.stop_medicine(patient_id, medicine_id, change_id=form.sent_as, **given, **_by())

    lead = _("It moves to the medicines that were stopped. If it is taken again later, add it as a new line.")
    title = _("%(name)s was stopped", name=row.name)
    return answer(form, keep, back=_list(patient_id), title=title, lead=lead)


@blueprint.route("/patients/<uuid:patient_id>/medicines/<uuid:medicine_id>/correct", methods=["GET", "POST"])
@requires(Permission.TREATMENT_RECORD)
def correct(patient_id: uuid.UUID, medicine_id: uuid.UUID) -> ResponseReturnValue:
    row = _medicine(patient_id, medicine_id)
    stands = {"name": row.name, "groups": ticked(row.name, row.groups), "note": row.note, "revision": row.revision}
    form = CorrectMedicineForm(typed(), data=stands)

    def keep() -> object:
        given = {"name": form.name.data, "groups": form.chosen, "note": form.note.data or ""}
        return service.correct_medicine(patient_id, medicine_id, **given, **_why(form), **_by())

    return answer(
        form,
        keep,
        back=_own(row, patient_id),
        revision=row.revision,
        title=_("Correct %(name)s", name=row.name),
        lead=_("For its name, groups and note. Correct a dose or a day where it stands in the history."),
        fields=("name", "note", "groups", "reason"),
        folded="groups",
        versions=_versions(patient_id, medicine_id),
    )


@blueprint.route("/patients/<uuid:patient_id>/medicines/<uuid:medicine_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.TREATMENT_RECORD)
def withdraw(patient_id: uuid.UUID, medicine_id: uuid.UUID) -> ResponseReturnValue:
    row = _medicine(patient_id, medicine_id)
    form = WithdrawForm(typed(), data={"revision": row.revision})

    def keep() -> object:
        return service.withdraw_medicine(patient_id, medicine_id, **_why(form), **_by())

    lead = _("Only where it was recorded by mistake. One that was taken and is not any more is stopped instead.")
    title, back = _("Withdraw %(name)s", name=row.name), _own(row, patient_id)
    return answer(form, keep, back=back, revision=row.revision, title=title, lead=lead, submit=_("Withdraw it"))


@blueprint.route(
    "/patients/<uuid:patient_id>/medicines/<uuid:medicine_id>/changes/<uuid:change_id>", methods=["GET", "POST"]
)
@requires(Permission.TREATMENT_RECORD)
def correct_change(patient_id: uuid.UUID, medicine_id: uuid.UUID, change_id: uuid.UUID) -> ResponseReturnValue:
    row, change = _medicine(patient_id, medicine_id), _change(patient_id, medicine_id, change_id)
    stands = {"on": change.on, "dose": change.dose, "why": change.reason, "revision": change.revision}
    form = CorrectChangeForm(typed(), data=stands)

    def keep() -> object:
        given = {"on": form.on.data, "dose": form.dose.data or "", "why": form.why.data or ""}
        return change_service.correct_change(patient_id, change_id, **given, **_why(form), **_by())

    fields = {ChangeKind.STARTED: ("on", "dose"), ChangeKind.CHANGED: ("on", "dose", "why")}
    here: dict[str, Any] = {"patient_id": patient_id, "medicine_id": medicine_id, "change_id": change_id}
    is_start = change.kind is ChangeKind.STARTED
    return answer(
        form,
        keep,
        back=_own(row, patient_id),
        revision=change.revision,
        title=_("%(name)s: correct “%(what)s”", name=row.name, what=words(change.kind)),
        fields=(*fields.get(change.kind, ("on", "why")), "reason"),
        withdraw="" if is_start else url_for(".withdraw_change", **here),
        versions=_versions(patient_id, change_id),
    )


@blueprint.route(
    "/patients/<uuid:patient_id>/medicines/<uuid:medicine_id>/changes/<uuid:change_id>/withdraw",
    methods=["GET", "POST"],
)
@requires(Permission.TREATMENT_RECORD)
def withdraw_change(patient_id: uuid.UUID, medicine_id: uuid.UUID, change_id: uuid.UUID) -> ResponseReturnValue:
    row, change = _medicine(patient_id, medicine_id), _change(patient_id, medicine_id, change_id)
    form = WithdrawForm(typed(), data={"revision": change.revision})

    def keep() -> object:
        return change_service.withdraw_change(patient_id, change_id, **_why(form), **_by())

    title = _("%(name)s: withdraw “%(what)s”", name=row.name, what=words(change.kind))
    lead = _("Only where it never happened. The medicine then stands as it did before.")
    back = _own(row, patient_id)
    return answer(form, keep, back=back, revision=change.revision, title=title, lead=lead, submit=_("Withdraw it"))


def _lists(patient_id: uuid.UUID, *, withdrawn: bool) -> dict[str, Any]:
    return {
        "medicines": queries.list_medicines(patient_id, withdrawn=withdrawn),
        "allergies": queries.list_allergies(patient_id, withdrawn=withdrawn),
        "confirmed_at": queries.confirmed_at(patient_id),
    }


def _by() -> dict[str, Any]:
    return {"by": guard.actor(), "at": guard.at()}


def _why(form: Any) -> dict[str, Any]:
    return {"revision": form.base_revision, "reason": form.reason.data}


def _today() -> date:
    return when.local(guard.at(), guard.patient().time_zone).date()


def _list(patient_id: uuid.UUID) -> str:
    return url_for("medication.index", patient_id=patient_id)


def _own(row: MedicineRow, patient_id: uuid.UUID) -> str:
    return url_for("medication.show", patient_id=patient_id, medicine_id=row.id)


def _medicine(patient_id: uuid.UUID, medicine_id: uuid.UUID) -> MedicineRow:
    return queries.get_medicine(patient_id, medicine_id) or abort(404)


def _change(patient_id: uuid.UUID, medicine_id: uuid.UUID, change_id: uuid.UUID) -> ChangeRow:
    changes = queries.list_changes(patient_id, medicine_id).get(medicine_id, [])
    return next((one for one in changes if one.id == change_id), None) or abort(404)


def _versions(patient_id: uuid.UUID, thing_id: uuid.UUID) -> list[Any]:
    return versions(revisions.list_of(patient_id, [thing_id]).get(thing_id, []), _said)


def _said(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return how a medicine or a change of it stood, as (label, text)."""
    labels = {"name": _("Medicine"), "dose": _("Dose"), "note": _("Note"), "reason": _("Why")}
    days = {"on": _("Day"), "started_on": _("Taken since"), "stopped_on": _("Stopped")}
    found = [(label, str(values[name])) for name, label in labels.items() if values.get(name)]
    found += [(label, day_of(values[name])) for name, label in days.items() if values.get(name)]
    if "groups" in values:
        found.append((_("Groups"), ", ".join(words(Group(one)) for one in values["groups"]) or _("none")))
    return found
