"""Sweeping away what was brought and never sent, and files that a crash left without a row."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update

from portal.audit import service as audit
from portal.db import session
from portal.messaging.attachments import store
from portal.messaging.attachments.models import Attachment

KEPT_FOR = timedelta(hours=24)
GRACE = timedelta(minutes=10)
QUARANTINE = timedelta(days=30)
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Chunk:
    """What is to be swept away of a part of the files; after the last part there is no `next_after`."""

    ids: Sequence[uuid.UUID]
    next_after: uuid.UUID | None


def look(after: uuid.UUID | None, *, at: datetime) -> Chunk:
    """Return what is to be swept away next: files of a day ago without a row, and first rows that nobody sent in a day.

    Args:
        after: the last file that was looked at; None for the first part.
        at: the present moment.
    """
    files = store.list_older(at - KEPT_FOR, after, AT_ONCE)
    known = set(session.scalars(select(Attachment.id).where(Attachment.id.in_(files))))
    without_row = [one for one in files if one not in known]
    unsent = _unsent(at) if after is None else []
    return Chunk(unsent + without_row, files[-1] if len(files) == AT_ONCE else None)


def act(ids: Sequence[uuid.UUID], *, at: datetime) -> None:
    """Sweep some away: a row is first marked, so that nobody sends it, and goes with its file in a later round."""
    known = {row.id: row for row in session.scalars(select(Attachment).where(Attachment.id.in_(ids)))}
    for one in ids:
        row = known.get(one)
        if row is None:
            store.set_aside(one)
        elif row.message_id is None and row.swept_at is None:
            _mark(one, at)
        elif row.message_id is None and row.swept_at is not None and row.swept_at < at - GRACE:
            store.set_aside(one)
            session.execute(delete(Attachment).where(Attachment.id == one))
            audit.record("file:swept", by=None, at=at, patient_id=row.patient_id, thing_id=one)


def end(at: datetime) -> int:
    """Remove what was set aside a month ago; return how many files."""
    return store.remove_set_aside(at - QUARANTINE)


def _unsent(at: datetime) -> list[uuid.UUID]:
    unsent = select(Attachment.id).where(Attachment.message_id.is_(None), Attachment.brought_at < at - KEPT_FOR)
    waits = or_(Attachment.swept_at.is_(None), Attachment.swept_at < at - GRACE)
    return list(session.scalars(unsent.where(waits).order_by(Attachment.brought_at).limit(AT_ONCE)))


def _mark(attachment_id: uuid.UUID, at: datetime) -> None:
    marked = update(Attachment).where(Attachment.id == attachment_id, Attachment.message_id.is_(None))
    session.execute(marked.values(swept_at=at).execution_options(synchronize_session=False))
