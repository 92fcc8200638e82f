"""Starting, changing and ending courses."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NoReturn

from sqlalchemy import select

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.db import session, touched
from portal.messages import N_
from portal.treatment import lock as locks
from portal.treatment import problems, revisions, versions
from portal.treatment.lock import Who, lock
from portal.treatment.models import Course, CourseStatus, Infusion, InfusionStatus
from portal.treatment.problems import Problem, Refused, Stale

COURSE_AHEAD = timedelta(days=366)
ENDED_WITH_COURSE = N_("The course was ended.")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a course is for and how it is meant to go.

    Args:
        indication: a condition's code.
        series_planned: infusions in the induction series, 1 to 12; 0 where it has boosters only.
    """

    indication: str
    series_planned: int
    protocol: str
    started_on: date


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
        indication, series_planned: as in `Terms`.
        may_end_running: that a running course, with what is planned in it, is to end.

    Raises:
        Refused: another course runs and may not be ended, the day cannot be right, or the id is another course's.
    """
    who = lock(patient_id)
    terms = Terms(indication, series_planned, protocol, started_on)
    known = session.get(Course, course_id)
    if known is not None:
        return known if known.patient_id == patient_id and terms_of(known) == terms else _refuse()
    _check_day(who, started_on, at)
    _end_running(patient_id, may_end_running, on=min(started_on, who.day(at)), by=by, at=at)
    course = Course(id=course_id, patient_id=patient_id, created_at=at, created_by_id=by.user_id)
    _fill(course, terms)
    session.add(course)
    session.flush()
    touched(patient_id)
    audit.record("course:started", by=by, at=at, patient_id=patient_id, thing_id=course_id)
    return course


def change_course(
    patient_id: uuid.UUID,
    course_id: uuid.UUID,
    terms: Terms,
    *,
    goes_on: bool = False,
    revision: int,
    reason: str,
    by: Actor,
    at: datetime,
) -> Course:
    """Change what a course is for or how it is meant to go; how it stood before is kept.

    Args:
        goes_on: that a course which was ended by mistake runs again; what was cancelled with it stays cancelled.
        revision: the one that the change starts from.
        reason: why.

    Raises:
        Refused: it gives no reason, the day cannot be right, or another course runs.
        Stale: the course was changed after that revision.
    """
    who = lock(patient_id)
    course = locks.course(patient_id, course_id)
    reopens = goes_on and course.status is CourseStatus.ENDED
    before = to_json(course)
    names = [name for name, value in _plain(terms).items() if before[name] != value] + ["status"] * reopens
    if not names:
        return course
    if course.revision != revision:
        raise Stale
    _check_change(who, course, terms, reopens=reopens, reason=reason, at=at)
    revisions.keep(course, before, reason=reason, by=by, at=at)
    _fill(course, terms)
    if reopens:
        course.status, course.ended_on = CourseStatus.RUNNING, None
    session.flush()
    touched(patient_id)
    audit.record("course:changed", by=by, at=at, patient_id=patient_id, thing_id=course_id, fields=names)
    return course


def end_course(patient_id: uuid.UUID, course_id: uuid.UUID, *, by: Actor, at: datetime) -> bool:
    """End a course today, and cancel what is still planned in it; return whether it was running."""
    who = lock(patient_id)
    course = locks.course(patient_id, course_id)
    if course.status is not CourseStatus.RUNNING:
        return False
    cancelled = _end(course, on=max(course.started_on, who.day(at)), by=by, at=at)
    touched(patient_id)
    audit.record("course:ended", by=by, at=at, patient_id=patient_id, thing_id=course_id, cancelled=cancelled)
    return True


def terms_of(course: Course) -> Terms:
    """Return what a course says of itself."""
    return Terms(course.indication, course.series_planned, course.protocol, course.started_on)


def to_json(course: Course) -> dict[str, Any]:
    """Return a course in plain values, for a version that is kept."""
    return _plain(terms_of(course)) | {"status": course.status.value}


def _plain(terms: Terms) -> dict[str, Any]:
    values = {"indication": terms.indication, "series_planned": terms.series_planned, "protocol": terms.protocol}
    return values | {"started_on": terms.started_on.isoformat()}


def _fill(course: Course, terms: Terms) -> None:
    course.indication, course.series_planned = terms.indication, terms.series_planned
    course.protocol, course.started_on = terms.protocol, terms.started_on


def _check_day(who: Who, started_on: date, at: datetime) -> None:
    enrolled_on = who.day(who.enrolled_at)
    if started_on < enrolled_on:
        raise Refused(Problem("started_on", problems.COURSE_BEFORE_ENROLMENT, {"day": enrolled_on}))
    if started_on > who.day(at) + COURSE_AHEAD:
        raise Refused(Problem("started_on", problems.COURSE_TOO_FAR_AHEAD, {}))


def _check_change(who: Who, course: Course, terms: Terms, *, reopens: bool, reason: str, at: datetime) -> None:
    if terms.started_on != course.started_on:
        _check_day(who, terms.started_on, at)
    if course.ended_on is not None and not reopens and terms.started_on > course.ended_on:
        raise Refused(Problem("started_on", problems.COURSE_STARTS_AFTER_END, {"day": course.ended_on}))
    if reopens and _running(course.patient_id):
        raise Refused(Problem("goes_on", problems.OTHER_COURSE_RUNS, {}))
    if not reason:
        raise Refused(Problem("reason", problems.NO_REASON_TO_CHANGE, {}))


def _running(patient_id: uuid.UUID) -> list[Course]:
    running = select(Course).where(Course.patient_id == patient_id, Course.status == CourseStatus.RUNNING)
    return list(session.scalars(running))


def _end_running(patient_id: uuid.UUID, may_end: bool, *, on: date, by: Actor, at: datetime) -> None:
    for course in _running(patient_id):
        if not may_end:
            raise Refused(Problem("end_running", problems.COURSE_RUNNING, {}))
        _end(course, on=max(course.started_on, on), by=by, at=at)


def _end(course: Course, *, on: date, by: Actor, at: datetime) -> int:
    """End a course and cancel what is planned in it; return how many were cancelled."""
    revisions.keep(course, to_json(course), reason="", by=by, at=at)
    course.status, course.ended_on = CourseStatus.ENDED, on
    of_course = (Infusion.course_id == course.id, Infusion.status == InfusionStatus.PLANNED)
    planned = session.scalars(select(Infusion).where(*of_course)).all()
    for infusion in planned:
        versions.keep(infusion, ENDED_WITH_COURSE, by, at)
        infusion.status = InfusionStatus.CANCELLED
    session.flush()
    return len(planned)


def _refuse() -> NoReturn:
    raise Refused(Problem("", problems.SENT_ALREADY, {}))
