"""Putting a template into the box where a message is written: what was typed there stays, as a draft."""

import uuid

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.messaging import drafts, queries
from portal.text import clean_line
from portal.web import enclosing
from portal.web.insertion import with_template
from portal.web.kept import forget_kept

blueprint = Blueprint("inserting", __name__)
blueprint.register_error_handler(RequestEntityTooLarge, enclosing.too_large)
BASE = "/patients/<uuid:patient_id>/messages"


@blueprint.post(f"{BASE}/new/template")
@requires(Permission.THREAD_HANDLE, above=True)
def insert_new(patient_id: uuid.UUID) -> ResponseReturnValue:
    return _insert(patient_id, drafts.NEW, url_for("messaging.new", patient_id=patient_id))


@blueprint.post(f"{BASE}/<uuid:thread_id>/template")
@requires(Permission.THREAD_HANDLE, above=True)
def insert(patient_id: uuid.UUID, thread_id: uuid.UUID) -> ResponseReturnValue:
    if queries.get_thread(patient_id, thread_id) is None:
        abort(404)
    back = url_for("messaging.thread", patient_id=patient_id, thread_id=thread_id, _anchor="write")
    return _insert(patient_id, thread_id.hex, back)


def _insert(patient_id: uuid.UUID, where: str, back: str) -> ResponseReturnValue:
    words = clean_line(request.form.get("subject", "")), with_template()
    form, begun = (request.form.get(name, type=uuid.UUID) for name in ("submission_id", "draft"))
    drafts.forget(patient_id, drafts.place_of(where, form), begun=begun, by=guard.actor())
    anew = uuid.uuid4()
    drafts.keep(patient_id, drafts.place_of(where, anew), words, submission_id=anew, by=guard.actor(), at=guard.at())
    forget_kept()
    enclosing.say_left_behind()
    return redirect(back, 303)
