"""How the care team handles a thread: whose it is, whether it is urgent, and what else than a reply ended its wait."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from portal.access.policy import Actor
from portal.accounts.models import User
from portal.audit import service as audit
from portal.db import session, touched
from portal.messaging import owed, queries
from portal.messaging.models import How, Message, Thread, ThreadClosing, Way
from portal.patients import queries as patients


class NotOnTeam(LookupError):
    """Somebody is to be given a thread who does not look after this patient; nothing was changed."""


class RecordedAlready(Exception):
    """The same form was sent before, with other words; nothing was written now."""


class NothingOwed(Exception):
    """Somebody has answered meanwhile, or nothing was asked; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Closing:
    """How a wait ended without a reply, who said so and why."""

    how: How
    way: Way | None
    words: str
    at: datetime
    by: str


def assign(patient_id: uuid.UUID, thread_id: uuid.UUID, user_id: uuid.UUID | None, *, by: Actor, at: datetime) -> bool:
    """Give a thread to one of the care team, or to nobody in particular; return whether that changed anything.

    Raises:
        NotOnTeam: the person does not look after this patient now, or their account is switched off.
    """
    thread = _held(patient_id, thread_id)
    team = {member.user_id for member in patients.list_team(patient_id) if member.is_active}
    if user_id is not None and user_id not in team:
        raise NotOnTeam
    if thread.assigned_to_id == user_id:
        return False
    thread.assigned_to_id = user_id
    session.flush()
    whom = user_id.hex if user_id else ""
    audit.record("thread:assigned", by=by, at=at, patient_id=patient_id, thing_id=thread_id, whom=whom)
    return True


def mark_urgent(patient_id: uuid.UUID, thread_id: uuid.UUID, *, is_urgent: bool, by: Actor, at: datetime) -> bool:
    """Mark a thread as urgent, or take that mark and the one for words of danger off; return whether it changed.

    Raises:
        WroteMeanwhile: a mark is to be taken off by somebody who has not seen what the patient wrote last.
    """
    thread = _held(patient_id, thread_id)
    if not is_urgent:
        owed.check_seen(thread, by=by)
    if is_urgent == (thread.is_urgent or thread.danger_at is not None):
        return False
    had_danger = thread.danger_at is not None
    thread.is_urgent, thread.danger_at = is_urgent, None
    session.execute(update(Message).where(Message.thread_id == thread_id).values(suggests_danger=False))
    touched(patient_id)
    session.flush()
    event = "thread:marked-urgent" if is_urgent else "thread:unmarked"
    audit.record(event, by=by, at=at, patient_id=patient_id, thing_id=thread_id, had_danger=had_danger)
    return True


def record_contact(
    patient_id: uuid.UUID,
    thread_id: uuid.UUID,
    way: Way,
    words: str,
    *,
    submission_id: uuid.UUID,
    by: Actor,
    at: datetime,
) -> None:
    """Note that the patient was reached outside the portal, which ends a wait.

    Raises:
        RecordedAlready: the same form was sent before, with other words or in another thread.
        WroteMeanwhile: the patient wrote something that this person has not seen.
    """
    thread = _held(patient_id, thread_id)
    row = ThreadClosing(submission_id=submission_id, how=How.CONTACT, way=way, words=words)
    if not _is_known(thread, row):
        _close(thread, row, by=by, at=at)


def resolve(
    patient_id: uuid.UUID, thread_id: uuid.UUID, reason: str, *, submission_id: uuid.UUID, by: Actor, at: datetime
) -> None:
    """End a wait because nothing needs to be answered, and say why.

    Raises:
        NothingOwed: nobody waits in this thread.
        RecordedAlready: the same form was sent before, with other words or in another thread.
        WroteMeanwhile: the patient wrote something that this person has not seen.
    """
    thread = _held(patient_id, thread_id)
    row = ThreadClosing(submission_id=submission_id, how=How.RESOLVED, way=None, words=reason)
    if _is_known(thread, row):
        return
    if thread.owed_since is None:
        raise NothingOwed
    _close(thread, row, by=by, at=at)


def list_closings(patient_id: uuid.UUID, thread_id: uuid.UUID) -> list[Closing]:
    """Return how waits in a thread ended without a reply, in order of time; for the care team only."""
    rows = session.execute(
        select(ThreadClosing, User.name)
        .join(User, User.id == ThreadClosing.by_id)
        .where(ThreadClosing.patient_id == patient_id, ThreadClosing.thread_id == thread_id)
        .order_by(ThreadClosing.at)
    )
    return [Closing(row.how, row.way, row.words, row.at, name) for row, name in rows]


def _held(patient_id: uuid.UUID, thread_id: uuid.UUID) -> Thread:
    """Return a thread as it is once no other writer is at it.

    Raises:
        LookupError: the thread is not this patient's.
    """
    owed.lock(patient_id)
    thread = queries.get_thread(patient_id, thread_id)
    if thread is None:
        raise LookupError(thread_id)
    session.refresh(thread)
    return thread


def _is_known(thread: Thread, row: ThreadClosing) -> bool:
    known = session.scalar(select(ThreadClosing).where(ThreadClosing.submission_id == row.submission_id))
    if known is None:
        return False
    if (known.thread_id, known.how, known.way, known.words) != (thread.id, row.how, row.way, row.words):
        raise RecordedAlready
    return True


def _close(thread: Thread, row: ThreadClosing, *, by: Actor, at: datetime) -> None:
    owed.check_seen(thread, by=by)
    moment = owed.later(thread, at)
    row.thread_id, row.patient_id, row.by_id, row.at = thread.id, thread.patient_id, by.user_id, moment
    row.owed_since = thread.owed_since
    session.add(row)
    owed.settle(thread, by=by, at=moment)
    event = "thread:contact-recorded" if row.how is How.CONTACT else "thread:resolved"
    audit.record(event, by=by, at=at, patient_id=thread.patient_id, thing_id=thread.id, closing_id=str(row.id))
