"""The care team's alerts, and the page with help that needs nothing."""

import uuid

from flask import Blueprint, abort, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from config import Config
from portal.access import guard
from portal.access.guard import public, requires
from portal.access.policy import Permission
from portal.checkins import queries as checkins
from portal.patients import queries as patients
from portal.safety import crisis, queries, rules, service
from portal.safety.forms import CloseForm, ContactForm
from portal.safety.models import Closing, Contact
from portal.treatment.flowsheet import queries as flowsheet
from portal.web import filters
from portal.web.alone import render_alone
from portal.web.kept import forget_kept, kept_fields

blueprint = Blueprint("safety", __name__)
DEEDS = {
    "acknowledge": _l("You have taken this on. Your care team can see it."),
    "contact": _l("Saved."),
    "close": _l("The alert is closed. It stays on record."),
}


@blueprint.get("/help")
@public
def help_now() -> ResponseReturnValue:
    own: Config = current_app.config["INTERVAL"]
    code = request.args.get("country", own.clinic_country).upper()
    known = crisis.country_codes()
    country = crisis.for_country(code if code in known else "")
    return render_alone("safety/help_now.html", country=country, countries=filters.countries(known))


@blueprint.get("/alerts")
@requires(Permission.ALERT_LIST)
def alerts() -> ResponseReturnValue:
    closed = request.args.get("show") == "closed"
    list_them = queries.list_closed if closed else queries.list_open
    return render_template("safety/alerts.html", alerts=list_them(guard.actor().user_id), closed=closed)


@blueprint.get("/alerts/open")
@requires(Permission.ALERT_LIST, quiet=True)
def alerts_open() -> ResponseReturnValue:
    count = queries.count_open(guard.actor().user_id)
    response = jsonify(open=count.open, urgent=count.urgent)
    response.add_etag()
    return response.make_conditional(request)


@blueprint.get("/patients/<uuid:patient_id>/alerts/<uuid:alert_id>")
@requires(Permission.ALERT_VIEW)
def alert(patient_id: uuid.UUID, alert_id: uuid.UUID) -> ResponseReturnValue:
    kept = kept_fields()
    return _page(alert_id, *_forms(kept, kept.get("deed", "") if kept is not None else ""))


@blueprint.post("/patients/<uuid:patient_id>/alerts/<uuid:alert_id>")
@requires(Permission.ALERT_HANDLE)
def handle(patient_id: uuid.UUID, alert_id: uuid.UUID) -> ResponseReturnValue:
    deed = request.form.get("deed", "")
    if deed not in DEEDS:
        abort(400)
    contact, close = _forms(request.form, deed)
    if deed != "acknowledge" and not (contact if deed == "contact" else close).validate():
        return _page(alert_id, contact, close), 422
    stamp, by, at = request.form.get("stamp", ""), guard.actor(), guard.at()
    try:
        if deed == "acknowledge":
            service.acknowledge(patient_id, alert_id, stamp=stamp, by=by, at=at)
        elif deed == "contact":
            how, note = Contact(contact.contact_how.data), contact.contact_note.data or ""
            service.record_contact(patient_id, alert_id, how, note, stamp=stamp, by=by, at=at)
        else:
            why, note = Closing(close.close_how.data), close.close_note.data
            service.close(patient_id, alert_id, why, note, stamp=stamp, by=by, at=at)
    except service.ChangedMeanwhile:
        return _page(alert_id, contact, close, changed_meanwhile=True), 409
    forget_kept()
    flash(str(DEEDS[deed]), "good")
    return redirect(url_for(".alerts") if deed == "close" else request.path, 303)


def _forms(typed: MultiDict[str, str] | None, deed: str) -> tuple[ContactForm, CloseForm]:
    return ContactForm(typed if deed == "contact" else None), CloseForm(typed if deed == "close" else None)


def _page(alert_id: uuid.UUID, contact: ContactForm, close: CloseForm, *, changed_meanwhile: bool = False) -> str:
    patient = guard.patient()
    found = queries.get_alert(patient.id, alert_id) or abort(404)
    at_bedside = [answer.submission_id for answer in found.answers if not answer.instrument]
    contact.stamp.data = close.stamp.data = queries.stamp_of(alert_id)
    return render_template(
        "safety/alert.html",
        alert=found,
        rule=rules.by_code(found.rule),
        steps=queries.list_steps(alert_id),
        record=patients.get_record(patient.id).patient,
        check_ins=[
            checkins.find_submission(patient.id, answer.submission_id) if answer.instrument else None
            for answer in found.answers
        ],
        places=flowsheet.find_places(patient.id, at_bedside) if at_bedside else {},
        others=[one for one in queries.list_alerts_of(patient.id) if one.id != alert_id],
        contact=contact,
        close=close,
        changed_meanwhile=changed_meanwhile,
    )
