"""The caseload as a file: what the page shows, numbers as numbers and days as ISO dates."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from portal.instruments.change import Trend
from portal.review.lists import Clock
from portal.review.queries import Line
from portal.web.tables import Cell
from portal.web.words import condition, not_heard, words


def head() -> list[str]:
    """Return the names of the columns."""
    return [
        *(_("Patient"), _("Conditions"), _("Status"), _("Needs"), _("Phase")),
        *(_("Treatments given"), _("Last treatment"), _("Days since"), _("Next planned")),
        *(_("Scale"), _("Score now"), _("Prorated"), _("Score from"), _("Severity")),
        *(_("Baseline"), _("Change from baseline"), _("Best"), _("Change from best"), _("Trend")),
        *(_("Open alerts"), _("Overdue check-ins"), _("Unread check-ins"), _("Unread messages")),
        *(_("Last check-in"), _("Review on"), _("Review due")),
        *(_("Answer owed since"), _("Answer overdue"), _("Words of danger")),
    ]


def rows(lines: Sequence[Line], at: datetime, zone: ZoneInfo, clock: Clock) -> Iterator[list[Cell]]:
    """Yield a row for each line.

    Args:
        lines: what is listed.
        at: now, aware.
        zone: the reader's; instants are written as their days in it, treatments as the patient's own days.
        clock: what only time changes.
    """
    today = at.astimezone(zone).date()
    for line in lines:
        yield [
            *_who(line),
            *_treated(line, at, zone),
            *_scored(line, zone),
            *_waiting(line, today, zone),
            *_owed(line, clock, zone),
        ]


def _who(line: Line) -> list[Cell]:
    conditions = ", ".join(condition(one) for one in line.conditions)
    return [line.name, conditions, words(line.status), words(line.need), words(line.phase)]


def _treated(line: Line, at: datetime, zone: ZoneInfo) -> list[Cell]:
    following = _day(line.next_infusion_at, zone)
    return [line.infusions_done, _iso(line.last_infusion_on), line.days_since_infusion(at), _iso(following)]


def _scored(line: Line, zone: ZoneInfo) -> list[Cell]:
    def points(value: float | None) -> Cell:
        return int(value) if value is not None and value.is_integer() and not line.scale.digits else value

    return [
        *(line.instrument_title, points(line.latest), _yes(line.is_prorated) if line.latest is not None else None),
        *(_iso(_day(line.latest_at, zone)), line.latest_band),
        *(points(line.baseline), points(line.since(line.baseline)), points(line.best), points(line.since(line.best))),
        _trend(line),
    ]


def _trend(line: Line) -> Cell:
    """Return where the score is heading; of somebody who has gone silent nobody knows."""
    said = words(line.trend) if line.trend else None
    if line.unheard is None:
        return said
    silent = not_heard(line.unheard)
    return silent if line.trend in (None, Trend.STEADY) else f"{silent} ({said})"


def _waiting(line: Line, today: date, zone: ZoneInfo) -> list[Cell]:
    counts = [line.open_alerts, line.overdue, line.unreviewed, line.unread]
    due = line.review_on is not None and line.review_on <= today
    return [*counts, _iso(_day(line.last_check_in_at, zone)), _iso(line.review_on), _yes(due)]


def _owed(line: Line, clock: Clock, zone: ZoneInfo) -> list[Cell]:
    overdue = _yes(clock.is_overdue(line.owed_since)) if line.owed_since else None
    return [_iso(_day(line.owed_since, zone)), overdue, _yes(line.is_in_danger) if line.owed_since else None]


def _yes(answer: bool) -> str:
    return str(_("yes") if answer else _("no"))


def _day(at: datetime | None, zone: ZoneInfo) -> date | None:
    return at.astimezone(zone).date() if at else None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
