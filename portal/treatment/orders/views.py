"""Signing and withdrawing orders."""

import uuid

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.treatment import queries as treatment
from portal.treatment.models import InfusionStatus
from portal.treatment.orders import queries, service
from portal.treatment.orders.forms import OrderForm, WithdrawForm, suggested
from portal.treatment.orders.queries import Order
from portal.treatment.problems import Stale
from portal.treatment.queries import InfusionRow
from portal.treatment.rules import queries as rules
from portal.treatment.screening import queries as screening
from portal.web.kept import forget_kept, kept_fields

blueprint = Blueprint("orders", __name__)
_INFUSION = "/patients/<uuid:patient_id>/treatments/<uuid:course_id>/<uuid:infusion_id>"


@blueprint.get(f"{_INFUSION}/order")
@requires(Permission.TREATMENT_SIGN)
def new(patient_id: uuid.UUID, course_id: uuid.UUID, infusion_id: uuid.UUID) -> ResponseReturnValue:
    row = _infusion(patient_id, course_id, infusion_id)
    now = queries.get_in_force(patient_id, infusion_id)
    last = now or queries.get_latest(patient_id)
    typed = suggested(row, last, rules.current().rules.during.hard) | {"replaces": str(now.id) if now else ""}
    return _page(OrderForm(formdata=kept_fields(), data=typed), row, now)


@blueprint.post(f"{_INFUSION}/order")
@requires(Permission.TREATMENT_SIGN)
def sign(patient_id: uuid.UUID, course_id: uuid.UUID, infusion_id: uuid.UUID) -> ResponseReturnValue:
    row, form = _infusion(patient_id, course_id, infusion_id), OrderForm()
    try:
        if form.validate() and form.kept(lambda: _sign(row, patient_id, form), guard.patient().time_zone):
            return _saved(row, patient_id, _("The order is signed."))
    except Stale:
        now = queries.get_in_force(patient_id, infusion_id)
        form.replaces.data = str(now.id) if now else ""
        return _page(form, row, now, is_stale=True)
    return _page(form, row, queries.get_in_force(patient_id, infusion_id))


@blueprint.get(f"{_INFUSION}/order/<uuid:order_id>/withdraw")
@requires(Permission.TREATMENT_SIGN)
def withdraw(
    patient_id: uuid.UUID, course_id: uuid.UUID, infusion_id: uuid.UUID, order_id: uuid.UUID
) -> ResponseReturnValue:
    row = _infusion(patient_id, course_id, infusion_id)
    return _withdraw_page(WithdrawForm(formdata=kept_fields()), row, _order(patient_id, infusion_id, order_id))


@blueprint.post(f"{_INFUSION}/order/<uuid:order_id>/withdraw")
@requires(Permission.TREATMENT_SIGN)
def take_back(
    patient_id: uuid.UUID, course_id: uuid.UUID, infusion_id: uuid.UUID, order_id: uuid.UUID
) -> ResponseReturnValue:
    row, order = _infusion(patient_id, course_id, infusion_id), _order(patient_id, infusion_id, order_id)
    form = WithdrawForm()
    if form.validate() and form.kept(lambda: _withdraw(patient_id, order, form), guard.patient().time_zone):
        return _saved(row, patient_id, _("The order is withdrawn."))
    return _withdraw_page(form, row, order)


def _infusion(patient_id: uuid.UUID, course_id: uuid.UUID, infusion_id: uuid.UUID) -> InfusionRow:
    found = treatment.get_infusion(patient_id, infusion_id)
    return found if found and found.course_id == course_id else abort(404)


def _order(patient_id: uuid.UUID, infusion_id: uuid.UUID, order_id: uuid.UUID) -> Order:
    every = queries.list_orders(patient_id, infusion_id)
    return next((order for order in every if order.id == order_id), None) or abort(404)


def _sign(row: InfusionRow, patient_id: uuid.UUID, form: OrderForm) -> None:
    service.sign_order(
        patient_id,
        row.id,
        form.draft(),
        order_id=form.sent_as,
        replaces=form.replaced,
        by=guard.actor(),
        at=guard.at(),
    )


def _withdraw(patient_id: uuid.UUID, order: Order, form: WithdrawForm) -> None:
    service.withdraw_order(patient_id, order.id, reason=form.reason.data, by=guard.actor(), at=guard.at())


def _saved(row: InfusionRow, patient_id: uuid.UUID, said: str) -> ResponseReturnValue:
    forget_kept()
    flash(said, "good")
    to = url_for("treatment.edit_infusion", patient_id=patient_id, course_id=row.course_id, infusion_id=row.id)
    return redirect(to, 303)


def _page(form: OrderForm, row: InfusionRow, now: Order | None, *, is_stale: bool = False) -> ResponseReturnValue:
    page = render_template(
        "orders/new.html",
        form=form,
        row=row,
        order=now,
        can_order=row.status is InfusionStatus.PLANNED,
        standing=screening.standing(guard.patient().id),
        clinics=rules.current().rules.during.hard,
        is_stale=is_stale,
    )
    return page, 409 if is_stale else 422 if form.error_summary else 200


def _withdraw_page(form: WithdrawForm, row: InfusionRow, order: Order) -> ResponseReturnValue:
    page = render_template("orders/withdraw.html", form=form, row=row, order=order)
    return page, 422 if form.error_summary else 200
