"""A first look at a file, before anybody has said what its columns mean: nothing is decided, everything is shown."""

from collections import Counter
from collections.abc import Mapping as Named
from contextlib import suppress
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, BinaryIO

from portal.checkins.history import daylio
from portal.checkins.history.cells import is_missing, number
from portal.checkins.history.encoding import Limits
from portal.checkins.history.problems import AmbiguousDates, RowRefused
from portal.checkins.history.table import Row, Table, open_table
from portal.checkins.history.when import find_order, looks_like_a_date, written

FIRST_ROWS = 8
MOST_DIFFERENT = 200
# What none of so many cells was, the rest of the column need not be asked for.
ENOUGH = 500
MOSTLY = 0.8


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers with the lowest and highest found, which need not be the scale's ends."""

    name: str
    lowest: Decimal
    highest: Decimal


@dataclass(frozen=True, slots=True)
class Look:
    """What can be seen in a file.

    `kind`: "daylio" or "csv". `date_column`, `time_column`: the likeliest, "" where there is none. `numbers`: columns
    (in a Daylio export: scales) that hold mostly numbers. `unknown_moods`: names in a Daylio export to be explained.
    """

    kind: str
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    first_rows: tuple[tuple[str, ...], ...]
    rows: int
    date_column: str
    time_column: str
    dates_are_ambiguous: bool
    numbers: tuple[Numbers, ...]
    unknown_moods: tuple[str, ...]


def look(
    source: bytes | BinaryIO,
    *,
    limits: Limits | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Look:
    """Return what can be seen in a file.

    Raises:
        HistoryError: the file as a whole cannot be read.
    """
    table = open_table(source, limits or Limits(), encoding=encoding, delimiter=delimiter)
    is_daylio = daylio.is_daylio(table.columns)
    glance = _Glance(table, is_daylio=is_daylio)
    for row in table.rows():
        glance.add(row)
    date, time = glance.likeliest("dates"), glance.likeliest("times")
    return Look(
        kind="daylio" if is_daylio else "csv",
        encoding=table.source.encoding,
        delimiter=table.delimiter,
        columns=table.columns,
        first_rows=tuple(glance.first),
        rows=glance.rows,
        date_column=date,
        time_column=time,
        dates_are_ambiguous=bool(date) and not is_daylio and _ambiguous(table, table.columns.index(date)),
        numbers=glance.numbers(),
        unknown_moods=tuple(glance.moods.values()),
    )


class _Seen:
    """What the cells of one column looked like."""

    def __init__(self) -> None:
        self.kinds: Counter[str] = Counter()
        self.lowest = self.highest = Decimal(0)

    def add(self, cell: str, *, decimal_comma: bool) -> None:
        if is_missing(cell):
            return
        if self.kinds["filled"] >= ENOUGH and not self.kinds["figures"]:
            return
        self.kinds["filled"] += 1
        if self._may_be("dates") and looks_like_a_date(cell):
            self.kinds["dates"] += 1
            return
        with suppress(RowRefused):
            found = number(cell, "", decimal_comma=decimal_comma)
            first = not self.kinds["figures"]
            self.lowest = found if first else min(self.lowest, found)
            self.highest = found if first else max(self.highest, found)
            self.kinds["figures"] += 1
        with suppress(RowRefused):
            if self._may_be("times"):
                written("2000-01-01", cell, "ymd")
                self.kinds["times"] += 1

    def _may_be(self, kind: str) -> bool:
        return self.kinds["filled"] < ENOUGH or self.kinds[kind] > 0

    def mostly(self, kind: str, share: float = MOSTLY) -> bool:
        """Say whether most cells are of a kind; "7.30" is a number and a time, so a number wins over it."""
        if kind == "times" and self.mostly("figures"):
            return False
        return bool(self.kinds[kind]) and self.kinds[kind] >= share * self.kinds["filled"]

    def are_numbers(self) -> bool:
        """Say whether to offer a column; one with many words of its own for "no answer" is offered, not hidden."""
        return self.mostly("figures", 0.5) and not self.mostly("times")


class _Glance:
    """Looks at every row once, with one row in memory."""

    def __init__(self, table: Table, *, is_daylio: bool) -> None:
        self._table = table
        self._is_daylio = is_daylio
        self._columns = {name: _Seen() for name in table.columns}
        self._scales: dict[str, _Seen] = {}
        self.rows = 0
        self.first: list[tuple[str, ...]] = []
        self.moods: dict[str, str] = {}

    def add(self, row: Row) -> None:
        self.rows += 1
        if row.refused:
            return
        if len(self.first) < FIRST_ROWS:
            self.first.append(row.cells)
        for column, cell in zip(self._columns.values(), row.cells, strict=True):
            column.add(cell, decimal_comma=self._table.delimiter != ",")
        if self._is_daylio:
            self._add_daylio(dict(zip(map(str.casefold, self._table.columns), row.cells, strict=True)))

    def _add_daylio(self, cells: dict[str, str]) -> None:
        mood = cells["mood"]
        if mood and daylio.folded(mood) not in daylio.MOODS and len(self.moods) < MOST_DIFFERENT:
            self.moods.setdefault(daylio.folded(mood), mood)
        for part in daylio.parts(cells.get("scales", "")):
            name, found = daylio.pair(part)
            if name in self._scales or (name and len(self._scales) < MOST_DIFFERENT):
                self._scales.setdefault(name, _Seen()).add(found, decimal_comma=False)

    def likeliest(self, kind: str) -> str:
        return next((name for name, column in self._columns.items() if column.mostly(kind)), "")

    def numbers(self) -> tuple[Numbers, ...]:
        columns = self._scales if self._is_daylio else self._columns
        return tuple(
            Numbers(name, column.lowest, column.highest) for name, column in columns.items() if column.are_numbers()
        )


def _ambiguous(table: Table, column: int) -> bool:
    try:
        find_order(row.cells[column] for row in table.rows() if not row.refused)
    except AmbiguousDates:
        return True
    return False


def raw(look: Look) -> dict[str, object]:
    """Return plain values (fit for JSON) from which `kept` makes the same look again."""
    numbers = [[column.name, str(column.lowest), str(column.highest)] for column in look.numbers]
    return {**{part.name: getattr(look, part.name) for part in fields(look)}, "numbers": numbers}


def kept(values: Named[str, Any]) -> Look:
    """Return the look that `raw` was given."""
    parts = dict(values)
    parts["numbers"] = tuple(Numbers(name, Decimal(low), Decimal(high)) for name, low, high in values["numbers"])
    for name in ("columns", "unknown_moods"):
        parts[name] = tuple(values[name])
    parts["first_rows"] = tuple(map(tuple, values["first_rows"]))
    return Look(**parts)
