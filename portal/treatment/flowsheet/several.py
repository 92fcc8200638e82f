"""Reading the entries of several flowsheets at once, in one statement."""

import uuid
from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from portal.db import session
from portal.treatment.flowsheet.entries import Entry
from portal.treatment.flowsheet.kinds import Phase
from portal.treatment.flowsheet.models import FlowsheetEntry
from portal.treatment.flowsheet.standing import standing
from portal.treatment.rules.values import DEFAULTS

_NAMES = ("id", "kind", "values", "occurred_at", "device", "sequence", "level", "corrects_id")
_KEPT: Any = FlowsheetEntry.__table__


def of_infusions(infusion_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Entry]]:
    """Return every entry that was kept of some infusions, corrected ones too, by infusion.

    The caller has made sure that the reader may see them.
    """
    kept = select(_KEPT.c.infusion_id, *(_KEPT.c[name] for name in _NAMES))
    found: dict[uuid.UUID, list[Entry]] = {}
    for row in session.execute(kept.where(_KEPT.c.infusion_id.in_(infusion_ids))):
        found.setdefault(row[0], []).append(Entry(*row[1:]))
    return found


def phases(infusion_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Phase]:
    """Return where the day of some infusions stands, of those with any entry; no limit bears on that."""
    return {found: standing(entries, DEFAULTS).phase for found, entries in of_infusions(infusion_ids).items()}
