"""Reading what a patient was asked and what they sent, for the review sheet."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from portal.access.policy import PatientStatus
from portal.checkins import due, plan, queries
from portal.checkins.models import CheckIn
from portal.checkins.rhythm import MOST_GAP_DAYS, PlanLine
from portal.checkins.standing import Last
from portal.db import session
from portal.instruments import catalogue
from portal.patients import queries as patients
from portal.patients.queries import PatientRef
from portal.review.booster.elements.adherence import DAYS, Adherence, Overdue, count, counts
from portal.treatment.rules import queries as rules


def read(patient: PatientRef, *, at: datetime) -> Adherence:
    """Return how much of what was asked was done over the last weeks, and what is late now.

    Only days in care count: from the last time that a patient who had paused or left was taken up again.
    """
    zone = patient.time_zone
    today, since = plan.local_day(at, zone), _since(patient, at)
    found = due.plan_of(patient, at, days_back=DAYS + MOST_GAP_DAYS, to_change=True)
    done = _done(patient.id, since - timedelta(days=MOST_GAP_DAYS))
    asked = {
        instrument: count(lines, found.anchors, done.get(instrument, ()), since, at, zone)
        for instrument, lines in _lines(patient.id).items()
    }
    names = {one: catalogue.current().get(one).short_title for one in asked}
    late = [one for one in found.due(at) if one.is_late]
    last = session.scalar(select(func.max(CheckIn.received_at)).where(CheckIn.patient_id == patient.id))
    return Adherence(
        today=today,
        since=since,
        counts=counts(asked, names),
        last_on=plan.local_day(last, zone) if last else None,
        silent_days=rules.current().rules.silent_days,
        overdue=tuple(Overdue(names[one.line.instrument], one.on) for one in sorted(late, key=lambda one: one.on)),
        is_in_care=patient.status is PatientStatus.ACTIVE,
    )


def _since(patient: PatientRef, at: datetime) -> date:
    first = plan.local_day(at, patient.time_zone) - timedelta(days=DAYS - 1)
    taken_up = (one.effective_on for one in patients.list_changes(patient.id) if one.after is PatientStatus.ACTIVE)
    return max(first, plan.local_day(patient.enrolled_at, patient.time_zone), next(taken_up, first))


def _lines(patient_id: uuid.UUID) -> dict[str, list[PlanLine]]:
    """Return every line that the patient is or was asked by, ended ones too, by instrument."""
    plannable = {one.id for one in catalogue.current().plannable()}
    found: dict[str, list[PlanLine]] = {}
    for item in queries.list_plan(patient_id):
        line = queries.to_line(item) if item.instrument in plannable else None
        if line is not None and not line.is_for_team:
            found.setdefault(line.instrument, []).append(line)
    return found


def _done(patient_id: uuid.UUID, first: date) -> dict[str, Sequence[Last]]:
    """Return what was sent from a day on, each in its first version, by instrument."""
    mine = select(CheckIn.instrument, CheckIn.for_on, CheckIn.received_at).where(CheckIn.patient_id == patient_id)
    rows = session.execute(mine.where(CheckIn.for_on >= first, CheckIn.corrects_id.is_(None)))
    found: dict[str, list[Last]] = {}
    for row in rows:
        found.setdefault(row.instrument, []).append(Last(row.for_on, row.received_at))
    return dict(found)
