"""The unanswered clock: it starts when a patient writes, and stops by a reply, an outside contact or a resolution."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from portal.db import HELD, session, touched
from portal.messaging.models import Message, Thread
from portal.patients.models import Patient

_A_MOMENT = timedelta(microseconds=1)


def lock(patient_id: uuid.UUID) -> None:
    """Let one writer at a time write to a patient's threads, so that a second tap finds the first."""
    session.execute(select(Patient.id).where(Patient.id == patient_id).with_for_update(**HELD))


def later(thread: Thread, at: datetime) -> datetime:
    """Return when the next thing in a thread happens: `at`, but after all that is in it.

    Clocks of two processes differ; a question that seemed older than the answer before it would be owed nothing.
    """
    known = [moment + _A_MOMENT for moment in (thread.last_message_at, thread.settled_at) if moment is not None]
    return max(at, *known)


def after_message(thread: Thread, *, is_from_patient: bool, at: datetime) -> None:
    """Start the clock where a patient wrote and it did not run; stop it where the team replied."""
    if not is_from_patient:
        thread.owed_since = None
    elif thread.owed_since is None:
        thread.owed_since = at


def settle(thread: Thread, at: datetime) -> None:
    """Stop the clock without a reply."""
    thread.owed_since, thread.settled_at = None, at
    session.flush()
    touched(thread.patient_id)


def reckon_anew(thread: Thread) -> None:
    """Set the clock by what still stands in a thread, after something was withdrawn from it.

    Words of danger are owed an answer even then: withdrawing them hides them from nobody who is to act on them.
    """
    stands = (Message.thread_id == thread.id, Message.retracted_at.is_(None))
    replied = session.scalar(_moment(func.max, *stands, Message.is_from_patient.is_(False)))
    ended = [moment for moment in (replied, thread.settled_at) if moment is not None]
    asked = [*stands, Message.is_from_patient]
    if ended:
        asked.append(Message.sent_at > max(ended))
    since: datetime | None = session.scalar(_moment(func.min, *asked))
    danger_at = thread.danger_at
    if danger_at is not None and all(danger_at > moment for moment in ended):
        since = min(since or danger_at, danger_at)
    session.execute(update(Thread).where(Thread.id == thread.id).values(owed_since=since))
    touched(thread.patient_id)


def _moment(which: Any, *conditions: Any) -> Any:
    return select(which(Message.sent_at, type_=Message.sent_at.type)).where(*conditions)
