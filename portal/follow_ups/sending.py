"""What is due: sent, put off, dropped, or given back to the care team. Called by a round of the worker."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from portal.access.policy import REACHABLE, Actor, Relation, Role
from portal.accounts.models import AccountStatus, User
from portal.audit import service as audit
from portal.clinic import queries as clinic
from portal.db import session
from portal.follow_ups import queries, service, when
from portal.follow_ups.models import FollowUp, State, Why
from portal.follow_ups.queries import Place
from portal.messaging import owed
from portal.messaging import service as messaging
from portal.patients import queries as patients
from portal.patients.queries import PatientRef

WRITERS = frozenset({Role.PROVIDER, Role.NURSE})


def act(due: Sequence[Place], *, at: datetime) -> None:
    """Deal with some of what is due; what was dealt with meanwhile is passed over."""
    for place in due:
        follow_up = _held(place.id)
        if follow_up is not None and follow_up.state is State.PLANNED and follow_up.due_at <= at:
            _deal(follow_up, at)


def give_to_team(patient: PatientRef, *, author_id: uuid.UUID, subject: str, body: str, at: datetime) -> None:
    """Leave it to a care team what becomes of words that their author may not send any more; `patient` is held."""
    follow_up = FollowUp(submission_id=uuid.uuid4(), patient_id=patient.id, author_id=author_id, subject=subject)
    follow_up.body, follow_up.planned_at, follow_up.due_at = body, at, at
    follow_up.send_on = when.local_day(at, patient.time_zone)
    session.add(follow_up)
    session.flush()
    _end(follow_up, State.TO_DECIDE, Why.AUTHOR_LEFT, at)


def author_of(user_id: uuid.UUID, patient_id: uuid.UUID, *, at: datetime) -> Actor | None:
    """Return somebody as they would write to a patient now; None where they may not."""
    user = session.get_one(User, user_id)
    patient = patients.get_ref(patient_id, viewer_id=user_id, at=at)
    on_team = patient is not None and patient.relation is Relation.CARE_TEAM
    if not on_team or user.status is not AccountStatus.ACTIVE or user.role not in WRITERS:
        return None
    return Actor(user_id=user.id, role=user.role, name=user.name, time_zone=user.time_zone, language=user.language)


def _held(follow_up_id: uuid.UUID) -> FollowUp | None:
    """Hold the patient before the follow-up, as whoever changes one does."""
    patient_id = session.scalar(select(FollowUp.patient_id).where(FollowUp.id == follow_up_id))
    if patient_id is None:
        return None
    owed.lock(patient_id)
    held = select(FollowUp).where(FollowUp.id == follow_up_id).with_for_update()
    return session.scalar(held.execution_options(populate_existing=True))


def _deal(follow_up: FollowUp, at: datetime) -> None:
    patient = patients.get_ref(follow_up.patient_id, viewer_id=follow_up.author_id, at=at)
    if patient is None or patient.status not in REACHABLE:
        return _end(follow_up, State.DROPPED, Why.LEFT_CARE, at)
    if follow_up.unless_check_in and queries.has_answered_since(patient.id, follow_up.planned_at):
        return _end(follow_up, State.DROPPED, Why.CHECK_IN_CAME, at)
    author = author_of(follow_up.author_id, patient.id, at=at)
    if author is None:
        return _end(follow_up, State.TO_DECIDE, Why.AUTHOR_LEFT, at)
    moment = when.next_moment(clinic.current().opening, patient.time_zone, follow_up.send_on, at)
    if moment > at:
        follow_up.due_at = moment
        return None
    try:
        return service.send(follow_up, by=author, at=at)
    except (messaging.NoSuchThing, messaging.SentAlready):
        return _end(follow_up, State.TO_DECIDE, Why.NOT_THEIRS, at)


def _end(follow_up: FollowUp, state: State, why: Why, at: datetime) -> None:
    service.settle(follow_up, state, why, at=at)
    event = "follow-up:handed-back" if state is State.TO_DECIDE else "follow-up:dropped"
    audit.record(event, by=None, at=at, patient_id=follow_up.patient_id, thing_id=follow_up.id, why=why.value)
