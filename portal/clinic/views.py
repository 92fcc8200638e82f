"""The clinic's own settings."""

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.clinic import queries, service
from portal.clinic.forms import ClinicForm, HolidayForm
from portal.clinic.service import AlreadyHoliday
from portal.web.filters import local_day
from portal.web.kept import forget_kept, typed

blueprint = Blueprint("clinic", __name__)


@blueprint.route("/clinic", methods=["GET", "POST"])
@requires(Permission.CLINIC_MANAGE)
def settings() -> ResponseReturnValue:
    form = _form(typed())
    if not form.validate_on_submit():
        return _page(form, HolidayForm(None))
    service.change(form.settings, by=guard.actor(), at=guard.at())
    forget_kept()
    flash(_("Saved."), "good")
    return redirect(url_for("clinic.settings"), 303)


@blueprint.post("/clinic/holidays")
@requires(Permission.CLINIC_MANAGE)
def add_holiday() -> ResponseReturnValue:
    form = HolidayForm()
    if not form.validate():
        return _page(_form(), form)
    try:
        service.add_holiday(form.on.data, form.name.data, by=guard.actor(), at=guard.at())
    except AlreadyHoliday:
        form.on.errors = [_("The clinic is closed on this day already")]
        return _page(_form(), form)
    flash(_("Saved. The clinic is closed on that day."), "good")
    return redirect(url_for("clinic.settings"), 303)


@blueprint.post("/clinic/holidays/<uuid:holiday_id>/remove")
@requires(Permission.CLINIC_MANAGE)
def remove_holiday(holiday_id: uuid.UUID) -> ResponseReturnValue:
    if service.remove_holiday(holiday_id, by=guard.actor(), at=guard.at()):
        flash(_("Saved. The clinic is open on that day as usual."), "good")
    return redirect(url_for("clinic.settings"), 303)


def _form(sent: Any = None) -> ClinicForm:
    """Return the form: with what was sent, else with the settings as they stand."""
    clinic = queries.get()
    days = clinic.opening.week.items()
    hours = {f"{day}_{end}": at for day, span in days for end, at in zip(("opens", "closes"), span, strict=True)}
    return ClinicForm(sent, obj=clinic, data=hours)


def _page(form: ClinicForm, holiday_form: HolidayForm) -> ResponseReturnValue:
    holidays = queries.list_holidays(local_day(guard.at()))
    wrong = form.errors or holiday_form.errors
    page = render_template("clinic/settings.html", form=form, holiday_form=holiday_form, holidays=holidays)
    return page, 422 if wrong else 200
