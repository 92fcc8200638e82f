"""The rota: who is on call, and when nobody is."""

import uuid
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission, Thing, permits
from portal.clinic import hours
from portal.clinic import queries as clinic
from portal.safety.on_call import cover as rota
from portal.safety.on_call import days, queries, service
from portal.safety.on_call.cover import Span
from portal.safety.on_call.forms import ShiftForm
from portal.safety.on_call.queries import LOOKED_AHEAD
from portal.web.filters import local_day
from portal.web.kept import forget_kept, kept_fields

blueprint = Blueprint("on_call", __name__)


@blueprint.get("/on-call")
@requires(Permission.ON_CALL_VIEW)
def index() -> ResponseReturnValue:
    return _page(ShiftForm(kept_fields()))


@blueprint.post("/on-call")
@requires(Permission.ON_CALL_EDIT)
def add() -> ResponseReturnValue:
    form, zone = ShiftForm(), clinic.current().time_zone

    def put() -> None:
        service.add(
            uuid.UUID(form.user_id.data),
            form.spans(zone, at=guard.at()),
            stamp=form.sent_as,
            by=guard.actor(),
            at=guard.at(),
        )

    if not form.validate() or not form.put_on(put, zone):
        return _page(form)
    forget_kept()
    flash(_("Saved. It is on the rota."), "good")
    return redirect(url_for("on_call.index"), 303)


@blueprint.post("/on-call/<uuid:shift_id>/remove")
@requires(Permission.ON_CALL_EDIT)
def remove(shift_id: uuid.UUID) -> ResponseReturnValue:
    if service.remove(shift_id, by=guard.actor(), at=guard.at()):
        flash(_("Saved. It is off the rota."), "good")
    return redirect(url_for("on_call.index"), 303)


@blueprint.app_template_global("rota_holes")
def holes() -> list[Span]:
    """Return when nobody will be on call, for the banner of those who keep the rota; nothing for anybody else."""
    return queries.list_holes(guard.at()) if _may_edit() else []


@blueprint.app_template_global("rota_zone")
def zone() -> str:
    """Return the zone in which everybody reads the rota."""
    return clinic.current().time_zone


def _may_edit() -> bool:
    return permits(guard.actor(), Permission.ON_CALL_EDIT, Thing())


def _page(form: ShiftForm) -> ResponseReturnValue:
    at, settings = guard.at(), clinic.current()
    lines = queries.list_shifts(at - timedelta(days=1), at + queries.FURTHEST)
    cover = queries.get_cover(at)
    holes = rota.holes(cover, at, at + LOOKED_AHEAD)
    named = [(one.name, (one.starts_at, one.ends_at)) for one in lines if one.counts]
    today = local_day(at, settings.time_zone)
    page = render_template(
        "on_call/index.html",
        form=form,
        zone=settings.time_zone,
        on_call=settings.on_call,
        closes_at=hours.open_until(settings.opening, at),
        holes=holes,
        on_now=[one for one in lines if one.counts and one.starts_at <= at < one.ends_at],
        days=days.days(today, LOOKED_AHEAD.days, settings.opening, named, holes),
        shifts=[one for one in lines if one.ends_at > at],
        removed=queries.list_removed(at),
        may_edit=_may_edit(),
        most=queries.MOST_SHOWN,
    )
    return page, 422 if form.errors or form.form_errors else 200
