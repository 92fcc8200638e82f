"""Reading a whole diary so that every row is accounted for: imported, merged or refused."""

from collections.abc import Callable
from collections.abc import Mapping as Named
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO
from zoneinfo import ZoneInfo

from portal.checkins.history import daylio, plain
from portal.checkins.history.encoding import Limits
from portal.checkins.history.entry import Content, Entry, checked, entry
from portal.checkins.history.mapping import Daylio, Mapping, Scale
from portal.checkins.history.problems import HistoryError, RowRefused
from portal.checkins.history.table import Row, Table, open_table
from portal.checkins.history.when import find_zone, place
from portal.messages import N_

STEP = 500
NO_ROWS = N_("This file names its columns but has no entries.")
LAST_LINE = N_("The last line has no line break at its end. If the file was cut off, its last entry may be incomplete.")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was not read: its line in the file and why."""

    line: int
    message: str
    values: Named[str, str]

    def __str__(self) -> str:
        return self.message % self.values


@dataclass(frozen=True, slots=True)
class Merged:
    """A row that says exactly what an earlier row (`same_as`, its line) says."""

    line: int
    same_as: int


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that was decided about a row, or about the file (line 0), that the person should know."""

    line: int
    message: str
    values: Named[str, str]

    def __str__(self) -> str:
        return self.message % self.values


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says. `len(entries) + len(merged) + len(refused) == rows`, always."""

    encoding: str
    scales: tuple[Scale, ...]
    time_zone: str
    rows: int
    entries: tuple[Entry, ...]
    merged: tuple[Merged, ...]
    refused: tuple[Refusal, ...]
    notices: tuple[Notice, ...]


def read(
    source: bytes | BinaryIO,
    how: Mapping | Daylio,
    *,
    now: datetime,
    zone: str,
    limits: Limits | None = None,
    step: Callable[[int], object] = lambda rows: None,
) -> Reading:
    """Return everything in a diary.

    Args:
        source: the file's bytes or an open binary stream; the stream is read three times and left open.
        how: what its columns mean.
        now: aware; nothing later is accepted.
        zone: the patient's IANA time zone, for a file whose mapping names none.
        limits: size and rows; 20 MB and 50,000 rows unless told.
        step: called now and then with the number of rows read since the last call.

    Raises:
        HistoryError: the file as a whole cannot be read, or not in this way.
    """
    table = open_table(source, limits or Limits(), encoding=how.encoding, delimiter=how.delimiter)
    counter = _Counter(_reader(how, table), find_zone(how.time_zone or zone), now)
    for row in table.rows():
        counter.count(row)
        if not counter.rows % STEP:
            step(STEP)
    step(counter.rows % STEP)
    if not counter.rows:
        raise HistoryError(NO_ROWS)
    if not table.source.ends_with_line:
        counter.notices.append(Notice(0, LAST_LINE, {}))
    return Reading(
        encoding=table.source.encoding,
        scales=(daylio.MOOD, *how.scales) if isinstance(how, Daylio) else how.scales,
        time_zone=counter.zone.key,
        rows=counter.rows,
        entries=tuple(counter.entries.values()),
        merged=tuple(counter.merged),
        refused=tuple(counter.refused),
        notices=tuple(counter.notices),
    )


def check(source: bytes | BinaryIO, how: Mapping | Daylio, *, limits: Limits | None = None) -> None:
    """Raise what `read` would raise about a file's columns, without reading its rows.

    Raises:
        MappingError: a column that the file does not have.
        AmbiguousDates: somebody has to say what the dates begin with.
        HistoryError: the file cannot be opened in this way.
    """
    _reader(how, open_table(source, limits or Limits(), encoding=how.encoding, delimiter=how.delimiter))


def _reader(how: Mapping | Daylio, table: Table) -> Callable[[tuple[str, ...]], Content]:
    return daylio.reader(how, table) if isinstance(how, Daylio) else plain.reader(how, table)


class _Counter:
    """Puts each row into exactly one of three heaps."""

    def __init__(self, content: Callable[[tuple[str, ...]], Content], zone: ZoneInfo, now: datetime) -> None:
        self._content = content
        self._now = now
        self.zone = zone
        self.rows = 0
        self.entries: dict[str, Entry] = {}
        self.merged: list[Merged] = []
        self.refused: list[Refusal] = []
        self.notices: list[Notice] = []

    def count(self, row: Row) -> None:
        self.rows += 1
        try:
            self._keep(row)
        except RowRefused as refused:
            self.refused.append(Refusal(row.line, refused.message, refused.values))

    def _keep(self, row: Row) -> None:
        if row.refused:
            raise row.refused
        content = checked(self._content(row.cells))
        moment = place(content.written, self.zone, self._now)
        made = entry(content, moment, row.line, self.zone)
        first = self.entries.setdefault(made.fingerprint, made)
        if first is not made:
            self.merged.append(Merged(row.line, first.line))
        elif moment.notice:
            self.notices.append(Notice(row.line, moment.notice, {"value": content.written.text}))
