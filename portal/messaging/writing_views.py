"""Beside the writing itself: drafts kept on the server, and taking a message back."""

import uuid

from flask import Blueprint, abort, flash, get_template_attribute, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import RequestEntityTooLarge

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission, Relation
from portal.messaging import danger, drafts, queries, retraction
from portal.messaging.retraction import CannotBeWithdrawn, Hindrance
from portal.safety import crisis
from portal.text import clean, clean_line
from portal.web import enclosing
from portal.web.kept import forget_kept

blueprint = Blueprint("writing", __name__)
blueprint.register_error_handler(RequestEntityTooLarge, enclosing.too_large)
BASE = "/patients/<uuid:patient_id>/messages"


@blueprint.post(f"{BASE}/new/draft")
@requires(Permission.THREAD_WRITE, above=True)
def keep_new(patient_id: uuid.UUID) -> ResponseReturnValue:
    return _keep(patient_id, drafts.NEW, url_for("messaging.new", patient_id=patient_id))


@blueprint.post(f"{BASE}/<uuid:thread_id>/draft")
@requires(Permission.THREAD_WRITE, above=True)
def keep(patient_id: uuid.UUID, thread_id: uuid.UUID) -> ResponseReturnValue:
    return _keep(patient_id, thread_id.hex, _thread(patient_id, thread_id))


@blueprint.post(f"{BASE}/new/draft/drop")
@requires(Permission.THREAD_WRITE)
def drop_new(patient_id: uuid.UUID) -> ResponseReturnValue:
    return _drop(patient_id, drafts.NEW, url_for("messaging.index", patient_id=patient_id))


@blueprint.post(f"{BASE}/<uuid:thread_id>/draft/drop")
@requires(Permission.THREAD_WRITE)
def drop(patient_id: uuid.UUID, thread_id: uuid.UUID) -> ResponseReturnValue:
    return _drop(patient_id, thread_id.hex, _thread(patient_id, thread_id))


@blueprint.post(f"{BASE}/<uuid:thread_id>/<uuid:message_id>/retract")
@requires(Permission.THREAD_WRITE)
def retract(patient_id: uuid.UUID, thread_id: uuid.UUID, message_id: uuid.UUID) -> ResponseReturnValue:
    back, by, at = _thread(patient_id, thread_id), guard.actor(), guard.at()
    try:
        words = retraction.retract(patient_id, thread_id, message_id, by=by, at=at)
    except CannotBeWithdrawn as refusal:
        flash(_reason(refusal.hindrance), "attention")
        return redirect(back, 303)
    if words is None:
        abort(404)
    drafts.add(patient_id, thread_id.hex, words, by=by, at=at)
    flash(_("Withdrawn. Your words are in the box below, where you can correct and send them."), "good")
    is_in_danger = by.patient_id == patient_id and queries.list_dangers(thread_id, since=at - retraction.WITHIN)
    return redirect(_card_at(back) if is_in_danger else back, 303)


def _card_at(back: str) -> str:
    """Return where help stands on the page that follows: whoever kept or withdrew words of danger begins there."""
    return f"{back.partition('#')[0]}#card"


def _thread(patient_id: uuid.UUID, thread_id: uuid.UUID) -> str:
    if queries.get_thread(patient_id, thread_id) is None:
        abort(404)
    return url_for("messaging.thread", patient_id=patient_id, thread_id=thread_id, _anchor="write")


def _keep(patient_id: uuid.UUID, where: str, back: str) -> ResponseReturnValue:
    words = clean_line(request.form.get("subject", "")), clean(request.form.get("body", ""))
    by, at = guard.actor(), guard.at()
    form, begun = (request.form.get(name, type=uuid.UUID) for name in ("submission_id", "draft"))
    place = drafts.place_of(where, form)
    drafts.keep(patient_id, place, words, submission_id=form, begun=begun, by=by, at=at)
    forget_kept()
    is_in_danger = _is_in_danger(patient_id, place)
    if request.accept_mimetypes.best == "application/json":
        return {"saved": True, **({"card_html": _card()} if is_in_danger else {})}
    flash(_("Kept as a draft. Nobody else can see it."), "good")
    enclosing.say_left_behind()
    # Where help stands on the page that follows, it begins there; without it there is no such place.
    return redirect(_card_at(back) if is_in_danger else back, 303)


def _is_in_danger(patient_id: uuid.UUID, place: str) -> bool:
    """Return whether what a patient has kept of a form says something for which they are offered help."""
    if guard.patient().relation is not Relation.SELF:
        return False
    by, since = guard.actor(), guard.at() - danger.CARD_FOR
    draft = drafts.find(patient_id, place, user_id=by.user_id)
    return draft is not None and draft.suggests_danger(by.language, since=since)


def _card() -> str:
    """Return the card as the page shows it above words that are kept, for a page that stays open."""
    return str(get_template_attribute("messaging/parts.html", "kept_card")(crisis.for_country(guard.patient().country)))


def _drop(patient_id: uuid.UUID, where: str, back: str) -> ResponseReturnValue:
    form, begun = (request.args.get(name, type=uuid.UUID) for name in ("form", "draft"))
    drafts.forget(patient_id, drafts.place_of(where, form), begun=begun, by=guard.actor())
    flash(_("The draft is thrown away."), "good")
    return redirect(back, 303)


def _reason(hindrance: Hindrance) -> str:
    if hindrance is Hindrance.READ:
        return str(_("Somebody has read it already, so it cannot be withdrawn. Write another message to correct it."))
    return str(_("It is more than ten minutes old, so it cannot be withdrawn. Write another message to correct it."))
