"""Messages between a patient and the care team."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, flash, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import RequestEntityTooLarge

from portal import db
from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission, Relation, Thing, permits
from portal.checkins import queries as check_ins
from portal.clinic import queries as clinic
from portal.messaging import danger, drafts, owed, queries, retraction, service, team_side
from portal.messaging import news as news_of
from portal.messaging.drafts import Draft
from portal.messaging.forms import AnswerForm, MessageForm, ThreadForm, wrote_meanwhile
from portal.messaging.handling_forms import AssignForm
from portal.messaging.models import Thread
from portal.messaging.queries import Conversation
from portal.messaging.wording import queries as wording
from portal.review import service as review
from portal.safety import crisis
from portal.treatment import queries as treatment
from portal.web import enclosing
from portal.web.fields import SelectChoice
from portal.web.filters import day
from portal.web.kept import forget_kept, kept_fields
from portal.web.once import go_on

blueprint = Blueprint("messaging", __name__)
blueprint.register_error_handler(RequestEntityTooLarge, enclosing.too_large)
OFFERED_INFUSIONS = 24
JUST_NOW = timedelta(minutes=2)
"""For so long a second tap, or what somebody adds at once, still leads to the card."""


@blueprint.get("/patients/<uuid:patient_id>/messages")
@requires(Permission.THREAD_VIEW)
def index(patient_id: uuid.UUID) -> ResponseReturnValue:
    page = queries.list_threads(patient_id, for_patient=_is_patient(), after=_id_in("after"))
    begun = drafts.list_places(patient_id, user_id=guard.actor().user_id)
    return render_template("messaging/index.html", page=page, begun=begun, may_write=_may_write())


@blueprint.get("/patients/<uuid:patient_id>/messages/new")
@requires(Permission.THREAD_WRITE)
def new(patient_id: uuid.UUID) -> ResponseReturnValue:
    draft = drafts.find(patient_id, drafts.NEW, user_id=guard.actor().user_id)
    form = ThreadForm(
        formdata=kept_fields(), infusions=_infusions(patient_id), offered=enclosing.offered(), data=_words_of(draft)
    )
    return render_template(
        "messaging/new.html", form=form, draft=draft, is_in_danger=_is_in_danger(draft), **_beside_the_box()
    )


@blueprint.post("/patients/<uuid:patient_id>/messages/new")
@requires(Permission.THREAD_WRITE)
def start(patient_id: uuid.UUID) -> ResponseReturnValue:
    form = ThreadForm(infusions=_infusions(patient_id), offered=enclosing.offered())
    enclosing.gather(form)
    if not form.validate():
        return render_template("messaging/new.html", form=form, **_beside_the_box()), 422
    try:
        thread_id = service.start_thread(
            patient_id,
            subject=form.subject.data,
            body=form.body.data,
            submission_id=form.sent_as,
            parcel=enclosing.parcel_of(form),
            about_infusion_id=form.about_infusion_id,
            by=guard.actor(),
            at=guard.at(),
        )
    except service.NoSuchThing:
        abort(404)
    except service.SentAlready as before:
        form.say_sent_already()
        return render_template("messaging/new.html", form=form, sent=before.thread_id, **_beside_the_box()), 409
    _forget_draft(patient_id, drafts.NEW, form)
    return _sent(patient_id, thread_id)


@blueprint.get("/patients/<uuid:patient_id>/messages/<uuid:thread_id>")
@requires(Permission.THREAD_VIEW)
def thread(patient_id: uuid.UUID, thread_id: uuid.UUID) -> ResponseReturnValue:
    fresh = _mark_read(patient_id, thread_id)
    found = _thread(patient_id, thread_id)
    draft = drafts.find(patient_id, thread_id.hex, user_id=guard.actor().user_id)
    return _thread_page(
        found,
        AnswerForm(formdata=kept_fields(), offered=enclosing.offered(), data=_words_of(draft)),
        draft=draft,
        fresh=fresh,
    )


@blueprint.post("/patients/<uuid:patient_id>/messages/<uuid:thread_id>")
@requires(Permission.THREAD_WRITE)
def send(patient_id: uuid.UUID, thread_id: uuid.UUID) -> ResponseReturnValue:
    found, form = _thread(patient_id, thread_id), AnswerForm(offered=enclosing.offered())
    enclosing.gather(form)
    if not form.validate():
        return _thread_page(found, form), 422
    try:
        service.send(
            patient_id,
            thread_id,
            body=form.body.data,
            submission_id=form.sent_as,
            parcel=enclosing.parcel_of(form),
            through=form.answers,
            by=guard.actor(),
            at=guard.at(),
        )
    except service.NoSuchThing:
        abort(404)
    except service.SentAlready:
        form.say_sent_already()
        return _thread_page(found, form), 409
    except owed.WroteMeanwhile as meanwhile:
        shown = queries.get_conversation(thread_id).edges
        fresh = service.mark_read(patient_id, thread_id, shown=shown, by=guard.actor(), at=guard.at())
        form.form_errors.append(wrote_meanwhile(meanwhile.colleague or guard.patient().given_name))
        return _thread_page(found, form, fresh=fresh), 409
    _forget_draft(patient_id, thread_id.hex, form)
    return _sent(patient_id, thread_id)


@blueprint.get("/patients/<uuid:patient_id>/messages/<uuid:thread_id>/news")
@requires(Permission.THREAD_VIEW, quiet=True)
def news(patient_id: uuid.UUID, thread_id: uuid.UUID) -> ResponseReturnValue:
    state = news_of.get_state(patient_id, thread_id) or abort(404)
    # A weak tag, which compressing leaves as it is.
    if request.if_none_match.contains_weak(state):
        answer = Response(status=304)
        answer.set_etag(state, weak=True)
        return answer
    found, shown = _thread(patient_id, thread_id), queries.get_conversation(thread_id)
    values = {"thread": found, "by_patient": _is_patient(), "fresh": frozenset(), "is_news": True}
    drawn = render_template("messaging/said.html", **_said(shown), **values)
    beside = _team_side(found, shown) or _beside_the_box(found)
    standing = render_template("messaging/_standing.html", **beside, **values)
    answer = jsonify(state=state, html=drawn, standing=standing)
    answer.set_etag(state, weak=True)
    return answer


@blueprint.post("/patients/<uuid:patient_id>/messages/<uuid:thread_id>/read")
@requires(Permission.THREAD_VIEW)
def mark_read(patient_id: uuid.UUID, thread_id: uuid.UUID) -> ResponseReturnValue:
    _thread(patient_id, thread_id)
    since, through = (request.form.get(name, type=uuid.UUID) for name in ("since", "through"))
    shown = (since, through) if since and through else abort(404)
    try:
        service.mark_read(patient_id, thread_id, shown=shown, by=guard.actor(), at=guard.at())
    except service.NoSuchThing:
        abort(404)
    return "", 204


def _is_patient() -> bool:
    return guard.patient().relation is Relation.SELF


def _may_write() -> bool:
    patient = guard.patient()
    return permits(guard.actor(), Permission.THREAD_WRITE, Thing(patient.relation, patient.status))


def _id_in(name: str) -> uuid.UUID | None:
    return request.args.get(name, type=uuid.UUID)


def _thread(patient_id: uuid.UUID, thread_id: uuid.UUID) -> Thread:
    return queries.get_thread(patient_id, thread_id) or abort(404)


def _mark_read(patient_id: uuid.UUID, thread_id: uuid.UUID) -> frozenset[uuid.UUID]:
    """Note in a transaction of its own that the reader opens a thread; a page that cannot note it is still shown."""
    by, at = guard.actor(), guard.at()
    _thread(patient_id, thread_id)
    if request.method != "GET" or not queries.has_unread(thread_id, reader_id=by.user_id, is_patient=_is_patient()):
        return frozenset()
    shown = queries.get_conversation(thread_id, before=_id_in("before"), through=_id_in("through")).edges
    if shown is None:
        return frozenset()
    try:
        with db.short_write():
            fresh = service.mark_read(patient_id, thread_id, shown=shown, by=by, at=at)
            review.refresh(db.take_touched(), at=at)
    except (SQLAlchemyError, db.Busy):
        return frozenset()
    return fresh


def _infusions(patient_id: uuid.UUID) -> Sequence[SelectChoice]:
    """Return what staff may say that a thread is about; patients are not asked."""
    if _is_patient():
        return ()
    zone = guard.patient().time_zone
    latest = list(reversed(treatment.list_infusions(patient_id)))[:OFFERED_INFUSIONS]
    return [
        SelectChoice(str(one.id), _("Number %(n)s, %(day)s", n=one.number, day=day(one.happens_at, zone)))
        for one in latest
    ]


def _said(conversation: Conversation) -> dict[str, Any]:
    """Return what was said, and which of it the reader may still withdraw."""
    own = (
        (one for one in conversation.messages if not one.receipts and one.retracted_at is None) if _may_write() else ()
    )
    by, at = guard.actor().user_id, guard.at()
    return {
        "conversation": conversation,
        "brought": enclosing.brought([one.id for one in conversation.messages if one.retracted_at is None]),
        "withdrawable": {one.id for one in own if retraction.can_be(one.author_id, one.sent_at, by=by, at=at)},
    }


def _words_of(draft: Draft | None) -> dict[str, str]:
    return {"subject": draft.subject, "body": draft.body, "draft": draft.id.hex} if draft else {}


def _is_in_danger(draft: Draft | None) -> bool:
    """Return whether a patient just kept words of danger: nothing was sent, so that only they can be offered help."""
    since, language = guard.at() - danger.CARD_FOR, guard.actor().language
    return draft is not None and _is_patient() and draft.suggests_danger(language, since=since)


def _forget_draft(patient_id: uuid.UUID, where: str, form: MessageForm) -> None:
    begun = request.form.get("draft", type=uuid.UUID)
    drafts.forget(patient_id, drafts.place_of(where, form.sent_as), begun=begun, by=guard.actor())


def _beside_the_box(thread: Thread | None = None) -> dict[str, Any]:
    """Return what a patient reads beside the box: when somebody usually answers, and whom to call instead."""
    since = thread.owed_since if thread else None
    settings = clinic.current()
    return {
        "answered_by": settings.reply_by(since or guard.at()) if _is_patient() else None,
        "owed_since": since,
        "clinic_phone": settings.phone,
        "country": crisis.for_country(guard.patient().country),
        "templates": [] if _is_patient() else wording.list_templates(),
    }


def _thread_page(
    thread: Thread, form: AnswerForm, *, draft: Draft | None = None, fresh: frozenset[uuid.UUID] = frozenset()
) -> str:
    patient_id, before, through = thread.patient_id, _id_in("before"), _id_in("through")
    state = news_of.get_state(patient_id, thread.id)
    conversation = queries.get_conversation(thread.id, before=before, through=through)
    if conversation.messages:
        form.through.data = conversation.messages[-1].id.hex
    return render_template(
        "messaging/thread.html",
        thread=thread,
        about=treatment.get_infusion(patient_id, thread.about_infusion_id) if thread.about_infusion_id else None,
        about_check_in=check_ins.get_entry(patient_id, thread.about_check_in_id) if thread.about_check_in_id else None,
        state=state,
        **_said(conversation),
        is_latest=before is None and through is None,
        form=form,
        draft=draft,
        is_in_danger=_is_in_danger(draft),
        fresh=fresh,
        by_patient=_is_patient(),
        may_write=_may_write(),
        dangers=queries.list_dangers(thread.id, since=guard.at() - danger.CARD_FOR) if _is_patient() else [],
        **_team_side(thread, conversation),
        **_beside_the_box(thread),
    )


def _team_side(thread: Thread, shown: Conversation) -> dict[str, Any]:
    """Return what only the care team sees of a thread; of a patient's page it is no part at all."""
    if _is_patient():
        return {}
    told_as, at = guard.patient().user_id, guard.at()
    side = team_side.read(thread, shown.messages, clinic.current(), told_as=told_as, at=at)
    given_to = thread.assigned_to_id.hex if thread.assigned_to_id and not side.has_left else ""
    return {"side": side, "assign_form": AssignForm(formdata=None, team=side.team, user_id=given_to)}


def _sent(patient_id: uuid.UUID, thread_id: uuid.UUID) -> ResponseReturnValue:
    forget_kept()
    flash(_("Sent."), "good")
    just_sent = queries.list_dangers(thread_id, since=guard.at() - JUST_NOW) if _is_patient() else []
    place = "card" if any(just_sent) else "latest"
    return go_on(url_for(".thread", patient_id=patient_id, thread_id=thread_id, _anchor=place))
