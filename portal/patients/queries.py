"""Reading patients."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from portal.access.policy import REACHABLE, PatientStatus, Relation, Role
from portal.accounts.models import AccountStatus, User
from portal.db import run, session
from portal.patients import names
from portal.patients.details import Person
from portal.patients.models import CalledIn, CareTeamMember, Condition, Patient, PatientCondition, StatusChange


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
    account: AccountStatus
    primary_instrument: str
    enrolled_at: datetime
    consented_at: datetime | None
    acknowledged_at: datetime | None
    card_since: datetime | None
    relation: Relation

    @property
    def name(self) -> str:
        """The name people call them by."""
        return f"{self.given_name} {self.family_name}"

    @property
    def has_started(self) -> bool:
        """Whether consent and the "not monitored" acknowledgement are both on record."""
        return self.consented_at is not None and self.acknowledged_at is not None


@dataclass(frozen=True, slots=True)
class Record:
    """A patient's details with those of their account."""

    patient: Patient
    email: str
    account: AccountStatus
    time_zone: str
    language: str


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who looks after a patient now; the lead answers for the team."""

    user_id: uuid.UUID
    name: str
    role: Role
    since: datetime
    is_active: bool
    is_lead: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One change of status, as the history shows it."""

    before: PatientStatus
    after: PatientStatus
    reason: str
    effective_on: date
    changed_at: datetime
    changed_by: str


_STILL_CALLED = or_(CalledIn.until.is_(None), CalledIn.until > bindparam("at", type_=CalledIn.since.type))
_CALLED = (
    select(CalledIn.id)
    .where(CalledIn.patient_id == Patient.id, CalledIn.user_id == bindparam("viewer"), _STILL_CALLED)
    .limit(1)
    .scalar_subquery()
)
_REF: Any = select(
    Patient.id,
    Patient.user_id,
    Patient.given_name,
    Patient.family_name,
    Patient.born_on,
    Patient.country,
    Patient.status,
    User.time_zone,
    User.language,
    User.status.label("account"),
    Patient.primary_instrument,
    Patient.enrolled_at,
    Patient.consented_at,
    Patient.acknowledged_at,
    Patient.card_since,
    CareTeamMember.id.label("membership"),
    _CALLED.label("called"),
).join(User, User.id == Patient.user_id)
_CURRENT = CareTeamMember.until.is_(None)
_MEMBERSHIP = and_(CareTeamMember.patient_id == Patient.id, CareTeamMember.user_id == bindparam("viewer"), _CURRENT)
_REF = _REF.outerjoin(CareTeamMember, _MEMBERSHIP).where(Patient.id == bindparam("patient"))


def get_ref(patient_id: uuid.UUID, *, viewer_id: uuid.UUID, at: datetime) -> PatientRef | None:
    """Return a patient and how the viewer stands to them at a moment, or None where there is no such patient."""
    row = run(_REF, {"patient": patient_id, "viewer": viewer_id, "at": at}).one_or_none()
    if row is None:
        return None
    values: Any = (*row[:-2], _relation(row, viewer_id))
    return PatientRef(*values)


def _relation(row: Any, viewer_id: uuid.UUID) -> Relation:
    if row.user_id == viewer_id:
        return Relation.SELF
    if row.membership:
        return Relation.CARE_TEAM
    return Relation.CALLED if row.called else Relation.STRANGER


def count_left_alone(user_id: uuid.UUID) -> int:
    """Return how many patients in care have no other provider who can sign in."""
    other = aliased(CareTeamMember)
    another = (
        select(other.id)
        .join(User, User.id == other.user_id)
        .where(other.patient_id == Patient.id, other.until.is_(None), other.user_id != user_id)
        .where(User.role == Role.PROVIDER, User.status == AccountStatus.ACTIVE)
    )
    mine = select(func.count()).select_from(CareTeamMember).join(Patient, Patient.id == CareTeamMember.patient_id)
    mine = mine.join(User, User.id == CareTeamMember.user_id).where(User.role == Role.PROVIDER)
    mine = mine.where(CareTeamMember.user_id == user_id, _CURRENT, Patient.status.in_(REACHABLE), ~another.exists())
    return session.scalar(mine) or 0


class Own(NamedTuple):
    """The patient an account belongs to, since when the crisis card waits for them, and where they live."""

    id: uuid.UUID
    card_since: datetime | None
    country: str


def get_own(user_id: uuid.UUID) -> Own | None:
    """Return the patient an account belongs to, with what waits before any other page of theirs."""
    mine = select(Patient.id, Patient.card_since, Patient.country).where(Patient.user_id == user_id)
    row = session.execute(mine).one_or_none()
    return Own(*row) if row else None


def get_own_id(user_id: uuid.UUID) -> uuid.UUID | None:
    """Return the patient an account belongs to."""
    return session.scalar(select(Patient.id).where(Patient.user_id == user_id))


def get_record(patient_id: uuid.UUID) -> Record:
    """Return a patient's details with those of their account."""
    row = session.execute(
        select(Patient, User.email, User.status, User.time_zone, User.language)
        .join(User, User.id == Patient.user_id)
        .where(Patient.id == patient_id)
    ).one()
    return Record(*row)


def list_conditions(patient_id: uuid.UUID) -> list[Condition]:
    """Return what a patient is treated for, in the order of the list of conditions."""
    found = set(session.scalars(select(PatientCondition.condition).where(PatientCondition.patient_id == patient_id)))
    return [condition for condition in Condition if condition in found]


def list_team(patient_id: uuid.UUID) -> list[Member]:
    """Return who looks after a patient now, providers first, by name."""
    rows = session.execute(
        select(User.id, User.name, User.role, CareTeamMember.since, User.status, CareTeamMember.is_lead)
        .join(CareTeamMember, CareTeamMember.user_id == User.id)
        .where(CareTeamMember.patient_id == patient_id, _CURRENT)
        .order_by(User.role.desc(), func.lower(User.name), User.id)
    )
    return [Member(*row[:4], row.status is AccountStatus.ACTIVE, row.is_lead) for row in rows]


def list_staff() -> list[Member]:
    """Return every provider and nurse who may be put on a care team, providers first, by name."""
    rows = session.execute(
        select(User.id, User.name, User.role, User.created_at)
        .where(User.role.in_((Role.PROVIDER, Role.NURSE)), User.status != AccountStatus.DEACTIVATED)
        .order_by(User.role.desc(), func.lower(User.name), User.id)
    )
    return [Member(*row, True) for row in rows]


def list_changes(patient_id: uuid.UUID) -> list[Change]:
    """Return the changes of a patient's status, the latest first."""
    rows = session.execute(
        select(
            StatusChange.before,
            StatusChange.after,
            StatusChange.reason,
            StatusChange.effective_on,
            StatusChange.changed_at,
            User.name,
        )
        .join(User, User.id == StatusChange.changed_by_id)
        .where(StatusChange.patient_id == patient_id)
        .order_by(StatusChange.changed_at.desc())
    )
    return [Change(*row) for row in rows]


def status_before_death(patient_id: uuid.UUID) -> PatientStatus | None:
    """Return what stood before a death was recorded, for putting a mistake right."""
    return session.scalar(
        select(StatusChange.before)
        .where(StatusChange.patient_id == patient_id, StatusChange.after == PatientStatus.DIED)
        .order_by(StatusChange.changed_at.desc())
        .limit(1)
    )


def has_namesake(viewer_id: uuid.UUID, person: Person) -> bool:
    """Return whether the viewer looks after somebody of this name and birth date; others' are not told."""
    rows = session.execute(
        select(Patient.given_name, Patient.family_name)
        .join(CareTeamMember, CareTeamMember.patient_id == Patient.id)
        .where(CareTeamMember.user_id == viewer_id, _CURRENT, Patient.born_on == person.born_on)
    )
    return any(names.same(f"{row.given_name} {row.family_name}", person.name) for row in rows)


def list_names(user_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return what the people behind these accounts are called."""
    rows = session.execute(select(User.id, User.name).where(User.id.in_(user_ids)))
    return {row.id: row.name for row in rows}
