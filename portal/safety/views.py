"""The care team's alerts, and the page with help that needs nothing."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.access import guard
from portal.access.guard import public, requires
from portal.access.policy import Permission, Thing, permits
from portal.accounts import queries as accounts
from portal.checkins import answer_queries
from portal.patients import queries as patients
from portal.review import waiting
from portal.safety import crisis, desk, queries, service
from portal.safety.desk import Tab
from portal.safety.forms import forms
from portal.safety.models import Closing, Contact
from portal.safety.plan import queries as plans
from portal.safety.ruleset import queries as ruleset
from portal.treatment.flowsheet import queries as flowsheet
from portal.web import alert_desk, filters, nearest
from portal.web.alone import render_alone
from portal.web.kept import forget_kept, kept_fields

blueprint = Blueprint("safety", __name__)
OTHERS_SHOWN = 10
DONE = {
    "acknowledge": _l("You have taken this on. Your care team can see it."),
    "contact": _l("Saved."),
    "assign": _l("Passed on. They are told by mail."),
    "close": _l("The alert is closed. It stays on record."),
    "reopen": _l("The alert is open again. The care team is told."),
}


@blueprint.get("/help")
@public
def help_now() -> ResponseReturnValue:
    code = request.args.get("country", nearest.configured()).upper()
    known = crisis.country_codes()
    country = crisis.for_country(code if code in known else "")
    return render_alone("safety/help_now.html", country=country, countries=filters.countries(known))


@blueprint.get("/alerts")
@requires(Permission.ALERT_LIST)
def alerts() -> ResponseReturnValue:
    wanted, by = request.args.get("show", ""), guard.actor().user_id
    tab = Tab(wanted) if wanted in set(Tab) else Tab.OPEN
    after = desk.read_place(request.args.get("after", ""))
    found = desk.list_tab(by, tab, at=guard.at(), after=after)
    return render_template(
        "safety/alerts.html",
        tab=tab,
        rows=alert_desk.rows(found.lines, guard.at()),
        stamps=queries.stamps_of([one.id for one in found.lines]),
        counts=desk.count_tabs(by),
        next_after=found.next_after.written() if found.next_after else None,
        is_first=after is None,
    )


@blueprint.get("/alerts/open")
@requires(Permission.ALERT_LIST, quiet=True)
def alerts_open() -> ResponseReturnValue:
    count = waiting.for_team_member(guard.actor().user_id, at=guard.at())
    found = {"alerts": count.alerts, "urgent": count.urgent, "overdue": count.overdue, "undelivered": count.undelivered}
    found["messages"] = count.messages
    response = jsonify(found)
    response.add_etag()
    return response.make_conditional(request)


@blueprint.get("/patients/<uuid:patient_id>/alerts/<uuid:alert_id>")
@requires(Permission.ALERT_VIEW)
def alert(patient_id: uuid.UUID, alert_id: uuid.UUID) -> ResponseReturnValue:
    kept = kept_fields()
    return _page(alert_id, forms(kept.get("deed", "") if kept is not None else "", kept))


@blueprint.post("/patients/<uuid:patient_id>/alerts/<uuid:alert_id>")
@requires(Permission.ALERT_HANDLE)
def handle(patient_id: uuid.UUID, alert_id: uuid.UUID) -> ResponseReturnValue:
    deed = request.form.get("deed", "")
    if deed not in DONE:
        abort(400)
    shown = forms(deed, request.form)
    form = shown[deed]
    if deed == "assign":
        _offer(shown)
    if not form.validate():
        return _page(alert_id, shown), 422
    who: dict[str, Any] = {"stamp": request.form.get("stamp", ""), "by": guard.actor(), "at": guard.at()}
    try:
        _DEEDS[deed](patient_id, alert_id, form, who)
    except service.NotToThem:
        form.assign_to.errors = [_("They cannot take it: they are no provider, or their account is switched off.")]
        return _page(alert_id, shown), 422
    except service.ChangedMeanwhile:
        return _page(alert_id, shown, changed_meanwhile=True), 409
    forget_kept()
    flash(str(DONE[deed]), "good")
    return redirect(url_for(".alerts") if deed == "close" else request.path, 303)


def _acknowledge(patient_id: uuid.UUID, alert_id: uuid.UUID, form: Any, who: dict[str, Any]) -> None:
    service.acknowledge(patient_id, alert_id, **who)


def _contact(patient_id: uuid.UUID, alert_id: uuid.UUID, form: Any, who: dict[str, Any]) -> None:
    how, note = Contact(form.contact_how.data), form.contact_note.data or ""
    service.record_contact(patient_id, alert_id, how, note, **who)


def _assign(patient_id: uuid.UUID, alert_id: uuid.UUID, form: Any, who: dict[str, Any]) -> None:
    if not _may(Permission.ALERT_ASSIGN):
        abort(404)
    service.assign(patient_id, alert_id, uuid.UUID(form.assign_to.data), **who)


def _close(patient_id: uuid.UUID, alert_id: uuid.UUID, form: Any, who: dict[str, Any]) -> None:
    service.close(patient_id, alert_id, Closing(form.close_how.data), form.close_note.data, **who)


def _reopen(patient_id: uuid.UUID, alert_id: uuid.UUID, form: Any, who: dict[str, Any]) -> None:
    service.reopen(patient_id, alert_id, form.reopen_note.data, **who)


_DEEDS: dict[str, Callable[[uuid.UUID, uuid.UUID, Any, dict[str, Any]], None]] = {
    "acknowledge": _acknowledge,
    "contact": _contact,
    "assign": _assign,
    "close": _close,
    "reopen": _reopen,
}


def _may(permission: Permission) -> bool:
    patient = guard.patient()
    return permits(guard.actor(), permission, Thing(patient.relation, patient.status))


def _offer(shown: dict[str, Any]) -> None:
    """Offer whom an alert may be passed to: those of the team who can sign in, and every other provider who can."""
    team = [(one.user_id, one.name) for one in patients.list_team(guard.patient().id) if one.is_active]
    known = {user_id for user_id, _name in team}
    others = [(one.id, one.name) for one in accounts.list_active_providers() if one.id not in known]
    shown["assign"].offer(team, others)


def _page(alert_id: uuid.UUID, shown: dict[str, Any], *, changed_meanwhile: bool = False) -> str:
    patient, at = guard.patient(), guard.at()
    found = queries.get_alert(patient.id, alert_id) or abort(404)
    stamp = queries.stamp_of(alert_id)
    for form in shown.values():
        form.stamp.data = stamp
    if not shown["assign"].assign_to.choices:
        _offer(shown)
    at_bedside = [one.submission_id for one in found.answers if not one.instrument_id]
    listed = queries.list_alerts_of(patient.id, limit=OTHERS_SHOWN + 1)
    return render_template(
        "safety/alert.html",
        row=alert_desk.rows([found], at)[0],
        alert=found,
        seen=alert_desk.whole(found),
        rule=next((one for one in ruleset.current().rules if one.code == found.rule), None),
        rules_version=ruleset.current().version,
        steps=alert_desk.folded(queries.list_steps(alert_id)),
        record=patients.get_record(patient.id).patient,
        check_ins=answer_queries.list_sent(patient.id, [one.submission_id for one in found.answers]),
        places=flowsheet.find_places(patient.id, at_bedside) if at_bedside else {},
        others=[one for one in listed if one.id != alert_id][:OTHERS_SHOWN],
        contacts=alert_desk.contacts(patient.id),
        plan=plans.latest(patient.id),
        may_set_baseline=_may(Permission.PERSONAL_BASELINE_SET),
        forms=shown,
        changed_meanwhile=changed_meanwhile,
    )
