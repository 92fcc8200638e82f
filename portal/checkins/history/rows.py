"""What is written of a diary, as rows."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from portal.checkins.history.comparison import Addition
from portal.checkins.history.entry import Entry
from portal.checkins.history.mapping import Scale
from portal.checkins.history.read import Notice, Refusal

KEPT_REASONS = 1_000
BATCH = 2_000
T = TypeVar("T")
Row = dict[str, Any]
Placed = Sequence[tuple[uuid.UUID, Entry]]


def reasons(found: Iterable[Refusal | Notice]) -> list[Row]:
    """Return why rows were refused, or what was decided about them; the first thousand."""
    first = islice(found, KEPT_REASONS)
    return [{"line": one.line, "message": one.message, "values": dict(one.values)} for one in first]


def scale(scale_id: uuid.UUID, described: Scale, patient_id: uuid.UUID) -> Row:
    """Return the row of a scale."""
    return {
        "id": scale_id,
        "patient_id": patient_id,
        "name": described.name,
        "minimum": float(described.minimum),
        "maximum": float(described.maximum),
        "higher_is_better": described.higher_is_better,
        "unit": described.unit,
    }


def placed(new: Iterable[Entry]) -> Placed:
    """Return new entries with their ids, in the order of time.

    The ids are random and sorted: an index that is written in its own order takes a third of the time.
    """
    ordered = sorted(new, key=lambda entry: entry.occurred_at)
    return list(zip(sorted(uuid.uuid4() for _ in ordered), ordered, strict=True))


def entries(placed: Placed, patient_id: uuid.UUID, import_id: uuid.UUID) -> Iterator[Row]:
    """Yield the rows of new entries, each given with its id."""
    for entry_id, entry in placed:
        yield {
            "id": entry_id,
            "patient_id": patient_id,
            "import_id": import_id,
            "line": entry.line,
            "fingerprint": entry.fingerprint,
            "occurred_at": entry.occurred_at,
            "for_on": entry.on,
            "time_zone": entry.time_zone,
            "time_known": entry.time_known,
            "note": entry.note,
            "activities": list(entry.activities),
        }


def numbers(placed: Placed, additions: Iterable[Addition]) -> dict[str, dict[str, float]]:
    """Return the numbers of new entries, and those that come to others, by the scale's name and the entry's id."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for entry_id, entry in placed:
        for name, value in entry.values.items():
            found[name][entry_id.hex] = float(value)
    for known, described, value in additions:
        found[described.name][known.id.hex] = float(value)
    return found


def batches(rows: Iterable[T]) -> Iterator[list[T]]:
    """Yield rows in lists of at most `BATCH`, so that a long diary is never in memory twice."""
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch


def bare_name(file_name: str) -> str:
    """Return a file's name without its folders and without what cannot be shown."""
    last = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in last if letter.isprintable()).strip()[-200:] or "diary.csv"
