"""The worker's rounds over follow-ups: those that are due, and the batches that run."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from portal.checkins.worker import Round
from portal.follow_ups import queries, sending
from portal.follow_ups.many import queries as many
from portal.follow_ups.many import service as batches
from portal.follow_ups.many.queries import Waiting
from portal.follow_ups.queries import Place


class FollowUpRound(Round[Place]):
    """Every minute: the follow-ups whose moment has come, each in a transaction of its own: it holds its patient."""

    name = "follow-ups"
    every = timedelta(minutes=1)

    def __init__(self, worker: str) -> None:
        self._after: Place | None = None
        super().__init__(worker)

    def _begin(self) -> None:
        super()._begin()
        self._at_once = 1
        self._after = None

    def _look(self, at: datetime) -> tuple[Sequence[Place], bool]:
        found = queries.list_due(self._after, at=at)
        self._after = found[-1] if found else self._after
        return found, len(found) < queries.CHUNK

    def _act(self, now: Sequence[Place], at: datetime) -> None:
        sending.act(now, at=at)


class BatchRound(Round[Waiting]):
    """Every ten seconds: the next of whoever is written to with others, each in a transaction of their own."""

    name = "follow-up-batches"
    every = timedelta(seconds=10)

    def __init__(self, worker: str) -> None:
        self._seen: set[uuid.UUID] = set()
        super().__init__(worker)

    def _begin(self) -> None:
        super()._begin()
        self._at_once = 1
        self._seen = set()

    def _look(self, at: datetime) -> tuple[Sequence[Waiting], bool]:
        found = many.list_waiting(self._seen, limit=queries.CHUNK)
        self._seen |= {one.recipient_id for one in found}
        return found, len(found) < queries.CHUNK

    def _act(self, now: Sequence[Waiting], at: datetime) -> None:
        batches.act(now, at=at)
