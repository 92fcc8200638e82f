"""Making the worker's rounds of reminders in tests, and looking at what they wrote."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import event, select

from portal import db
from portal.accounts.models import User
from portal.notifications.models import Channel, Kind, OutboxMessage
from portal.notifications.queue import Claim
from portal.notifications.wanted_worker import why_not
from portal.reminders.worker import CheckInRound
from tests.cast import Person
from tests.checkins.silence.rounds import go_round


def go(make: Any = CheckInRound) -> int:
    """Make a whole round as a worker does."""
    return go_round(make("one"))


def mails(person: Person, kind: Kind = Kind.CHECK_IN_DUE) -> list[OutboxMessage]:
    """Return what was written for somebody, in order."""
    db.session.rollback()
    mine = OutboxMessage.recipient_id == person.user_id, OutboxMessage.kind == kind
    return list(db.session.scalars(select(OutboxMessage).where(*mine).order_by(OutboxMessage.created_at)))


def still_wanted(row: OutboxMessage, at: datetime) -> str | None:
    """Return why a mail is needed no more just before it is sent; None where it is wanted."""
    held = Claim(
        id=row.id,
        kind=row.kind,
        recipient_id=row.recipient_id,
        patient_id=row.patient_id,
        values=row.values,
        is_urgent=False,
        attempts=1,
        created_at=row.created_at,
        worker="one",
        channel=Channel.EMAIL,
        way_id=None,
    )
    return why_not(held, db.session.get_one(User, row.recipient_id), at=at)


def token_of(row: OutboxMessage) -> uuid.UUID | None:
    """Return the link that a mail carries."""
    return uuid.UUID(row.values["token_id"]) if "token_id" in row.values else None


def walks(table: str, action: Callable[[], object]) -> list[str]:
    """Return how SQLite goes through a table in each of an action's statements that reads it first."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith("SELECT") and f"FROM {table}" in statement:
            seen.append((statement, parameters))

    event.listen(db.db.engine, "before_cursor_execute", note)
    action()
    event.remove(db.db.engine, "before_cursor_execute", note)
    explain = db.session.connection().exec_driver_sql
    plans = [explain(f"EXPLAIN QUERY PLAN {statement}", parameters).all() for statement, parameters in seen]
    return [line[3] for plan in plans for line in plan if f" {table} " in line[3]]
