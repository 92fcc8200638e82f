"""The worker's round over files that belong to no message."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from portal import clock
from portal.checkins.worker import Round
from portal.messaging.attachments import sweep


class SweepRound(Round[uuid.UUID]):
    """Every hour: what was brought and never sent goes; what a crash left is set aside for a month."""

    name = "files"
    every = timedelta(hours=1)

    def __init__(self, worker: str) -> None:
        self._after: uuid.UUID | None = None
        super().__init__(worker)

    def _begin(self) -> None:
        super()._begin()
        self._after = None

    def _look(self, at: datetime) -> tuple[Sequence[uuid.UUID], bool]:
        chunk = sweep.look(self._after, at=at)
        self._after = chunk.next_after
        return chunk.ids, chunk.next_after is None

    def _act(self, now: Sequence[uuid.UUID], at: datetime) -> None:
        sweep.act(now, at=at)

    def _end(self) -> None:
        sweep.end(clock.now())
