"""Changing the rota."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from portal.access.policy import Actor, Role
from portal.accounts.models import AccountStatus, User
from portal.audit import service as audit
from portal.db import session
from portal.safety.on_call import shifts
from portal.safety.on_call.cover import Span
from portal.safety.on_call.models import OnCallShift
from portal.safety.on_call.shifts import CANNOT_BE_CALLED, OVERLAPS, SENT_ALREADY, Problem, Refused


def add(
    user_id: uuid.UUID, spans: Sequence[Span], *, by: Actor, at: datetime, stamp: uuid.UUID | None = None
) -> list[uuid.UUID]:
    """Put somebody on call.

    Args:
        user_id: a provider who can sign in.
        spans: from when until when, one or more, as `shifts.spans` returns them.
        by: who keeps the rota.
        at: when, aware UTC.
        stamp: the id of the form; one that was sent before adds nothing more.

    Returns:
        The new shifts, in the order of `spans`.

    Raises:
        Refused: the person cannot be called, or is on call in a part of that time already, or the form was sent before
            with another shift; nothing was written.
    """
    stamp = stamp or uuid.uuid4()
    user = session.scalar(select(User).where(User.id == user_id).with_for_update(key_share=True))
    if user is None or user.role is not Role.PROVIDER or user.status is not AccountStatus.ACTIVE:
        raise Refused(Problem("user_id", CANNOT_BE_CALLED, {}))
    before = session.get(OnCallShift, uuid.uuid5(stamp, "0"))
    if before is not None:
        if (before.user_id, before.starts_at, before.ends_at) != (user_id, *spans[0]):
            raise Refused(Problem("", SENT_ALREADY, {}))
        return []
    taken = shifts.overlap(spans, _spans_of(user_id, spans))
    if taken is not None:
        raise Refused(Problem("starts_on", OVERLAPS, {"name": user.name, "start": taken[0], "end": taken[1]}))
    rows = [
        OnCallShift(
            id=uuid.uuid5(stamp, str(place)),
            user_id=user_id,
            starts_at=start,
            ends_at=end,
            added_at=at,
            added_by_id=by.user_id,
        )
        for place, (start, end) in enumerate(spans)
    ]
    session.add_all(rows)
    session.flush()
    for row in rows:
        audit.record("on-call:added", by=by, at=at, thing_id=row.id)
    return [row.id for row in rows]


def remove(shift_id: uuid.UUID, *, by: Actor, at: datetime) -> bool:
    """Take a shift off the rota that is not over; return whether it stood there. The row stays, with who and when."""
    row = session.scalar(select(OnCallShift).where(OnCallShift.id == shift_id).with_for_update())
    if row is None or row.removed_at is not None or row.ends_at <= at:
        return False
    row.removed_at, row.removed_by_id = at, by.user_id
    session.flush()
    audit.record("on-call:removed", by=by, at=at, thing_id=row.id)
    return True


def _spans_of(user_id: uuid.UUID, spans: Sequence[Span]) -> list[Span]:
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    mine = (OnCallShift.user_id == user_id, OnCallShift.removed_at.is_(None))
    rows = session.execute(
        select(OnCallShift.starts_at, OnCallShift.ends_at).where(
            *mine, OnCallShift.ends_at > first, OnCallShift.starts_at < last
        )
    )
    return [(row.starts_at, row.ends_at) for row in rows]
