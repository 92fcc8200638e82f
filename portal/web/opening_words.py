"""A clinic's week in words: which days, from when until when, by the clock on its own wall."""

from itertools import groupby

from babel.dates import format_time, get_day_names
from babel.lists import format_list
from flask_babel import gettext as _

from portal.clinic.hours import WEEKDAYS, Opening
from portal.web import filters


def opening(week: Opening | None, reader_zone: str = "") -> str:
    """Return "Monday to Friday, 9:00 AM to 5:00 PM"; "" where no day is open or nothing is known.

    Args:
        week: the clinic's hours.
        reader_zone: where the reader is; elsewhere than the clinic, they read by whose clock it is.
    """
    if week is None or not week.week:
        return ""
    days = list(enumerate(WEEKDAYS))
    runs = [
        [number for number, _name in run] for hours, run in groupby(days, lambda day: week.week.get(day[1])) if hours
    ]
    said = format_list([_run(run, week) for run in runs], style="unit", locale=filters.locale())
    if reader_zone in ("", week.time_zone):
        return said
    return str(_("%(hours)s by the clock of the clinic (%(place)s)", hours=said, place=_place(week.time_zone)))


def _run(days: list[int], week: Opening) -> str:
    names = get_day_names("wide", locale=filters.locale())
    hours = week.week[WEEKDAYS[days[0]]]
    opens, closes = (filters.undotted(format_time(one, "short", locale=filters.locale())) for one in hours)
    values = {"first": names[days[0]], "last": names[days[-1]], "opens": opens, "closes": closes}
    if len(days) == 1:
        return str(_("%(first)s, %(opens)s to %(closes)s", **values))
    return str(_("%(first)s to %(last)s, %(opens)s to %(closes)s", **values))


def _place(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")
