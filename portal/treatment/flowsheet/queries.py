"""Reading what was recorded at a bedside."""

import hashlib
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, select

from portal.accounts.models import User
from portal.db import session
from portal.treatment.flowsheet.entries import JUDGED, Entry, true_order
from portal.treatment.flowsheet.kinds import EntryKind, Level
from portal.treatment.flowsheet.models import FlowsheetEntry
from portal.treatment.flowsheet.vitals import Reason, Side
from portal.treatment.models import Infusion

MOST_ENTRIES = 2000
CLOCK_OFF_SECONDS = 120
"""From so many seconds on, what a device's clock said is put right, and marked."""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry with who recorded it and when it came.

    Args:
        entry: as it is kept; its `values` by the form's field names.
        skew_seconds: how far the device's clock was ahead.
        reason: why it corrects the one before; `earlier` holds the versions before it, the latest first.
    """

    entry: Entry
    recorded_at: datetime
    recorded_by: str
    rules_version: int
    skew_seconds: int = 0
    was_queued: bool = False
    reason: str = ""
    earlier: tuple["Line", ...] = ()

    @property
    def id(self) -> uuid.UUID:
        """The entry's id."""
        return self.entry.id

    @property
    def kind(self) -> EntryKind:
        """The entry's kind."""
        return self.entry.kind

    @property
    def values(self) -> Any:
        """What was entered."""
        return self.entry.values

    @property
    def level(self) -> Level:
        """What the limits in force said of it."""
        return self.entry.level

    @property
    def occurred_at(self) -> datetime:
        """When it happened."""
        return self.entry.occurred_at

    @property
    def clock_was_off(self) -> bool:
        """Whether the device's clock was so far off that its time was put right."""
        return abs(self.skew_seconds) > CLOCK_OFF_SECONDS

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Which limits a reading was past, the gravest first."""
        kept = self.entry.values.get(JUDGED, ())
        return tuple(Reason(Level(one[0]), one[1], Side(one[2]), one[3], one[4]) for one in kept)


@dataclass(frozen=True, slots=True)
class Flowsheet:
    """Everything recorded at the bedside of one infusion.

    Args:
        entries: every entry that was kept, for `standing`.
        lines: those that count, in true order.
        mistaken: those taken back as entered by mistake, in true order.
    """

    infusion_id: uuid.UUID
    entries: tuple[Entry, ...] = ()
    lines: tuple[Line, ...] = ()
    mistaken: tuple[Line, ...] = ()

    def line(self, entry_id: uuid.UUID) -> Line | None:
        """Return the line that is this entry now, also where a correction has replaced it."""
        return next(
            (
                line
                for line in (*self.lines, *self.mistaken)
                if entry_id in {line.id, *(before.id for before in line.earlier)}
            ),
            None,
        )


class Place(NamedTuple):
    """Whose infusion an entry is of, as addresses name it."""

    course_id: uuid.UUID
    infusion_id: uuid.UUID


_kept = FlowsheetEntry
_LINES: Select[*tuple[Any, ...]] = select(
    _kept.infusion_id,
    _kept.id,
    _kept.kind,
    _kept.values,
    _kept.occurred_at,
    _kept.device,
    _kept.sequence,
    _kept.level,
    _kept.corrects_id,
    _kept.recorded_at,
    User.name,
    _kept.rules_version,
    _kept.skew_seconds,
    _kept.was_queued,
    _kept.reason,
).join(User, User.id == _kept.recorded_by_id)


def get_flowsheet(patient_id: uuid.UUID, infusion_id: uuid.UUID) -> Flowsheet:
    """Return what was recorded at the bedside of an infusion of a patient; empty where nothing was."""
    of_infusion = (_kept.patient_id == patient_id, _kept.infusion_id == infusion_id)
    rows = session.execute(_LINES.where(*of_infusion).limit(MOST_ENTRIES)).all()
    lines = [_line(row) for row in rows]
    counting, mistaken = assemble(lines)
    return Flowsheet(infusion_id, tuple(line.entry for line in lines), counting, mistaken)


def list_flowsheets(patient_id: uuid.UUID, kinds: Collection[EntryKind] = ()) -> dict[uuid.UUID, list[Line]]:
    """Return, for each infusion of a patient with any, the entries that count, in true order; only some `kinds` of
    them where any are named."""
    found: dict[uuid.UUID, list[Line]] = {}
    of_patient = _LINES.where(_kept.patient_id == patient_id, *([_kept.kind.in_(kinds)] if kinds else []))
    for row in session.execute(of_patient.limit(20 * MOST_ENTRIES)):
        found.setdefault(row.infusion_id, []).append(_line(row))
    return {infusion_id: list(assemble(lines)[0]) for infusion_id, lines in found.items()}


def state_of(patient_id: uuid.UUID, infusion_id: uuid.UUID) -> str:
    """Return a mark of a flowsheet that changes with every entry."""
    of_infusion = (_kept.patient_id == patient_id, _kept.infusion_id == infusion_id)
    return _mark(session.execute(select(_kept.id, _kept.level).where(*of_infusion)).all())


def state(entries: Iterable[Entry]) -> str:
    """Return the mark of entries that have been read."""
    return _mark([(one.id, one.level) for one in entries])


def find_places(patient_id: uuid.UUID, entry_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Place]:
    """Return on which infusion's page some entries of a patient stand."""
    rows = session.execute(
        select(_kept.id, Infusion.course_id, _kept.infusion_id)
        .join(Infusion, Infusion.id == _kept.infusion_id)
        .where(_kept.patient_id == patient_id, _kept.id.in_(entry_ids))
    )
    return {row.id: Place(row.course_id, row.infusion_id) for row in rows}


def assemble(lines: Iterable[Line]) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Return the lines that count with their earlier versions, and those taken back, both in true order."""
    by_id = {line.id: line for line in lines}
    corrected = {line.entry.corrects_id for line in by_id.values()}
    latest = [_with_earlier(line, by_id) for line in by_id.values() if line.id not in corrected]
    latest.sort(key=lambda line: true_order(line.entry))
    return tuple(one for one in latest if not one.entry.is_mistaken), tuple(
        one for one in latest if one.entry.is_mistaken
    )


def _mark(entries: Iterable[Any]) -> str:
    said = sorted(f"{found.hex}{level.value}" for found, level in entries)
    return hashlib.sha256("".join(said).encode()).hexdigest()[:16]


def _with_earlier(line: Line, by_id: dict[uuid.UUID, Line]) -> Line:
    earlier: list[Line] = []
    before = line.entry.corrects_id
    while before is not None and before in by_id:
        earlier.append(by_id[before])
        before = by_id[before].entry.corrects_id
    if not earlier:
        return line
    return replace(line, earlier=tuple(earlier))


def _line(row: Sequence[Any]) -> Line:
    return Line(Entry(*row[1:9]), *row[9:])
