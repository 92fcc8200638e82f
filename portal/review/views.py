"""The caseload."""

import uuid
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from portal import db
from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission, Role, Thing, permits
from portal.audit import service as audit
from portal.clinic import queries as clinic
from portal.follow_ups import queries as follow_ups
from portal.instruments import queries as instruments
from portal.review import first, lists, queries
from portal.review.forms import SearchForm
from portal.review.lists import Clock, Show
from portal.treatment.rules import queries as rules
from portal.web import caseload_table
from portal.web.tables import as_csv

blueprint = Blueprint("review", __name__)


@blueprint.get("/caseload")
@requires(Permission.CASELOAD_VIEW)
def caseload() -> ResponseReturnValue:
    show, clock, by = _show(), _clock(), guard.actor()
    where = {name: request.args.get(name, type=uuid.UUID) for name in ("after", "before")}
    page = queries.list_caseload(by.user_id, show, clock, at=guard.at(), **where)
    may_approve = permits(by, Permission.INSTRUMENT_APPROVE, Thing())
    return _page(
        page,
        show,
        clock,
        first=first.list_first(by.user_id),
        waiting=len(instruments.list_waiting()) if may_approve else 0,
        to_decide=follow_ups.count_to_decide(by.user_id),
    )


@blueprint.post("/caseload")
@requires(Permission.CASELOAD_VIEW, keeps=False)
def find() -> ResponseReturnValue:
    db.begin(write=False)
    form, clock, by = SearchForm(), _clock(), guard.actor()
    if not form.validate():
        page = queries.list_caseload(by.user_id, Show.IN_CARE, clock, at=guard.at())
        return _page(page, Show.IN_CARE, clock, form), 422
    page = queries.search_caseload(by.user_id, str(form.name.data), at=guard.at())
    return _page(page, None, clock, form)


@blueprint.get("/caseload.csv")
@requires(Permission.CASELOAD_VIEW)
def export() -> Response:
    by, at, clock = guard.actor(), guard.at(), _clock()
    lines = list(queries.walk_caseload(by.user_id, _show(), clock, at=at))
    table = caseload_table.rows(lines, at, ZoneInfo(by.time_zone), clock)
    with db.short_write():
        audit.record("caseload:exported", by=by, at=at, patients=len(lines))
    return as_csv("caseload", caseload_table.head(), table)


def _page(page: queries.Page, show: Show | None, clock: Clock, form: SearchForm | None = None, **shown: Any) -> str:
    by = guard.actor()
    counts = lists.count(by.user_id, clock)
    if by.role is not Role.PROVIDER:
        del counts[Show.MINE]
    found: dict[str, Any] = {"page": page, "show": show, "clock": clock, "counts": counts, "most": lists.COUNTED}
    return render_template("review/caseload.html", form=form or SearchForm(None), **found | shown)


def _show() -> Show:
    wanted = request.args.get("show", "")
    return Show(wanted) if wanted in set(Show) else Show.IN_CARE


def _clock() -> Clock:
    overdue_since = clinic.current().owed_too_long(guard.at())
    return Clock.of(_today(), guard.at(), rules.current().rules.silent_days, overdue_since)


def _today() -> date:
    return guard.at().astimezone(ZoneInfo(guard.actor().time_zone)).date()
