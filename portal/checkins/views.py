"""Check-ins: what is due, answering it, the receipt, and reading it."""

import uuid

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import db
from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission, Relation
from portal.checkins import forms, plan, queries, reading, service
from portal.checkins.forms import AnswerForm
from portal.checkins.models import CheckIn
from portal.checkins.plan import Today
from portal.checkins.queries import Entry, Offer
from portal.clinic import hours
from portal.clinic import queries as clinic
from portal.instruments import catalogue
from portal.instruments.definition import Definition
from portal.safety import crisis
from portal.safety import queries as safety
from portal.treatment import queries as treatment
from portal.web.kept import forget_kept, kept_fields

blueprint = Blueprint("checkins", __name__)


@blueprint.get("/patients/<uuid:patient_id>/today")
@requires(Permission.TODAY_VIEW)
def today(patient_id: uuid.UUID) -> ResponseReturnValue:
    upcoming, definition = treatment.next_infusion(patient_id, guard.at()), catalogue.current().get
    return render_template("checkins/today.html", today=_today(), next_infusion=upcoming, definition=definition)


@blueprint.get("/patients/<uuid:patient_id>/check-ins/new/<uuid:plan_item_id>")
@requires(Permission.CHECK_IN_SUBMIT)
def new(patient_id: uuid.UUID, plan_item_id: uuid.UUID) -> ResponseReturnValue:
    kept = kept_fields()
    local = plan.local_day(guard.at(), guard.patient().time_zone)
    wanted = request.args.get("on") if kept is None else kept.get("on")
    on = forms.read_day(wanted) if wanted else local
    offer = queries.get_offer(patient_id, plan_item_id, on or local) or abort(404)
    problem = forms.why_not(offer.line, on, guard.patient(), local, was_typed=kept is not None)
    if problem or on is None:
        flash(problem, "attention")
        return redirect(url_for(".today", patient_id=patient_id), 303)
    definition, asked = _questions(offer)
    return _form_page(offer, forms.begin(definition, asked, on=on, at=guard.at(), draft=offer.draft, kept=kept))


@blueprint.post("/patients/<uuid:patient_id>/check-ins/new/<uuid:plan_item_id>")
@requires(Permission.CHECK_IN_SUBMIT)
def submit(patient_id: uuid.UUID, plan_item_id: uuid.UUID) -> ResponseReturnValue:
    offer, form = _what_was_sent(patient_id, plan_item_id)
    is_valid = form.validate()
    db.begin(write=True)
    if is_valid:
        try:
            return _sent(_send(offer, form))
        except service.InvalidCheckIn as refusal:
            form.explain(refusal)
        except service.AlreadySent as before:
            form.send_anew()
            return _form_page(offer, form, _hear(form, *_questions(offer)), before.check_in_id), 409
    is_worrying = _keep(offer, form).is_worrying if form.is_sendable else _hear(form, *_questions(offer))
    return _form_page(offer, form, is_worrying), 422


@blueprint.post("/patients/<uuid:patient_id>/check-ins/new/<uuid:plan_item_id>/draft")
@requires(Permission.CHECK_IN_SUBMIT)
def save_draft(patient_id: uuid.UUID, plan_item_id: uuid.UUID) -> ResponseReturnValue:
    offer, form = _what_was_sent(patient_id, plan_item_id)
    db.begin(write=True)
    kept = _keep(offer, form) if form.is_sendable else service.Kept(is_saved=False, is_worrying=False)
    return {"saved": kept.is_saved, "help": kept.is_worrying}, 200 if kept.is_saved else 422


@blueprint.get("/patients/<uuid:patient_id>/check-ins")
@requires(Permission.CHECK_IN_VIEW)
def index(patient_id: uuid.UUID) -> ResponseReturnValue:
    only_unread = request.args.get("show") == "unread"
    page = queries.list_entries(patient_id, after=request.args.get("after", type=uuid.UUID), only_unread=only_unread)
    sent = [entry.check_in.submission_id for entry in page.entries]
    alerts = {} if _is_own() else safety.list_alerts_about(patient_id, sent)
    shown = {"only_unread": only_unread, "alerts": alerts}
    return render_template("checkins/index.html", page=page, definition=_definition, **shown)


@blueprint.get("/patients/<uuid:patient_id>/check-ins/<uuid:check_in_id>")
@requires(Permission.CHECK_IN_VIEW)
def show(patient_id: uuid.UUID, check_in_id: uuid.UUID) -> ResponseReturnValue:
    entry = queries.get_entry(patient_id, check_in_id) or abort(404)
    return _receipt(entry) if _is_own() else _record(entry)


@blueprint.get("/patients/<uuid:patient_id>/check-ins/<uuid:check_in_id>/correct")
@requires(Permission.CHECK_IN_SUBMIT)
def correct(patient_id: uuid.UUID, check_in_id: uuid.UUID) -> ResponseReturnValue:
    latest = (queries.list_versions(patient_id, check_in_id) or abort(404))[-1]
    if latest.id != check_in_id:
        return redirect(url_for(".correct", patient_id=patient_id, check_in_id=latest.id), 303)
    form = forms.begin_correction(_definition(latest), latest, at=guard.at(), kept=kept_fields())
    return _correction_page(latest, form)


@blueprint.post("/patients/<uuid:patient_id>/check-ins/<uuid:check_in_id>/correct")
@requires(Permission.CHECK_IN_SUBMIT)
def send_correction(patient_id: uuid.UUID, check_in_id: uuid.UUID) -> ResponseReturnValue:
    check_in = (queries.get_entry(patient_id, check_in_id) or abort(404)).check_in
    form = forms.answer_form(_definition(check_in), check_in.asked)(request.form)
    status = 422
    if form.validate():
        try:
            return _sent(service.correct(guard.patient(), check_in, form.sheet(), by=guard.actor(), at=guard.at()))
        except service.InvalidCheckIn as refusal:
            form.explain(refusal)
        except service.AlreadySent:
            status = 409
            form.send_anew()
            form.form_errors.append(_("You sent this before with other answers. To change them again, send it now."))
    is_worrying = _hear(form, _definition(check_in), check_in.asked, check_in)
    return _correction_page(check_in, form, is_worrying), status


@blueprint.post("/patients/<uuid:patient_id>/check-ins/<uuid:check_in_id>/review")
@requires(Permission.CHECK_IN_REVIEW)
def review(patient_id: uuid.UUID, check_in_id: uuid.UUID) -> ResponseReturnValue:
    queries.get_entry(patient_id, check_in_id) or abort(404)
    _mark([check_in_id])
    return redirect(url_for(".show", patient_id=patient_id, check_in_id=check_in_id), 303)


@blueprint.post("/patients/<uuid:patient_id>/check-ins/review")
@requires(Permission.CHECK_IN_REVIEW)
def review_all(patient_id: uuid.UUID) -> ResponseReturnValue:
    _mark(request.form.getlist("check_in", type=uuid.UUID))
    return redirect(url_for(".index", patient_id=patient_id), 303)


def _is_own() -> bool:
    return guard.patient().relation is Relation.SELF


def _today() -> Today:
    return queries.get_today(guard.patient(), at=guard.at(), past_days=clinic.current().past_days)


def _definition(check_in: CheckIn) -> Definition:
    return catalogue.current().get(check_in.instrument, check_in.version)


def _questions(offer: Offer) -> tuple[Definition, list[str]]:
    definition = catalogue.current().get(offer.line.instrument)
    wanted = (*definition.default_items, *offer.line.extra_items)
    return definition, [item.code for item in definition.asked(wanted)]


def _what_was_sent(patient_id: uuid.UUID, plan_item_id: uuid.UUID) -> tuple[Offer, AnswerForm]:
    """Read the line of the plan and the form; only then is it our turn to write."""
    db.begin(write=False)
    offer = Offer(queries.get_line(patient_id, plan_item_id) or abort(404))
    return offer, forms.answer_form(*_questions(offer))(request.form)


def _send(offer: Offer, form: AnswerForm) -> service.Sent:
    return service.submit(
        guard.patient(),
        offer.line.instrument,
        form.sheet(),
        on=form.day,
        extra_items=offer.line.extra_items,
        plan_item_id=offer.line.id,
        by=guard.actor(),
        at=guard.at(),
    )


def _keep(offer: Offer, form: AnswerForm) -> service.Kept:
    return service.save_draft(guard.patient(), offer.line, form.sheet(), on=form.day, by=guard.actor(), at=guard.at())


def _hear(form: AnswerForm, definition: Definition, asked: list[str], corrects: CheckIn | None = None) -> bool:
    """What is said of danger on a page that cannot be taken is heard all the same."""
    on = forms.read_day(form.on.data) or plan.local_day(guard.at(), guard.patient().time_zone)
    filled = service.Filled(guard.patient(), definition, asked, form.sheet(), on, None, corrects)
    return service.hear(filled, at=guard.at())


def _form_page(offer: Offer, form: AnswerForm, worrying: bool = False, sent_id: uuid.UUID | None = None) -> str:
    return render_template(
        "checkins/new.html",
        offer=offer,
        form=form,
        definition=_questions(offer)[0],
        on=forms.read_day(form.on.data),
        local=plan.local_day(guard.at(), guard.patient().time_zone),
        sent_id=sent_id,
        crisis_country=_crisis(worrying),
    )


def _crisis(is_worrying: bool) -> crisis.Country | None:
    return crisis.for_country(guard.patient().country) if is_worrying else None


def _correction_page(check_in: CheckIn, form: AnswerForm, is_worrying: bool = False) -> str:
    values = {"definition": _definition(check_in), "crisis_country": _crisis(is_worrying)}
    return render_template("checkins/correct.html", check_in=check_in, form=form, **values)


def _sent(sent: service.Sent) -> ResponseReturnValue:
    forget_kept()
    if sent.is_new:
        flash(_("Saved."), "good")
    return redirect(url_for(".show", patient_id=guard.patient().id, check_in_id=sent.check_in_id), 303)


def _mark(check_in_ids: list[uuid.UUID]) -> None:
    count = service.mark_reviewed(guard.patient().id, check_in_ids, by=guard.actor(), at=guard.at())
    if count:
        flash(ngettext("One check-in is marked as read.", "%(num)s check-ins are marked as read.", count), "good")
    else:
        flash(_("These were marked as read already. Nothing was changed."))


def _receipt(entry: Entry) -> str:
    check_in, own = entry.check_in, clinic.current()
    lines = reading.read(_definition(check_in), check_in.asked, check_in.answers)
    worried = safety.has_concern(check_in.patient_id, check_in.submission_id)
    return render_template(
        "checkins/receipt.html",
        entry=entry,
        definition=_definition(check_in),
        lines=lines,
        crisis_country=_crisis(worried),
        safety=reading.worst_safety(lines),
        sent_on=plan.local_day(check_in.received_at, check_in.time_zone),
        read_by=own.review_by(check_in.received_at),
        opens_at=hours.next_open(own.opening, guard.at()),
        due=[(one, catalogue.current().get(one.line.instrument)) for one in _today().now],
    )


def _record(entry: Entry) -> str:
    check_in = entry.check_in
    lines = reading.read(_definition(check_in), check_in.asked, check_in.answers)
    alerts = safety.list_alerts_about(check_in.patient_id, [check_in.submission_id])
    return render_template(
        "checkins/show.html",
        entry=entry,
        definition=_definition(check_in),
        lines=lines,
        safety_states=reading.safety_states(lines),
        syndrome=reading.syndrome(check_in.instrument, check_in.answers),
        alert_ids=alerts.get(check_in.submission_id, []),
        versions=queries.list_versions(check_in.patient_id, check_in.id),
    )
