"""A batch: drawn up with everybody's words, started, paused, stopped, and sent one by one."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select, update

from portal.access.policy import REACHABLE, Actor, PatientStatus
from portal.audit import service as audit
from portal.db import session
from portal.follow_ups import sending
from portal.follow_ups.many import fitting, queries
from portal.follow_ups.many.fitting import MOST, Text
from portal.follow_ups.many.models import Batch, BatchState, LeftOut, Place, Recipient
from portal.follow_ups.many.queries import Waiting
from portal.messaging import owed
from portal.messaging import service as messaging
from portal.messaging.wording import queries as wording
from portal.patients import queries as patients

FOLLOWS: dict[BatchState, frozenset[BatchState]] = {
    BatchState.RUNNING: frozenset({BatchState.DRAFT, BatchState.PAUSED}),
    BatchState.PAUSED: frozenset({BatchState.RUNNING}),
    BatchState.STOPPED: frozenset({BatchState.DRAFT, BatchState.RUNNING, BatchState.PAUSED}),
}
_DONE = {BatchState.RUNNING: "resumed", BatchState.PAUSED: "paused", BatchState.STOPPED: "stopped"}


class Nobody(Exception):
    """There is nobody to send to."""


class TooMany(Exception):
    """A batch is for `MOST` patients at most."""


class PreparedAlready(Exception):
    """The same form was sent before, with other words, for another list or for others on it; nothing was drawn up."""


class NotPossible(Exception):
    """The batch is not in a state from which this can be done, or somebody is no part of it."""


def prepare(
    text: Text, patient_ids: Sequence[uuid.UUID], *, show: str, submission_id: uuid.UUID, by: Actor, at: datetime
) -> Batch:
    """Draw up what each patient would get; nothing is sent.

    Args:
        text: what is written, without unknown fields.
        patient_ids: the list, in its order; who is not `by`'s patient is left out of it altogether.
        show: which list of the caseload it is.
        submission_id: minted when the form was drawn; the same one twice is one batch.

    Raises:
        PreparedAlready: the same form was sent before, with other words, for another list or for others on it.
        Nobody: no patient of theirs is on the list.
        TooMany: the list is longer than `MOST`.
    """
    if len(patient_ids) > MOST:
        raise TooMany
    statuses = queries.list_statuses(patient_ids, of_team=by.user_id)
    known = session.scalar(select(Batch).where(Batch.submission_id == submission_id, Batch.author_id == by.user_id))
    if known is not None:
        return _again(known, text, show, statuses)
    values = wording.list_values(list(statuses), at=at)
    if not statuses:
        raise Nobody
    batch = Batch(submission_id=submission_id, author_id=by.user_id, show=show, subject=text.subject, body=text.body)
    batch.created_at = at
    session.add(batch)
    session.flush()
    theirs = [one for one in dict.fromkeys(patient_ids) if one in statuses]
    for position, patient_id in enumerate(theirs):
        session.add(_recipient(batch, position, patient_id, text, values[patient_id], statuses[patient_id]))
    session.flush()
    audit.record("follow-up-batch:prepared", by=by, at=at, thing_id=batch.id, patients=len(theirs))
    return batch


def start(batch_id: uuid.UUID, chosen: Collection[uuid.UUID], *, by: Actor, at: datetime) -> None:
    """Let a batch that was looked through go out to those who are chosen; started twice is started once.

    Args:
        batch_id: one of `by`'s.
        chosen: patients of it; the others are left out.

    Raises:
        Nobody: none of those who are chosen can be sent anything.
        TooMany: more are chosen than a batch can hold.
        NotPossible: it is not a batch of theirs that waits to be started, or somebody is no part of it.
    """
    if len(chosen) > MOST:
        raise TooMany
    batch = _held(batch_id, by)
    if batch.state is not BatchState.DRAFT:
        return
    there = session.execute(select(Recipient.patient_id, Recipient.place).where(Recipient.batch_id == batch_id)).all()
    if not set(chosen) <= {row.patient_id for row in there}:
        raise NotPossible
    ready = {row.patient_id for row in there if row.place is Place.READY}
    if not ready & set(chosen):
        raise Nobody
    others = ready - set(chosen)
    left_out = update(Recipient).where(Recipient.batch_id == batch_id, Recipient.patient_id.in_(others))
    session.execute(left_out.values(place=Place.LEFT_OUT, why=LeftOut.NOT_CHOSEN, settled_at=at))
    batch.state, batch.started_at = BatchState.RUNNING, at
    audit.record("follow-up-batch:started", by=by, at=at, thing_id=batch_id, patients=len(ready & set(chosen)))


def turn(batch_id: uuid.UUID, state: BatchState, *, by: Actor, at: datetime) -> None:
    """Pause a batch, go on with it, or stop it for good; what is so already stays.

    Raises:
        NotPossible: it is not theirs, or cannot go there from where it is.
    """
    batch = _held(batch_id, by)
    if batch.state is state:
        return
    if batch.state not in FOLLOWS.get(state, ()) or (state is BatchState.RUNNING and batch.started_at is None):
        raise NotPossible
    batch.state = state
    if state is BatchState.STOPPED:
        batch.settled_at = at
    audit.record(f"follow-up-batch:{_DONE[state]}", by=by, at=at, thing_id=batch_id)


def act(waiting: Sequence[Waiting], *, at: datetime) -> None:
    """Send to some who wait, each a message of their own; whoever does not wait any more is passed over.

    What the author may not send any more goes to the patient's care team to decide, out of a paused batch too.
    """
    for one in waiting:
        found = _next(one)
        if found is None:
            continue
        batch, recipient = found
        author = sending.author_of(batch.author_id, recipient.patient_id, at=at)
        if author is not None and batch.state is not BatchState.RUNNING:
            continue
        why = _send(batch, recipient, author, at)
        recipient.place = Place.SENT if why is LeftOut.NONE else Place.LEFT_OUT
        recipient.why, recipient.settled_at = why, at
        session.flush()
        if queries.is_over(batch.id):
            batch.state, batch.settled_at = BatchState.DONE, at
            audit.record("follow-up-batch:done", by=None, at=at, thing_id=batch.id)


def _again(known: Batch, text: Text, show: str, patient_ids: Collection[uuid.UUID]) -> Batch:
    there = session.scalars(select(Recipient.patient_id).where(Recipient.batch_id == known.id))
    if (known.subject, known.body, known.show, set(there)) != (text.subject, text.body, show, set(patient_ids)):
        raise PreparedAlready
    return known


def _next(waiting: Waiting) -> tuple[Batch, Recipient] | None:
    """Hold the patient before anything of theirs, as every writer of messages does."""
    patient_id = session.scalar(select(Recipient.patient_id).where(Recipient.id == waiting.recipient_id))
    if patient_id is None:
        return None
    owed.lock(patient_id)
    return queries.get_waiting(waiting)


def _send(batch: Batch, recipient: Recipient, author: Actor | None, at: datetime) -> LeftOut:
    patient_id = recipient.patient_id
    patient = patients.get_ref(patient_id, viewer_id=batch.author_id, at=at)
    if patient is None or patient.status not in REACHABLE:
        return LeftOut.NOT_IN_CARE
    if author is None:
        words = {"subject": recipient.subject, "body": recipient.body}
        sending.give_to_team(patient, author_id=batch.author_id, **words, at=at)
        return LeftOut.NOT_YOURS
    values = wording.list_values([patient_id], at=at)[patient_id]
    fitted = fitting.fit(Text(batch.subject, batch.body), values, patient.status)
    if fitted.why is not LeftOut.NONE:
        return fitted.why
    if (fitted.subject, fitted.body) != (recipient.subject, recipient.body):
        return LeftOut.WORDS_CHANGED
    recipient.thread_id = messaging.start_thread(
        patient_id, subject=recipient.subject, body=recipient.body, submission_id=recipient.id, by=author, at=at
    )
    return LeftOut.NONE


def _recipient(
    batch: Batch,
    position: int,
    patient_id: uuid.UUID,
    text: Text,
    values: Mapping[str, str | None],
    status: PatientStatus,
) -> Recipient:
    fitted = fitting.fit(text, values, status)
    return Recipient(
        batch_id=batch.id,
        patient_id=patient_id,
        position=position,
        subject=fitted.subject,
        body=fitted.body,
        place=Place.READY if fitted.why is LeftOut.NONE else Place.LEFT_OUT,
        why=fitted.why,
    )


def _held(batch_id: uuid.UUID, by: Actor) -> Batch:
    mine = select(Batch).where(Batch.id == batch_id, Batch.author_id == by.user_id)
    found = session.scalar(mine.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotPossible
    return found
