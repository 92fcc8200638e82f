"""Putting a template into the box where a message is written: what was typed there stays, as a draft."""

import uuid

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.messaging import drafts, queries
from portal.messaging.wording import queries as wording
from portal.messaging.wording.fill import fill
from portal.text import clean, clean_line
from portal.web import enclosing
from portal.web.kept import forget_kept

blueprint = Blueprint("inserting", __name__)
BASE = "/patients/<uuid:patient_id>/messages"


@blueprint.post(f"{BASE}/new/template")
@requires(Permission.THREAD_HANDLE)
def insert_new(patient_id: uuid.UUID) -> ResponseReturnValue:
    return _insert(patient_id, drafts.NEW, url_for("messaging.new", patient_id=patient_id))


@blueprint.post(f"{BASE}/<uuid:thread_id>/template")
@requires(Permission.THREAD_HANDLE)
def insert(patient_id: uuid.UUID, thread_id: uuid.UUID) -> ResponseReturnValue:
    if queries.get_thread(patient_id, thread_id) is None:
        abort(404)
    back = url_for("messaging.thread", patient_id=patient_id, thread_id=thread_id, _anchor="write")
    return _insert(patient_id, thread_id.hex, back)


def _insert(patient_id: uuid.UUID, place: str, back: str) -> ResponseReturnValue:
    subject, body = clean_line(request.form.get("subject", "")), clean(request.form.get("body", ""))
    template = _chosen()
    if template is None:
        flash(_("Choose a template first."), "attention")
    else:
        values = wording.list_values([patient_id], at=guard.at())[patient_id]
        filled = fill(template.body, values)
        body = f"{body}\n\n{filled.text}" if body else filled.text
        if filled.missing:
            names = ", ".join(f"{{{name}}}" for name in filled.missing)
            flash(
                _("There is nothing to fill in for %(names)s. Write it yourself before you send.", names=names),
                "attention",
            )
    drafts.keep(patient_id, place, (subject, body), submission_id=uuid.uuid4(), by=guard.actor(), at=guard.at())
    forget_kept()
    enclosing.say_left_behind()
    return redirect(back, 303)


def _chosen() -> wording.Template | None:
    chosen = request.form.get("template", type=uuid.UUID)
    found = wording.get_template(chosen) if chosen else None
    return found if found and not found.retired_at else None
