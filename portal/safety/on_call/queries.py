"""Reading the rota: who is on call, and when nobody is."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from portal.access.policy import Role
from portal.accounts.models import AccountStatus, User
from portal.clinic import queries as clinic
from portal.clinic.hours import OnCall
from portal.db import session
from portal.safety.on_call import cover
from portal.safety.on_call.cover import Cover, Shift, Span
from portal.safety.on_call.models import OnCallShift

REACH = timedelta(days=60)
LOOKED_AHEAD = timedelta(days=14)
FURTHEST = timedelta(days=375)
MOST_SHOWN, REMOVED_SHOWN = 200, 50
_CAN_BE_CALLED = (User.role == Role.PROVIDER) & (User.status == AccountStatus.ACTIVE)


@dataclass(frozen=True, slots=True)
class Line:
    """One shift of the rota; of somebody who cannot sign in any more it covers nothing."""

    id: uuid.UUID
    user_id: uuid.UUID
    name: str
    starts_at: datetime
    ends_at: datetime
    counts: bool


@dataclass(frozen=True, slots=True)
class Removed:
    """One shift that was taken off the rota, by whom and when."""

    name: str
    starts_at: datetime
    ends_at: datetime
    removed_at: datetime | None
    removed_by: str


def get_cover(at: datetime) -> Cover:
    """Return the clinic's hours with the shifts, of providers who can sign in, that end after a moment."""
    settings = clinic.current()
    rows = session.execute(
        select(OnCallShift.user_id, OnCallShift.starts_at, OnCallShift.ends_at)
        .join(User, User.id == OnCallShift.user_id)
        .where(_CAN_BE_CALLED, *_between(at, at + REACH))
        .order_by(OnCallShift.starts_at, OnCallShift.user_id)
    )
    return Cover(settings.opening, settings.on_call, tuple(Shift(*row) for row in rows))


def list_holes(at: datetime) -> list[Span]:
    """Return the spans of the next 14 days in which somebody is to be on call and nobody is."""
    if clinic.current().on_call is OnCall.NEVER:
        return []
    return cover.holes(get_cover(at), at, at + LOOKED_AHEAD)


def list_shifts(from_at: datetime, until: datetime) -> list[Line]:
    """Return the rota between two moments, in order, with those that count for nothing any more; 200 at most."""
    rows = session.execute(
        select(
            OnCallShift.id,
            OnCallShift.user_id,
            User.name,
            OnCallShift.starts_at,
            OnCallShift.ends_at,
            _CAN_BE_CALLED,
        )
        .join(User, User.id == OnCallShift.user_id)
        .where(*_between(from_at, until))
        .order_by(OnCallShift.starts_at, OnCallShift.ends_at, OnCallShift.id)
        .limit(MOST_SHOWN)
    )
    return [Line(*row[:5], counts=bool(row[5])) for row in rows]


def list_removed(from_at: datetime) -> list[Removed]:
    """Return the shifts that were to end after a moment and were taken off the rota, those taken off last first."""
    remover = aliased(User)
    rows = session.execute(
        select(User.name, OnCallShift.starts_at, OnCallShift.ends_at, OnCallShift.removed_at, remover.name)
        .join(User, User.id == OnCallShift.user_id)
        .join(remover, remover.id == OnCallShift.removed_by_id)
        .where(OnCallShift.removed_at.is_not(None), OnCallShift.ends_at > from_at)
        .order_by(OnCallShift.removed_at.desc(), OnCallShift.starts_at)
        .limit(REMOVED_SHOWN)
    )
    return [Removed(*row) for row in rows]


def list_who_can_be_called() -> list[tuple[uuid.UUID, str]]:
    """Return the providers who can sign in, by name."""
    return [
        (row.id, row.name)
        for row in session.execute(select(User.id, User.name).where(_CAN_BE_CALLED).order_by(User.name, User.id))
    ]


def _between(from_at: datetime, until: datetime) -> tuple[Any, ...]:
    there = OnCallShift.removed_at.is_(None)
    return there, OnCallShift.ends_at > from_at, OnCallShift.starts_at < until
