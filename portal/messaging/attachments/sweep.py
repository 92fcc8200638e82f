"""Sweeping away what was brought and never sent, and files that a crash left without a row."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, or_, select, update

from portal.audit import service as audit
from portal.db import session
from portal.messaging.attachments import service, store
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
    """Return what is to be swept away next: files of a day ago without a row; first what nobody sent.

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
    known = service.hold(ids)
    for one in ids:
        if one not in known:
            store.set_aside(one)
    unsent = (Attachment.id.in_(known), Attachment.message_id.is_(None))
    gone = delete(Attachment).where(*unsent, _marked(at)).returning(Attachment.id, Attachment.patient_id)
    swept = session.execute(gone.execution_options(synchronize_session=False)).all()
    mark = update(Attachment).where(*unsent, _waiting(at)).values(swept_at=at)
    session.execute(mark.execution_options(synchronize_session=False))
    for one, patient_id in swept:
        store.remove(one)
        audit.record("file:swept", by=None, at=at, patient_id=patient_id, thing_id=one)


def end(at: datetime) -> int:
    """Remove what was set aside a month ago; return how many files."""
    return store.remove_set_aside(at - QUARANTINE)


def _unsent(at: datetime) -> list[uuid.UUID]:
    unsent = select(Attachment.id).where(Attachment.message_id.is_(None), or_(_waiting(at), _marked(at)))
    return list(session.scalars(unsent.order_by(Attachment.brought_at).limit(AT_ONCE)))


def _waiting(at: datetime) -> Any:
    return and_(Attachment.swept_at.is_(None), Attachment.brought_at < at - KEPT_FOR)


def _marked(at: datetime) -> Any:
    """What was taken back, or marked in a round before, and nobody can be sending any more."""
    return Attachment.swept_at < at - GRACE
