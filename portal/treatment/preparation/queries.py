"""Reading what patients said before their infusions."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from portal.db import session
from portal.treatment.flowsheet.entries import MISTAKEN
from portal.treatment.flowsheet.models import EntryKind, FlowsheetEntry
from portal.treatment.preparation import steps
from portal.treatment.preparation.models import Preparation, Step
from portal.treatment.preparation.steps import Statement

MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Statement):
    """A statement as it was kept: of which infusion, when it was said, and how often before that."""

    infusion_id: uuid.UUID
    answered_at: datetime
    times_before: int = 0


def latest(infusion_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, dict[Step, Said]]:
    """Return what counts of some infusions: the latest statement of each step."""
    found: dict[uuid.UUID, dict[Step, Said]] = {}
    kept = select(Preparation).where(Preparation.infusion_id.in_(infusion_ids))
    newest = kept.order_by(Preparation.answered_at.desc(), Preparation.id.desc()).limit(MOST)
    for row in reversed(session.scalars(newest).all()):
        of_infusion = found.setdefault(row.infusion_id, {})
        before = of_infusion.get(row.step)
        of_infusion[row.step] = said_of(row, before.times_before + 1 if before else 0)
    return found


def has_started(infusion_id: uuid.UUID) -> bool:
    """Return whether the bedside has recorded the start of an infusion, and not taken it back as a mistake."""
    kept, other = FlowsheetEntry, aliased(FlowsheetEntry)
    started = select(kept.values).where(kept.infusion_id == infusion_id, kept.kind == EntryKind.STARTED)
    stands = ~select(other.id).where(other.corrects_id == kept.id).exists()
    return any(not values.get(MISTAKEN) for values in session.scalars(started.where(stands)))


def said_of(row: Preparation, times_before: int) -> Said:
    """Return a kept row as values."""
    names = (*steps.NAMES, "infusion_id", "answered_at")
    return Said(**{name: getattr(row, name) for name in names}, times_before=times_before)
