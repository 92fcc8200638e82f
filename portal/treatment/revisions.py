"""Keeping how something of the treatment record stood before it was corrected, and reading that back."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.access.policy import Actor
from portal.accounts.models import User
from portal.db import session
from portal.treatment.models import TreatmentRevision

MOST = 50


@dataclass(frozen=True, slots=True)
class Revision:
    """How a thing stood before it was changed, and what was said about the change."""

    revision: int
    values: dict[str, Any]
    reason: str
    changed_at: datetime
    changed_by: str


def keep(row: Any, values: dict[str, Any], *, reason: str, by: Actor, at: datetime) -> None:
    """Keep how a row stands, and count its revision up; the caller then changes the row.

    Args:
        row: a row with `id`, `patient_id` and `revision`.
        values: what it says now, in plain values that JSON knows.
    """
    session.add(
        TreatmentRevision(
            patient_id=row.patient_id,
            thing=row.__tablename__,
            thing_id=row.id,
            revision=row.revision,
            values=values,
            reason=reason,
            changed_at=at,
            changed_by_id=by.user_id,
        )
    )
    row.revision += 1


def list_of(patient_id: uuid.UUID, thing_ids: list[uuid.UUID]) -> dict[uuid.UUID, list[Revision]]:
    """Return how some things of a patient stood before each of their changes, the latest change first."""
    kept = TreatmentRevision
    rows = session.execute(
        select(kept.thing_id, kept.revision, kept.values, kept.reason, kept.changed_at, User.name)
        .join(User, User.id == kept.changed_by_id)
        .where(kept.patient_id == patient_id, kept.thing_id.in_(thing_ids))
        .order_by(kept.revision.desc())
        .limit(MOST * max(1, len(thing_ids)))
    )
    found: dict[uuid.UUID, list[Revision]] = {}
    for row in rows:
        found.setdefault(row.thing_id, []).append(Revision(*row[1:]))
    return found
