"""Reading patients."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, select

from portal.access.policy import PatientStatus, Relation
from portal.accounts.models import User
from portal.db import session
from portal.patients.models import CareTeamMember, Patient


@dataclass(frozen=True, slots=True)
class PatientRef:
    """What every request about a patient needs to know of them."""

    id: uuid.UUID
    user_id: uuid.UUID
    given_name: str
    family_name: str
    born_on: date
    country: str
    status: PatientStatus
    time_zone: str
    language: str
    primary_instrument: str
    enrolled_at: datetime
    consented_at: datetime | None
    acknowledged_at: datetime | None
    relation: Relation

    @property
    def name(self) -> str:
        """The name people call them by."""
        return f"{self.given_name} {self.family_name}"

    @property
    def has_started(self) -> bool:
        """Whether consent and the "not monitored" acknowledgement are both on record."""
        return self.consented_at is not None and self.acknowledged_at is not None


_REF = select(
    Patient.id,
    Patient.user_id,
    Patient.given_name,
    Patient.family_name,
    Patient.born_on,
    Patient.country,
    Patient.status,
    User.time_zone,
    User.language,
    Patient.primary_instrument,
    Patient.enrolled_at,
    Patient.consented_at,
    Patient.acknowledged_at,
    CareTeamMember.id.label("membership"),
).join(User, User.id == Patient.user_id)


def get_ref(patient_id: uuid.UUID, *, viewer_id: uuid.UUID) -> PatientRef | None:
    """Return a patient and how the viewer stands to them, or None where there is no such patient."""
    current = and_(
        CareTeamMember.patient_id == Patient.id, CareTeamMember.user_id == viewer_id, CareTeamMember.until.is_(None)
    )
    row = session.execute(_REF.outerjoin(CareTeamMember, current).where(Patient.id == patient_id)).one_or_none()
    if row is None:
        return None
    *values, membership = row
    relation = Relation.CARE_TEAM if membership else Relation.STRANGER
    return PatientRef(*values, Relation.SELF if row.user_id == viewer_id else relation)


def get_own_id(user_id: uuid.UUID) -> uuid.UUID | None:
    """Return the patient an account belongs to."""
    return session.scalar(select(Patient.id).where(Patient.user_id == user_id))
