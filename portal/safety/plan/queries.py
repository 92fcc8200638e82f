"""Reading safety plans."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from portal.access.policy import Role
from portal.accounts.models import User
from portal.db import session
from portal.safety.plan import sections
from portal.safety.plan.models import SafetyPlan
from portal.safety.plan.sections import Sections

MOST_VERSIONS = 50


@dataclass(frozen=True, slots=True)
class StandingPlan:
    """One version of a patient's safety plan; the latest is the one that stands.

    `by` wrote it down, `with_` is the clinician it was written with, "" where there was none.
    """

    id: uuid.UUID
    sections: Sections
    review_on: date | None
    written_at: datetime
    by: str
    is_from_patient: bool
    with_: str
    with_id: uuid.UUID | None

    @property
    def says_something(self) -> bool:
        """Whether any section holds a line."""
        return not sections.is_empty(self.sections)

    @property
    def is_personal(self) -> bool:
        """Whether it holds more than numbers to call."""
        return sections.is_personal(self.sections)

    def is_overdue(self, today: date) -> bool:
        """Return whether the day it was to be looked at again is past on a day of the patient's."""
        return self.review_on is not None and self.review_on < today


def latest(patient_id: uuid.UUID) -> StandingPlan | None:
    """Return the plan that stands; None where none was ever written."""
    row = session.execute(_versions(patient_id).limit(1)).one_or_none()
    return _plan(row) if row else None


def get_version(patient_id: uuid.UUID, plan_id: uuid.UUID) -> StandingPlan | None:
    """Return one version of a patient's plan."""
    row = session.execute(_versions(patient_id).where(SafetyPlan.id == plan_id)).one_or_none()
    return _plan(row) if row else None


def list_versions(patient_id: uuid.UUID) -> list[StandingPlan]:
    """Return the versions, the one that stands first, `MOST_VERSIONS` and one at most."""
    return [_plan(row) for row in session.execute(_versions(patient_id).limit(MOST_VERSIONS + 1))]


def _versions(patient_id: uuid.UUID) -> Select[*tuple[Any, ...]]:
    kept, clinician = SafetyPlan, aliased(User)
    found = select(
        kept.id,
        kept.sections,
        kept.review_on,
        kept.written_at,
        User.name.label("by"),
        User.role,
        clinician.name.label("with_"),
        kept.written_with_id,
    )
    found = found.join(User, User.id == kept.written_by_id).outerjoin(clinician, clinician.id == kept.written_with_id)
    return found.where(kept.patient_id == patient_id).order_by(kept.written_at.desc(), kept.id.desc())


def _plan(row: Any) -> StandingPlan:
    return StandingPlan(
        id=row.id,
        sections=sections.read(row.sections),
        review_on=row.review_on,
        written_at=row.written_at,
        by=row.by,
        is_from_patient=row.role is Role.PATIENT,
        with_=row.with_ or "",
        with_id=row.written_with_id,
    )
