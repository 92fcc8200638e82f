"""Countries, time zones and languages as lists to choose from, the likely ones first."""

import unicodedata
from collections.abc import Iterable
from functools import cache
from zoneinfo import available_timezones

from babel.core import get_global
from flask_babel import gettext
from wtforms.fields.choices import SelectChoice

from portal.web import filters, speaking

_NO_COUNTRY = "001"
_AREAS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
_NOT_A_PLACE = frozenset({"localtime", "Factory"})


def countries(likely: str = "") -> list[SelectChoice]:
    """Return every country by name in the reader's language, the likely one on top."""
    codes = sorted(country_codes(), key=lambda code: _sorting(filters.country(code)))
    ordered = [code for code in codes if code == likely] + [code for code in codes if code != likely]
    return [SelectChoice(code, filters.country(code)) for code in ordered]


def time_zones(country: str = "", *, likely: Iterable[str] = ()) -> list[SelectChoice]:
    """Return every IANA time zone, grouped by area; first the likely ones and those of a country."""
    known = zone_names()
    first = [name for name in dict.fromkeys([*likely, *zones_of(country)]) if name in known]
    suggested = [SelectChoice(name, _shown(name), optgroup=gettext("Suggested")) for name in first]
    rest = sorted(known - set(first), key=lambda name: (_area(name) or "~", name))
    return suggested + [
        SelectChoice(name, _shown(name), optgroup=_area(name) or gettext("Other names")) for name in rest
    ]


def languages() -> list[SelectChoice]:
    """Return the languages the portal speaks, each in its own words."""
    return [SelectChoice(code, name) for code, name in sorted(speaking.known().items())]


@cache
def country_codes() -> frozenset[str]:
    """Return the two-letter codes (ISO 3166-1) of every country that has people in it."""
    return frozenset(get_global("territory_zones")) - {_NO_COUNTRY}


@cache
def zone_names() -> frozenset[str]:
    """Return the names of every time zone this machine knows."""
    return frozenset(available_timezones()) - _NOT_A_PLACE


def zones_of(country: str) -> list[str]:
    """Return a country's time zones, by name."""
    return sorted(get_global("territory_zones").get(country, ()))


def _area(name: str) -> str:
    area = name.partition("/")[0]
    return area if area in _AREAS else ""


def _shown(name: str) -> str:
    return name.replace("_", " ").replace("/", " / ")


def _sorting(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
