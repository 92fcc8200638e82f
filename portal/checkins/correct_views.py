"""Correcting what was sent: a patient their own answers, the team what one of them has typed in."""

import uuid

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.checkins import forms, queries, service
from portal.checkins.answering_forms import help_values, take
from portal.checkins.forms import AnswerForm
from portal.checkins.models import CheckIn, Mode
from portal.instruments import catalogue, own_words
from portal.safety.help import Help
from portal.web.kept import forget_kept, kept_fields

blueprint = Blueprint("corrections", __name__)


@blueprint.get("/patients/<uuid:patient_id>/check-ins/<uuid:check_in_id>/correct")
@requires(Permission.CHECK_IN_SUBMIT)
def correct(patient_id: uuid.UUID, check_in_id: uuid.UUID) -> ResponseReturnValue:
    return _begin(patient_id, check_in_id)


@blueprint.post("/patients/<uuid:patient_id>/check-ins/<uuid:check_in_id>/correct")
@requires(Permission.CHECK_IN_SUBMIT)
def send(patient_id: uuid.UUID, check_in_id: uuid.UUID) -> ResponseReturnValue:
    return _take(patient_id, check_in_id)


@blueprint.get("/patients/<uuid:patient_id>/check-ins/<uuid:entered_id>/amend")
@requires(Permission.CHECK_IN_ENTER)
def amend(patient_id: uuid.UUID, entered_id: uuid.UUID) -> ResponseReturnValue:
    return _begin(patient_id, entered_id)


@blueprint.post("/patients/<uuid:patient_id>/check-ins/<uuid:entered_id>/amend")
@requires(Permission.CHECK_IN_ENTER)
def send_amendment(patient_id: uuid.UUID, entered_id: uuid.UUID) -> ResponseReturnValue:
    return _take(patient_id, entered_id)


def _begin(patient_id: uuid.UUID, check_in_id: uuid.UUID) -> ResponseReturnValue:
    latest = (queries.list_versions(patient_id, check_in_id) or abort(404))[-1]
    if not _may_correct(latest):
        abort(404)
    if latest.id != check_in_id:
        return redirect(_address(latest), 303)
    definition = own_words.worded(catalogue.current().get(latest.instrument, latest.version), guard.actor().language)
    return _page(latest, forms.begin_correction(definition, latest, at=guard.at(), kept=kept_fields()))


def _take(patient_id: uuid.UUID, check_in_id: uuid.UUID) -> ResponseReturnValue:
    versions = queries.list_versions(patient_id, check_in_id) or abort(404)
    if not _may_correct(versions[-1]):
        abort(404)
    check_in = next(one for one in versions if one.id == check_in_id)
    definition = own_words.worded(
        catalogue.current().get(check_in.instrument, check_in.version), guard.actor().language
    )
    form = forms.answer_form(definition, check_in.asked)(request.form)
    return take(
        form,
        lambda: _sent(check_in, form),
        lambda offered: _page(check_in, form, offered),
        already=_("You sent this before with other answers. To change them again, send it now."),
        corrects=check_in,
    )


def _address(check_in: CheckIn) -> str:
    if guard.actor().patient_id == check_in.patient_id:
        return url_for(".correct", patient_id=check_in.patient_id, check_in_id=check_in.id)
    return url_for(".amend", patient_id=check_in.patient_id, entered_id=check_in.id)


def _may_correct(check_in: CheckIn) -> bool:
    """A clinician's own rating is not for the patient to change, nor the patient's own answers for the team."""
    if guard.actor().patient_id == check_in.patient_id:
        return check_in.mode is not Mode.CLINICIAN
    return check_in.mode is not Mode.SELF


def _sent(check_in: CheckIn, form: AnswerForm) -> ResponseReturnValue:
    is_own = guard.actor().patient_id == check_in.patient_id
    mode = Mode.SELF if is_own else check_in.mode
    sent = service.correct(guard.patient(), check_in, form.sheet(), by=guard.actor(), at=guard.at(), mode=mode)
    forget_kept()
    if sent.is_new:
        flash(_("Saved."), "good")
    return redirect(url_for("checkins.show", patient_id=check_in.patient_id, check_in_id=sent.check_in_id), 303)


def _page(check_in: CheckIn, form: AnswerForm, offered: Help | None = None) -> str:
    is_own = guard.actor().patient_id == check_in.patient_id
    page = "checkins/correct.html" if is_own else "checkins/amend.html"
    return render_template(
        page,
        check_in=check_in,
        form=form,
        definition=form.definition,
        since=form.milliseconds_since(guard.at()),
        **help_values(offered, check_in.instrument),
    )
