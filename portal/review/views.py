"""The caseload."""

import uuid

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from portal import db
from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission, Thing, permits
from portal.instruments import queries as instruments
from portal.review import queries
from portal.review.forms import SearchForm
from portal.safety import queries as safety

blueprint = Blueprint("review", __name__)


@blueprint.get("/caseload")
@requires(Permission.CASELOAD_VIEW)
def caseload() -> ResponseReturnValue:
    in_care = request.args.get("show") != "others"
    page = queries.list_caseload(
        guard.actor().user_id, at=guard.at(), in_care=in_care, after=request.args.get("after", type=uuid.UUID)
    )
    alerts = safety.list_open(guard.actor().user_id, limit=5)
    may_approve = permits(guard.actor(), Permission.INSTRUMENT_APPROVE, Thing())
    waiting = len(instruments.list_waiting()) if may_approve else 0
    shown = {"page": page, "in_care": in_care, "alerts": alerts, "waiting": waiting, "form": SearchForm(None)}
    return render_template("review/caseload.html", **shown)


@blueprint.post("/caseload")
@requires(Permission.CASELOAD_VIEW, keeps=False)
def find() -> ResponseReturnValue:
    db.begin(write=False)
    form = SearchForm()
    if not form.validate():
        page = queries.list_caseload(guard.actor().user_id, at=guard.at())
        return render_template("review/caseload.html", page=page, in_care=True, alerts=[], waiting=0, form=form), 422
    page = queries.search_caseload(guard.actor().user_id, str(form.name.data), at=guard.at())
    return render_template("review/caseload.html", page=page, in_care=None, alerts=[], waiting=0, form=form)
