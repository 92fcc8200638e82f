"""The worker's round through the caseload: what time alone has made overdue."""

import uuid
from datetime import timedelta

from portal import clock, db
from portal.notifications import rounds
from portal.review import overdue

NAME = "overdue"
EVERY = timedelta(minutes=10)
LOOK_EVERY_SECONDS = 30.0


class OverdueRound:
    """One worker's part in it: a chunk at a time, so that mail never waits for a whole clinic."""

    def __init__(self, worker: str) -> None:
        self._worker = worker
        self._looked_at: float | None = None
        self._is_ours = False
        self._after: uuid.UUID | None = None

    def step(self) -> bool:
        """Count for some patients where a round is due and nobody else is at it; return whether there is more to do."""
        if not self._is_ours and not self._take():
            return False
        db.begin(write=False)
        chunk = overdue.count(self._after, at=clock.now())
        db.begin(write=True)
        self._is_ours = rounds.renew(NAME, self._worker, at=clock.now())
        if self._is_ours:
            overdue.write(chunk.changes)
            self._after = chunk.next_after
            if self._after is None:
                rounds.finish(NAME, self._worker, every=EVERY, at=clock.now())
                self._is_ours = False
        db.session.commit()
        return self._is_ours

    def _take(self) -> bool:
        if self._looked_at is not None and clock.tick() - self._looked_at < LOOK_EVERY_SECONDS:
            return False
        self._looked_at = clock.tick()
        db.begin(write=True)
        self._is_ours = rounds.take(NAME, self._worker, at=clock.now())
        db.session.commit()
        self._after = None
        return self._is_ours
