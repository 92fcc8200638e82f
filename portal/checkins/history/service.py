"""Bringing in a diary that was kept elsewhere, and taking it back."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    Double,
    Insert,
    Text,
    Uuid,
    bindparam,
    cast,
    column,
    delete,
    func,
    insert,
    select,
    update,
)

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.checkins.history import queries, rows
from portal.checkins.history.comparison import Comparison, compare
from portal.checkins.history.mapping import Scale
from portal.checkins.history.read import Reading
from portal.checkins.models import HistoryEntry, HistoryImport, HistoryScale, HistoryValue
from portal.db import session, touched
from portal.safety import service as safety

_ENTRIES: Any = HistoryEntry.__table__
_VALUES: Any = HistoryValue.__table__
_SCALES: Any = HistoryScale.__table__
_FILL_NOTE = update(_ENTRIES).where(_ENTRIES.c.id == bindparam("entry")).values(note=bindparam("text"))


@dataclass(frozen=True, slots=True)
class File:
    """The file a reading comes from: "daylio" or "csv", its name, and how it was read (`build.raw`)."""

    source: str
    name: str
    mapping: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file's rows: `imported + merged + refused == rows`.

    `added` counts the numbers and notes that merged rows gave to entries which were there already. `import_id` is None
    where nothing changed and so nothing was written.
    """

    import_id: uuid.UUID | None
    rows: int
    imported: int
    merged: int
    refused: int
    added: int


def import_reading(
    patient_id: uuid.UUID,
    reading: Reading,
    file: File,
    *,
    by: Actor | None,
    at: datetime,
    import_id: uuid.UUID | None = None,
    step: Callable[[int], object] = lambda numbers: None,
) -> Outcome:
    """Bring in everything a diary says that is not there yet. A second time changes nothing.

    Args:
        patient_id: whose diary it is.
        reading: from `read.read`.
        file: what it was read from.
        by: who brings it in; None for the operator's command.
        at: now, aware UTC.
        import_id: the id of the import, where it is known beforehand.
        step: called now and then with how many numbers were written since the last call.
    """
    # Two imports at once would both find the same rows new.
    safety.hold(patient_id)
    change = compare(patient_id, reading)
    made = None if change.changes_nothing else import_id or uuid.uuid4()
    result = outcome(made, reading, change)
    if made is not None:
        session.add(_import_row(patient_id, reading, file, result, by=by, at=at))
        session.flush()
        _write(patient_id, made, change, step)
        touched(patient_id)
        counts = {name: getattr(result, name) for name in ("rows", "imported", "merged", "refused", "added")}
        audit.record("history:imported", by=by, at=at, patient_id=patient_id, thing_id=made, **counts)
    return result


def undo(patient_id: uuid.UUID, import_id: uuid.UUID, *, by: Actor | None, at: datetime) -> int | None:
    """Take an import back: its entries, whatever later files added to them, and what it added to others.

    They are deleted for good, because a wrong file may be somebody else's diary; that it was brought in and taken back
    stays on record. Scales that are left without a number go too.

    Returns:
        How many entries were taken back; None where there is no such import, or it was taken back before.
    """
    safety.hold(patient_id)
    done = queries.get_import(patient_id, import_id)
    if done is None or done.undone_at is not None:
        return None
    own_scales = select(_SCALES.c.id).where(_SCALES.c.patient_id == patient_id)
    own_entries = select(_ENTRIES.c.id).where(_ENTRIES.c.import_id == import_id)
    session.execute(delete(_VALUES).where(_VALUES.c.scale_id.in_(own_scales), _VALUES.c.import_id == import_id))
    session.execute(delete(_VALUES).where(_VALUES.c.entry_id.in_(own_entries)))
    taken = session.connection().execute(delete(_ENTRIES).where(_ENTRIES.c.import_id == import_id)).rowcount
    is_used = select(_VALUES.c.scale_id).where(_VALUES.c.scale_id == _SCALES.c.id).exists()
    session.execute(delete(_SCALES).where(_SCALES.c.patient_id == patient_id, ~is_used))
    done.undone_at, done.undone_by_id = at, by.user_id if by else None
    # They quote what stood in the rows.
    done.refusals, done.notices = [], []
    session.flush()
    touched(patient_id)
    audit.record("history:undone", by=by, at=at, patient_id=patient_id, thing_id=import_id, entries=taken)
    return taken


def outcome(import_id: uuid.UUID | None, reading: Reading, change: Comparison) -> Outcome:
    """Return what becomes of a file's rows: every row in exactly one of three heaps."""
    return Outcome(
        import_id=import_id,
        rows=reading.rows,
        imported=len(change.new),
        merged=len(reading.merged) + change.there,
        refused=len(reading.refused),
        added=change.added,
    )


def _import_row(
    patient_id: uuid.UUID,
    reading: Reading,
    file: File,
    result: Outcome,
    *,
    by: Actor | None,
    at: datetime,
) -> HistoryImport:
    return HistoryImport(
        id=result.import_id,
        patient_id=patient_id,
        source=file.source,
        file_name=rows.bare_name(file.name),
        mapping={**file.mapping, "time_zone": reading.time_zone},
        rows=result.rows,
        imported=result.imported,
        merged=result.merged,
        refused=result.refused,
        added=result.added,
        refusals=rows.reasons(reading.refused),
        notices=rows.reasons(reading.notices),
        imported_at=at,
        imported_by_id=by.user_id if by else None,
    )


def _write(patient_id: uuid.UUID, import_id: uuid.UUID, change: Comparison, step: Callable[[int], object]) -> None:
    scale_ids = _make_scales(patient_id, change.scale_ids)
    placed = rows.placed(change.new)
    for batch in rows.batches(rows.entries(placed, patient_id, import_id)):
        session.execute(insert(_ENTRIES), batch)
        step(len(batch))
    adding = _add_numbers()
    for name, found in rows.numbers(placed, change.additions).items():
        numbers = orjson.dumps(found).decode()
        session.execute(adding, {"numbers": numbers, "scale": scale_ids[name], "import": import_id})
        step(len(found))
    if change.notes:
        session.execute(_FILL_NOTE, [{"entry": entry_id, "text": note} for entry_id, note in change.notes])


def _add_numbers() -> Insert:
    """Return the statement that writes a scale's numbers, given as JSON by the entry's id: one for all of its rows."""
    given = bindparam("numbers", type_=Text())
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    unpacked = func.json_each(given) if is_sqlite else func.json_each_text(cast(given, JSON()))
    pairs = unpacked.table_valued(column("key", Text()), column("value", Text()))
    found = (
        select(
            bindparam("scale", type_=Uuid()),
            _ENTRIES.c.occurred_at,
            _ENTRIES.c.id,
            bindparam("import", type_=Uuid()),
            _ENTRIES.c.for_on,
            cast(pairs.c.value, Double()),
        )
        .join_from(pairs, _ENTRIES, _ENTRIES.c.id == cast(pairs.c.key, Uuid()))
        .order_by(_ENTRIES.c.occurred_at)
    )
    return insert(_VALUES).from_select(["scale_id", "occurred_at", "entry_id", "import_id", "for_on", "value"], found)


def _make_scales(patient_id: uuid.UUID, known: Mapping[Scale, uuid.UUID | None]) -> dict[str, uuid.UUID]:
    """Return the ids of scales by name; those that are not there yet are made."""
    scale_ids = {scale: scale_id or uuid.uuid4() for scale, scale_id in known.items()}
    new = [rows.scale(scale_ids[scale], scale, patient_id) for scale, scale_id in known.items() if scale_id is None]
    if new:
        session.execute(insert(_SCALES), new)
    return {scale.name: scale_id for scale, scale_id in scale_ids.items()}
