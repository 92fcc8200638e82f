"""From lines to rows: the separator, the header, quoted text over several lines, and rows that are cut short."""

import csv
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from portal.checkins.history.cells import clean
from portal.checkins.history.encoding import EMPTY, UNREADABLE, Limits, Source, examine
from portal.checkins.history.problems import HistoryError, RowRefused
from portal.checkins.history.when import looks_like_a_date
from portal.messages import N_

DELIMITERS = (",", ";", "\t")
SAMPLE_LINES = 60
MOST_COLUMNS = 500
LONGEST_NAME = 200

ONE_COLUMN = N_("We found only one column. The columns must be separated by commas, semicolons or tabs.")
BAD_HEADER = N_("The first line, with the names of the columns, cannot be read.")
TOO_MANY_ROWS = N_("This file has more than %(limit)s rows. Split it and bring the parts one after the other.")
TOO_FEW = N_("This row has %(found)s columns, the header has %(expected)s. It may be cut short.")
TOO_MANY = N_("This row has %(found)s columns, the header has %(expected)s.")
NEVER_CLOSED = N_("A quotation mark that opens here is never closed, so lines %(first)s to %(last)s cannot be read.")
STRAY_QUOTE = N_("A quotation mark is in the wrong place, so lines %(first)s to %(last)s cannot be read.")
TEXT_TOO_LONG = N_("The text in this row is too long: more than %(limit)s characters.")


@dataclass(frozen=True, slots=True)
class Row:
    """One data row: its first line in the file (from 1) and its clean cells, or why it cannot be read."""

    line: int
    cells: tuple[str, ...]
    refused: RowRefused | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """An opened file. Without a header the columns are named "1", "2" and so on."""

    source: Source
    limits: Limits
    delimiter: str
    columns: tuple[str, ...]
    first_row: int

    def rows(self) -> Iterator[Row]:
        """Yield every data row, one at a time; rows in which nothing at all is written are passed over.

        Raises:
            HistoryError: more rows than the limit.
        """
        count = 0
        with closing(self.source.lines()) as lines:
            for record in _records(lines, self.delimiter):
                if record.line < self.first_row or (record.refused is None and not any(map(str.strip, record.cells))):
                    continue
                count += 1
                if count > self.limits.rows:
                    raise HistoryError(TOO_MANY_ROWS, limit=str(self.limits.rows))
                yield self._checked(record)

    def _checked(self, record: Row) -> Row:
        if record.refused:
            return record
        found, expected = len(record.cells), len(self.columns)
        try:
            if found < expected:
                raise RowRefused(TOO_FEW, found=str(found), expected=str(expected))
            if any(map(str.strip, record.cells[expected:])):
                raise RowRefused(TOO_MANY, found=str(found), expected=str(expected))
            return Row(record.line, tuple(map(clean, record.cells[:expected])))
        except RowRefused as refused:
            return Row(record.line, (), refused)


def open_table(
    source: bytes | BinaryIO, limits: Limits, *, encoding: str | None = None, delimiter: str | None = None
) -> Table:
    """Return the table in a file: encoding, separator and header found, no row read yet.

    Raises:
        HistoryError: see `encoding.examine`; or fewer than two columns; or a header that cannot be read.
    """
    examined = examine(source, limits, encoding)
    with closing(examined.lines()) as lines:
        sample = list(islice(lines, SAMPLE_LINES))
    if not sample:
        raise HistoryError(EMPTY)
    told = re.fullmatch(r'"?sep=([,;\t])"?\s*', sample[0])
    # Spreadsheets write the separator into a first line of its own; numbering still starts at that line.
    if told:
        sample[0] = "\n"
        delimiter = delimiter or told.group(1)
    delimiter = delimiter or _likeliest(sample)
    record = _first(sample, delimiter)
    if record is None or record.refused or len(record.cells) > MOST_COLUMNS:
        raise HistoryError(BAD_HEADER)
    if len(record.cells) < 2:
        raise HistoryError(ONE_COLUMN)
    headerless = any(looks_like_a_date(cell.strip()) for cell in record.cells)
    names = ("",) * len(record.cells) if headerless else record.cells
    # One past the header's line; a quoted header over several lines still starts before the first data row.
    first_row = record.line if headerless else record.line + 1
    return Table(examined, limits, delimiter, _named(names), first_row)


def _records(lines: Iterator[str], delimiter: str) -> Iterator[Row]:
    counted = _Counted(lines)
    reader = csv.reader(counted, delimiter=delimiter, strict=True, skipinitialspace=True)
    while True:
        first = counted.number + 1
        counted.characters = 0
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Row(first, (), counted.why(first))
            continue
        yield Row(first, tuple(cells))


class _Counted:
    """Lines that know how many were taken, because the CSV reader does not say where an error began."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.number = 0
        self.characters = 0
        self.ended = False

    def __iter__(self) -> "_Counted":
        return self

    def __next__(self) -> str:
        line = next(self._lines, None)
        if line is None:
            self.ended = True
            raise StopIteration
        self.number += 1
        self.characters += len(line)
        return line

    def why(self, first: int) -> RowRefused:
        span = {"first": str(first), "last": str(self.number)}
        if self.ended:
            return RowRefused(NEVER_CLOSED, **span)
        if self.characters > csv.field_size_limit():
            return RowRefused(TEXT_TOO_LONG, limit=str(csv.field_size_limit()))
        return RowRefused(STRAY_QUOTE, **span)


def _first(sample: list[str], delimiter: str) -> Row | None:
    return next((record for record in _records(iter(sample), delimiter) if record.refused or any(record.cells)), None)


def _likeliest(sample: list[str]) -> str:
    """Return the separator under which most rows are as wide as the header, the wider the better."""

    def fit(delimiter: str) -> tuple[bool, int, int]:
        widths = [len(record.cells) for record in _records(iter(sample), delimiter) if any(record.cells)]
        width = widths[0] if widths else 0
        return width > 1, widths.count(width), width

    return max(DELIMITERS, key=fit)


def _named(cells: tuple[str, ...]) -> tuple[str, ...]:
    names: list[str] = []
    taken: set[str] = set()
    for position, cell in enumerate(cells, start=1):
        readable = clean(UNREADABLE.sub("\N{REPLACEMENT CHARACTER}", cell))
        bare = " ".join(readable.split())[:LONGEST_NAME] or str(position)
        name, again = bare, 2
        while name.casefold() in taken:
            name, again = f"{bare} ({again})", again + 1
        taken.add(name.casefold())
        names.append(name)
    return tuple(names)
