"""Reading what was asked for once, and what came of it."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from portal.accounts.models import User
from portal.checkins import plan
from portal.checkins.models import CheckIn, PlanItem, ScoreRow, ScoreState
from portal.checkins.requests.models import QuestionnaireRequest
from portal.db import session
from portal.instruments import catalogue
from portal.instruments.definition import Definition, FilledBy
from portal.patients.models import Patient

DAILY = "daily"


@dataclass(frozen=True, slots=True)
class Asked:
    """A questionnaire that was asked for once, and what came of it.

    `ends_on` is the first day on which its line is asked no more, sooner than `before_on` where all was stopped.
    `answered_on` is the day of the answer `check_in_id`, and `score` the number that is known by.
    """

    id: uuid.UUID
    instrument: str
    plan_item_id: uuid.UUID
    before_on: date
    ends_on: date | None
    withdrawn_at: datetime | None
    check_in_id: uuid.UUID | None
    answered_on: date | None
    score: float | None = None

    def is_open(self, today: date) -> bool:
        """Whether it can still be filled in on a day."""
        return self.check_in_id is None and self.withdrawn_at is None and today < (self.ends_on or self.before_on)


def list_requests(request_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Asked]:
    """Return some requests by their ids, with their answers; two queries at the most."""
    if not request_ids:
        return {}
    rows = session.execute(
        select(QuestionnaireRequest, PlanItem.ends_on, CheckIn.for_on)
        .join(PlanItem, PlanItem.id == QuestionnaireRequest.plan_item_id)
        .outerjoin(CheckIn, CheckIn.id == QuestionnaireRequest.check_in_id)
        .where(QuestionnaireRequest.id.in_(request_ids))
    ).all()
    scores = _scores([row[0].check_in_id for row in rows if row[0].check_in_id])
    return {
        one.id: Asked(
            one.id,
            one.instrument,
            one.plan_item_id,
            one.before_on,
            ends_on,
            one.withdrawn_at,
            one.check_in_id,
            for_on,
            scores.get(one.check_in_id) if one.check_in_id else None,
        )
        for one, ends_on, for_on in rows
    }


def requestable() -> list[Definition]:
    """Return what a patient can be asked for once: whatever this clinic may ask them, but the daily check-in."""
    return [one for one in catalogue.current().askable() if one.id != DAILY and one.filled_by is not FilledBy.CLINICIAN]


def today_of(patient_id: uuid.UUID, at: datetime) -> date:
    """Return a patient's day."""
    zone = session.scalar(
        select(User.time_zone).join(Patient, Patient.user_id == User.id).where(Patient.id == patient_id)
    )
    if zone is None:
        raise LookupError("no such patient")
    return plan.local_day(at, zone)


def was_answered(patient_id: uuid.UUID, instrument: str, on: date) -> bool:
    """Return whether a patient has filled in a questionnaire for a day."""
    mine = (CheckIn.patient_id == patient_id, CheckIn.instrument == instrument, CheckIn.for_on == on)
    return session.scalar(select(CheckIn.id).where(*mine).limit(1)) is not None


def _scores(check_in_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, float]:
    """Return of each check-in the number it is known by, where it has one."""
    if not check_in_ids:
        return {}
    first = {one.id: one.scales[0].code for one in catalogue.current() if one.scales}
    rows = session.execute(
        select(ScoreRow.check_in_id, ScoreRow.instrument, ScoreRow.scale, ScoreRow.value).where(
            ScoreRow.check_in_id.in_(check_in_ids), ScoreRow.state != ScoreState.NOT_SCORABLE
        )
    )
    return {row[0]: row[3] for row in rows if row[3] is not None and first.get(row[1]) == row[2]}
