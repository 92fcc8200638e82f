"""The visits of somebody's day: the infusions of the patients they look after, whose care team they are on now."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select

from portal.access.policy import PatientStatus
from portal.accounts.models import User
from portal.db import session
from portal.patients.models import CareTeamMember, Patient
from portal.treatment.checks import LONGEST_MINUTES
from portal.treatment.entry import GIVEN
from portal.treatment.medication.models import Allergy
from portal.treatment.models import Infusion, InfusionKind, InfusionStatus, Site

MOST_VISITS = 100


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a patient lives and who answers which phone."""

    mobile_phone: str
    home_phone: str
    address_line_1: str
    address_line_2: str
    city: str
    region: str
    postal_code: str
    emergency_name: str
    emergency_relationship: str
    emergency_phone: str
    emergency_may_call: bool

    @property
    def address(self) -> tuple[str, ...]:
        """The address line by line, as it is written on an envelope."""
        town = " ".join(filter(None, (self.city, self.region, self.postal_code)))
        return tuple(filter(None, (self.address_line_1, self.address_line_2, town)))


@dataclass(frozen=True, slots=True)
class Visit:
    """One infusion of the day with its patient; moments aware UTC."""

    infusion_id: uuid.UUID
    course_id: uuid.UUID
    number: int
    kind: InfusionKind
    status: InfusionStatus
    happens_at: datetime
    minutes: int | None
    site: Site
    patient_id: uuid.UUID
    given_name: str
    family_name: str
    country: str
    patient_status: PatientStatus
    time_zone: str
    reach: Reach

    @property
    def name(self) -> str:
        """The name people call the patient by."""
        return f"{self.given_name} {self.family_name}"

    @property
    def was_given(self) -> bool:
        """Whether any of it was given."""
        return self.status in GIVEN

    @property
    def takes_place(self) -> bool:
        """Whether it is still ahead, under way or was given: neither cancelled nor missed."""
        return self.status is InfusionStatus.PLANNED or self.was_given


@dataclass(frozen=True, slots=True)
class Allergic:
    """What a patient is allergic to, and how they react."""

    substance: str
    reaction: str


_VISITS: Select[*tuple[Any, ...]] = (
    select(
        Infusion.id,
        Infusion.course_id,
        Infusion.number,
        Infusion.kind,
        Infusion.status,
        Infusion.happens_at,
        Infusion.minutes,
        Infusion.site,
        Patient.id,
        Patient.given_name,
        Patient.family_name,
        Patient.country,
        Patient.status,
        User.time_zone,
        Patient.mobile_phone,
        Patient.home_phone,
        Patient.address_line_1,
        Patient.address_line_2,
        Patient.city,
        Patient.region,
        Patient.postal_code,
        Patient.emergency_name,
        Patient.emergency_relationship,
        Patient.emergency_phone,
        Patient.emergency_may_call,
    )
    .join(Patient, Patient.id == Infusion.patient_id)
    .join(User, User.id == Patient.user_id)
    .join(CareTeamMember, CareTeamMember.patient_id == Patient.id)
    .where(CareTeamMember.until.is_(None))
)
_REACH_FROM = 14


def list_visits(user_id: uuid.UUID, start: datetime, end: datetime) -> list[Visit]:
    """Return the visits of a day in order of time; one that began before it and runs into it counts.

    Args:
        user_id: whose patients.
        start, end: the day, from its first moment to the first of the next one.
    """
    near = (Infusion.happens_at >= start - timedelta(minutes=LONGEST_MINUTES), Infusion.happens_at < end)
    mine = _VISITS.where(CareTeamMember.user_id == user_id, *near)
    rows = session.execute(mine.order_by(Infusion.happens_at, Patient.family_name, Infusion.id))
    found = [_visit(row) for row in rows]
    return [one for one in found if one.happens_at >= start or _runs_into(one, start)][:MOST_VISITS]


def next_after(user_id: uuid.UUID, at: datetime) -> datetime | None:
    """Return when the first planned visit from a moment on is."""
    ahead = (Infusion.status == InfusionStatus.PLANNED, Infusion.happens_at >= at)
    mine = select(Infusion.happens_at).join(CareTeamMember, CareTeamMember.patient_id == Infusion.patient_id)
    mine = mine.where(CareTeamMember.user_id == user_id, CareTeamMember.until.is_(None), *ahead)
    return session.scalar(mine.order_by(Infusion.happens_at).limit(1))


def list_allergies(patient_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Allergic]]:
    """Return what each of some patients is allergic to."""
    mine = (Allergy.patient_id.in_(patient_ids), Allergy.withdrawn_at.is_(None))
    rows = session.execute(
        select(Allergy.patient_id, Allergy.substance, Allergy.reaction).where(*mine).order_by(Allergy.recorded_at)
    )
    found: dict[uuid.UUID, list[Allergic]] = {}
    for row in rows:
        found.setdefault(row.patient_id, []).append(Allergic(row.substance, row.reaction))
    return found


def _visit(row: Any) -> Visit:
    values: Any = (*row[:_REACH_FROM], Reach(*row[_REACH_FROM:]))
    return Visit(*values)


def _runs_into(visit: Visit, start: datetime) -> bool:
    lasts = timedelta(minutes=visit.minutes or 0)
    return visit.takes_place and visit.happens_at + lasts > start
