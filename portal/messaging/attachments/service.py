"""Keeping what a message is to bring along, and giving it to the message that is sent."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.checkins.requests import service as requests
from portal.db import session
from portal.messaging.attachments import queries
from portal.messaging.models import Message

MOST_FILES = 5


class NotYours(LookupError):
    """Something is to be attached that is not there, or was brought by somebody else, or for another patient."""


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
