"""The unanswered clock: it starts when a patient writes, and stops by a reply, an outside contact or a resolution."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, or_, select, update

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.db import HELD, session, touched
from portal.messaging import queries
from portal.messaging.models import Message, Thread
from portal.patients.models import Patient

_A_MOMENT = timedelta(microseconds=1)


class WroteMeanwhile(Exception):
    """Something was written that this person has not seen; what would have ended the wait for an answer was not done.

    `colleague` is who of the team wrote it, None where it was the patient.
    """

    def __init__(self, colleague: str | None = None) -> None:
        super().__init__("written meanwhile")
        self.colleague = colleague


def lock(patient_id: uuid.UUID) -> None:
    """Let one writer at a time write to a patient's threads, so that a second tap finds the first."""
    session.execute(select(Patient.id).where(Patient.id == patient_id).with_for_update(**HELD))


def later(thread: Thread, at: datetime) -> datetime:
    """Return when the next thing in a thread happens: `at`, but after all that is in it.

    Clocks of two processes differ; a question that seemed older than the answer before it would be owed nothing.
    """
    known = [moment + _A_MOMENT for moment in (thread.last_message_at, thread.settled_at) if moment is not None]
    return max(at, *known)


def check_seen(thread: Thread, *, through: uuid.UUID | None = None, by: Actor) -> None:
    """Let nobody of the team end a wait who has not seen all that waits, and how colleagues answered it.

    Args:
        through: the last message that was on their page.

    Raises:
        WroteMeanwhile: there is something that this person has not opened.
    """
    unread = queries.unread(thread.id, reader_id=by.user_id, is_patient=False)
    if thread.owed_since and session.scalar(select(exists(unread.where(Message.sent_at >= thread.owed_since)))):
        raise WroteMeanwhile
    colleague = queries.who_answered_after(through, thread.id, reader_id=by.user_id) if through else None
    if colleague is not None:
        raise WroteMeanwhile(colleague)


def after_message(thread: Thread, *, is_from_patient: bool, by: Actor, at: datetime) -> None:
    """Start the clock where a patient wrote and it did not run; stop it where the team replied."""
    if not is_from_patient:
        _stop(thread, by=by, at=at)
    elif thread.owed_since is None:
        thread.owed_since = at


def settle(thread: Thread, *, by: Actor, at: datetime) -> None:
    """Stop the clock without a reply."""
    _stop(thread, by=by, at=at)
    thread.settled_at = at
    session.flush()
    touched(thread.patient_id)


def reckon_anew(thread: Thread) -> None:
    """Set the clock, and the mark for words of danger, by what still stands after something was withdrawn.

    Words of danger are owed an answer even then: withdrawing them hides them from nobody who is to act on them.
    """
    stands, of_thread = Message.retracted_at.is_(None), Message.thread_id == thread.id
    replied = session.scalar(_moment(func.max, of_thread, stands, Message.is_from_patient.is_(False)))
    ended = [moment for moment in (replied, thread.settled_at) if moment is not None]
    asked = [of_thread, Message.is_from_patient, or_(stands, Message.suggests_danger)]
    if ended:
        asked.append(Message.sent_at > max(ended))
    since: datetime | None = session.scalar(_moment(func.min, *asked))
    danger_at: datetime | None = session.scalar(_moment(func.max, *asked, Message.suggests_danger))
    values = {"owed_since": since, "danger_at": danger_at}
    session.execute(update(Thread).where(Thread.id == thread.id).values(values))
    touched(thread.patient_id)


def _stop(thread: Thread, *, by: Actor, at: datetime) -> None:
    """Let nothing be owed or urgent any more; that words of danger, or somebody's mark, were is kept in the audit."""
    if thread.danger_at is not None:
        said_at = thread.danger_at.isoformat()
        audit.record(
            "thread:danger-settled", by=by, at=at, patient_id=thread.patient_id, thing_id=thread.id, said_at=said_at
        )
    if thread.is_urgent:
        audit.record("thread:urgent-settled", by=by, at=at, patient_id=thread.patient_id, thing_id=thread.id)
    thread.owed_since = thread.danger_at = None
    thread.is_urgent = False


def _moment(which: Any, *conditions: Any) -> Any:
    return select(which(Message.sent_at, type_=Message.sent_at.type)).where(*conditions)
