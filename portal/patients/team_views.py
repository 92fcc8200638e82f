"""Who is on a patient's care team, and who leads it."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.patients import queries, team_service
from portal.patients.forms import MemberForm
from portal.web.kept import forget_kept
from portal.web.words import words

blueprint = Blueprint("care_team", __name__)


@blueprint.get("/patients/<uuid:patient_id>/team")
@requires(Permission.CARE_TEAM_EDIT)
def show(patient_id: uuid.UUID) -> ResponseReturnValue:
    members = queries.list_team(patient_id)
    return render_template("patients/team.html", form=_form(members, formdata=None), team=members)


@blueprint.post("/patients/<uuid:patient_id>/team")
@requires(Permission.CARE_TEAM_EDIT, keeps=False)
def add(patient_id: uuid.UUID) -> ResponseReturnValue:
    members = queries.list_team(patient_id)
    form = _form(members)
    if not form.validate():
        return render_template("patients/team.html", form=form, team=members), 422
    team_service.add_member(patient_id, form.member.data, by=guard.actor(), at=guard.at())
    return _saved(_("Saved. They see this record from now on."), patient_id)


@blueprint.post("/patients/<uuid:patient_id>/team/<uuid:user_id>/end")
@requires(Permission.CARE_TEAM_EDIT)
def end(patient_id: uuid.UUID, user_id: uuid.UUID) -> ResponseReturnValue:
    try:
        if not team_service.remove_member(patient_id, user_id, by=guard.actor(), at=guard.at()):
            abort(404)
    except team_service.LastProvider:
        flash(_("Nothing was changed: one provider has to stay. Add another one first."), "attention")
        return redirect(url_for(".show", patient_id=patient_id), 303)
    if user_id == guard.actor().user_id:
        forget_kept()
        flash(_("Saved. You are no longer on this care team."), "good")
        return redirect(url_for("accounts.home"), 303)
    return _saved(_("Saved. They no longer see this record."), patient_id)


@blueprint.post("/patients/<uuid:patient_id>/team/<uuid:user_id>/lead")
@requires(Permission.CARE_TEAM_EDIT)
def lead(patient_id: uuid.UUID, user_id: uuid.UUID) -> ResponseReturnValue:
    try:
        team_service.name_lead(patient_id, user_id, by=guard.actor(), at=guard.at())
    except team_service.NoProvider:
        abort(404)
    return _saved(_("Saved. They lead this care team from now on."), patient_id)


def _saved(message: str, patient_id: uuid.UUID) -> ResponseReturnValue:
    forget_kept()
    flash(message, "good")
    return redirect(url_for(".show", patient_id=patient_id), 303)


def _form(members: list[queries.Member], **options: Any) -> MemberForm:
    form = MemberForm(**options)
    known = {member.user_id for member in members}
    form.member.choices = [
        SelectChoice(str(member.user_id), f"{member.name} ({words(member.role)})")
        for member in queries.list_staff()
        if member.user_id not in known
    ]
    return form
