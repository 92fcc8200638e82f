"""Reading what was noted at the bedside of every infusion of a patient."""

import uuid
from collections.abc import Collection, Sequence
from typing import Any

from portal.treatment.flowsheet import queries as flowsheets
from portal.treatment.flowsheet.kinds import EntryKind
from portal.treatment.flowsheet.queries import Line
from portal.treatment.tolerability.values import Noted


def list_noted(patient_id: uuid.UUID, kinds: Collection[EntryKind] = ()) -> dict[uuid.UUID, list[Noted]]:
    """Return what counts of each flowsheet of a patient, in true order, by infusion; only some `kinds` where named."""
    return {infusion_id: noted(lines) for infusion_id, lines in flowsheets.list_flowsheets(patient_id, kinds).items()}


def noted(lines: Sequence[Line]) -> list[Noted]:
    """Return lines of a flowsheet, each under the id of its first version, by which others may know it."""
    names = {str(version.id): _first(line) for line in lines for version in (line, *line.earlier)}
    return [
        Noted(_first(line), line.kind.value, line.occurred_at, _named(line.values, names), line.level.value)
        for line in lines
    ]


def _first(line: Line) -> uuid.UUID:
    return line.earlier[-1].id if line.earlier else line.id


def _named(values: Any, names: dict[str, uuid.UUID]) -> dict[str, Any]:
    """Return an entry's values, with the effect whose end it tells of under its first name."""
    of = str(values.get("of", ""))
    return {**values, "of": str(names.get(of, of))} if of else dict(values)
