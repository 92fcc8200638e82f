"""How the care team handles a thread: notes, whose it is, and what else than a reply ends its wait."""

import uuid

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.messaging import handling, notes, owed, queries, service
from portal.messaging.forms import wrote_meanwhile
from portal.messaging.handling_forms import AssignForm, ContactForm, NoteForm, ResolveForm
from portal.messaging.models import Thread, Way
from portal.patients import queries as patients
from portal.web.kept import forget_kept, typed
from portal.web.once import OnceForm

blueprint = Blueprint("handling", __name__)
BASE = "/patients/<uuid:patient_id>/messages/<uuid:thread_id>"


@blueprint.route(f"{BASE}/notes/new", methods=["GET", "POST"])
@requires(Permission.THREAD_HANDLE)
def note(patient_id: uuid.UUID, thread_id: uuid.UUID) -> ResponseReturnValue:
    found, form = _thread(patient_id, thread_id), NoteForm(typed())
    if request.method == "GET" or not form.validate():
        return _page("note", found, form)
    try:
        notes.add(patient_id, thread_id, form.body.data, submission_id=form.sent_as, by=guard.actor(), at=guard.at())
    except notes.SaidAlready:
        return _said_already("note", found, form)
    return _done(found, _("The note is kept. Only the care team sees it."))


@blueprint.route(f"{BASE}/notes/<uuid:note_id>", methods=["GET", "POST"])
@requires(Permission.THREAD_HANDLE)
def correct_note(patient_id: uuid.UUID, thread_id: uuid.UUID, note_id: uuid.UUID) -> ResponseReturnValue:
    found, by = _thread(patient_id, thread_id), guard.actor()
    known = next((one for one in notes.list_notes(patient_id, thread_id) if one.id == note_id), None)
    if known is None or known.author_id != by.user_id:
        abort(404)
    form = NoteForm(typed(), body=known.body)
    if request.method == "GET" or not form.validate():
        return _page("note", found, form, known=known)
    try:
        notes.correct(patient_id, note_id, form.body.data, submission_id=form.sent_as, by=by, at=guard.at())
    except notes.SaidAlready:
        return _said_already("note", found, form, known=known)
    return _done(found, _("The note is corrected. What it said before stays beside it."))


@blueprint.route(f"{BASE}/contact", methods=["GET", "POST"])
@requires(Permission.THREAD_HANDLE)
def contact(patient_id: uuid.UUID, thread_id: uuid.UUID) -> ResponseReturnValue:
    found, form = _thread(patient_id, thread_id), ContactForm(typed())
    if request.method == "GET" or not form.validate():
        return _page("contact", found, form)
    way, words = Way(form.way.data), form.words.data
    try:
        handling.record_contact(
            patient_id, thread_id, way, words, submission_id=form.sent_as, by=guard.actor(), at=guard.at()
        )
    except handling.RecordedAlready:
        return _said_already("contact", found, form)
    except owed.WroteMeanwhile:
        return _wrote_meanwhile("contact", found, form)
    return _done(found, _("The contact is recorded. Nobody waits for an answer here now."))


@blueprint.route(f"{BASE}/resolve", methods=["GET", "POST"])
@requires(Permission.THREAD_HANDLE)
def resolve(patient_id: uuid.UUID, thread_id: uuid.UUID) -> ResponseReturnValue:
    found, form = _thread(patient_id, thread_id), ResolveForm(typed())
    if request.method == "GET" or not form.validate():
        return _page("resolve", found, form)
    by, at, words = guard.actor(), guard.at(), form.words.data
    try:
        handling.resolve(patient_id, thread_id, words, submission_id=form.sent_as, by=by, at=at)
    except handling.RecordedAlready:
        return _said_already("resolve", found, form)
    except owed.WroteMeanwhile:
        return _wrote_meanwhile("resolve", found, form)
    except handling.NothingOwed:
        return _done(found, _("Nobody waits for an answer here any more. Nothing was changed."), "attention")
    return _done(found, _("Recorded: this needs no answer."))


@blueprint.post(f"{BASE}/assign")
@requires(Permission.THREAD_HANDLE)
def assign(patient_id: uuid.UUID, thread_id: uuid.UUID) -> ResponseReturnValue:
    found, team = _thread(patient_id, thread_id), patients.list_team(patient_id)
    form = AssignForm(team=team)
    refused = _("Choose somebody who is on the care team now. Nothing was changed.")
    if not form.validate():
        return _done(found, refused, "attention")
    user_id = uuid.UUID(form.user_id.data) if form.user_id.data else None
    try:
        handling.assign(patient_id, thread_id, user_id, by=guard.actor(), at=guard.at())
    except handling.NotOnTeam:
        return _done(found, refused, "attention")
    names = {member.user_id: member.name for member in team}
    return _done(
        found, _("Assigned to %(name)s.", name=names[user_id]) if user_id else _("Assigned to nobody in particular.")
    )


@blueprint.post(f"{BASE}/urgent")
@requires(Permission.THREAD_HANDLE)
def urgent(patient_id: uuid.UUID, thread_id: uuid.UUID) -> ResponseReturnValue:
    found, is_urgent = _thread(patient_id, thread_id), request.form.get("urgent") == "yes"
    try:
        handling.mark_urgent(patient_id, thread_id, is_urgent=is_urgent, by=guard.actor(), at=guard.at())
    except owed.WroteMeanwhile:
        name = guard.patient().given_name
        return _done(found, _("%(name)s wrote meanwhile, so the mark stays. Read it first.", name=name), "attention")
    return _done(found, _("Marked as urgent.") if is_urgent else _("The mark is taken off."))


def _thread(patient_id: uuid.UUID, thread_id: uuid.UUID) -> Thread:
    return queries.get_thread(patient_id, thread_id) or abort(404)


def _page(name: str, thread: Thread, form: OnceForm, *, status: int = 0, **shown: object) -> ResponseReturnValue:
    page = render_template(f"messaging/{name}.html", thread=thread, form=form, **shown)
    return page, status or (200 if request.method == "GET" else 422)


def _said_already(name: str, thread: Thread, form: OnceForm, **shown: object) -> ResponseReturnValue:
    form.begin_anew()
    form.form_errors.append(_("This page was sent before with other words. Look at the thread first, then send again."))
    return _page(name, thread, form, status=409, **shown)


def _wrote_meanwhile(name: str, thread: Thread, form: OnceForm) -> ResponseReturnValue:
    """Show what came since the page was opened above what was typed; it counts as read then."""
    conversation = queries.get_conversation(thread.id)
    fresh = service.mark_read(thread.patient_id, thread.id, shown=conversation.edges, by=guard.actor(), at=guard.at())
    form.form_errors.append(wrote_meanwhile(guard.patient().given_name))
    return _page(name, thread, form, status=409, meanwhile=[one for one in conversation.messages if one.id in fresh])


def _done(thread: Thread, words: str, kind: str = "good") -> ResponseReturnValue:
    forget_kept()
    flash(words, kind)
    return redirect(url_for("messaging.thread", patient_id=thread.patient_id, thread_id=thread.id, _anchor="team"), 303)
