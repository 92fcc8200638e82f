"""Who is on call at the demo clinic: week and week about, with one weekend that nobody has taken yet."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.access.policy import Actor
from portal.clinic import service as clinic
from portal.clinic.hours import OnCall
from portal.safety.on_call import service
from portal.safety.on_call.cover import Span

HANDOVER = time(9)
BEA_DAYS_AGO = 12
"""The evening on which one of Cal's patients needed somebody, and Bea was on call."""
WEEKS_BACK, WEEKS_AHEAD = 3, 6
HOLE_IN_WEEK, HOLE_FROM_DAY, HOLE_HOURS = 1, 5, 33


def lay_out(staff: Mapping[str, Actor], zone: str, *, now: datetime, at: datetime) -> None:
    """Say when somebody is to be on call, and put the weeks around today on the rota.

    Args:
        staff: the demo's people by their keys.
        zone: the clinic's.
        now: the moment the year of the demo ends.
        at: when the rota was written.
    """
    by = staff["bea"]
    clinic.change({"on_call": OnCall.WHEN_CLOSED}, by=staff["eve"], at=at)
    spans: dict[str, list[Span]] = {"bea": [], "cal": []}
    beas = (now.astimezone(ZoneInfo(zone)).weekday() - BEA_DAYS_AGO) // 7
    for week in range(-WEEKS_BACK, WEEKS_AHEAD):
        spans["cal" if (week - beas) % 2 else "bea"] += _week(week, zone, now)
    for key, found in spans.items():
        service.add(staff[key].user_id, found, by=by, at=at)


def _week(week: int, zone: str, now: datetime) -> list[Span]:
    first = _monday(zone, now) + timedelta(weeks=week)
    start, end = _at(first, zone), _at(first + timedelta(weeks=1), zone)
    if week != HOLE_IN_WEEK:
        return [(start, end)]
    gone = _at(first + timedelta(days=HOLE_FROM_DAY), zone)
    return [(start, gone), (gone + timedelta(hours=HOLE_HOURS), end)]


def _monday(zone: str, now: datetime) -> date:
    today = now.astimezone(ZoneInfo(zone)).date()
    return today - timedelta(days=today.weekday())


def _at(on: date, zone: str) -> datetime:
    return datetime.combine(on, HANDOVER, ZoneInfo(zone)).astimezone(UTC)
