"""Check-ins: what is due, answering it, the receipt, and reading it."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import db
from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission, Relation
from portal.checkins import due, forms, plan, queries, reading, service
from portal.checkins.answering_forms import card_waits, hear, help_values, told_lines
from portal.checkins.forms import AnswerForm
from portal.checkins.models import CheckIn
from portal.checkins.plan import PlanLine, Today
from portal.checkins.quality import Mark, seconds_per_item
from portal.checkins.queries import Entry, Offer
from portal.checkins.question_forms import filled_with_none
from portal.checkins.sitting import Sitting, read_sitting
from portal.clinic import queries as clinic
from portal.instruments import catalogue, own_words
from portal.instruments.definition import Definition
from portal.safety import card
from portal.safety import queries as safety
from portal.safety.help import Help
from portal.treatment import queries as treatment
from portal.treatment.preparation import own as preparation
from portal.web.kept import forget_kept, kept_fields

blueprint = Blueprint("checkins", __name__)


@blueprint.get("/patients/<uuid:patient_id>/today")
@requires(Permission.TODAY_VIEW)
def today(patient_id: uuid.UUID) -> ResponseReturnValue:
    upcoming = treatment.next_infusion(patient_id, guard.at())
    asked = preparation.asked(guard.patient(), upcoming, guard.at())
    shown = {"today": _today(), "next_infusion": upcoming, "preparing": asked, "definition": _worded}
    return render_template("checkins/today.html", **shown)


@blueprint.get("/patients/<uuid:patient_id>/check-ins/new/<uuid:plan_item_id>")
@requires(Permission.CHECK_IN_SUBMIT)
def new(patient_id: uuid.UUID, plan_item_id: uuid.UUID) -> ResponseReturnValue:
    kept, day = kept_fields(), _today()
    wanted = request.args.get("on") if kept is None else kept.get("on")
    on = forms.read_day(wanted) if wanted else day.on
    asking = day.asking(plan_item_id)
    begun = day.resumed(asking) if asking and not wanted else None
    offer = queries.get_offer(patient_id, plan_item_id, begun or on or day.on) or abort(404)
    problem = forms.why_not(offer.line, on, guard.patient(), day.on, was_typed=kept is not None)
    if problem or on is None:
        flash(problem, "attention")
        return redirect(url_for(".today", patient_id=patient_id), 303)
    draft = offer.draft if kept is None else None
    definition, asked = _questions(offer.line, kept.get("version") if kept else str(draft.version) if draft else None)
    form = forms.begin(definition, asked, on=on, at=guard.at(), draft=draft, kept=kept)
    if kept is None:
        form.offered_at.data = asking.occurrence.opens_at.isoformat() if asking else ""
        form.sitting.data = str(_sitting(request.args) or "")
    return _form_page(offer, form)


@blueprint.post("/patients/<uuid:patient_id>/check-ins/new/<uuid:plan_item_id>")
@requires(Permission.CHECK_IN_SUBMIT)
def submit(patient_id: uuid.UUID, plan_item_id: uuid.UUID) -> ResponseReturnValue:
    offer, form = _what_was_sent(patient_id, plan_item_id)
    if form.quick_none and "none" in request.form:
        return _with_none(offer, form)
    is_valid = form.validate()
    db.begin(write=True)
    if is_valid:
        try:
            return _sent(_send(offer, form), read_sitting(form.sitting.data))
        except service.InvalidCheckIn as refusal:
            form.explain(refusal)
        except service.AlreadySent as before:
            form.send_anew()
            return _form_page(offer, form, hear(form), before.check_in_id), 409
    return _form_page(offer, form, _keep(offer, form).help if form.is_sendable else hear(form)), 422


@blueprint.post("/patients/<uuid:patient_id>/check-ins/new/<uuid:plan_item_id>/draft")
@requires(Permission.CHECK_IN_SUBMIT)
def save_draft(patient_id: uuid.UUID, plan_item_id: uuid.UUID) -> ResponseReturnValue:
    offer, form = _what_was_sent(patient_id, plan_item_id)
    db.begin(write=True)
    kept = _keep(offer, form) if form.is_sendable else service.Kept(is_saved=False, help=hear(form))
    danger = {"card": True, "told": told_lines(card.IN_DANGER)} if card_waits(kept.help) else {}
    return {"saved": kept.is_saved, "help": kept.help or "", **danger}, 200 if kept.is_saved else 422


@blueprint.get("/patients/<uuid:patient_id>/check-ins/<uuid:check_in_id>/next")
@requires(Permission.TODAY_VIEW)
def go_on(patient_id: uuid.UUID, check_in_id: uuid.UUID) -> ResponseReturnValue:
    """Go from what was sent to what is due next; first to help, where an answer calls for it."""
    entry = queries.get_entry(patient_id, check_in_id) or abort(404)
    sitting, now = _sitting(request.args), _today().now
    if sitting is None or not now or safety.help_after(patient_id, entry.check_in.submission_id):
        shown = url_for(".show", patient_id=patient_id, check_in_id=check_in_id, sitting=request.args.get("sitting"))
        return redirect(shown, 303)
    following = url_for(".new", patient_id=patient_id, plan_item_id=now[0].line.id, sitting=str(sitting.next))
    return redirect(following, 303)


@blueprint.get("/patients/<uuid:patient_id>/check-ins")
@requires(Permission.CHECK_IN_VIEW)
def index(patient_id: uuid.UUID) -> ResponseReturnValue:
    only_unread = request.args.get("show") == "unread"
    page = queries.list_entries(patient_id, after=request.args.get("after", type=uuid.UUID), only_unread=only_unread)
    sent = [entry.check_in.submission_id for entry in page.entries]
    alerts = {} if _is_own() else safety.list_alerts_about(patient_id, sent)
    shown = {"only_unread": only_unread, "alerts": alerts, "is_summed_up": reading.is_summed_up}
    if not _is_own():
        to_enter = due.to_enter(guard.patient(), guard.at())
        shown |= {"to_enter": to_enter, "about": catalogue.current().get, "on": _local_day()}
    return render_template("checkins/index.html", page=page, definition=_definition, **shown)


@blueprint.get("/patients/<uuid:patient_id>/check-ins/<uuid:check_in_id>")
@requires(Permission.CHECK_IN_VIEW)
def show(patient_id: uuid.UUID, check_in_id: uuid.UUID) -> ResponseReturnValue:
    entry = queries.get_entry(patient_id, check_in_id) or abort(404)
    return _receipt(entry) if _is_own() else _record(entry)


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


def _local_day() -> date:
    return plan.local_day(guard.at(), guard.patient().time_zone)


def _today() -> Today:
    return due.get_today(guard.patient(), at=guard.at(), past_days=clinic.current().past_days)


def _definition(check_in: CheckIn) -> Definition:
    return _worded(check_in.instrument, check_in.version)


def _worded(instrument: str, version: int | None = None) -> Definition:
    """Return an instrument in the words that the reader reads."""
    return own_words.worded(catalogue.current().get(instrument, version), guard.actor().language)


def _sitting(fields: Mapping[str, str]) -> Sitting | None:
    return read_sitting(fields.get("sitting"))


def _questions(line: PlanLine, version: str | None) -> tuple[Definition, list[str]]:
    definition = forms.read_definition(line.instrument, version, language=guard.patient().language)
    return definition, service.asked_items(definition, line.extra_items)


def _what_was_sent(patient_id: uuid.UUID, plan_item_id: uuid.UUID) -> tuple[Offer, AnswerForm]:
    """Read the line of the plan and the form; only then is it our turn to write."""
    db.begin(write=False)
    offer = Offer(queries.get_asked(patient_id, plan_item_id) or abort(404))
    return offer, forms.answer_form(*_questions(offer.line, request.form.get("version")))(request.form)


def _with_none(offer: Offer, form: AnswerForm) -> str:
    """Show the page again with "None" chosen wherever nothing was; it is not sent yet, and kept like any draft."""
    filled = type(form)(filled_with_none(form.definition, request.form))
    db.begin(write=True)
    flash(
        _("“%(none)s” is chosen wherever you had not answered. Change what is not so, then send.", none=form.quick_none)
    )
    return _form_page(offer, filled, _keep(offer, filled).help if filled.is_sendable else hear(filled))


def _send(offer: Offer, form: AnswerForm) -> service.Sent:
    return service.submit(
        guard.patient(),
        offer.line.instrument,
        form.sheet(),
        on=form.day,
        extra_items=offer.line.extra_items,
        plan_item_id=offer.line.id,
        version=form.definition.version,
        by=guard.actor(),
        at=guard.at(),
    )


def _keep(offer: Offer, form: AnswerForm) -> service.Kept:
    return service.save_draft(
        guard.patient(),
        offer.line,
        form.sheet(),
        on=form.day,
        version=form.definition.version,
        by=guard.actor(),
        at=guard.at(),
    )


def _form_page(offer: Offer, form: AnswerForm, offered: Help | None = None, sent_id: uuid.UUID | None = None) -> str:
    waits = card_waits(offered)
    return render_template(
        "checkins/new.html",
        offer=offer,
        form=form,
        definition=form.definition,
        on=form.read_on,
        local=_local_day(),
        sent_id=sent_id,
        sitting=read_sitting(form.sitting.data),
        since=form.milliseconds_since(guard.at()),
        read_by=clinic.current().review_by(guard.at()),
        card_waits=waits,
        told=told_lines(card.IN_DANGER) if waits else (),
        **help_values(offered, form.definition.id),
    )


def _sent(sent: service.Sent, sitting: Sitting | None = None) -> ResponseReturnValue:
    forget_kept()
    if sent.is_new:
        flash(_("Saved."), "good")
    place: dict[str, Any] = {"patient_id": guard.patient().id, "check_in_id": sent.check_in_id}
    if sitting is not None and sitting.number < sitting.of:
        return redirect(url_for(".go_on", **place, sitting=str(sitting)), 303)
    return redirect(url_for(".show", **place), 303)


def _mark(check_in_ids: list[uuid.UUID]) -> None:
    count = service.mark_reviewed(guard.patient().id, check_in_ids, by=guard.actor(), at=guard.at())
    if count:
        flash(ngettext("One check-in is marked as read.", "%(num)s check-ins are marked as read.", count), "good")
    else:
        flash(_("These were marked as read already. Nothing was changed."))


def _receipt(entry: Entry) -> str:
    check_in, own, definition = entry.check_in, clinic.current(), _definition(entry.check_in)
    lines = reading.read(definition, check_in.asked, check_in.answers)
    after, now = card.after(check_in.patient_id, check_in.submission_id), _today().now
    is_in_need = after.help is Help.CRISIS
    return render_template(
        "checkins/receipt.html",
        entry=entry,
        definition=definition,
        lines=lines,
        is_summed_up=reading.is_summed_up(definition),
        safety=reading.worst_safety(lines),
        sent_on=plan.local_day(check_in.received_at, check_in.time_zone),
        read_by=own.review_by(check_in.received_at),
        told=told_lines(after.found) if is_in_need else (),
        screen=next((one for one in now if one.line.is_at_once), None) if is_in_need else None,
        sitting=_sitting(request.args),
        due=[(one, _worded(one.line.instrument)) for one in now],
        **help_values(after.help, definition.id),
    )


def _record(entry: Entry) -> str:
    check_in, definition = entry.check_in, _definition(entry.check_in)
    lines = reading.read(definition, check_in.asked, check_in.answers)
    alerts = safety.list_alerts_about(check_in.patient_id, [check_in.submission_id])
    return render_template(
        "checkins/show.html",
        entry=entry,
        definition=definition,
        lines=lines,
        safety_states=reading.safety_states(lines),
        screening=reading.syndrome(check_in.instrument, check_in.answers),
        inconsistent=any(line.is_inconsistent for line in lines),
        quality=[Mark(one) for one in check_in.quality],
        seconds=seconds_per_item(check_in.answered_ms),
        alert_ids=alerts.get(check_in.submission_id, []),
        versions=queries.list_versions(check_in.patient_id, check_in.id),
    )
