"""Follow-ups of one patient, and what waits for one person."""

import uuid
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.follow_ups import about, queries, service, when
from portal.follow_ups.about import About
from portal.follow_ups.forms import FollowUpForm
from portal.follow_ups.many import queries as many
from portal.follow_ups.models import FollowUp, State
from portal.messaging import service as messaging
from portal.messaging.attachments.forms import BESIDE_FILES
from portal.text import clean, clean_line
from portal.web import enclosing, filters, follow_up_box
from portal.web.follow_up_box import Box
from portal.web.insertion import with_template
from portal.web.kept import forget_kept, kept_fields
from portal.web.once import go_on

blueprint = Blueprint("follow_ups", __name__)
LATELY = timedelta(days=14)
NEW = "/patients/<uuid:patient_id>/follow-ups/new"
blueprint.register_error_handler(RequestEntityTooLarge, enclosing.too_large)


@blueprint.get("/follow-ups")
@requires(Permission.FOLLOW_UP_LIST)
def mine() -> ResponseReturnValue:
    user_id = guard.actor().user_id
    return render_template(
        "follow_ups/mine.html",
        to_decide=queries.list_to_decide(user_id),
        planned=queries.list_planned_by(user_id),
        dropped=queries.list_dropped(user_id, since=guard.at() - LATELY),
        batches=many.list_batches(user_id),
    )


@blueprint.get("/patients/<uuid:patient_id>/follow-ups")
@requires(Permission.FOLLOW_UP_VIEW)
def index(patient_id: uuid.UUID) -> ResponseReturnValue:
    return render_template(
        "follow_ups/index.html",
        ahead=queries.list_ahead(patient_id),
        past=queries.list_past(patient_id),
        may_write=follow_up_box.may_write(),
    )


@blueprint.get(NEW)
@requires(Permission.FOLLOW_UP_WRITE)
def new(patient_id: uuid.UUID) -> ResponseReturnValue:
    return _page_of(follow_up_box.begin(kept_fields(), _wanted()))


@blueprint.post(NEW)
@requires(Permission.FOLLOW_UP_WRITE)
def write(patient_id: uuid.UUID) -> ResponseReturnValue:
    box = follow_up_box.sent(_sent())
    form = box.form
    if not _is_right(form):
        return _page_of(box), 422
    written, by, at = form.written(_today()), guard.actor(), guard.at()
    parcel = enclosing.parcel_of(form)
    try:
        follow_up = service.write(guard.patient(), written, submission_id=form.sent_as, parcel=parcel, by=by, at=at)
    except service.NoSuchThing:
        abort(404)
    except messaging.NoSuchThing:
        enclosing.say_gone(form)
        return _page_of(box), 422
    except service.WrittenAlready:
        return _sent_already(box)
    return _written(follow_up)


@blueprint.post(f"{NEW}/draft")
@requires(Permission.FOLLOW_UP_WRITE, above=True)
def keep(patient_id: uuid.UUID) -> ResponseReturnValue:
    body = clean(request.form.get("body", ""))
    if request.accept_mimetypes.best == "application/json":
        return {"saved": _keep_draft(patient_id, body)}
    box = _with_words(body)
    if not _keep_draft(patient_id, body):
        return _sent_already(box)
    _say_kept(box.form)
    return _page_of(box)


@blueprint.post(f"{NEW}/template")
@requires(Permission.FOLLOW_UP_WRITE, above=True)
def insert(patient_id: uuid.UUID) -> ResponseReturnValue:
    body = with_template()
    box = _with_words(body)
    _keep_draft(patient_id, body)
    return _page_of(box)


@blueprint.post(f"{NEW}/draft/drop")
@requires(Permission.FOLLOW_UP_WRITE)
def drop(patient_id: uuid.UUID) -> ResponseReturnValue:
    draft_id = request.args.get("draft", type=uuid.UUID) or abort(404)
    service.forget_draft(patient_id, draft_id, by=guard.actor())
    flash(_("The draft is thrown away."), "good")
    return redirect(url_for(".index", patient_id=patient_id), 303)


@blueprint.get("/patients/<uuid:patient_id>/follow-ups/<uuid:follow_up_id>")
@requires(Permission.FOLLOW_UP_WRITE)
def edit(patient_id: uuid.UUID, follow_up_id: uuid.UUID) -> ResponseReturnValue:
    found = queries.get(patient_id, follow_up_id) or abort(404)
    if found.state not in service.OPEN:
        return redirect(url_for(".index", patient_id=patient_id), 303)
    return _page(found, follow_up_box.form(kept_fields(), _about(found), before=_about(found), **_begun(found)))


@blueprint.post("/patients/<uuid:patient_id>/follow-ups/<uuid:follow_up_id>")
@requires(Permission.FOLLOW_UP_WRITE)
def change(patient_id: uuid.UUID, follow_up_id: uuid.UUID) -> ResponseReturnValue:
    found = queries.get(patient_id, follow_up_id) or abort(404)
    form = follow_up_box.form(request.form, before=_about(found))
    if not _is_right(form):
        return _page(found, form), 422
    read: dict[str, Any] = {"revision": form.read_revision, "read_at": form.read_at}
    try:
        written = form.written(_today())
        follow_up = service.change(guard.patient(), follow_up_id, written, **read, by=guard.actor(), at=guard.at())
    except service.NoSuchThing:
        abort(404)
    except service.ChangedMeanwhile:
        return _page(queries.get(patient_id, follow_up_id) or abort(404), form, is_changed=True), 409
    return _written(follow_up)


@blueprint.post("/patients/<uuid:patient_id>/follow-ups/<uuid:follow_up_id>/cancel")
@requires(Permission.FOLLOW_UP_WRITE)
def cancel(patient_id: uuid.UUID, follow_up_id: uuid.UUID) -> ResponseReturnValue:
    try:
        service.cancel(patient_id, follow_up_id, by=guard.actor(), at=guard.at())
        flash(_("It will not be sent."), "good")
    except service.NoSuchThing:
        abort(404)
    except service.ChangedMeanwhile:
        flash(_("It was sent or dropped before you cancelled it."), "attention")
    return redirect(url_for(".index", patient_id=patient_id), 303)


def _sent(body: str | None = None) -> CombinedMultiDict[str, Any]:
    words = request.form.copy()
    if body is not None:
        words["body"] = body
    return CombinedMultiDict([request.files, words])


def _with_words(body: str) -> Box:
    """Return the box with these words and all that was chosen in it."""
    box = follow_up_box.sent(_sent(body))
    for name in ("files", *BESIDE_FILES):
        if name in box.form:
            box.form[name].errors = box.form[name].process_errors
    return box


def _page_of(box: Box, *, is_sent: bool = False) -> str:
    return render_template("follow_ups/new.html", box=box, is_sent=is_sent)


def _sent_already(box: Box) -> ResponseReturnValue:
    box.form.say_sent_already()
    return _page_of(box, is_sent=True), 409


def _say_kept(form: FollowUpForm) -> None:
    if not (form.subject.data or form.body.data):
        flash(_("There is nothing to keep yet. Write something first."), "attention")
        return
    flash(_("Kept as a draft. Nobody else can see it."), "good")
    if form.says_more_than_words:
        said = _("A draft keeps words only. What else you chose is on this page, and gone once you leave it.")
        flash(said, "attention")


def _keep_draft(patient_id: uuid.UUID, body: str) -> bool:
    words = clean_line(request.form.get("subject", "")), body
    sent_as = request.form.get("submission_id", type=uuid.UUID) or uuid.uuid4()
    return service.keep_draft(patient_id, words, submission_id=sent_as, by=guard.actor(), at=guard.at())


def _today() -> date:
    return when.local_day(guard.at(), guard.patient().time_zone)


def _is_right(form: FollowUpForm) -> bool:
    """Say at once everything that is wrong."""
    is_valid = form.validate()
    return form.is_in_time(_today()) and is_valid


def _wanted() -> About | None:
    try:
        return about.read(request.args.get("about", ""))
    except ValueError:
        return None


def _about(found: FollowUp) -> About:
    return About(found.about_infusion_id, found.about_check_in_id)


def _begun(found: FollowUp) -> dict[str, Any]:
    """Return what stands in the form of one that is changed; a day that is past has to be chosen anew."""
    kept = {"subject": found.subject, "body": found.body, "unless": found.unless_check_in}
    is_ahead = found.send_on > _today()
    ahead = {"when": "day", "on": found.send_on} if is_ahead else {"when": None}
    return kept | ahead | {"revision": found.revision, "drawn_at": guard.at().isoformat()}


def _page(found: FollowUp, form: FollowUpForm, *, is_changed: bool = False) -> str:
    return render_template("follow_ups/edit.html", follow_up=found, form=form, is_changed=is_changed)


def _written(follow_up: FollowUp) -> ResponseReturnValue:
    forget_kept()
    patient = guard.patient()
    if follow_up.state is State.SENT:
        flash(_("Sent."), "good")
        where: dict[str, Any] = {"patient_id": patient.id, "thread_id": follow_up.thread_id}
        return go_on(url_for("messaging.thread", **where, _anchor="latest"))
    due_at = follow_up.due_at
    on, clock = filters.weekday(due_at, patient.time_zone), filters.clock_time(due_at, patient.time_zone)
    said = _("Planned. It goes out on %(day)s at %(time)s, the patient’s time.", day=on, time=clock)
    flash(said, "good")
    return go_on(url_for(".index", patient_id=patient.id))
