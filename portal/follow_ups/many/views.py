"""One text to a list of the caseload: written, looked through, started, watched."""

import uuid
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.follow_ups.many import queries, service
from portal.follow_ups.many.fitting import MOST
from portal.follow_ups.many.forms import ChosenForm, TextForm
from portal.follow_ups.many.models import BatchState, Place
from portal.follow_ups.many.queries import Standing
from portal.review import lists
from portal.review.lists import Clock, Show
from portal.treatment.rules import queries as rules
from portal.web.kept import forget_kept, kept_fields

blueprint = Blueprint("many", __name__)
OFFERED = {
    Show.IN_CARE: _l("Everybody in care"),
    Show.MINE: _l("Mine"),
    Show.UNANSWERED: _l("Unanswered"),
    Show.DUE: _l("Review due"),
    Show.WORSENING: _l("Worsening"),
    Show.SILENT: _l("Silent"),
    Show.INDUCTION: _l("In the series"),
}
STEPS = {"pause": BatchState.PAUSED, "go-on": BatchState.RUNNING, "stop": BatchState.STOPPED}


@blueprint.get("/follow-ups/many/new")
@requires(Permission.FOLLOW_UP_MANY)
def new() -> ResponseReturnValue:
    return _writing(TextForm(formdata=kept_fields()))


@blueprint.post("/follow-ups/many/new")
@requires(Permission.FOLLOW_UP_MANY)
def prepare() -> ResponseReturnValue:
    form, show, by = TextForm(), _show(), guard.actor()
    is_valid = form.validate()
    if not form.is_known() or not is_valid:
        return _writing(form), 422
    ids = lists.list_ids(by.user_id, show, _clock(), most=MOST + 1)
    whose: dict[str, Any] = {"show": show.value, "submission_id": form.sent_as, "by": by, "at": guard.at()}
    try:
        batch = service.prepare(form.text, ids, **whose)
    except service.Nobody:
        form.form_errors.append(_("Nobody is on this list, so there is nobody to write to."))
        return _writing(form), 422
    except service.TooMany:
        form.form_errors.append(_too_many())
        return _writing(form), 422
    except service.PreparedAlready:
        form.say_prepared_already()
        return _writing(form), 409
    forget_kept()
    return redirect(url_for(".show", batch_id=batch.id), 303)


@blueprint.get("/follow-ups/many/<uuid:batch_id>")
@requires(Permission.FOLLOW_UP_MANY)
def show(batch_id: uuid.UUID) -> ResponseReturnValue:
    return _page(_batch(batch_id), ChosenForm(formdata=None))


@blueprint.post("/follow-ups/many/<uuid:batch_id>")
@requires(Permission.FOLLOW_UP_MANY, keeps=False)
def start(batch_id: uuid.UUID) -> ResponseReturnValue:
    form, found = ChosenForm(), _batch(batch_id)
    try:
        if form.chosen is None:
            raise service.NotPossible
        service.start(batch_id, form.chosen, by=guard.actor(), at=guard.at())
    except service.Nobody:
        form.form_errors.append(_("Nobody is chosen, so there is nobody to write to. Tick at least one patient."))
        return _page(found, form), 422
    except service.TooMany:
        form.form_errors.append(_too_many())
        return _page(found, form), 422
    except service.NotPossible:
        form.form_errors.append(_("Somebody you chose is not on this list. Choose from those shown."))
        return _page(found, form), 422
    return redirect(url_for(".show", batch_id=batch_id), 303)


@blueprint.post("/follow-ups/many/<uuid:batch_id>/<step>")
@requires(Permission.FOLLOW_UP_MANY, keeps=False)
def turn(batch_id: uuid.UUID, step: str) -> ResponseReturnValue:
    _batch(batch_id)
    state = STEPS.get(step) or abort(404)
    try:
        service.turn(batch_id, state, by=guard.actor(), at=guard.at())
    except service.NotPossible:
        flash(_("It was over before you changed it."), "attention")
    return redirect(url_for(".show", batch_id=batch_id), 303)


@blueprint.get("/follow-ups/many/<uuid:batch_id>/news")
@requires(Permission.FOLLOW_UP_MANY, quiet=True)
def news(batch_id: uuid.UUID) -> ResponseReturnValue:
    found = _batch(batch_id)
    settled = found.counts.get(Place.SENT, 0) + found.counts.get(Place.LEFT_OUT, 0)
    state = f"{found.batch.state.value}-{settled}"
    if request.if_none_match.contains(state):
        return "", 304
    is_running = found.batch.state is BatchState.RUNNING
    html = render_template("follow_ups/_progress.html", **_shown(found))
    return {"state": state, "is_running": is_running, "html": html}


def _show() -> Show:
    wanted = request.args.get("show", "")
    return Show(wanted) if wanted in {one.value for one in OFFERED} else Show.IN_CARE


def _clock() -> Clock:
    today = guard.at().astimezone(ZoneInfo(guard.actor().time_zone)).date()
    return Clock.of(today, guard.at(), rules.current().rules.silent_days)


def _batch(batch_id: uuid.UUID) -> Standing:
    return queries.get(guard.actor().user_id, batch_id) or abort(404)


def _too_many() -> str:
    said = _("More than %(most)s patients are on this list. Choose a narrower one in the caseload.", most=MOST)
    return str(said)


def _writing(form: TextForm) -> str:
    shown, by = _show(), guard.actor()
    count = len(lists.list_ids(by.user_id, shown, _clock(), most=MOST + 1))
    said = ngettext("%(num)s patient", "%(num)s patients", count)
    about = _("more than %(most)s patients", most=MOST) if count > MOST else said
    return render_template("follow_ups/many_new.html", form=form, show=shown, offered=OFFERED, count=about)


def _shown(found: Standing) -> dict[str, Any]:
    lines = queries.list_recipients(found.batch.id, reader_id=guard.actor().user_id)
    return {"standing": found, "batch": found.batch, "counts": found.counts, "lines": lines, "offered": OFFERED}


def _page(found: Standing, form: ChosenForm) -> str:
    template = "preview" if found.batch.state is BatchState.DRAFT else "progress"
    return render_template(f"follow_ups/many_{template}.html", form=form, **_shown(found))
