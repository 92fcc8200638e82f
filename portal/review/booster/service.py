"""Signing a review, and taking one back."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NoReturn

from sqlalchemy import select

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.clinic import when
from portal.db import session, touched
from portal.messages import N_
from portal.review.booster.models import BoosterReview, ReviewDecision
from portal.treatment.lock import lock
from portal.treatment.problems import Problem, Refused

MOST_YEARS_AHEAD = 2
NO_REASON = N_("Say why you decided so.")
NOT_AHEAD = N_("%(day)s is not ahead. Choose a day after today.")
TOO_FAR_AHEAD = N_("%(day)s is more than two years ahead. Check the year.")
SENT_ALREADY = N_(
    "This page was signed before, with another decision. What was signed stands; open the review anew to sign another."
)
NO_REASON_TO_WITHDRAW = N_("Say why you withdraw it.")
WITHDRAWN_ALREADY = N_("This review has been withdrawn already.")


@dataclass(frozen=True, slots=True)
class Decided:
    """What a provider decided, why, and the day on which the patient is to be reviewed next."""

    decision: ReviewDecision
    reason: str
    next_review_on: date


@dataclass(frozen=True, slots=True)
class Drawn:
    """The sheet that is signed: its markup, escaped; its language; a digest of what made it; whose moment it shows."""

    markup: str
    language: str
    fingerprint: str
    as_of: datetime


def sign(
    patient_id: uuid.UUID,
    decided: Decided,
    *,
    submission_id: uuid.UUID,
    draw: Callable[[], Drawn],
    by: Actor,
    at: datetime,
) -> BoosterReview:
    """Sign a review; it is kept with the sheet as it was.

    Args:
        patient_id: whose.
        decided: the decision.
        submission_id: minted when the form was drawn; the same one twice is one review.
        draw: draws the sheet behind the lock; it raises where that is not the sheet which was read.
        by: the provider.
        at: now, aware UTC.

    Raises:
        Refused: it cannot be signed as entered, or the page was signed before with another decision.
    """
    today = earliest_day(lock(patient_id).time_zone, by, at)
    known = session.scalars(select(BoosterReview).filter_by(submission_id=submission_id)).one_or_none()
    if known is not None:
        same = known.patient_id == patient_id and _decided_in(known) == decided
        return known if same else _refuse("", SENT_ALREADY)
    _check(decided, today)
    drawn = draw()
    review = BoosterReview(patient_id=patient_id, submission_id=submission_id, signed_at=at, signed_by_id=by.user_id)
    review.decision, review.reason, review.next_review_on = decided.decision, decided.reason, decided.next_review_on
    review.sheet, review.language, review.fingerprint = drawn.markup, drawn.language, drawn.fingerprint
    review.as_of = drawn.as_of
    session.add(review)
    session.flush()
    touched(patient_id)
    audit.record("review:signed", by=by, at=at, patient_id=patient_id, thing_id=review.id)
    return review


def withdraw(patient_id: uuid.UUID, review_id: uuid.UUID, *, reason: str, by: Actor, at: datetime) -> None:
    """Take back a review that was signed in error; it stays, with the reason.

    Raises:
        Refused: there is no reason, or it was withdrawn before.
    """
    lock(patient_id)
    mine = select(BoosterReview).filter_by(id=review_id, patient_id=patient_id)
    review = session.scalars(mine.execution_options(populate_existing=True)).one()
    if review.withdrawn_at is not None:
        _refuse("", WITHDRAWN_ALREADY)
    if not reason:
        _refuse("reason", NO_REASON_TO_WITHDRAW)
    review.withdrawn_at, review.withdrawn_by_id, review.withdrawn_reason = at, by.user_id, reason
    session.flush()
    touched(patient_id)
    audit.record("review:withdrawn", by=by, at=at, patient_id=patient_id, thing_id=review_id)


def latest_day(today: date) -> date:
    """Return the last day that a next review can be set for."""
    try:
        return today.replace(year=today.year + MOST_YEARS_AHEAD)
    except ValueError:
        return today.replace(year=today.year + MOST_YEARS_AHEAD, day=28)


def earliest_day(patient_zone: str, by: Actor, at: datetime) -> date:
    """Return today where the patient or the provider lives, whichever is the earlier: tomorrow there is ahead."""
    return min(when.local(at, zone).date() for zone in (patient_zone, by.time_zone))


def day_problem(next_review_on: date, today: date) -> Problem | None:
    """Return what is wrong with the day of the next review: it is not ahead, or more than two years."""
    if next_review_on <= today:
        return Problem("next_review_on", NOT_AHEAD, {"day": next_review_on})
    if next_review_on > latest_day(today):
        return Problem("next_review_on", TOO_FAR_AHEAD, {"day": next_review_on})
    return None


def _check(decided: Decided, today: date) -> None:
    if not decided.reason:
        _refuse("reason", NO_REASON)
    wrong = day_problem(decided.next_review_on, today)
    if wrong:
        raise Refused(wrong)


def _decided_in(review: BoosterReview) -> Decided:
    return Decided(review.decision, review.reason, review.next_review_on)


def _refuse(field: str, msgid: str) -> NoReturn:
    raise Refused(Problem(field, msgid, {}))
