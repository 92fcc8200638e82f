"""Rounds that one worker of several makes every so often: who is at one holds a lease, and renews it while at work.

A worker that dies leaves its lease to run out; another one then begins the round anew.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, update
from sqlalchemy.dialects import postgresql, sqlite

from portal.db import session
from portal.notifications.models import WorkerRound

LEASE = timedelta(minutes=2)
_TABLE: Any = WorkerRound.__table__


def take(name: str, worker: str, *, at: datetime) -> bool:
    """Begin a round that is due and that nobody is at; return whether it is ours now.

    Args:
        name: which round.
        worker: who takes it.
        at: now, aware UTC.
    """
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    first = dialect.insert(_TABLE).values(name=name, due_at=at)
    session.execute(first.on_conflict_do_nothing(index_elements=["name"]))
    is_free = or_(_TABLE.c.leased_until.is_(None), _TABLE.c.leased_until <= at)
    taken = update(_TABLE).where(_TABLE.c.name == name, _TABLE.c.due_at <= at, is_free)
    return _changed(taken.values(leased_by=worker, leased_until=at + LEASE))


def renew(name: str, worker: str, *, at: datetime) -> bool:
    """Go on with a round; return False where the lease ran out and somebody else took it."""
    mine = update(_TABLE).where(_TABLE.c.name == name, _TABLE.c.leased_by == worker)
    return _changed(mine.values(leased_until=at + LEASE))


def finish(name: str, worker: str, *, every: timedelta, at: datetime) -> bool:
    """End a round; it is due again after `every`. Return whether it was still ours."""
    mine = update(_TABLE).where(_TABLE.c.name == name, _TABLE.c.leased_by == worker)
    return _changed(mine.values(due_at=at + every, leased_by=None, leased_until=None))


def _changed(statement: Any) -> bool:
    return session.execute(statement.returning(_TABLE.c.name)).first() is not None
