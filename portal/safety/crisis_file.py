"""A file of crisis resources: what it may say, and what is wrong with it, by line. Pure."""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from portal.instruments.lines import line_of

SCHEMES = {"call": "tel:", "text": "sms:", "chat": "https://"}
OF_COUNTRY = frozenset({"emergency", "emergency_source", "emergency_checked_on", "lines"})
OF_LINE = frozenset({"name", "kind", "shown", "href", "note", "source", "checked_on"})
_CODE = re.compile(r"[A-Z]{2}")
_EMERGENCY = re.compile(r"[0-9]{2,6}")
_NUMBER = re.compile(r"\+?[0-9]{2,15}")
_SHOWN = re.compile(r"\+?[0-9][0-9 ().-]{1,24}")
_PLACE = re.compile(r"https://[a-z0-9.-]+\.[a-z]{2,}(/\S*)?", re.IGNORECASE)


class CrisisFileError(ValueError):
    """A file of crisis resources cannot be used; as text, it names the file, the line and what is wrong there."""


@dataclass(frozen=True, slots=True)
class Line:
    """One way to reach somebody: how it is shown, the address behind it, and where and when it was checked."""

    name: str
    kind: str
    shown: str
    href: str
    source: str
    checked_on: date
    note: str = ""


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
    """What is known for one country; without an emergency number people read "your local emergency number"."""

    code: str
    emergency: str = ""
    emergency_source: str = ""
    emergency_checked_on: date | None = None
    lines: tuple[Line, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was checked for this country."""
        return not self.emergency and not self.lines

    @property
    def services(self) -> list[Service]:
        """The lines, those of one service together."""
        return [Service(name, tuple(lines)) for name, lines in groupby(self.lines, key=attrgetter("name"))]

    @property
    def checked_on(self) -> date | None:
        """The day of the oldest check among its numbers; None where it has none."""
        days = [line.checked_on for line in self.lines]
        return min([*days, *([self.emergency_checked_on] if self.emergency_checked_on else [])], default=None)


@dataclass(frozen=True, slots=True)
class _Wrong:
    """What is wrong: about which key of which of a country's lines; None for the country itself."""

    said: str
    line: int | None = None
    key: str = ""

    def path(self, code: str) -> str:
        """Return where it stands in the file of this country."""
        place = "" if self.line is None else f".lines[{self.line}]"
        return f"{code}{place}.{self.key}" if self.key else f"{code}{place}"


def read(
    text: str, file: str, *, known: Collection[str] | None = None, today: date = date.max
) -> Mapping[str, Country]:
    """Read the resources of every country in a file.

    Args:
        text: TOML, a table for each country; every number in it has a source and the day it was checked.
        file: how the file is named to whoever has to correct it.
        known: the codes of the countries there are (ISO 3166-1 alpha-2); None: whatever has two letters.
        today: nothing was checked after this day.

    Raises:
        CrisisFileError: something in it is wrong.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CrisisFileError(f"{file}: this is no TOML: {error}") from error
    for code, table in tables.items():
        for wrong in _problems(code, table, known, today):
            raise CrisisFileError(f"{file}, line {line_of(text, wrong.path(code)) or 1}: {wrong.said}")
    return MappingProxyType({code: _country(code, table) for code, table in tables.items()})


def _country(code: str, table: Mapping[str, Any]) -> Country:
    lines = tuple(Line(**line) for line in table.get("lines", ()))
    return Country(code, **{name: value for name, value in table.items() if name != "lines"}, lines=lines)


def _problems(code: str, table: Any, known: Collection[str] | None, today: date) -> Iterator[_Wrong]:
    is_code = bool(_CODE.fullmatch(code)) and (known is None or code in known)
    if not is_code or not isinstance(table, dict):
        yield _Wrong(f"“{code}” is no country; its two letters are wanted, as in [GB]")
        return
    for key in sorted(set(table) - OF_COUNTRY):
        yield _Wrong(f"“{key}” is nothing that a country can have", key=key)
    number = table.get("emergency", "")
    if not isinstance(number, str) or (number and not _EMERGENCY.fullmatch(number)):
        yield _Wrong(f"“{number}” is no emergency number; write its digits in quotation marks", key="emergency")
    if number:
        checked = {name: table.get(f"emergency_{name}") for name in ("source", "checked_on")}
        yield from _unchecked(checked, today, None, "emergency_")
    lines = table.get("lines", [])
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        yield _Wrong(f"each line of a country stands under [[{code}.lines]]", key="lines")
        return
    for place, line in enumerate(lines):
        yield from _problems_of_line(line, place, today)


def _problems_of_line(line: Mapping[str, Any], place: int, today: date) -> Iterator[_Wrong]:
    for key in sorted(set(line) - OF_LINE):
        yield _Wrong(f"“{key}” is nothing that a line can have", place, key)
    for key in ("name", "kind", "shown", "href"):
        if not isinstance(line.get(key), str) or not line[key].strip():
            yield _Wrong(f"“{key}” is missing", place, key)
            return
    if not isinstance(line.get("note", ""), str):
        yield _Wrong("“note” is to be a text", place, "note")
    yield from _unchecked({name: line.get(name) for name in ("source", "checked_on")}, today, place)
    if line["kind"] not in SCHEMES:
        yield _Wrong(f"“{line['kind']}” is no kind of line; it is call, text or chat", place, "kind")
    elif line["kind"] == "chat":
        if not _PLACE.fullmatch(line["href"]):
            yield _Wrong(f"“{line['href']}” is no address that begins with https://", place, "href")
    else:
        yield from _no_number(line, place)


def _no_number(line: Mapping[str, Any], place: int) -> Iterator[_Wrong]:
    scheme, shown, href = SCHEMES[line["kind"]], line["shown"], line["href"]
    number = href.removeprefix(scheme)
    if not _SHOWN.fullmatch(shown):
        yield _Wrong(f"“{shown}” is no phone number", place, "shown")
    elif not href.startswith(scheme) or not _NUMBER.fullmatch(number):
        yield _Wrong(f"“{href}” is no phone number; for {line['kind']} it is written as {scheme}116123", place, "href")
    elif not _digits(number).endswith(_digits(shown).lstrip("0") or _digits(shown)):
        yield _Wrong(f"“{shown}” is shown, but “{number}” would be reached", place, "shown")


def _unchecked(checked: Mapping[str, Any], today: date, place: int | None, prefix: str = "") -> Iterator[_Wrong]:
    source, on = checked["source"], checked["checked_on"]
    if not isinstance(source, str) or not source.strip():
        yield _Wrong(f"“{prefix}source” is missing: where was this number checked?", place, f"{prefix}source")
    if on is None:
        yield _Wrong(f"“{prefix}checked_on” is missing: on which day was it checked?", place, f"{prefix}checked_on")
    elif isinstance(on, datetime) or not isinstance(on, date):
        said = f"“{prefix}checked_on” is to be a day, as in 2026-11-23"
        yield _Wrong(said, place, f"{prefix}checked_on")
    elif on > today:
        yield _Wrong(f"“{prefix}checked_on” is still to come", place, f"{prefix}checked_on")


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
