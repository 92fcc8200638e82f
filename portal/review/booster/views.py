"""The review before a booster: the sheet, the decision that is signed under it, and those that were."""

import uuid
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission, Role, Thing, permits
from portal.clinic import queries as clinic
from portal.patients import queries as patients
from portal.review.booster import live, queries, service
from portal.review.booster.forms import DecisionForm, WithdrawForm, days_offered
from portal.review.booster.meanwhile import Meanwhile, Opened
from portal.review.booster.queries import Signed
from portal.review.booster.service import Drawn
from portal.web import follow_up_box, review_sheet
from portal.web.kept import forget_kept, kept_fields
from portal.web.review_sheet import About

blueprint = Blueprint("booster", __name__)


@blueprint.get("/patients/<uuid:patient_id>/review")
@requires(Permission.REVIEW_VIEW)
def show(patient_id: uuid.UUID) -> ResponseReturnValue:
    typed = kept_fields()
    form = DecisionForm(formdata=typed)
    return _page(form, form.opened if typed else None)


@blueprint.post("/patients/<uuid:patient_id>/review")
@requires(Permission.REVIEW_SIGN)
def sign(patient_id: uuid.UUID) -> ResponseReturnValue:
    form = DecisionForm()
    opened, signed = form.opened, list[uuid.UUID]()
    try:
        is_valid = form.validate()
        if (
            form.is_day_right(_today(), guard.patient().time_zone)
            and is_valid
            and form.kept(lambda: signed.append(_sign(patient_id, form, opened)), guard.patient().time_zone)
        ):
            forget_kept()
            flash(_("The review is signed."), "good")
            return redirect(url_for(".kept", patient_id=patient_id, review_id=signed[0]), 303)
    except live.Changed:
        return _page(form, opened, is_refused=True)
    return _page(form, opened, is_refused=True)


@blueprint.get("/patients/<uuid:patient_id>/reviews")
@requires(Permission.REVIEW_VIEW)
def index(patient_id: uuid.UUID) -> ResponseReturnValue:
    return render_template("booster/index.html", reviews=queries.list_reviews(patient_id))


@blueprint.get("/patients/<uuid:patient_id>/reviews/<uuid:review_id>")
@requires(Permission.REVIEW_VIEW)
def kept(patient_id: uuid.UUID, review_id: uuid.UUID) -> ResponseReturnValue:
    return _kept_page(patient_id, review_id, WithdrawForm(formdata=kept_fields()))


@blueprint.post("/patients/<uuid:patient_id>/reviews/<uuid:review_id>")
@requires(Permission.REVIEW_SIGN)
def withdraw(patient_id: uuid.UUID, review_id: uuid.UUID) -> ResponseReturnValue:
    if queries.get_review(patient_id, review_id) is None:
        abort(404)
    form = WithdrawForm()
    if form.validate() and form.kept(lambda: _withdraw(patient_id, review_id, form), guard.patient().time_zone):
        forget_kept()
        flash(_("The review is withdrawn."), "good")
        return redirect(url_for(".kept", patient_id=patient_id, review_id=review_id), 303)
    return _kept_page(patient_id, review_id, form)


def _today() -> date:
    return service.earliest_day(guard.patient().time_zone, guard.actor(), guard.at())


def _may_sign() -> bool:
    patient = guard.patient()
    return permits(guard.actor(), Permission.REVIEW_SIGN, Thing(patient.relation, patient.status))


def _sign(patient_id: uuid.UUID, form: DecisionForm, opened: Opened | None) -> uuid.UUID:
    review = service.sign(
        patient_id,
        form.decided(),
        submission_id=form.sent_as,
        draw=lambda: _draw(opened, form.reason.data),
        by=guard.actor(),
        at=guard.at(),
    )
    return review.id


def _draw(opened: Opened | None, reason: str) -> Drawn:
    gathered, last = live.as_read(guard.patient(), opened, at=guard.at())
    assert opened is not None
    return review_sheet.kept(gathered, _about(last), opened.as_of, reason)


def _withdraw(patient_id: uuid.UUID, review_id: uuid.UUID, form: WithdrawForm) -> None:
    service.withdraw(patient_id, review_id, reason=form.reason.data, by=guard.actor(), at=guard.at())


def _about(last: Signed | None) -> About:
    patient = guard.patient()
    providers = (one.name for one in patients.list_team(patient.id) if one.role is Role.PROVIDER)
    return About(clinic.display_name(), patient, tuple(providers), last)


def _page(form: DecisionForm, read: Opened | None, *, is_refused: bool = False) -> ResponseReturnValue:
    """Show the sheet as it is now, with what was typed, and what differs from the sheet that somebody read.

    A form that was sent without saying which sheet it goes with counts as one that was read too long ago.
    """
    patient, at = guard.patient(), guard.at()
    found = live.get_live(patient, read, at=at)
    since = found.since or Meanwhile(is_too_old=is_refused)
    form.show(found.opened)
    page = render_template(
        "booster/show.html",
        form=form,
        sheet=review_sheet.markup(found.gathered, _about(found.last), at, new=since.new),
        since=since,
        may_sign=_may_sign(),
        days=days_offered(_today()),
        follow_up=follow_up_box.beside(),
    )
    status = 409 if since.is_any else 422
    return page, status if is_refused else 200


def _kept_page(patient_id: uuid.UUID, review_id: uuid.UUID, form: WithdrawForm) -> ResponseReturnValue:
    review, sheet = queries.get_review(patient_id, review_id) or abort(404)
    page = render_template(
        "booster/kept.html",
        review=review,
        sheet_language=sheet.language,
        # What a signature keeps was drawn by our own macros, which escaped every value in it.
        sheet=Markup(sheet.markup),  # noqa: S704
        form=form,
        may_sign=_may_sign(),
    )
    return page, 422 if form.error_summary else 200
