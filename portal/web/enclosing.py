"""What a message form brings along, from the request and back: read, kept where the form is wrong, and shown again."""

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import format_date, gettext
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from portal import db
from portal.access import guard
from portal.access.policy import Permission, Relation, Thing, permits
from portal.checkins import plan
from portal.checkins.requests import queries as requests
from portal.checkins.requests import span
from portal.instruments import catalogue, own_words
from portal.instruments.definition import Definition
from portal.messaging.attachments import gathering, queries
from portal.messaging.attachments.forms import BESIDE_FILES, EnclosingForm, Offered
from portal.messaging.attachments.gathering import Bringing
from portal.messaging.attachments.kinds import MEGABYTE, MOST_TOGETHER
from portal.messaging.attachments.problems import GONE
from portal.messaging.attachments.queries import File
from portal.messaging.parcel import Parcel
from portal.web import chart_snapshot
from portal.web.alone import render_alone
from portal.web.fields import SelectChoice

PIECE, MOST_SWALLOWED = 64 * 1024, 128 * MEGABYTE


def offered() -> Offered:
    """Return what whoever asks may send along to this patient."""
    patient, actor = guard.patient(), guard.actor()
    if patient.relation is Relation.SELF:
        return Offered()
    thing = Thing(patient.relation, patient.status)
    may_ask = permits(actor, Permission.QUESTIONNAIRE_REQUEST, thing)
    known = requests.requestable() if may_ask else []
    questionnaires = [SelectChoice(one.id, one.short_title) for one in known]
    return Offered(questionnaires, permits(actor, Permission.PROGRESS_VIEW, thing))


def gather(form: EnclosingForm) -> None:
    """Take in what came along, and keep it; what cannot be taken is said at its field. Ask before validating the form.

    Nothing is written, and nobody else kept from writing, while files are looked at.
    """
    brings = form.files.data or form.files.brought_ids or form.files.removed_ids or _asks(form)
    if not brings or not form.has_id:
        return
    bringing, files = _bringing(form), form.files
    db.begin(write=False)
    files.brought = bringing.list_brought(files.brought_ids)
    taken, refused = gathering.look_at(bringing, [_read(one) for one in files.data or ()], files.brought)
    _check_questionnaire(form)
    if _ticked(form):
        _draw_chart(form)
    db.begin(write=True)
    files.brought, lost = gathering.keep(bringing, taken, files.brought_ids, files.removed_ids)
    files.process_errors.extend(gettext(error.message, **error.values) for error in (*refused, *lost))


def parcel_of(form: EnclosingForm) -> Parcel:
    """Return what a valid form brings along; the chart and the questionnaire come last."""
    asks = "instrument" in form and form.instrument.data and form.before.data
    asked = (form.instrument.data, form.before.data) if asks else None
    return gathering.enclose(_bringing(form), form.files.brought, form.drawn, asked)


def say_gone(form: EnclosingForm) -> None:
    """Show what a form brought and what of it is still there, where it was to be sent and something is not."""
    form.files.brought = _bringing(form).list_brought([one.id for one in form.files.brought])
    form.files.errors = [gettext(GONE)]


def say_left_behind() -> None:
    """Say that a draft keeps words only, where what is kept as one came with more."""
    files = [one for one in request.files.getlist("files") if one.filename]
    if files or any(request.form.get(name) for name in ("files-brought", "about", *BESIDE_FILES)):
        said = _(
            "A draft keeps words only. What else you chose to send along is not kept: choose it again before you send."
        )
        flash(said, "attention")


@dataclass(frozen=True, slots=True)
class Brought:
    """What some messages brought along, with what their page must know to show it."""

    of: Mapping[uuid.UUID, Sequence[File]]
    today: date
    may_ask: bool
    definition: Callable[[str], Definition]


def brought(message_ids: Collection[uuid.UUID]) -> Brought:
    """Return what some messages of this patient brought along."""
    patient = guard.patient()
    may_ask = permits(guard.actor(), Permission.QUESTIONNAIRE_REQUEST, Thing(patient.relation, patient.status))
    today = plan.local_day(guard.at(), patient.time_zone)
    return Brought(queries.list_for(message_ids), today, may_ask, _definition)


def _definition(instrument: str) -> Definition:
    return own_words.worded(catalogue.current().get(instrument), guard.actor().language)


def too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
    """Say that what was sent is too large altogether. A browser that is cut off would show an error of its own."""
    left = min(request.content_length or 0, MOST_SWALLOWED)
    while left > 0 and (piece := request.environ["wsgi.input"].read(min(left, PIECE))):
        left -= len(piece)
    size = -(-(request.content_length or 0) // MEGABYTE)
    page = render_alone("messaging/too_large.html", size=size, limit=MOST_TOGETHER // MEGABYTE, back=guard.page())
    return page, 413


def _bringing(form: EnclosingForm) -> Bringing:
    return Bringing(guard.patient().id, form.sent_as, guard.actor(), guard.at())


def _read(sent: FileStorage) -> tuple[bytes, str]:
    try:
        return sent.stream.read(), sent.filename or ""
    finally:
        sent.close()


def _check_questionnaire(form: EnclosingForm) -> None:
    """Say at their fields why a questionnaire cannot be asked for like this."""
    if "instrument" not in form or not (form.instrument.data or form.before.data):
        return
    if not form.instrument.data:
        form.instrument.process_errors.append(_("Choose the questionnaire that is to be filled in before that day"))
    elif form.before.data is None:
        if not form.before.process_errors:
            form.before.process_errors.append(_("Say before which day it is to be filled in"))
    else:
        patient = guard.patient()
        today = plan.local_day(guard.at(), patient.time_zone)
        is_done = requests.was_answered(patient.id, form.instrument.data, today)
        found = span.problem(form.before.data, today, answered_today=is_done)
        if found is not None:
            values = {name: format_date(value, "long") for name, value in found.values.items()}
            form.before.process_errors.append(gettext(found.message, **values))


def _draw_chart(form: EnclosingForm) -> None:
    at = guard.at()
    drawn = chart_snapshot.draw(guard.patient(), at=at)
    if drawn is None:
        form.chart.process_errors.append(_("There is nothing on the chart yet."))
        return
    form.drawn = gathering.chart(drawn, plan.local_day(at, guard.patient().time_zone))


def _ticked(form: EnclosingForm) -> bool:
    return "chart" in form and bool(form.chart.data)


def _asks(form: EnclosingForm) -> bool:
    return _ticked(form) or ("instrument" in form and bool(form.instrument.data or form.before.data))
