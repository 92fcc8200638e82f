"""Reads typed values from a TOML table, and says in which file, on which line and why where it cannot."""

import unicodedata
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import NoReturn, TypeVar

from portal.instruments.lines import line_of
from portal.instruments.numbers import is_finite

Choice = TypeVar("Choice", bound=StrEnum)
LARGEST = 1_000_000
LINE_BREAKS = "\n\t"
TURNED = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What turns the direction of the text after it: words then stand on the screen in another order than they are kept."""


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
        raise DefinitionError(self._file, line_of(self._source, path), path, reason)

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
        if not isinstance(value, str) or not any(_is_seen(sign) for sign in value):
            self.refuse(key, "needs a text that is not empty")
        hidden = next((sign for sign in value if _is_hidden(sign)), "")
        if hidden:
            self.refuse(key, f"has a character that cannot be shown: U+{ord(hidden):04X}")
        return value

    def line(self, key: str) -> str:
        """Return a text of one line, for a title."""
        value = self.text(key)
        if any(sign in value for sign in LINE_BREAKS):
            self.refuse(key, "needs to be one line")
        return value

    def wording(self, key: str, *, is_wanted: bool, may_be_absent: bool = False) -> str:
        """Return a text of the questionnaire itself, which a definition has where it `is_wanted` and else must not."""
        if is_wanted:
            return self.text(key, "" if may_be_absent else None)
        if self.has(key) and self._take(key) != "":
            self.refuse(key, 'wording = "clinic" leaves the words to the clinic: this has to be empty')
        return ""

    def number(self, key: str, default: float | None = None) -> float:
        if default is not None and not self.has(key):
            return default
        value = self._take(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not is_finite(value):
            self.refuse(key, "needs a number")
        if abs(value) > LARGEST:
            self.refuse(key, f"needs a number from -{LARGEST} to {LARGEST}")
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

    def choice(self, key: str, choices: type[Choice], default: Choice | None = None) -> Choice:
        if default is not None and not self.has(key):
            return default
        value = self.text(key)
        if value not in list(choices):
            self.refuse(key, f"{value!r} is not one of {', '.join(choices)}")
        return choices(value)

    def texts(self, key: str) -> tuple[str, ...]:
        found = tuple(value for value in self._list(key) if isinstance(value, str))
        if not found or len(found) != len(self._list(key)):
            self.refuse(key, "needs a list of texts")
        return found

    def text_lists(self, key: str) -> tuple[tuple[str, ...], ...]:
        """Return lists of at least two texts each; none where the key is absent."""
        if not self.has(key):
            return ()
        found = self._list(key)
        pairs = tuple(tuple(one) for one in found if isinstance(one, list) and all(isinstance(t, str) for t in one))
        if not found or len(pairs) != len(found) or any(len(pair) < 2 for pair in pairs):
            self.refuse(key, "needs lists of at least two texts")
        return pairs

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


def _is_seen(sign: str) -> bool:
    return unicodedata.category(sign)[0] not in "ZC"


def _is_hidden(sign: str) -> bool:
    return sign in TURNED or (unicodedata.category(sign) == "Cc" and sign not in LINE_BREAKS)
