"""Choosing another score to compare with, and going back to the usual one."""

import uuid
from datetime import datetime
from typing import NoReturn

from sqlalchemy import select

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.db import session, touched
from portal.messages import N_
from portal.progress.baseline import queries
from portal.progress.baseline.models import ChosenBaseline
from portal.progress.baseline.values import Seen
from portal.treatment.lock import lock
from portal.treatment.problems import SENT_ALREADY, Problem, Refused, Stale

NO_COURSE = N_("There is no course yet. Plan one first: what is chosen here holds for one course.")
NO_REASON = N_("Say why. The care team reads it with every comparison.")
CANNOT_SERVE = N_("This score was changed meanwhile and cannot be compared with. Choose another one.")
USED_ALREADY = N_("The others are compared with this one already. Choose another one, or leave it as it is.")


def choose(
    patient_id: uuid.UUID,
    instrument: str,
    scale: str,
    check_in_id: uuid.UUID,
    *,
    reason: str,
    seen: Seen,
    submission_id: uuid.UUID,
    by: Actor,
    at: datetime,
) -> ChosenBaseline:
    """Compare a scale's scores with another one from now on, for the course the patient is in.

    Args:
        patient_id, instrument, scale: whose scores of what.
        check_in_id: the check-in whose score it is.
        reason: why; needed.
        seen: what the page showed as standing.
        submission_id: minted when the form was drawn; the same one twice is one choice.

    Raises:
        Refused: there is no course or no reason, or the score cannot serve or is the one in force.
        Stale: somebody chose or took back since, or another course began.
    """
    lock(patient_id)
    known = session.scalar(select(ChosenBaseline).where(ChosenBaseline.submission_id == submission_id))
    if known is not None:
        said = (known.patient_id, known.instrument, known.scale, known.check_in_id, known.reason)
        return known if said == (patient_id, instrument, scale, check_in_id, reason) else _refuse("", SENT_ALREADY)
    former = _standing(patient_id, instrument, scale, seen)
    _check(patient_id, instrument, scale, check_in_id, reason=reason, seen=seen)
    if former is not None:
        _end(former, "", by, at)
    row = ChosenBaseline(patient_id=patient_id, course_id=seen.course_id, check_in_id=check_in_id)
    row.instrument, row.scale, row.reason = instrument, scale, reason
    row.submission_id, row.chosen_at, row.chosen_by_id = submission_id, at, by.user_id
    session.add(row)
    session.flush()
    touched(patient_id)
    audit.record("baseline:chosen", by=by, at=at, patient_id=patient_id, thing_id=row.id)
    return row


def take_back(
    patient_id: uuid.UUID, instrument: str, scale: str, *, reason: str, seen: Seen, by: Actor, at: datetime
) -> bool:
    """Compare with the usual score again: the last complete one before the first infusion of the course.

    Returns whether a choice stood until now. Arguments and errors as `choose`.
    """
    lock(patient_id)
    if seen.standing_id is None:
        _refuse("check_in", USED_ALREADY)
    gone = session.get(ChosenBaseline, seen.standing_id, populate_existing=True)
    if gone is not None and gone.withdrawn_by_id == by.user_id and gone.withdrawn_reason == reason:
        return False
    former = _standing(patient_id, instrument, scale, seen)
    if not reason:
        _refuse("reason", NO_REASON)
    assert former is not None
    _end(former, reason, by, at)
    touched(patient_id)
    audit.record("baseline:taken-back", by=by, at=at, patient_id=patient_id, thing_id=former.id)
    return True


def _standing(patient_id: uuid.UUID, instrument: str, scale: str, seen: Seen) -> ChosenBaseline | None:
    """Return the choice that nobody took back, behind the lock.

    Raises:
        Stale: it is not what the page showed.
    """
    if queries.get_seen(patient_id, instrument, scale) != seen:
        raise Stale
    return session.get(ChosenBaseline, seen.standing_id, populate_existing=True) if seen.standing_id else None


def _check(
    patient_id: uuid.UUID, instrument: str, scale: str, check_in_id: uuid.UUID, *, reason: str, seen: Seen
) -> None:
    if seen.course_id is None:
        _refuse("", NO_COURSE)
    if check_in_id not in queries.list_serving(patient_id, instrument, scale):
        _refuse("check_in", CANNOT_SERVE)
    chosen = queries.get_chosen(patient_id, instrument, scale)
    if chosen is not None and chosen.check_in_id == check_in_id:
        _refuse("check_in", USED_ALREADY)
    if not reason:
        _refuse("reason", NO_REASON)


def _end(row: ChosenBaseline, reason: str, by: Actor, at: datetime) -> None:
    row.withdrawn_at, row.withdrawn_by_id, row.withdrawn_reason = at, by.user_id, reason
    session.flush()


def _refuse(field: str, msgid: str) -> NoReturn:
    raise Refused(Problem(field, msgid, {}))
