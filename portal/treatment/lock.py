"""One writer at a time on a patient's treatment, so that what is checked stays true until it is kept."""

import uuid
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select

from portal.access.policy import PatientStatus, Role
from portal.accounts.models import User
from portal.clinic import when
from portal.db import session
from portal.patients.models import CareTeamMember, Patient
from portal.treatment.models import Course, Infusion


class Who(NamedTuple):
    """The patient behind the lock."""

    enrolled_at: datetime
    status: PatientStatus
    time_zone: str

    def day(self, at: datetime) -> date:
        """Return the patient's day at a moment."""
        return when.local(at, self.time_zone).date()


class Team(NamedTuple):
    """Who may stand in a record: members of the care team now, and those at the time it is about."""

    everybody: frozenset[uuid.UUID]
    providers: frozenset[uuid.UUID]


def lock(patient_id: uuid.UUID) -> Who:
    """Let one writer at a time work on a patient's treatment; it lasts until the transaction ends."""
    row = session.execute(
        select(Patient.enrolled_at, Patient.status, User.time_zone)
        .join(User, User.id == Patient.user_id)
        .where(Patient.id == patient_id)
        .with_for_update(of=Patient, key_share=True)
    ).one()
    return Who(*row)


def course(patient_id: uuid.UUID, course_id: uuid.UUID) -> Course:
    """Return a course as it stands behind the lock."""
    found = select(Course).filter_by(id=course_id, patient_id=patient_id).execution_options(populate_existing=True)
    return session.scalars(found).one()


def infusion(patient_id: uuid.UUID, infusion_id: uuid.UUID) -> Infusion:
    """Return an infusion as it stands behind the lock."""
    found = select(Infusion).filter_by(id=infusion_id, patient_id=patient_id).execution_options(populate_existing=True)
    return session.scalars(found).one()


def team(patient_id: uuid.UUID, then: datetime | None) -> Team:
    """Return who is on the care team now or was on it at a moment."""
    rows = session.execute(
        select(User.id, User.role, CareTeamMember.since, CareTeamMember.until)
        .join(CareTeamMember, CareTeamMember.user_id == User.id)
        .where(CareTeamMember.patient_id == patient_id)
    ).all()
    found = [row for row in rows if row.until is None or (then is not None and row.since <= then < row.until)]
    providers = frozenset(row.id for row in found if row.role is Role.PROVIDER)
    return Team(frozenset(row.id for row in found), providers)
