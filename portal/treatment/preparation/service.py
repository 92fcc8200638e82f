"""Keeping what a patient says before an infusion."""

import uuid
from datetime import datetime

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.db import session, touched
from portal.messages import N_
from portal.treatment import lock
from portal.treatment.models import Infusion, InfusionStatus
from portal.treatment.preparation import queries, steps
from portal.treatment.preparation.models import Preparation
from portal.treatment.preparation.steps import Statement
from portal.treatment.problems import Problem, Refused

NOT_OPEN = N_("This cannot be answered now. Your care team may have moved the date. Please look at it again.")
HAS_STARTED = N_("It has begun or taken place, so this can no longer be changed here. Tell your nurse instead.")
SENT_ALREADY = N_("You sent this page before, with other answers. Check what it says, then send it again.")


def confirm(
    patient_id: uuid.UUID,
    infusion_id: uuid.UUID,
    said: Statement,
    *,
    submission_id: uuid.UUID,
    by: Actor,
    at: datetime,
) -> Preparation:
    """Keep what a patient says at one step; what they said before stays, and the later one counts.

    Args:
        submission_id: minted when the form was drawn; the same one twice is one statement.

    Raises:
        Refused: it is not asked now, the infusion has begun, or what was said cannot be right.
    """
    who = lock.lock(patient_id)
    infusion = lock.infusion(patient_id, infusion_id)
    known = session.get(Preparation, submission_id)
    if known is not None:
        return _the_same(known, infusion_id, said)
    _check(infusion, said, who.time_zone, at)
    row = Preparation(id=submission_id, patient_id=patient_id, infusion_id=infusion_id)
    for name in steps.NAMES:
        setattr(row, name, getattr(said, name))
    row.answered_at, row.answered_by_id = at, by.user_id
    session.add(row)
    session.flush()
    touched(patient_id)
    audit.record("preparation:confirmed", by=by, at=at, patient_id=patient_id, thing_id=row.id, step=said.step.value)
    return row


def _the_same(known: Preparation, infusion_id: uuid.UUID, said: Statement) -> Preparation:
    kept = queries.said_of(known, 0)
    same = all(getattr(kept, name) == getattr(said, name) for name in steps.NAMES)
    if known.infusion_id != infusion_id or not same:
        raise Refused(Problem("", SENT_ALREADY, {}))
    return known


def _check(infusion: Infusion, said: Statement, zone: str, at: datetime) -> None:
    if infusion.status is not InfusionStatus.PLANNED or queries.has_started(infusion.id):
        raise Refused(Problem("", HAS_STARTED, {}))
    planned = infusion.planned_at or infusion.happens_at
    if not steps.is_open(said.step, planned, zone, at):
        raise Refused(Problem("", NOT_OPEN, {}))
    found = list(steps.find(said, zone, at))
    if found:
        raise Refused(*found)
