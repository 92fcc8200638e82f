"""Entries of a flowsheet as values: their true order, and which of them count. Pure.

An entry is never changed. A correction is another entry of the same kind that names the one it corrects; the last
of such a chain counts, and none of it does where the last one says that it did not happen.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.treatment.flowsheet.kinds import EntryKind, Level
from portal.treatment.flowsheet.vitals import Reading
from portal.treatment.rules.values import Point

MISTAKEN, JUDGED = "mistaken", "judged"


@dataclass(frozen=True, slots=True)
class Draft:
    """One entry as a device or a form sends it.

    Args:
        id: minted where it was made; the same one twice is one entry.
        values: what was entered, by the form's field names, in plain values that JSON knows.
        occurred_at: when it happened by the device's clock, aware; None for now, by the server's.
        is_typed: that somebody typed the time, which the device's clock then has no part in.
        sequence: the place in the device's own order.
        skew_seconds: how far the device's clock is ahead of the server's.
        was_queued: that it waited on the device, so that it tells what has happened and asks nothing.
        corrects_id: the entry that this one corrects, with `reason`.
    """

    id: uuid.UUID
    kind: EntryKind
    values: Mapping[str, Any]
    occurred_at: datetime | None = None
    is_typed: bool = False
    device: str = ""
    sequence: int = 0
    skew_seconds: int = 0
    was_queued: bool = False
    corrects_id: uuid.UUID | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it is kept; `occurred_at` is when it truly happened, as far as anybody can tell."""

    id: uuid.UUID
    kind: EntryKind
    values: Mapping[str, Any]
    occurred_at: datetime
    device: str = ""
    sequence: int = 0
    level: Level = Level.NONE
    corrects_id: uuid.UUID | None = None

    @property
    def reading(self) -> Reading:
        """The vital signs; ask only of those."""
        return Reading(*(self.values.get(name) for name in ("systolic", "diastolic", "pulse", "spo2", "breaths")))

    @property
    def point(self) -> Point:
        """When the vital signs were taken; ask only of those."""
        return Point(self.values["point"])

    @property
    def is_mistaken(self) -> bool:
        """Whether it says that what it corrects did not happen."""
        return bool(self.values.get(MISTAKEN))


def true_order(entry: Entry) -> tuple[datetime, str, int, uuid.UUID]:
    """Return what entries are sorted by: when they happened, then each device's own order."""
    return entry.occurred_at, entry.device, entry.sequence, entry.id


def first_versions(entries: Iterable[Entry]) -> dict[uuid.UUID, uuid.UUID]:
    """Return, for every entry, the id of the first version of it, by which other entries may know it."""
    corrected = {one.id: one.corrects_id for one in entries}

    def first(found: uuid.UUID) -> uuid.UUID:
        before = corrected.get(found)
        return found if before is None or before not in corrected else first(before)

    return {found: first(found) for found in corrected}


def effective(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return the entries that count, in true order, from all that were kept, in any order."""
    corrected = {one.corrects_id for one in entries}
    return tuple(sorted((one for one in entries if one.id not in corrected and not one.is_mistaken), key=true_order))


def baseline(counting: Iterable[Entry]) -> Entry | None:
    """Return the last reading of the pressure before treatment, from entries that count in true order."""
    taken = [one for one in counting if one.kind is EntryKind.VITALS and one.values.get("systolic") is not None]
    return next((one for one in reversed(taken) if one.point is Point.BEFORE), None)
