"""Reading courses and infusions."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from portal.accounts.models import User
from portal.db import session
from portal.treatment import entry as entries
from portal.treatment.entry import GIVEN, Entry
from portal.treatment.models import (
    Course,
    CourseStatus,
    Infusion,
    InfusionKind,
    InfusionRevision,
    InfusionStatus,
    Route,
    Site,
)

MOST_COURSES, MOST_INFUSIONS, MOST_REVISIONS = 50, 600, 50
STILL_NEXT = timedelta(hours=12)
"""So long after its planned time a planned infusion is still the next one: nobody has said yet how it went."""


@dataclass(frozen=True, slots=True)
class InfusionRow:
    """One infusion as charts and lists need it; doses in mg and mg per kg, weight in kg, moments aware UTC."""

    id: uuid.UUID
    course_id: uuid.UUID
    number: int
    kind: InfusionKind
    status: InfusionStatus
    happens_at: datetime
    planned_at: datetime | None
    started_at: datetime | None
    dose_mg: float | None
    dose_mg_per_kg: float | None
    dose_mg_per_kg_h: float | None
    weight_kg: float | None
    route: Route
    minutes: int | None
    site: Site
    given_by_id: uuid.UUID | None
    supervised_by_id: uuid.UUID | None
    at_bedside: str
    outcome_note: str
    dose_reason: str
    revision: int
    recorded_at: datetime
    recorded_by: str
    given_by: str | None
    supervised_by: str | None

    @property
    def was_given(self) -> bool:
        """Whether any of the dose was given."""
        return self.status in GIVEN

    @property
    def entry(self) -> Entry:
        """The infusion as it would be entered."""
        return Entry(**{name: getattr(self, name) for name in entries.NAMES})


@dataclass(frozen=True, slots=True)
class Version:
    """An infusion as it stood before it was changed, and what was changed then."""

    revision: int
    entry: Entry
    reason: str
    changed_at: datetime
    changed_by: str


_giver, _supervisor = aliased(User), aliased(User)
_INFUSIONS: Select[*tuple[Any, ...]] = select(
    Infusion.id,
    Infusion.course_id,
    Infusion.number,
    Infusion.kind,
    Infusion.status,
    Infusion.happens_at,
    Infusion.planned_at,
    Infusion.started_at,
    Infusion.dose_mg,
    Infusion.dose_mg_per_kg,
    Infusion.dose_mg_per_kg_h,
    Infusion.weight_kg,
    Infusion.route,
    Infusion.minutes,
    Infusion.site,
    Infusion.given_by_id,
    Infusion.supervised_by_id,
    Infusion.at_bedside,
    Infusion.outcome_note,
    Infusion.dose_reason,
    Infusion.revision,
    Infusion.recorded_at,
    User.name,
    _giver.name.label("given_by"),
    _supervisor.name.label("supervised_by"),
).join(User, User.id == Infusion.recorded_by_id)
_INFUSIONS = _INFUSIONS.outerjoin(_giver, _giver.id == Infusion.given_by_id)
_INFUSIONS = _INFUSIONS.outerjoin(_supervisor, _supervisor.id == Infusion.supervised_by_id)


def list_courses(patient_id: uuid.UUID) -> list[Course]:
    """Return a patient's courses, the running one first, then the latest."""
    newest = select(Course).where(Course.patient_id == patient_id)
    order = (Course.status.desc(), Course.started_on.desc(), Course.created_at.desc())
    return list(session.scalars(newest.order_by(*order).limit(MOST_COURSES)))


def get_course(patient_id: uuid.UUID, course_id: uuid.UUID) -> Course | None:
    """Return one course of a patient; None where it is not theirs."""
    return session.scalar(select(Course).where(Course.patient_id == patient_id, Course.id == course_id))


def get_running_course(patient_id: uuid.UUID) -> Course | None:
    """Return the course that runs now."""
    running = select(Course).where(Course.patient_id == patient_id, Course.status == CourseStatus.RUNNING)
    return session.scalar(running.order_by(Course.started_on.desc()).limit(1))


def list_infusions(patient_id: uuid.UUID) -> list[InfusionRow]:
    """Return a patient's infusions in order of time; of very many, the latest."""
    of_patient = _INFUSIONS.where(Infusion.patient_id == patient_id)
    newest = of_patient.order_by(Infusion.happens_at.desc(), Infusion.number.desc()).limit(MOST_INFUSIONS)
    return [InfusionRow(*row) for row in reversed(session.execute(newest).all())]


def get_infusion(patient_id: uuid.UUID, infusion_id: uuid.UUID) -> InfusionRow | None:
    """Return one infusion of a patient; None where it is not theirs."""
    return _one(_INFUSIONS.where(Infusion.patient_id == patient_id, Infusion.id == infusion_id))


def next_infusion(patient_id: uuid.UUID, at: datetime) -> InfusionRow | None:
    """Return the next planned infusion; one whose time has just passed counts for twelve hours more."""
    ahead = (Infusion.status == InfusionStatus.PLANNED, Infusion.happens_at >= at - STILL_NEXT)
    return _one(_INFUSIONS.where(Infusion.patient_id == patient_id, *ahead).order_by(Infusion.happens_at))


def last_given(patient_id: uuid.UUID, at: datetime) -> InfusionRow | None:
    """Return the last infusion that was given, whole or in part, up to a moment."""
    given = (Infusion.status.in_(GIVEN), Infusion.happens_at <= at)
    return _one(_INFUSIONS.where(Infusion.patient_id == patient_id, *given).order_by(Infusion.happens_at.desc()))


def next_number(patient_id: uuid.UUID, course_id: uuid.UUID) -> int:
    """Return the number that the next infusion of a course usually has."""
    of_course = (Infusion.patient_id == patient_id, Infusion.course_id == course_id)
    return (session.scalar(select(func.max(Infusion.number)).where(*of_course)) or 0) + 1


def count_of_series(patient_id: uuid.UUID, course_id: uuid.UUID) -> int:
    """Return how many infusions of the induction series of a course are planned or given."""
    of_course = (Infusion.patient_id == patient_id, Infusion.course_id == course_id)
    counts = (Infusion.kind == InfusionKind.INDUCTION, Infusion.status.in_({*GIVEN, InfusionStatus.PLANNED}))
    return session.scalar(select(func.count()).select_from(Infusion).where(*of_course, *counts)) or 0


def list_versions(patient_id: uuid.UUID, infusion_id: uuid.UUID) -> list[Version]:
    """Return how an infusion stood before each of its changes, the latest change first."""
    kept = (
        select(
            InfusionRevision.revision,
            InfusionRevision.values,
            InfusionRevision.reason,
            InfusionRevision.changed_at,
            User.name,
        )
        .join(Infusion, Infusion.id == InfusionRevision.infusion_id)
        .join(User, User.id == InfusionRevision.changed_by_id)
        .where(Infusion.patient_id == patient_id, Infusion.id == infusion_id)
        .order_by(InfusionRevision.revision.desc())
        .limit(MOST_REVISIONS)
    )
    return [Version(row.revision, entries.from_json(row.values), *row[2:]) for row in session.execute(kept)]


def _one(statement: Select[*tuple[Any, ...]]) -> InfusionRow | None:
    row = session.execute(statement.limit(1)).one_or_none()
    return InfusionRow(*row) if row else None
