"""How templates say dates, times and numbers: in the reader's language and, for moments, in the reader's time zone."""

from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_decimal
from flask import Flask
from flask_babel import get_locale, get_timezone, gettext, ngettext


def locale() -> Locale:
    """Return the reader's language; English outside a request."""
    return get_locale() or Locale("en")


def language() -> str:
    """Return the reader's language as HTML writes it, like "en" or "pt-BR"."""
    return str(locale()).replace("_", "-")


def place(zone: str) -> tzinfo:
    """Return the time zone of that name; the reader's where it is ""."""
    return ZoneInfo(zone) if zone else get_timezone()


def local_day(value: date | datetime, zone: str = "") -> date:
    """Return the day a moment falls on for the reader, or in `zone`; a date is that day already."""
    return value.astimezone(place(zone)).date() if isinstance(value, datetime) else value


def day(value: date | datetime | None, zone: str = "") -> str:
    """Return "March 27, 2026"."""
    return "" if value is None else str(format_date(local_day(value, zone), "long", locale=locale()))


def day_short(value: date | datetime | None, zone: str = "") -> str:
    """Return "Mar 27"."""
    return "" if value is None else str(format_skeleton("MMMd", local_day(value, zone), locale=locale()))


def weekday(value: date | datetime | None, zone: str = "") -> str:
    """Return "Fri, Mar 27"."""
    return "" if value is None else str(format_skeleton("MMMEd", local_day(value, zone), locale=locale()))


def clock_time(value: datetime | None, zone: str = "") -> str:
    """Return "2:05 PM"."""
    return "" if value is None else undotted(format_time(value, "short", tzinfo=place(zone), locale=locale()))


def undotted(time: str) -> str:
    """Return a time of day without full stops: "2:05 p.m." would give the sentence it ends another one."""
    return str(time).replace(".\u202fm.", "m").replace(".\xa0m.", "m").replace(".m.", "m")


def moment(value: datetime | None, zone: str = "") -> str:
    """Return "March 27, 2026, 2:05 PM"."""
    if value is None:
        return ""
    return str(gettext("%(day)s, %(time)s", day=day(value, zone), time=clock_time(value, zone)))


def ago(value: date | datetime | None, now: date | datetime) -> str:
    """Return how far a day lies from today in words, and the day itself where it is more than two weeks."""
    if value is None:
        return ""
    away = (local_day(value) - local_day(now)).days
    if abs(away) > 14:
        return day(value)
    near = {0: gettext("today"), -1: gettext("yesterday"), 1: gettext("tomorrow")}
    if away in near:
        return str(near[away])
    past = ngettext("%(num)s day ago", "%(num)s days ago", -away)
    return str(past if away < 0 else ngettext("in %(num)s day", "in %(num)s days", away))


def ago_short(value: date | datetime | None, now: date | datetime) -> str:
    """Return what `ago` does, with "Mar 27" or "Mar 27, 2024" for a day that is more than two weeks away."""
    if value is None:
        return ""
    on, today = local_day(value), local_day(now)
    if abs((on - today).days) <= 14:
        return ago(value, now)
    return str(format_skeleton("MMMd" if on.year == today.year else "yMMMd", on, locale=locale()))


def waited(since: datetime | None, now: datetime) -> str:
    """Return how long something has waited: minutes under an hour, hours under two days, then days."""
    if since is None:
        return ""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 60:
        return str(ngettext("%(num)s minute", "%(num)s minutes", minutes))
    if minutes < 48 * 60:
        return str(ngettext("%(num)s hour", "%(num)s hours", minutes // 60))
    return str(ngettext("%(num)s day", "%(num)s days", minutes // (24 * 60)))


def number(value: float | Decimal | None, digits: int | None = None) -> str:
    """Return a number as the reader writes it; `digits` fixes the decimals, else up to two are shown."""
    if value is None:
        return ""
    pattern = "#,##0.##" if digits is None else "#,##0" + ("." + "0" * digits if digits else "")
    return str(format_decimal(value, pattern, locale=locale()))


def country(code: str) -> str:
    """Return a country's name in the reader's language; the code itself where it is unknown."""
    return str(locale().territories.get(code, code))


def countries(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Return countries as (code, name), in the order of their names in the reader's language."""
    return sorted(((code, country(code)) for code in codes), key=lambda one: one[1])


def age(born_on: date, now: date | datetime) -> int:
    """Return the age in whole years on the reader's today."""
    today = local_day(now)
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))


def iso(value: Any) -> str:
    """Return a date or a moment for a datetime attribute."""
    return "" if value is None else str(value.isoformat())


def register(app: Flask) -> None:
    """Give the filters to the templates."""
    named = (day, day_short, weekday, clock_time, moment, ago, ago_short, waited, number, country, age, iso)
    app.jinja_env.filters.update({function.__name__: function for function in named})
    app.jinja_env.globals["language"] = language
