"""What an open inbox asks for again and again: how much waits on each list, and the latest of it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from portal.db import session
from portal.messaging import inbox
from portal.messaging.inbox import Show

_EPOCH, _TICK = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """How much waits on each list, and unread; `latest` and `danger` say when, in microseconds since 1970, else 0.

    `latest` is of the last message that nobody has read, `danger` of the last words of danger that wait.
    """

    counts: Mapping[Show, int]
    unread: int
    latest: int
    danger: int

    @property
    def state(self) -> str:
        """A text that changes with whatever of this changes."""
        return "-".join(str(one) for one in (*self.counts.values(), self.unread, self.latest, self.danger))


def get_standing(user_id: uuid.UUID, overdue_since: datetime | None) -> Standing:
    """Return how somebody's inbox stands, at a cost that neither clinic nor inbox raise.

    Ask for it before what it describes: what comes between the two is then said to be new, and never missed.
    """
    unread, latest = session.execute(select(inbox.unread_by_team(user_id), inbox.latest_unread(user_id))).one()
    danger = inbox.latest_danger(user_id)
    return Standing(inbox.count(user_id, overdue_since), int(unread), _ticks(latest), _ticks(danger))


def _ticks(at: datetime | None) -> int:
    return (at - _EPOCH) // _TICK if at else 0
