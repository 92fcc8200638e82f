"""Planning, recording and changing infusions; courses come from `course_service`."""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NoReturn

from sqlalchemy import or_, select

from portal.access.policy import Actor, PatientStatus
from portal.audit import service as audit
from portal.db import session, touched
from portal.treatment import checks, dose, problems, versions
from portal.treatment import entry as entries
from portal.treatment import lock as locks
from portal.treatment.checks import Around, Neighbour
from portal.treatment.course_service import change_course, end_course, start_course
from portal.treatment.entry import Entry
from portal.treatment.lock import Who, lock
from portal.treatment.models import Course, CourseStatus, Infusion, InfusionStatus
from portal.treatment.problems import Problem, Refused, Stale

__all__ = [
    "Entry",
    "change_course",
    "change_infusion",
    "end_course",
    "plan_infusion",
    "record_infusion",
    "start_course",
]

CAN_PLAN = frozenset({PatientStatus.ACTIVE, PatientStatus.PAUSED})
_NEAR = timedelta(minutes=checks.LONGEST_MINUTES)


def plan_infusion(
    patient_id: uuid.UUID, course_id: uuid.UUID, entry: Entry, *, submission_id: uuid.UUID, by: Actor, at: datetime
) -> Infusion:
    """Put an infusion that lies ahead into a course; arguments and errors as `record_infusion`."""
    planned = replace(entry, status=InfusionStatus.PLANNED)
    return record_infusion(patient_id, course_id, planned, submission_id=submission_id, by=by, at=at)


def record_infusion(
    patient_id: uuid.UUID, course_id: uuid.UUID, entry: Entry, *, submission_id: uuid.UUID, by: Actor, at: datetime
) -> Infusion:
    """Put an infusion into a course.

    Args:
        submission_id: minted when the form was drawn; the same one twice is one infusion.

    Raises:
        Refused: it cannot be kept as entered.
    """
    who = lock(patient_id)
    known = session.scalar(select(Infusion).where(Infusion.submission_id == submission_id))
    settled = _settle(entry, None)
    if known is not None:
        same = known.course_id == course_id and not entries.changed(entries.of_row(known), settled)
        return known if same else _refuse("", problems.SENT_ALREADY)
    _check(settled, who, locks.course(patient_id, course_id), at)
    infusion = Infusion(course_id=course_id, patient_id=patient_id, submission_id=submission_id)
    infusion.recorded_at, infusion.recorded_by_id = at, by.user_id
    _fill(infusion, settled)
    session.add(infusion)
    session.flush()
    touched(patient_id)
    event = "infusion:planned" if settled.status is InfusionStatus.PLANNED else "infusion:recorded"
    audit.record(event, by=by, at=at, patient_id=patient_id, thing_id=infusion.id)
    return infusion


def change_infusion(
    patient_id: uuid.UUID,
    infusion_id: uuid.UUID,
    entry: Entry,
    *,
    revision: int,
    reason: str = "",
    by: Actor,
    at: datetime,
) -> Infusion:
    """Change an infusion; how it stood before is kept.

    Args:
        revision: the one that the change starts from.
        reason: why; needed for one that is no longer only planned.

    Raises:
        Refused: it cannot be kept as entered.
        Stale: it was changed after that revision.
    """
    who = lock(patient_id)
    infusion = locks.infusion(patient_id, infusion_id)
    before = entries.of_row(infusion)
    settled = _settle(entry, before)
    names = entries.changed(before, settled)
    if not names:
        return infusion
    if infusion.revision != revision:
        raise Stale
    _check(settled, who, locks.course(patient_id, infusion.course_id), at, infusion, reason)
    versions.keep(infusion, reason, by, at)
    _fill(infusion, settled)
    session.flush()
    touched(patient_id)
    audit.record(
        "infusion:changed", by=by, at=at, patient_id=patient_id, thing_id=infusion_id, fields=names, revision=revision
    )
    return infusion


def _settle(entry: Entry, before: Entry | None) -> Entry:
    """Return the entry as it would be kept: the dose completed, and a reason only for one that needs it."""
    try:
        settled = entry.completed()
    except ValueError:
        return entry
    if not dose.is_unusual(settled.dose):
        return replace(settled, dose_reason="")
    if before is not None and not settled.dose_reason and _amount(settled) == _amount(before):
        return replace(settled, dose_reason=before.dose_reason)
    return settled


def _amount(entry: Entry) -> tuple[float | None, ...]:
    return entry.dose_mg, entry.dose_mg_per_kg, entry.dose_mg_per_kg_h


def _check(
    entry: Entry, who: Who, course: Course, at: datetime, infusion: Infusion | None = None, reason: str = ""
) -> None:
    """Raise Refused where the entry cannot be kept."""
    before = entries.of_row(infusion) if infusion else None
    team = locks.team(course.patient_id, entry.happens_at)
    around = Around(
        at=at,
        time_zone=who.time_zone,
        enrolled_at=who.enrolled_at,
        course_id=course.id,
        course_runs=course.status is CourseStatus.RUNNING,
        is_in_care=who.status in CAN_PLAN,
        neighbours=_neighbours(course, entry, infusion),
        before=before,
        team=team.everybody,
        providers=team.providers,
    )
    found = checks.find(entry, around)
    if before is not None and before.status is not InfusionStatus.PLANNED and not reason:
        found.append(Problem("reason", problems.NO_REASON_TO_CHANGE, {}))
    if found:
        raise Refused(*found)


def _neighbours(course: Course, entry: Entry, infusion: Infusion | None) -> list[Neighbour]:
    wanted = [Infusion.course_id == course.id]
    if entry.started_at and entry.ends_at:
        wanted.append(Infusion.happens_at.between(entry.started_at - _NEAR, entry.ends_at))
    elif entry.planned_at:
        ends_at = entry.planned_at + timedelta(minutes=entry.minutes or 0)
        wanted.append(Infusion.happens_at.between(entry.planned_at - _NEAR, ends_at))
    others = select(
        Infusion.id,
        Infusion.course_id,
        Infusion.number,
        Infusion.happens_at,
        Infusion.minutes,
        Infusion.status.in_(entries.GIVEN),
        Infusion.status == InfusionStatus.PLANNED,
    ).where(Infusion.patient_id == course.patient_id, or_(*wanted))
    return [Neighbour(*row) for row in session.execute(others) if infusion is None or row.id != infusion.id]


def _fill(infusion: Infusion, entry: Entry) -> None:
    for name in entries.NAMES:
        setattr(infusion, name, getattr(entry, name))
    assert entry.happens_at is not None
    infusion.happens_at = entry.happens_at


def _refuse(field: str, msgid: str) -> NoReturn:
    raise Refused(Problem(field, msgid, {}))
