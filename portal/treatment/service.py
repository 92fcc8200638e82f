"""Starting and ending courses; planning, recording and changing infusions."""

import uuid
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple, NoReturn

from sqlalchemy import or_, select

from portal.access.policy import Actor, PatientStatus
from portal.accounts.models import User
from portal.audit import service as audit
from portal.db import session, touched
from portal.messages import N_
from portal.patients.models import Patient
from portal.treatment import checks, dose, problems, when
from portal.treatment import entry as entries
from portal.treatment.checks import Around, Neighbour
from portal.treatment.entry import Entry
from portal.treatment.models import Course, CourseStatus, Infusion, InfusionRevision, InfusionStatus
from portal.treatment.problems import Problem, Refused, Stale

__all__ = ["Entry", "change_infusion", "end_course", "plan_infusion", "record_infusion", "start_course"]

CAN_PLAN = frozenset({PatientStatus.ACTIVE, PatientStatus.PAUSED})
COURSE_AHEAD = timedelta(days=366)
ENDED_WITH_COURSE = N_("The course was ended.")
_NEAR = timedelta(minutes=checks.LONGEST_MINUTES)


class _Who(NamedTuple):
    enrolled_at: datetime
    status: PatientStatus
    time_zone: str


def start_course(
    patient_id: uuid.UUID,
    *,
    course_id: uuid.UUID,
    indication: str,
    series_planned: int,
    protocol: str,
    started_on: date,
    may_end_running: bool = False,
    by: Actor,
    at: datetime,
) -> Course:
    """Start a course; where another one runs, it ends on the day before.

    Args:
        course_id: minted when the form was drawn; the same one twice is one course.
        indication: a condition's code.
        series_planned: infusions in the induction series, 1 to 12.
        may_end_running: that a running course, with what is planned in it, is to end.

    Raises:
        Refused: another course runs and may not be ended, the day cannot be right, or the id is another course's.
    """
    who = _lock(patient_id)
    known = session.get(Course, course_id)
    asked = (patient_id, indication, series_planned, protocol, started_on)
    if known is not None:
        same = asked == (known.patient_id, known.indication, known.series_planned, known.protocol, known.started_on)
        return known if same else _refuse("", problems.SENT_ALREADY)
    _check_course_day(who, started_on, at)
    _end_running(patient_id, may_end_running, on=min(started_on, _today(who, at)), by=by, at=at)
    course = Course(id=course_id, patient_id=patient_id, indication=indication, series_planned=series_planned)
    course.protocol, course.started_on, course.created_at, course.created_by_id = protocol, started_on, at, by.user_id
    session.add(course)
    session.flush()
    touched(patient_id)
    audit.record("course:started", by=by, at=at, patient_id=patient_id, thing_id=course_id)
    return course


def end_course(patient_id: uuid.UUID, course_id: uuid.UUID, *, by: Actor, at: datetime) -> bool:
    """End a course today, and cancel what is still planned in it; return whether it was running."""
    who = _lock(patient_id)
    course = _course(patient_id, course_id)
    if course.status is not CourseStatus.RUNNING:
        return False
    cancelled = _end(course, on=max(course.started_on, _today(who, at)), by=by, at=at)
    touched(patient_id)
    audit.record("course:ended", by=by, at=at, patient_id=patient_id, thing_id=course_id, cancelled=cancelled)
    return True


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
    who = _lock(patient_id)
    known = session.scalar(select(Infusion).where(Infusion.submission_id == submission_id))
    settled = _settle(entry, None)
    if known is not None:
        same = known.course_id == course_id and not entries.changed(entries.of_row(known), settled)
        return known if same else _refuse("", problems.SENT_ALREADY)
    _check(settled, who, _course(patient_id, course_id), at)
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
    who = _lock(patient_id)
    infusion = session.scalars(select(Infusion).filter_by(id=infusion_id, patient_id=patient_id)).one()
    before = entries.of_row(infusion)
    settled = _settle(entry, before)
    names = entries.changed(before, settled)
    if not names:
        return infusion
    if infusion.revision != revision:
        raise Stale
    _check(settled, who, _course(patient_id, infusion.course_id), at, infusion, reason)
    _keep_version(infusion, reason, by, at)
    _fill(infusion, settled)
    session.flush()
    touched(patient_id)
    audit.record(
        "infusion:changed", by=by, at=at, patient_id=patient_id, thing_id=infusion_id, fields=names, revision=revision
    )
    return infusion


def _lock(patient_id: uuid.UUID) -> _Who:
    """Let one writer at a time work on a patient's treatment, so that what is checked stays true until it is kept."""
    row = session.execute(
        select(Patient.enrolled_at, Patient.status, User.time_zone)
        .join(User, User.id == Patient.user_id)
        .where(Patient.id == patient_id)
        .with_for_update(of=Patient, key_share=True)
    ).one()
    return _Who(*row)


def _today(who: _Who, at: datetime) -> date:
    return when.local(at, who.time_zone).date()


def _check_course_day(who: _Who, started_on: date, at: datetime) -> None:
    enrolled_on = when.local(who.enrolled_at, who.time_zone).date()
    if started_on < enrolled_on:
        raise Refused(Problem("started_on", problems.COURSE_BEFORE_ENROLMENT, {"day": enrolled_on}))
    if started_on > _today(who, at) + COURSE_AHEAD:
        _refuse("started_on", problems.COURSE_TOO_FAR_AHEAD)


def _end_running(patient_id: uuid.UUID, may_end: bool, *, on: date, by: Actor, at: datetime) -> None:
    running = select(Course).where(Course.patient_id == patient_id, Course.status == CourseStatus.RUNNING)
    for course in session.scalars(running):
        if not may_end:
            _refuse("end_running", problems.COURSE_RUNNING)
        _end(course, on=max(course.started_on, on), by=by, at=at)


def _end(course: Course, *, on: date, by: Actor, at: datetime) -> int:
    """End a course and cancel what is planned in it; return how many were cancelled."""
    course.status, course.ended_on = CourseStatus.ENDED, on
    of_course = (Infusion.course_id == course.id, Infusion.status == InfusionStatus.PLANNED)
    planned = session.scalars(select(Infusion).where(*of_course)).all()
    for infusion in planned:
        _keep_version(infusion, ENDED_WITH_COURSE, by, at)
        infusion.status = InfusionStatus.CANCELLED
    session.flush()
    return len(planned)


def _course(patient_id: uuid.UUID, course_id: uuid.UUID) -> Course:
    """Return a course as it stands behind the lock."""
    found = select(Course).filter_by(id=course_id, patient_id=patient_id).execution_options(populate_existing=True)
    return session.scalars(found).one()


def _settle(entry: Entry, before: Entry | None) -> Entry:
    """Return the entry as it would be kept: the dose completed, and a reason only for one that needs it."""
    try:
        settled = entry.completed()
    except ValueError:
        return entry
    if not dose.is_unusual(settled.dose):
        return replace(settled, dose_reason="")
    if before is not None and not settled.dose_reason and settled.dose == before.dose:
        return replace(settled, dose_reason=before.dose_reason)
    return settled


def _check(
    entry: Entry, who: _Who, course: Course, at: datetime, infusion: Infusion | None = None, reason: str = ""
) -> None:
    """Raise Refused where the entry cannot be kept."""
    before = entries.of_row(infusion) if infusion else None
    around = Around(
        at=at,
        time_zone=who.time_zone,
        enrolled_at=who.enrolled_at,
        course_id=course.id,
        course_runs=course.status is CourseStatus.RUNNING,
        is_in_care=who.status in CAN_PLAN,
        neighbours=_neighbours(course, entry, infusion),
        before=before,
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
    others = select(
        Infusion.id,
        Infusion.course_id,
        Infusion.number,
        Infusion.happens_at,
        Infusion.minutes,
        Infusion.status.in_(entries.GIVEN),
    ).where(Infusion.patient_id == course.patient_id, or_(*wanted))
    return [Neighbour(*row) for row in session.execute(others) if infusion is None or row.id != infusion.id]


def _fill(infusion: Infusion, entry: Entry) -> None:
    for name in entries.NAMES:
        setattr(infusion, name, getattr(entry, name))
    assert entry.happens_at is not None
    infusion.happens_at = entry.happens_at


def _keep_version(infusion: Infusion, reason: str, by: Actor, at: datetime) -> None:
    session.add(
        InfusionRevision(
            infusion_id=infusion.id,
            revision=infusion.revision,
            values=entries.to_json(entries.of_row(infusion)),
            reason=reason,
            changed_at=at,
            changed_by_id=by.user_id,
        )
    )
    infusion.revision += 1


def _refuse(field: str, msgid: str) -> NoReturn:
    raise Refused(Problem(field, msgid, {}))
