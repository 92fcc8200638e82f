"""Reading personal baselines."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from portal.accounts.models import User
from portal.db import session
from portal.safety.chronic.fits import Question
from portal.safety.chronic.models import PersonalBaseline

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Standing:
    """One personal baseline with the names of who set it and who took it back, "" where nobody did."""

    row: PersonalBaseline
    set_by: str
    withdrawn_by: str

    def holds(self, at: datetime) -> bool:
        """Return whether it is in force at a moment."""
        return self.row.withdrawn_at is None and at < self.row.expires_at


def in_force(patient_id: uuid.UUID, at: datetime) -> dict[Question, float]:
    """Return the answers a clinician knows of at a moment, from instrument id and item code to the item's value."""
    mine = select(PersonalBaseline.instrument, PersonalBaseline.item, PersonalBaseline.value).where(
        PersonalBaseline.patient_id == patient_id,
        PersonalBaseline.withdrawn_at.is_(None),
        PersonalBaseline.set_at <= at,
        PersonalBaseline.expires_at > at,
    )
    return {(row.instrument, row.item): row.value for row in session.execute(mine)}


def list_baselines(patient_id: uuid.UUID) -> Sequence[Standing]:
    """Return a patient's personal baselines, also those that ended, the newest first."""
    author, other = aliased(User), aliased(User)
    rows = session.execute(
        select(PersonalBaseline, author.name, other.name)
        .join(author, author.id == PersonalBaseline.set_by_id)
        .outerjoin(other, other.id == PersonalBaseline.withdrawn_by_id)
        .where(PersonalBaseline.patient_id == patient_id)
        .order_by(PersonalBaseline.set_at.desc(), PersonalBaseline.id)
        .limit(SHOWN)
    )
    return [Standing(row, set_by, withdrawn_by or "") for row, set_by, withdrawn_by in rows]
