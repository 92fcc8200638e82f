"""What a file would change: which of its rows are new, and what it adds to entries that are there already."""

import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import select

from portal.checkins.history import queries
from portal.checkins.history.entry import Entry
from portal.checkins.history.mapping import Scale
from portal.checkins.history.read import Reading
from portal.checkins.models import HistoryEntry, HistoryScale, HistoryValue
from portal.db import session

_ENTRIES: Any = HistoryEntry.__table__
_VALUES: Any = HistoryValue.__table__


class Known(NamedTuple):
    """An entry that is there already."""

    id: uuid.UUID
    fingerprint: str
    occurred_at: datetime
    for_on: date
    time_known: bool
    note: str


class Addition(NamedTuple):
    """A number that an entry does not have yet, because nobody wanted its column before."""

    entry: Known
    scale: Scale
    value: Decimal


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a reading would change.

    `there` counts the rows that are there already; `notes` are texts for entries without one. `beside` counts the new
    rows that stand at the same time as an entry that says something else. `renamed` has pairs of names: how a column
    is called now, and the scale that it was brought in as before.
    """

    scale_ids: dict[Scale, uuid.UUID | None]
    new: tuple[Entry, ...]
    there: int
    additions: tuple[Addition, ...]
    notes: tuple[tuple[uuid.UUID, str], ...]
    beside: int
    renamed: tuple[tuple[str, str], ...]

    @property
    def added(self) -> int:
        """How many numbers and notes come to entries that are there already."""
        return len(self.additions) + len(self.notes)

    @property
    def changes_nothing(self) -> bool:
        return not self.new and not self.added


def compare(patient_id: uuid.UUID, reading: Reading) -> Comparison:
    """Return what bringing in a reading would change for a patient; nothing is written."""
    known = _known(patient_id)
    new = tuple(entry for entry in reading.entries if entry.fingerprint not in known)
    met = [(entry, known[entry.fingerprint]) for entry in reading.entries if entry.fingerprint in known]
    stored = {_key(scale): scale.id for scale in queries.list_scales(patient_id)}
    scale_ids = {scale: stored.get(_key(scale)) for scale in reading.scales}
    read_as = _read_as(patient_id, stored)
    additions: list[Addition] = []
    for scale, own_id in scale_ids.items() if met else ():
        # A column that was brought in under another name must not come in twice.
        has = _entries_with({*(read_as[scale.column.casefold()].values()), own_id} - {None})
        wanted = [(entry.values.get(scale.name), before) for entry, before in met if before.id not in has]
        additions += [Addition(before, scale, value) for value, before in wanted if value is not None]
    return Comparison(
        scale_ids=scale_ids,
        new=new,
        there=len(met),
        additions=tuple(additions),
        notes=tuple((before.id, entry.note) for entry, before in met if entry.note and not before.note),
        beside=_beside(new, known.values()),
        renamed=_renamed(scale_ids, read_as) if met else (),
    )


def _known(patient_id: uuid.UUID) -> dict[str, Known]:
    wanted = select(*(_ENTRIES.c[name] for name in Known._fields)).where(_ENTRIES.c.patient_id == patient_id)
    return {row.fingerprint: Known(*row) for row in session.execute(wanted)}


def _key(scale: Scale | HistoryScale) -> tuple[str, float, float, bool, str]:
    """Return what makes two descriptions one scale; capitals do not matter."""
    ends = float(scale.minimum), float(scale.maximum)
    return scale.name.casefold(), *ends, scale.higher_is_better, scale.unit.casefold()


def _read_as(patient_id: uuid.UUID, stored: dict[Any, uuid.UUID]) -> dict[str, dict[str, uuid.UUID]]:
    """Return, by column, the scales that earlier imports read it as: their names and ids."""
    found: dict[str, dict[str, uuid.UUID]] = defaultdict(dict)
    for done in queries.list_imports(patient_id):
        if done.undone_at is None:
            for scale in queries.scales_of(done):
                if _key(scale) in stored:
                    found[scale.column.casefold()][scale.name] = stored[_key(scale)]
    return found


def _renamed(
    scale_ids: dict[Scale, uuid.UUID | None], read_as: dict[str, dict[str, uuid.UUID]]
) -> tuple[tuple[str, str], ...]:
    pairs = [
        (scale.name, name)
        for scale, own_id in scale_ids.items()
        for name, scale_id in read_as.get(scale.column.casefold(), {}).items()
        if scale_id != own_id
    ]
    return tuple(pairs)


def _entries_with(scale_ids: Collection[uuid.UUID | None]) -> set[uuid.UUID]:
    if not scale_ids:
        return set()
    return set(session.scalars(select(_VALUES.c.entry_id).where(_VALUES.c.scale_id.in_(scale_ids))))


def _beside(new: tuple[Entry, ...], known: Collection[Known]) -> int:
    moments = {before.occurred_at for before in known}
    days = {before.for_on for before in known if not before.time_known}
    return sum(entry.occurred_at in moments or entry.on in days for entry in new)
