"""A patient's record: taking somebody into care, their details, and what they agree to."""

import uuid
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms.fields.choices import SelectChoice

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import PatientStatus, Permission, Relation, Role
from portal.accounts.service import AddressTaken
from portal.audit import queries as audit
from portal.checkins import planning
from portal.checkins import queries as checkins
from portal.clinic import queries as clinic
from portal.languages import queries as languages
from portal.languages.texts import Text
from portal.patients import queries, service
from portal.patients.forms import (
    AddressForm,
    ConsentForm,
    ContactForm,
    EnrolForm,
    PersonForm,
    StatusForm,
)
from portal.patients.status import following
from portal.safety import desk
from portal.safety.plan import queries as plans
from portal.web import speaking
from portal.web.field_base import Form
from portal.web.filters import age, local_day
from portal.web.kept import forget_kept, kept_fields
from portal.web.words import words

blueprint = Blueprint("patients", __name__)
ADULT = 18
LOOKS_SHOWN = timedelta(days=30)


def _today() -> date:
    return guard.at().astimezone(ZoneInfo(guard.actor().time_zone)).date()


def _saved(message: str, endpoint: str, **values: Any) -> ResponseReturnValue:
    forget_kept()
    flash(message, "good")
    return redirect(url_for(endpoint, **values), 303)


def _again(template: str, form: Form, **values: Any) -> ResponseReturnValue:
    return render_template(f"patients/{template}.html", form=form, **values), 422 if form.error_summary else 200


def _enrolment(**options: Any) -> EnrolForm:
    own = clinic.current()
    form = EnrolForm(data={"country": own.country, "time_zone": own.time_zone, "language": "en"}, **options)
    form.born_within(_today())
    form.suggest(own.country, own.time_zone)
    form.team.choices = [
        SelectChoice(str(member.user_id), member.name, render_kw={"hint": words(member.role)})
        for member in queries.list_staff()
        if member.user_id != guard.actor().user_id
    ]
    return form


@blueprint.get("/patients/new")
@requires(Permission.PATIENT_ENROL)
def new() -> ResponseReturnValue:
    return _again("new", _enrolment(formdata=kept_fields()))


@blueprint.post("/patients/new")
@requires(Permission.PATIENT_ENROL)
def enrol() -> ResponseReturnValue:
    form, by = _enrolment(), guard.actor()
    if not form.validate():
        return _again("new", form)
    patient_id = service.submitted_id(form.submission_id(), by=by)
    if queries.get_ref(patient_id, viewer_id=by.user_id, at=guard.at()) is None:
        person = form.person()
        if queries.has_namesake(by.user_id, person) and not form.is_another_person.data:
            form.is_another_person.errors = [_("You look after somebody with this name and birth date already")]
            return _again("new", form)
        try:
            service.enrol(
                patient_id, person, form.contact(), email=form.email.data, team=form.team.data, by=by, at=guard.at()
            )
        except AddressTaken:
            form.email.errors = [_("An account with the address %(email)s exists already", email=form.email.data)]
            return _again("new", form)
        planning.start_default_plan(patient_id, person.conditions, by=by, at=guard.at())
    said = _("Saved. %(name)s gets an invitation by email.", name=form.given_name.data)
    asked = len(checkins.list_plan(patient_id))
    plan = ngettext("A plan is set up: one thing is asked.", "A plan is set up: %(num)s things are asked.", asked)
    return _saved(f"{said} {plan}", "patients.overview", patient_id=patient_id)


@blueprint.post("/patients/<uuid:patient_id>/invite")
@requires(Permission.PATIENT_INVITE)
def invite(patient_id: uuid.UUID) -> ResponseReturnValue:
    try:
        service.invite(patient_id, by=guard.actor(), at=guard.at())
        flash(_("The invitation is on its way again. The link sent before no longer works."), "good")
    except service.AlreadySetUp:
        flash(_("No invitation was sent: the account is set up. To choose a new password, use the sign-in page."))
    except service.NotPossible:
        flash(_("No invitation was sent: the account is switched off. An administrator can switch it on."))
    return redirect(url_for(".overview", patient_id=patient_id), 303)


@blueprint.get("/patients/<uuid:patient_id>/before-you-start")
@requires(Permission.CONSENT_GIVE)
def before_you_start(patient_id: uuid.UUID) -> ResponseReturnValue:
    if guard.patient().has_started:
        return redirect(url_for("checkins.today", patient_id=patient_id), 303)
    return _again("before_you_start", ConsentForm(formdata=None), team=queries.list_team(patient_id))


@blueprint.post("/patients/<uuid:patient_id>/before-you-start")
@requires(Permission.CONSENT_GIVE)
def agree(patient_id: uuid.UUID) -> ResponseReturnValue:
    form = ConsentForm()
    if not form.validate():
        return _again("before_you_start", form, team=queries.list_team(patient_id))
    service.consent(patient_id, by=guard.actor(), at=guard.at())
    return redirect(url_for("checkins.today", patient_id=patient_id), 303)


@blueprint.get("/patients/<uuid:patient_id>")
@requires(Permission.PATIENT_VIEW)
def overview(patient_id: uuid.UUID) -> ResponseReturnValue:
    record = queries.get_record(patient_id)
    return render_template(
        "patients/overview.html",
        record=record,
        conditions=queries.list_conditions(patient_id),
        team=queries.list_team(patient_id),
        changes=queries.list_changes(patient_id),
        called=desk.list_called_of(patient_id),
        plan_is_overdue=_plan_is_overdue(patient_id),
        is_minor=age(guard.patient().born_on, guard.at()) < ADULT,
        awaiting=_texts_awaiting(record.language),
    )


def _texts_awaiting(language: str) -> list[Text]:
    """Return what a patient reads in their language that nobody of the clinic has signed; none for the patient."""
    return [] if guard.actor().role is Role.PATIENT else languages.list_awaiting(language)


def _plan_is_overdue(patient_id: uuid.UUID) -> bool:
    plan = None if guard.actor().role is Role.PATIENT else plans.latest(patient_id)
    return plan is not None and plan.is_overdue(local_day(guard.at(), guard.patient().time_zone))


@blueprint.get("/patients/<uuid:patient_id>/looks")
@requires(Permission.PATIENT_VIEW)
def looks(patient_id: uuid.UUID) -> ResponseReturnValue:
    patient = guard.patient()
    back = min(max(request.args.get("back", 0, type=int), 0), 1000)
    until = guard.at() - back * LOOKS_SHOWN
    visits = audit.list_visits(
        patient_id, own_user_id=patient.user_id, since=until - LOOKS_SHOWN, until=until, time_zone=patient.time_zone
    )
    people = queries.list_names({visit.actor_id for visit in visits})
    since = max(until - LOOKS_SHOWN, patient.enrolled_at)
    return render_template("patients/looks.html", visits=visits, people=people, back=back, since=since, until=until)


@blueprint.get("/patients/<uuid:patient_id>/edit")
@requires(Permission.PATIENT_EDIT)
def edit(patient_id: uuid.UUID) -> ResponseReturnValue:
    record = queries.get_record(patient_id).patient
    conditions = [condition.value for condition in queries.list_conditions(patient_id)]
    form = PersonForm(formdata=kept_fields(), obj=record, data={"conditions": conditions})
    return _again("edit", form.born_within(_today()))


@blueprint.post("/patients/<uuid:patient_id>/edit")
@requires(Permission.PATIENT_EDIT)
def save(patient_id: uuid.UUID) -> ResponseReturnValue:
    form = PersonForm().born_within(_today())
    if not form.validate():
        return _again("edit", form)
    service.edit(patient_id, form.person(), by=guard.actor(), at=guard.at())
    return _saved(_("Saved."), ".overview", patient_id=patient_id)


@blueprint.get("/patients/<uuid:patient_id>/contact")
@requires(Permission.PATIENT_CONTACT_EDIT)
def contact(patient_id: uuid.UUID) -> ResponseReturnValue:
    record = queries.get_record(patient_id)
    stored = {"time_zone": record.time_zone, "language": record.language}
    return _contact_page(ContactForm(formdata=kept_fields(), obj=record.patient, data=stored))


@blueprint.post("/patients/<uuid:patient_id>/contact")
@requires(Permission.PATIENT_CONTACT_EDIT)
def save_contact(patient_id: uuid.UUID) -> ResponseReturnValue:
    form = ContactForm()
    if not form.validate():
        return _contact_page(form)
    service.change_contact(patient_id, form.contact(), by=guard.actor(), at=guard.at())
    if guard.patient().relation is Relation.SELF:
        speaking.change_to(form.language.data)
    return _saved(_("Saved."), ".overview", patient_id=patient_id)


def _contact_page(form: ContactForm) -> ResponseReturnValue:
    patient = guard.patient()
    form.suggest(patient.country, patient.time_zone)
    if patient.relation is Relation.SELF:
        form.for_oneself()
    return _again("contact", form)


@blueprint.get("/patients/<uuid:patient_id>/address")
@requires(Permission.PATIENT_EDIT)
def address(patient_id: uuid.UUID) -> ResponseReturnValue:
    return _again("address", AddressForm(formdata=kept_fields(), obj=queries.get_record(patient_id)))


@blueprint.post("/patients/<uuid:patient_id>/address")
@requires(Permission.PATIENT_EDIT)
def save_address(patient_id: uuid.UUID) -> ResponseReturnValue:
    form = AddressForm()
    if not form.validate():
        return _again("address", form)
    try:
        service.change_address(patient_id, form.email.data, by=guard.actor(), at=guard.at())
    except AddressTaken:
        form.email.errors = [_("An account with the address %(email)s exists already", email=form.email.data)]
        return _again("address", form)
    return _saved(_("Saved. The former address gets a short note."), ".overview", patient_id=patient_id)


@blueprint.get("/patients/<uuid:patient_id>/status")
@requires(Permission.PATIENT_STATUS_CHANGE)
def status(patient_id: uuid.UUID) -> ResponseReturnValue:
    return _again("status", _status_form(formdata=kept_fields(), data={"effective_on": _today()}))


@blueprint.post("/patients/<uuid:patient_id>/status")
@requires(Permission.PATIENT_STATUS_CHANGE)
def change_status(patient_id: uuid.UUID) -> ResponseReturnValue:
    form, by, at = _status_form(), guard.actor(), guard.at()
    if not form.validate():
        return _again("status", form)
    after: PatientStatus = form.status.data
    try:
        service.change_status(
            patient_id, after, reason=form.reason.data, effective_on=form.effective_on.data, by=by, at=at
        )
    except service.NotPossible:
        abort(409)
    (planning.resume if after is PatientStatus.ACTIVE else planning.end_plans)(patient_id, by=by, at=at)
    return _saved(_("Saved. The record stays as it is."), ".overview", patient_id=patient_id)


def _status_form(**options: Any) -> StatusForm:
    patient = guard.patient()
    form = StatusForm(**options)
    before_death = queries.status_before_death(patient.id) if patient.status is PatientStatus.DIED else None
    form.offer(patient.status, following(patient.status, before_death))
    form.effective_on.lowest, form.effective_on.highest = patient.enrolled_at.date(), _today()
    return form
