"""Reading what messages bring along."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, exists, func, or_, select

from portal.checkins.requests import queries as requests
from portal.checkins.requests.queries import Asked
from portal.db import session
from portal.messaging.attachments.kinds import FileKind
from portal.messaging.attachments.models import Attachment
from portal.messaging.models import Message

QUOTA_BYTES = 200 * 1024 * 1024
QUOTA_DAYS = 30
"""So much one person may bring in so many days."""
TEAM_BRINGS_MORE = 10
"""So many times that: a leaflet goes to many patients."""


@dataclass(frozen=True, slots=True)
class File:
    """One thing that a message brings along; `request` is what came of a questionnaire that was sent."""

    id: uuid.UUID
    kind: FileKind
    name: str
    size: int
    width: int = 0
    height: int = 0
    instrument: str | None = None
    before_on: date | None = None
    request: Asked | None = None
    is_sent: bool = False

    @property
    def is_picture(self) -> bool:
        """Whether the page shows it, and does not only offer it."""
        return self.kind in (FileKind.JPEG, FileKind.PNG, FileKind.CHART)


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that somebody may open, as it lies in the store."""

    id: uuid.UUID
    kind: FileKind
    name: str
    sha256: str


def list_for(message_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[File]]:
    """Return what each of some messages brings along, in order; three queries at the most."""
    found: dict[uuid.UUID, list[File]] = {}
    if not message_ids:
        return found
    rows = session.scalars(_in_order().where(Attachment.message_id.in_(message_ids))).all()
    asked = requests.list_requests({row.request_id for row in rows if row.request_id})
    for row in rows:
        if row.message_id is not None:
            found.setdefault(row.message_id, []).append(_file(row, asked))
    return found


def list_brought(
    patient_id: uuid.UUID, attachment_ids: Collection[uuid.UUID], *, by_id: uuid.UUID, sent_as: uuid.UUID | None
) -> list[File]:
    """Return of some ids the files that this person may still send to this patient's thread, in order.

    Args:
        patient_id: whose thread.
        attachment_ids: what the page says was brought before.
        by_id: who brought it.
        sent_as: the form's submission id; what was sent with just that one counts, so that a second tap is the first.
    """
    if not attachment_ids:
        return []
    same = exists().where(Message.id == Attachment.message_id, Message.submission_id == sent_as)
    rows = session.scalars(
        _in_order().where(*_brought(patient_id, attachment_ids, by_id), or_(Attachment.message_id.is_(None), same))
    )
    return [_file(row, {}) for row in rows]


def unsent(patient_id: uuid.UUID, attachment_ids: Collection[uuid.UUID], *, by_id: uuid.UUID) -> Select[Attachment]:
    """Return the statement for what this person has brought for this patient, has not sent, and is still there."""
    return _in_order().where(*_brought(patient_id, attachment_ids, by_id), Attachment.message_id.is_(None))


def get_file(
    patient_id: uuid.UUID, thread_id: uuid.UUID, attachment_id: uuid.UUID, *, is_patient: bool
) -> Stored | None:
    """Return a file of a thread for one side of it; None for none, or one whose message the other side took back."""
    row = session.execute(
        select(Attachment, Message.retracted_at, Message.is_from_patient)
        .join(Message, Message.id == Attachment.message_id)
        .where(Attachment.id == attachment_id, Attachment.patient_id == patient_id, Message.thread_id == thread_id)
        .where(Attachment.kind != FileKind.QUESTIONNAIRE)
    ).one_or_none()
    if row is None or (row.retracted_at is not None and row.is_from_patient is not is_patient):
        return None
    return _stored(row[0])


def is_asked_in(patient_id: uuid.UUID, thread_id: uuid.UUID, request_id: uuid.UUID) -> bool:
    """Return whether a message of a patient's thread asks for a questionnaire."""
    asked = select(Attachment.id).join(Message, Message.id == Attachment.message_id)
    mine = (Attachment.patient_id == patient_id, Message.thread_id == thread_id, Attachment.request_id == request_id)
    return session.scalar(asked.where(*mine).limit(1)) is not None


def list_stored(patient_id: uuid.UUID, message_ids: Collection[uuid.UUID]) -> list[tuple[uuid.UUID, Stored]]:
    """Return the files of some of a patient's messages, each with its message, for an export."""
    if not message_ids:
        return []
    wanted = _in_order().where(Attachment.patient_id == patient_id, Attachment.message_id.in_(message_ids))
    rows = session.scalars(wanted.where(Attachment.kind != FileKind.QUESTIONNAIRE))
    return [(row.message_id, _stored(row)) for row in rows if row.message_id is not None]


def count_bytes(by_id: uuid.UUID, at: datetime) -> int:
    """Return how many bytes one person has brought in the last `QUOTA_DAYS`."""
    since = at - timedelta(days=QUOTA_DAYS)
    mine = select(func.sum(Attachment.size)).where(Attachment.brought_by_id == by_id, Attachment.brought_at > since)
    return session.scalar(mine) or 0


def _brought(patient_id: uuid.UUID, attachment_ids: Collection[uuid.UUID], by_id: uuid.UUID) -> Sequence[Any]:
    return (
        Attachment.id.in_(attachment_ids),
        Attachment.patient_id == patient_id,
        Attachment.brought_by_id == by_id,
        Attachment.swept_at.is_(None),
    )


def _in_order() -> Select[Attachment]:
    return select(Attachment).order_by(Attachment.position, Attachment.brought_at, Attachment.id)


def _file(row: Attachment, asked: dict[uuid.UUID, Asked]) -> File:
    request = asked.get(row.request_id) if row.request_id else None
    picture = (row.width, row.height)
    is_sent = row.message_id is not None
    return File(row.id, row.kind, row.name, row.size, *picture, row.instrument, row.before_on, request, is_sent)


def _stored(row: Any) -> Stored:
    return Stored(row.id, row.kind, row.name, row.sha256)
