"""Reading batches and who is in them."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from portal.access.policy import PatientStatus
from portal.accounts.models import AccountStatus, User
from portal.db import session
from portal.follow_ups.many.models import Batch, BatchState, LeftOut, Place, Recipient
from portal.follow_ups.queries import is_mine
from portal.patients.models import Patient

MOST_BATCHES = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One patient of a batch; `name` is "" where the reader is not on their care team any more."""

    id: uuid.UUID
    patient_id: uuid.UUID
    name: str
    subject: str
    body: str
    place: Place
    why: LeftOut
    thread_id: uuid.UUID | None
    account: AccountStatus | None = None


class Waiting(NamedTuple):
    """One patient who is to get a message, and of which batch."""

    batch_id: uuid.UUID
    recipient_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Standing:
    """One batch with how many of its patients are where."""

    batch: Batch
    counts: Mapping[Place, int]

    @property
    def total(self) -> int:
        """How many were to get a message when it was started, or still are."""
        return self.counts.get(Place.READY, 0) + self.counts.get(Place.SENT, 0)


def get(author_id: uuid.UUID, batch_id: uuid.UUID) -> Standing | None:
    """Return one batch of its author; None for anybody else."""
    batch = session.scalar(select(Batch).where(Batch.id == batch_id, Batch.author_id == author_id))
    return Standing(batch, counts_of([batch.id]).get(batch.id, {})) if batch is not None else None


def list_batches(author_id: uuid.UUID) -> Sequence[Standing]:
    """Return somebody's batches, the latest first."""
    mine = select(Batch).where(Batch.author_id == author_id).order_by(Batch.created_at.desc(), Batch.id)
    found = session.scalars(mine.limit(MOST_BATCHES)).all()
    counts = counts_of([batch.id for batch in found])
    return [Standing(batch, counts.get(batch.id, {})) for batch in found]


def counts_of(batch_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, dict[Place, int]]:
    """Return how many patients of some batches are where."""
    found: dict[uuid.UUID, dict[Place, int]] = {}
    rows = select(Recipient.batch_id, Recipient.place, func.count()).where(Recipient.batch_id.in_(batch_ids))
    for batch_id, place, count in session.execute(rows.group_by(Recipient.batch_id, Recipient.place)):
        found.setdefault(batch_id, {})[place] = count
    return found


def list_recipients(batch_id: uuid.UUID, *, reader_id: uuid.UUID) -> Sequence[Line]:
    """Return everybody of a batch in the order of the list it was drawn from."""
    name = (Patient.given_name + " " + Patient.family_name).label("name")
    columns = (Recipient.id, Recipient.patient_id, name, Recipient.subject, Recipient.body, Recipient.place)
    rows: Select[*tuple[Any, ...]] = (
        select(*columns, Recipient.why, Recipient.thread_id, User.status, is_mine(Recipient.patient_id, reader_id))
        .join(Patient, Patient.id == Recipient.patient_id)
        .join(User, User.id == Patient.user_id)
        .where(Recipient.batch_id == batch_id)
        .order_by(Recipient.position)
    )
    return [_line(*row) for row in session.execute(rows)]


def list_statuses(patient_ids: Collection[uuid.UUID], *, of_team: uuid.UUID) -> dict[uuid.UUID, PatientStatus]:
    """Return where those patients are in care whose care team somebody is on."""
    rows = select(Patient.id, Patient.status).where(Patient.id.in_(patient_ids), is_mine(Patient.id, of_team))
    return {row[0]: row[1] for row in session.execute(rows)}


def list_waiting(passing_over: Collection[uuid.UUID], *, limit: int) -> Sequence[Waiting]:
    """Return whom the batches that run still owe a message, the batch that was started first before the others.

    Of those that are paused, whom their author may not write to any more: nobody would ever go on for them.
    """
    rows = (
        select(Recipient.batch_id, Recipient.id)
        .join(Batch, Batch.id == Recipient.batch_id)
        .where(_is_next(), Recipient.place == Place.READY, Recipient.id.not_in(passing_over))
        .order_by(Batch.started_at, Batch.id, Recipient.position)
        .limit(limit)
    )
    return [Waiting(*row) for row in session.execute(rows)]


def get_waiting(waiting: Waiting) -> tuple[Batch, Recipient] | None:
    """Return a patient who waits with their batch, both held; None where they do not wait any more."""
    held = (
        select(Batch, Recipient)
        .join(Recipient, Recipient.batch_id == Batch.id)
        .where(Batch.id == waiting.batch_id, Recipient.id == waiting.recipient_id)
        .where(_is_next(), Recipient.place == Place.READY)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    row = session.execute(held).one_or_none()
    return (row[0], row[1]) if row else None


def is_over(batch_id: uuid.UUID) -> bool:
    """Return whether nobody of a batch waits any more."""
    waiting = select(Recipient.id).where(Recipient.batch_id == batch_id, Recipient.place == Place.READY).limit(1)
    return session.scalar(waiting) is None


def _is_next() -> ColumnElement[bool]:
    active = exists().where(User.id == Batch.author_id, User.status == AccountStatus.ACTIVE)
    may_write = and_(active, is_mine(Recipient.patient_id, Batch.author_id))
    return or_(Batch.state == BatchState.RUNNING, and_(Batch.state == BatchState.PAUSED, ~may_write))


def _line(
    recipient_id: uuid.UUID,
    patient_id: uuid.UUID,
    name: str,
    subject: str,
    body: str,
    place: Place,
    why: LeftOut,
    thread_id: uuid.UUID | None,
    account: AccountStatus,
    mine: bool,
) -> Line:
    if not mine:
        return Line(recipient_id, patient_id, "", "", "", place, why, None)
    return Line(recipient_id, patient_id, name, subject, body, place, why, thread_id, account)


def latest_at(batch_id: uuid.UUID) -> datetime | None:
    """Return when somebody of a batch was last settled."""
    return session.scalar(select(func.max(Recipient.settled_at)).where(Recipient.batch_id == batch_id))
