"""Reading what a patient hopes for."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from portal.access.policy import Role
from portal.accounts.models import User
from portal.db import session
from portal.patients.goals.models import PatientGoals

MOST_VERSIONS = 50


@dataclass(frozen=True, slots=True)
class Goals:
    """One version of a patient's goals, "" where there are none any more: who wrote it down, and when."""

    id: uuid.UUID
    words: str
    said_at: datetime
    by: str
    is_from_patient: bool


def latest(patient_id: uuid.UUID) -> Goals | None:
    """Return what a patient hopes for now; None where nobody has said anything yet."""
    row = session.execute(_versions(patient_id).limit(1)).one_or_none()
    return _goals(row) if row else None


def list_versions(patient_id: uuid.UUID) -> list[Goals]:
    """Return every version, the one that stands first."""
    return [_goals(row) for row in session.execute(_versions(patient_id).limit(MOST_VERSIONS))]


def _versions(patient_id: uuid.UUID) -> Select[*tuple[Any, ...]]:
    kept = PatientGoals
    found = select(kept.id, kept.words, kept.said_at, User.name, User.role).join(User, User.id == kept.said_by_id)
    return found.where(kept.patient_id == patient_id).order_by(kept.said_at.desc(), kept.id.desc())


def _goals(row: Any) -> Goals:
    return Goals(row.id, row.words, row.said_at, row.name, row.role is Role.PATIENT)
