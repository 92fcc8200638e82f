"""Staff type in what a patient says by phone or in the room, and the totals that clinicians have worked out."""

import uuid
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.checkins import due, plan, queries, service
from portal.checkins.answering_forms import help_values, take
from portal.checkins.entry_forms import EntryForm, begin_entry, days_of, entry_form
from portal.checkins.forms import read_definition
from portal.checkins.plan import PlanLine
from portal.instruments import catalogue
from portal.instruments.definition import Definition, FilledBy
from portal.safety.help import Help
from portal.web.kept import forget_kept, kept_fields

blueprint = Blueprint("entry", __name__)


@blueprint.get("/patients/<uuid:patient_id>/check-ins/enter")
@requires(Permission.CHECK_IN_ENTER)
def choose(patient_id: uuid.UUID) -> ResponseReturnValue:
    asked = {line.instrument for line in _lines()}
    spoken = catalogue.current().askable()
    return render_template(
        "checkins/enter_choose.html",
        planned=[one for one in spoken if one.id in asked],
        others=[one for one in spoken if one.id not in asked],
        totals=catalogue.current().team_rated(),
    )


@blueprint.get("/patients/<uuid:patient_id>/check-ins/enter/<instrument_key>")
@requires(Permission.CHECK_IN_ENTER)
def new(patient_id: uuid.UUID, instrument_key: str) -> ResponseReturnValue:
    kept = kept_fields()
    definition, asked, _extra = _questions(instrument_key, kept.get("version") if kept else None)
    form = entry_form(definition, asked)(kept) if kept else begin_entry(definition, asked, on=_today(), at=guard.at())
    return _page(form, instrument_key)


@blueprint.post("/patients/<uuid:patient_id>/check-ins/enter/<instrument_key>")
@requires(Permission.CHECK_IN_ENTER)
def send(patient_id: uuid.UUID, instrument_key: str) -> ResponseReturnValue:
    definition, asked, extra = _questions(instrument_key, request.form.get("version"))
    form = entry_form(definition, asked)(request.form)
    form.hold_to(*days_of(guard.patient(), _today()))
    return take(
        form,
        lambda: _sent(form, extra),
        lambda offered: _page(form, instrument_key, offered),
        already=_("This was saved before with other answers. To save it as another one, send it now."),
    )


def _sent(form: EntryForm, extra: tuple[str, ...]) -> ResponseReturnValue:
    sent = service.submit(
        guard.patient(),
        form.definition.id,
        form.sheet(),
        on=form.day,
        extra_items=extra,
        version=form.definition.version,
        mode=form.mode_of,
        by=guard.actor(),
        at=guard.at(),
    )
    forget_kept()
    if sent.is_new:
        flash(_("Saved. The record says that you entered it."), "good")
    return redirect(url_for("checkins.show", patient_id=guard.patient().id, check_in_id=sent.check_in_id), 303)


def _today() -> date:
    return plan.local_day(guard.at(), guard.patient().time_zone)


def _lines() -> list[PlanLine]:
    lines = (queries.to_line(item) for item in queries.list_plan(guard.patient().id))
    return [line for line in lines if line.is_asked_on(_today())]


def _questions(instrument_key: str, version: str | None) -> tuple[Definition, list[str], tuple[str, ...]]:
    """Return an instrument that can be entered, its items this patient is asked, and the further ones among them."""
    found = next((one.id for one in catalogue.current() if one.key == instrument_key), None) or abort(404)
    definition = read_definition(found, version, language=guard.patient().language)
    if not definition.is_askable and definition.filled_by is not FilledBy.CLINICIAN:
        abort(404)
    extra = tuple(code for line in _lines() if line.instrument == found for code in line.extra_items)
    return definition, service.asked_items(definition, extra), extra


def _page(form: EntryForm, instrument_key: str, offered: Help | None = None) -> str:
    days = days_of(guard.patient(), _today())
    form.hold_to(*days)
    return render_template(
        "checkins/enter.html",
        there=due.list_done(guard.patient().id, {form.definition.id}, *days),
        form=form,
        definition=form.definition,
        instrument_key=instrument_key,
        is_total=form.definition.filled_by is FilledBy.CLINICIAN,
        since=form.milliseconds_since(guard.at()),
        **help_values(offered, form.definition.id),
    )
