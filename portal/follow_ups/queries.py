"""Reading follow-ups: one patient's, one person's, those that are due, and those that the chart marks."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from portal.access.policy import REACHABLE
from portal.accounts.models import User
from portal.checkins.models import CheckIn
from portal.db import session
from portal.follow_ups.about import About
from portal.follow_ups.many.models import Recipient
from portal.follow_ups.models import FollowUp, State, Why
from portal.messaging.models import Message, Thread
from portal.patients.models import CareTeamMember, Patient
from portal.treatment.models import Infusion

MOST_LISTED, MOST_MARKS, OFFERED, CHUNK = 200, 500, 24, 100


@dataclass(frozen=True, slots=True)
class Line:
    """One follow-up in a list, with whose it is and what it is about."""

    id: uuid.UUID
    patient_id: uuid.UUID
    patient_name: str
    time_zone: str
    author_id: uuid.UUID
    author: str
    subject: str
    send_on: date
    due_at: datetime
    unless_check_in: bool
    state: State
    why: Why
    settled_at: datetime | None
    settled_by: str | None
    thread_id: uuid.UUID | None


class Sent(NamedTuple):
    """What the chart marks: when the care team wrote, in which thread, and what about."""

    at: datetime
    thread_id: uuid.UUID
    infusion: int | None
    check_in_on: date | None


class Answered(NamedTuple):
    """A check-in that a follow-up can be about."""

    id: uuid.UUID
    instrument: str
    on: date
    at: datetime


class Given(NamedTuple):
    """An infusion that a follow-up can be about."""

    id: uuid.UUID
    number: int
    at: datetime


class Place(NamedTuple):
    """Where a walk over what is due goes on."""

    due_at: datetime
    id: uuid.UUID


_settler, _account = aliased(User), aliased(User)
_LINES: Select[*tuple[Any, ...]] = (
    select(
        FollowUp.id,
        FollowUp.patient_id,
        (Patient.given_name + " " + Patient.family_name).label("patient_name"),
        _account.time_zone,
        FollowUp.author_id,
        User.name,
        FollowUp.subject,
        FollowUp.send_on,
        FollowUp.due_at,
        FollowUp.unless_check_in,
        FollowUp.state,
        FollowUp.why,
        FollowUp.settled_at,
        _settler.name.label("settled_by"),
        FollowUp.thread_id,
    )
    .join(Patient, Patient.id == FollowUp.patient_id)
    .join(_account, _account.id == Patient.user_id)
    .join(User, User.id == FollowUp.author_id)
    .outerjoin(_settler, _settler.id == FollowUp.settled_by_id)
)


def get(patient_id: uuid.UUID, follow_up_id: uuid.UUID) -> FollowUp | None:
    """Return one follow-up of a patient; None where it is not theirs."""
    return session.scalar(select(FollowUp).where(FollowUp.patient_id == patient_id, FollowUp.id == follow_up_id))


def list_ahead(patient_id: uuid.UUID) -> Sequence[Line]:
    """Return what is planned for a patient or waits for a decision, the earliest first."""
    open_ones = FollowUp.state.in_((State.PLANNED, State.TO_DECIDE))
    return _lines(_LINES.where(FollowUp.patient_id == patient_id, open_ones).order_by(FollowUp.due_at, FollowUp.id))


def list_past(patient_id: uuid.UUID) -> Sequence[Line]:
    """Return what was sent, dropped or cancelled of a patient, the latest first."""
    settled = FollowUp.state.not_in((State.PLANNED, State.TO_DECIDE))
    mine = _LINES.where(FollowUp.patient_id == patient_id, settled)
    return _lines(mine.order_by(FollowUp.planned_at.desc(), FollowUp.id))


def list_planned_by(user_id: uuid.UUID) -> Sequence[Line]:
    """Return what one person has planned for their patients, the earliest first."""
    mine = (FollowUp.state == State.PLANNED, FollowUp.author_id == user_id, is_mine(FollowUp.patient_id, user_id))
    return _lines(_LINES.where(*mine).order_by(FollowUp.due_at, FollowUp.id))


def list_dropped(user_id: uuid.UUID, *, since: datetime) -> Sequence[Line]:
    """Return what one person planned and the worker let go of since a moment, the latest first."""
    mine = (FollowUp.state == State.DROPPED, FollowUp.author_id == user_id, is_mine(FollowUp.patient_id, user_id))
    found = _LINES.where(*mine, FollowUp.settled_at >= since)
    return _lines(found.order_by(FollowUp.settled_at.desc(), FollowUp.id))


def list_to_decide(user_id: uuid.UUID) -> Sequence[Line]:
    """Return what waits for the care teams that one person is on, the longest first."""
    waiting = _LINES.where(*_to_decide(user_id))
    return _lines(waiting.order_by(FollowUp.due_at, FollowUp.id))


def count_to_decide(user_id: uuid.UUID) -> int:
    """Return how many follow-ups wait for a decision of the care teams that one person is on."""
    waiting = select(func.count()).select_from(FollowUp).join(Patient, Patient.id == FollowUp.patient_id)
    return session.scalar(waiting.where(*_to_decide(user_id))) or 0


def list_due(after: Place | None, *, at: datetime) -> Sequence[Place]:
    """Return what is due at a moment, in order, after one of them; so many at most."""
    place = (FollowUp.due_at, FollowUp.id)
    due = select(*place).where(FollowUp.state == State.PLANNED, FollowUp.due_at <= at)
    if after is not None:
        due = due.where(tuple_(*place) > tuple_(*after, types=[column.type for column in place]))
    return [Place(*row) for row in session.execute(due.order_by(*place).limit(CHUNK))]


def has_answered_since(patient_id: uuid.UUID, since: datetime) -> bool:
    """Return whether a check-in of a patient has come after a moment; what corrects an earlier one is no new one."""
    is_new = (CheckIn.received_at > since, CheckIn.corrects_id.is_(None))
    came = exists().where(CheckIn.patient_id == patient_id, *is_new)
    return bool(session.scalar(select(came)))


def list_answered(patient_id: uuid.UUID) -> Sequence[Answered]:
    """Return the check-ins of a patient that a follow-up can be about, the latest first."""
    latest = select(CheckIn.id, CheckIn.instrument, CheckIn.for_on, CheckIn.received_at).where(
        CheckIn.patient_id == patient_id, CheckIn.superseded_at.is_(None)
    )
    return [Answered(*row) for row in session.execute(latest.order_by(CheckIn.received_at.desc()).limit(OFFERED))]


def list_given(patient_id: uuid.UUID) -> Sequence[Given]:
    """Return the infusions of a patient that a follow-up can be about, planned ones too, the latest first."""
    latest = select(Infusion.id, Infusion.number, Infusion.happens_at).where(Infusion.patient_id == patient_id)
    return [Given(*row) for row in session.execute(latest.order_by(Infusion.happens_at.desc()).limit(OFFERED))]


def is_theirs(patient_id: uuid.UUID, about: About) -> bool:
    """Return whether what a follow-up is about is this patient's; nothing is anybody's."""
    thing: ColumnElement[bool] | None = None
    if about.infusion_id is not None:
        thing = exists().where(Infusion.id == about.infusion_id, Infusion.patient_id == patient_id)
    elif about.check_in_id is not None:
        thing = exists().where(CheckIn.id == about.check_in_id, CheckIn.patient_id == patient_id)
    return thing is None or bool(session.scalar(select(thing)))


def list_sent(patient_id: uuid.UUID) -> Sequence[Sent]:
    """Return what the care team began to write to a patient about something it saw, in order of time.

    That is what was sent as a follow-up, and any thread of theirs about an infusion or a check-in, unless all that they
    wrote in it was withdrawn; of many, the latest.
    """
    by_team = Thread.started_by_id != select(Patient.user_id).where(Patient.id == patient_id).scalar_subquery()
    is_about = or_(
        Thread.about_infusion_id.is_not(None),
        Thread.about_check_in_id.is_not(None),
        exists().where(FollowUp.thread_id == Thread.id),
        exists().where(Recipient.thread_id == Thread.id),
    )
    theirs = (Message.thread_id == Thread.id, Message.is_from_patient.is_(False))
    stands = exists().where(*theirs, Message.retracted_at.is_(None))
    found = (
        select(Thread.started_at, Thread.id, Infusion.number, CheckIn.for_on)
        .outerjoin(Infusion, Infusion.id == Thread.about_infusion_id)
        .outerjoin(CheckIn, CheckIn.id == Thread.about_check_in_id)
        .where(Thread.patient_id == patient_id, by_team, is_about, stands)
        .order_by(Thread.started_at.desc(), Thread.id)
        .limit(MOST_MARKS)
    )
    return [Sent(*row) for row in reversed(session.execute(found).all())]


def list_last_words(patient_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, tuple[datetime, str]]:
    """Return when somebody of the care team last wrote to each of these patients, and who did.

    What the worker sent is none of it: of a letter to a list, or a follow-up planned before, nobody thought just then.
    """
    to_list = exists().where(Recipient.id == Message.submission_id)
    planned = exists().where(FollowUp.submission_id == Message.submission_id, FollowUp.settled_at > FollowUp.due_at)

    def last(what: Any) -> Any:
        mine = select(what).select_from(Message).join(User, User.id == Message.author_id)
        stands = (Message.is_from_patient.is_(False), Message.retracted_at.is_(None), ~to_list, ~planned)
        newest = mine.where(Message.patient_id == Patient.id, *stands).order_by(Message.sent_at.desc(), Message.id)
        return newest.limit(1).correlate(Patient).scalar_subquery()

    whose = Patient.id.in_(patient_ids)
    rows = session.execute(select(Patient.id, last(Message.sent_at), last(User.name)).where(whose))
    return {row[0]: (row[1], row[2]) for row in rows if row[1] is not None}


def is_mine(patient_id: Any, user_id: Any) -> ColumnElement[bool]:
    """Return the condition that somebody is on a patient's care team now."""
    on_team = (CareTeamMember.user_id == user_id, CareTeamMember.patient_id == patient_id)
    return exists().where(*on_team, CareTeamMember.until.is_(None))


def _to_decide(user_id: uuid.UUID) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of what can be decided now: of who left care nothing can, until they are back."""
    in_care = Patient.status.in_(REACHABLE)
    return FollowUp.state == State.TO_DECIDE, is_mine(FollowUp.patient_id, user_id), in_care


def _lines(statement: Select[*tuple[Any, ...]]) -> Sequence[Line]:
    return [Line(*row) for row in session.execute(statement.limit(MOST_LISTED))]
