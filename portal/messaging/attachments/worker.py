"""The worker's round over files that belong to no message."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from portal import clock
from portal.checkins.worker import Round
from portal.messaging.attachments import sweep


class SweepRound(Round[uuid.UUID]):
    """Every hour: what was brought and never sent is set aside, and removed a month later."""

    name = "files"
    every = timedelta(hours=1)

    def _look(self, at: datetime) -> tuple[Sequence[uuid.UUID], bool]:
        return sweep.look(at), True

    def _act(self, now: Sequence[uuid.UUID], at: datetime) -> None:
        sweep.act(now, at=at)

    def _end(self) -> None:
        sweep.end(clock.now())
