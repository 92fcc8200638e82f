"""The medical director's page: how alerts are answered, and what is missing for the next one."""

from datetime import timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.clinic import queries as clinic
from portal.safety.measures import figures, queries
from portal.safety.measures.figures import Figures
from portal.safety.on_call import queries as on_call
from portal.safety.rules import DEFAULT_SET, by_code
from portal.safety.ruleset import queries as ruleset
from portal.web.filters import local_day
from portal.web.tables import as_csv

blueprint = Blueprint("measures", __name__)
PERIODS = (30, 90, 365)
HOUR, OLD = 60, timedelta(days=365)


@blueprint.get("/alerts/figures")
@requires(Permission.SAFETY_MEASURES)
def show() -> ResponseReturnValue:
    at, days = guard.at(), _days()
    alerts = queries.list_answered(at - timedelta(days=days))
    version = next(iter(ruleset.list_versions()), None)
    in_force = version.rule_set if version else DEFAULT_SET
    places = queries.list_places()
    return render_template(
        "measures/show.html",
        days=days,
        periods=PERIODS,
        now_waiting=queries.get_now(at),
        holes=on_call.list_holes(at),
        zone=clinic.current().time_zone,
        by_rule=figures.by_rule(alerts, (rule.code for rule in in_force.rules), at),
        whole=figures.of(alerts, at),
        is_cut=len(alerts) == queries.MOST_ALERTS,
        titles={rule.code: rule.title for rule in in_force.rules},
        rules=in_force,
        version=version,
        places=places,
        old_before=local_day(at) - OLD,
        missing=[place for place in places if not place.resources.lines],
        duration=duration,
    )


@blueprint.get("/alerts/figures.csv")
@requires(Permission.SAFETY_MEASURES)
def download() -> ResponseReturnValue:
    at, days = guard.at(), _days()
    alerts = queries.list_answered(at - timedelta(days=days))
    rules = ruleset.get().rules
    found = figures.by_rule(alerts, (rule.code for rule in rules), at)
    rows = [
        [code, _(rule.title) if (rule := by_code(code, rules)) else "", *_cells(one)] for code, one in found.items()
    ]
    rows.append([_("all"), "", *_cells(figures.of(alerts, at))])
    return as_csv(f"figures-{local_day(at)}-{days}-days", _head(), rows)


def duration(length: timedelta | None) -> str:
    """Return how long something took: minutes under two hours, hours and minutes under two days, then days."""
    if length is None:
        return ""
    minutes = round(length.total_seconds() / 60)
    if minutes < 2 * HOUR:
        return str(ngettext("%(num)s minute", "%(num)s minutes", minutes))
    if minutes < 48 * HOUR:
        return str(_("%(hours)s h %(minutes)s min", hours=minutes // HOUR, minutes=minutes % HOUR))
    return str(ngettext("%(num)s day", "%(num)s days", minutes // (24 * HOUR)))


def _days() -> int:
    asked = request.args.get("days", type=int)
    return asked if asked in PERIODS else PERIODS[1]


def _head() -> list[str]:
    return [
        *(
            _("Rule"),
            _("What it found"),
            _("Alerts"),
            _("On the worklist"),
            _("Ended by itself"),
            _("Not taken on yet"),
        ),
        *(_("Taken on"), _("Minutes until taken on, median"), _("Minutes until taken on, 95th percentile"), _("Late")),
        *(_("Told further"), _("Closed"), _("Closed as a false alarm")),
    ]


def _cells(one: Figures) -> list[int | float | None]:
    times = [None if time is None else round(time.total_seconds() / 60, 1) for time in (one.median, one.p95)]
    counts = (one.alerts, one.worklist, one.by_itself, one.waiting, one.taken_on)
    return [*counts, *times, one.late, one.went_further, one.closed, one.false_alarms]
