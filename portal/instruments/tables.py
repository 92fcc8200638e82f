"""Reads typed values from a TOML table, and says in which file, on which line and why where it cannot."""

import math
import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import NoReturn, TypeVar

Choice = TypeVar("Choice", bound=StrEnum)


class DefinitionError(ValueError):
    """A definition cannot be used. The message names file, line (where it can be told), key and reason."""

    def __init__(self, file: str, line: int | None, key: str, reason: str) -> None:
        place = file if line is None else f"{file}:{line}"
        super().__init__(f"{place}: {key}: {reason}" if key else f"{place}: {reason}")
        self.file, self.line, self.key, self.reason = file, line, key, reason


class Table:
    """One TOML table, read key by key. `done()` refuses what nobody read: a misspelt key must not pass in silence."""

    def __init__(self, values: Mapping[str, object], file: str, source: str, path: str = "") -> None:
        self._values, self._file, self._source, self._path = values, file, source, path
        self._unread = set(values)

    def refuse(self, key: str, reason: str) -> NoReturn:
        """Raise DefinitionError about `key` of this table ("" for the table itself)."""
        path = ".".join(part for part in (self._path, key) if part)
        raise DefinitionError(self._file, _line_of(self._source, path), path, reason)

    def has(self, key: str) -> bool:
        return key in self._values

    def names(self) -> tuple[str, ...]:
        return tuple(self._values)

    def done(self) -> None:
        """Refuse the first key that was never read."""
        for key in sorted(self._unread):
            self.refuse(key, "this key is not known here; check its spelling")

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; the default may be "", but a text that is written down may not be blank."""
        if default is not None and not self.has(key):
            return default
        value = self._take(key)
        if not isinstance(value, str) or not value.strip():
            self.refuse(key, "needs a text that is not empty")
        return value

    def number(self, key: str, default: float | None = None) -> float:
        if default is not None and not self.has(key):
            return default
        value = self._take(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self.refuse(key, "needs a number")
        return value

    def integer(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """Return a whole number from `low` to `high`."""
        if default is not None and not self.has(key):
            return default
        value = self._take(key)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.refuse(key, f"needs a whole number from {low} to {high}")
        return value

    def boolean(self, key: str, default: bool | None = None) -> bool:
        if default is not None and not self.has(key):
            return default
        value = self._take(key)
        if not isinstance(value, bool):
            self.refuse(key, "needs true or false")
        return value

    def day(self, key: str) -> date | None:
        """Return a date, or None where the key is absent."""
        value = self._take(key) if self.has(key) else None
        if value is not None and type(value) is not date:
            self.refuse(key, "needs a date such as 2026-11-22")
        return value

    def choice(self, key: str, choices: type[Choice]) -> Choice:
        value = self.text(key)
        if value not in list(choices):
            self.refuse(key, f"{value!r} is not one of {', '.join(choices)}")
        return choices(value)

    def texts(self, key: str) -> tuple[str, ...]:
        found = tuple(value for value in self._list(key) if isinstance(value, str))
        if not found or len(found) != len(self._list(key)):
            self.refuse(key, "needs a list of texts")
        return found

    def integers(self, key: str) -> tuple[int, ...]:
        found = tuple(value for value in self._list(key) if isinstance(value, int) and not isinstance(value, bool))
        if not found or len(found) != len(self._list(key)):
            self.refuse(key, "needs a list of whole numbers")
        return found

    def table(self, key: str) -> "Table":
        value = self._take(key)
        if not isinstance(value, dict):
            self.refuse(key, "needs a table")
        return self._inner(value, key)

    def tables(self, key: str) -> tuple["Table", ...]:
        """Return the tables of a list with at least one."""
        found = [value for value in self._list(key) if isinstance(value, dict)]
        if not found or len(found) != len(self._list(key)):
            self.refuse(key, "needs a list of tables")
        return tuple(self._inner(value, f"{key}[{number}]") for number, value in enumerate(found))

    def _inner(self, values: Mapping[str, object], key: str) -> "Table":
        return Table(values, self._file, self._source, ".".join(part for part in (self._path, key) if part))

    def _list(self, key: str) -> list[object]:
        value = self._take(key)
        if not isinstance(value, list):
            self.refuse(key, "needs a list")
        return value

    def _take(self, key: str) -> object:
        if not self.has(key):
            self.refuse(key, "is missing")
        self._unread.discard(key)
        return self._values[key]


def _line_of(source: str, path: str) -> int | None:
    """Return the line of a key such as `items[2].loinc`, as near as its table and key can be found in the source."""
    lines = source.splitlines()
    first, *rest = path.split(".")
    name, _, number = first.rstrip("]").partition("[")
    if number:
        starts = [index for index, line in enumerate(lines) if re.match(rf"\s*\[\[{re.escape(name)}\]\]", line)]
        start = starts[int(number)] if int(number) < len(starts) else _find(lines, name, 0)
    else:
        start = _find(lines, name, 0)
    if start is None:
        return None
    inner = _find(lines, rest[0].partition("[")[0], start + 1) if rest else None
    return (start if inner is None else inner) + 1


def _find(lines: list[str], name: str, start: int) -> int | None:
    """Return the index of the line that sets `name` or opens its table, before the next item of a list of tables."""
    wanted = re.compile(rf"\s*(?:\"?{re.escape(name)}\"?\s*=|\[(?:[^\[\]]*\.)?{re.escape(name)}\])")
    for index in range(start, len(lines)):
        if wanted.match(lines[index]):
            return index
        if start and lines[index].lstrip().startswith("[["):
            return None
    return None
