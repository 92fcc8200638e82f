"""A nurse's first page: whom she sees today, in which order, and what she must know before she knocks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.treatment.day import cards, queries
from portal.web.filters import local_day

blueprint = Blueprint("day", __name__)
DAY = timedelta(days=1)
FARTHEST = timedelta(days=3660)


@blueprint.get("/day")
@requires(Permission.TREATMENT_DAY)
def show() -> ResponseReturnValue:
    actor = guard.actor()
    today = local_day(guard.at(), actor.time_zone)
    on = _asked(today)
    start, end = _start(on, actor.time_zone), _start(on + DAY, actor.time_zone)
    found = cards.list_cards(actor.user_id, start, end)
    is_empty = not any(card.visit.takes_place for card in found)
    following = queries.next_after(actor.user_id, max(end, guard.at())) if is_empty else None
    shown = {"cards": found, "following": following, "is_empty": is_empty, "local_day": local_day}
    return render_template("day/show.html", on=on, today=today, before=on - DAY, after=on + DAY, **shown)


def _asked(today: date) -> date:
    """Return the day that was asked for; today where none was, or none that is near enough to be meant."""
    on = request.args.get("on", today, type=date.fromisoformat)
    return on if abs(on - today) <= FARTHEST else today


def _start(on: date, zone: str) -> datetime:
    return datetime.combine(on, time(), ZoneInfo(zone)).astimezone(UTC)
