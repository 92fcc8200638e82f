"""Crisis resources by country, read once from the file beside this one."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

KINDS = frozenset({"call", "text", "chat"})
SCHEMES = {"call": "tel:", "text": "sms:", "chat": "https://"}


@dataclass(frozen=True, slots=True)
class Line:
    """One way to reach somebody: how it is shown, the address behind it, and where and when it was checked."""

    name: str
    kind: Literal["call", "text", "chat"]
    shown: str
    href: str
    note: str
    source: str
    checked_on: date

    def __post_init__(self) -> None:
        if self.kind not in KINDS or not self.href.startswith(SCHEMES[self.kind]) or not self.source:
            raise ValueError(f"crisis line {self.name!r} is incomplete")


@dataclass(frozen=True, slots=True)
class Service:
    """Every way to reach one service, the best first."""

    name: str
    lines: tuple[Line, ...]

    @property
    def notes(self) -> list[str]:
        return [line.note for line in self.lines if line.note]


@dataclass(frozen=True, slots=True)
class Country:
    """What we know for one country; without an emergency number people read "your local emergency number"."""

    code: str
    emergency: str = ""
    lines: tuple[Line, ...] = ()

    @property
    def services(self) -> list[Service]:
        """The lines, those of one service together."""
        return [Service(name, tuple(lines)) for name, lines in groupby(self.lines, key=attrgetter("name"))]


def load(text: str) -> Mapping[str, Country]:
    """Read the resources of every country.

    Args:
        text: TOML, one table per country (ISO 3166-1 alpha-2), each line with its source and the day it was checked.

    Raises:
        ValueError: a line is incomplete or its address does not fit its kind.
        TypeError: a line has a key that is missing or unknown.
    """
    return MappingProxyType({code: _country(code, table) for code, table in tomllib.loads(text).items()})


def _country(code: str, table: dict[str, Any]) -> Country:
    return Country(code, table.get("emergency", ""), tuple(Line(**line) for line in table.get("lines", ())))


_COUNTRIES = load(Path(__file__).with_name("crisis_resources.toml").read_text(encoding="utf-8"))


def for_country(code: str) -> Country:
    """Return a country's resources; empty ones, never another country's, where we know of none."""
    return _COUNTRIES.get(code.upper(), Country(code.upper()))


def country_codes() -> tuple[str, ...]:
    """Return the countries to choose from."""
    return tuple(_COUNTRIES)
