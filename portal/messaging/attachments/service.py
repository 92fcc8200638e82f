"""Keeping what a message is to bring along, and giving it to the message that is sent."""

import uuid
from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import select, update

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.checkins.requests import service as requests
from portal.db import HELD, session
from portal.messaging.attachments import queries, store
from portal.messaging.attachments.intake import Taken
from portal.messaging.attachments.kinds import FileKind
from portal.messaging.attachments.models import Attachment
from portal.messaging.models import Message


class NotYours(LookupError):
    """Something is to be attached that is not there, or was brought by somebody else, or for another patient."""


def id_of(sent_as: uuid.UUID, what: str, *, by: Actor) -> uuid.UUID:
    """Return the id of what one form brings along; the same form sent twice brings the same."""
    return uuid.uuid5(sent_as, f"{by.user_id}:{what}")


def hold(attachment_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Let nobody else change these until the transaction ends; return which of them there are.

    Everybody asks for them in one order, and before the record, for which all wait, is written.
    """
    there = select(Attachment.id).where(Attachment.id.in_(attachment_ids)).order_by(Attachment.id)
    return set(session.scalars(there.with_for_update(**HELD)))


def keep(
    patient_id: uuid.UUID, taken: Taken, attachment_id: uuid.UUID, *, position: int, by: Actor, at: datetime
) -> None:
    """Keep a file until its message is sent; one that is here already stays as it is.

    Args:
        patient_id: in whose thread it is to be sent.
        taken: the file.
        attachment_id: as `id_of` says.
        position: its place among the others.
        by: who brings it.
        at: now, aware UTC.

    Raises:
        OSError: there is no room for it.
    """
    row = _vacant(attachment_id)
    if row is None:
        return
    store.write(attachment_id, taken.content)
    row.name, row.size, row.sha256 = taken.name, len(taken.content), taken.sha256
    row.position, row.width, row.height = position, taken.width, taken.height
    _bring(row, patient_id, taken.kind, by=by, at=at)
    audit.record("file:brought", by=by, at=at, patient_id=patient_id, thing_id=attachment_id, kind=taken.kind.value)


def enclose_questionnaire(
    patient_id: uuid.UUID, instrument: str, before_on: date, attachment_id: uuid.UUID, *, by: Actor, at: datetime
) -> None:
    """Let a message that is about to be sent ask for a questionnaire; nothing is asked before it is sent."""
    row = _vacant(attachment_id)
    if row is None:
        return
    row.name, row.instrument, row.before_on = "", instrument, before_on
    _bring(row, patient_id, FileKind.QUESTIONNAIRE, by=by, at=at)


def discard(patient_id: uuid.UUID, attachment_ids: Collection[uuid.UUID], *, by: Actor, at: datetime) -> None:
    """Take back what was brought and not sent; it counts for the quota until the worker has swept its file away."""
    gone = session.scalars(
        update(Attachment)
        .where(Attachment.id.in_(attachment_ids), Attachment.patient_id == patient_id)
        .where(Attachment.brought_by_id == by.user_id, Attachment.message_id.is_(None), Attachment.swept_at.is_(None))
        .values(swept_at=at)
        .execution_options(synchronize_session=False)
        .returning(Attachment.id)
    ).all()
    for attachment_id in gone:
        audit.record("file:discarded", by=by, at=at, patient_id=patient_id, thing_id=attachment_id)


def attach(message_id: uuid.UUID, patient_id: uuid.UUID, attachment_ids: Sequence[uuid.UUID], *, by: Actor) -> None:
    """Give a message that is just being sent what it brings along, and ask for its questionnaires.

    Args:
        message_id: the message, written in this transaction; the caller holds the patient.
        patient_id: whose thread it is in.
        attachment_ids: what `by` has brought for this patient, in order.
        by: who sends it.

    Raises:
        NotYours: one of them is not there to be sent.
    """
    if not attachment_ids:
        return
    sent_at = session.execute(select(Message.sent_at).where(Message.id == message_id)).scalar_one()
    rows = {row.id: row for row in session.scalars(queries.unsent(patient_id, attachment_ids, by_id=by.user_id))}
    if len(rows) != len(set(attachment_ids)):
        raise NotYours
    for position, attachment_id in enumerate(attachment_ids):
        row = rows[attachment_id]
        row.message_id, row.position = message_id, position
        if row.instrument is not None and row.before_on is not None:
            row.request_id = requests.ask(patient_id, row.instrument, row.before_on, by=by, at=sent_at)
    session.flush()
    kinds = [rows[one].kind.value for one in attachment_ids]
    audit.record("file:sent", by=by, at=sent_at, patient_id=patient_id, thing_id=message_id, kinds=kinds)


def take_back(message_id: uuid.UUID, patient_id: uuid.UUID, *, by: Actor, at: datetime) -> None:
    """Ask no more for what a message asked for that is taken back; its files are then out of the other side's reach."""
    asked = session.scalars(
        select(Attachment.request_id).where(
            Attachment.message_id == message_id,
            Attachment.patient_id == patient_id,
            Attachment.request_id.is_not(None),
        )
    )
    for request_id in asked.all():
        if request_id is not None:
            requests.withdraw(patient_id, request_id, by=by, at=at)


def _vacant(attachment_id: uuid.UUID) -> Attachment | None:
    """Return the row to fill in, which may be that of what was taken back before; None where the thing is here."""
    row = session.get(Attachment, attachment_id, with_for_update=HELD)
    if row is None:
        return Attachment(id=attachment_id)
    return row if row.message_id is None and row.swept_at is not None else None


def _bring(row: Attachment, patient_id: uuid.UUID, kind: FileKind, *, by: Actor, at: datetime) -> None:
    row.patient_id, row.brought_by_id, row.brought_at, row.kind = patient_id, by.user_id, at, kind
    row.swept_at = None
    session.add(row)
    session.flush()
