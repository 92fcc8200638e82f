"""The worker's rounds over check-ins: who has gone silent, and who left a safety question open."""

import uuid
from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from sqlalchemy.exc import OperationalError

from portal import clock, db
from portal.checkins import left_open, silence
from portal.notifications import rounds
from portal.notifications.parts import note
from portal.review import service as review

AT_ONCE = 25
"""So many things are done in one transaction, so that nobody waits long for it."""
ASK_EVERY_SECONDS = 15.0
Thing = TypeVar("Thing")


class Round(ABC, Generic[Thing]):
    """One worker's part in a round: a little at a time, so that mail never waits for a whole clinic.

    What fails is tried once more by itself, noted, and left to the next round: it stops nobody else's.
    """

    name: str
    every: timedelta

    def __init__(self, worker: str) -> None:
        self._worker = worker
        self._is_ours = False
        self._asked_at: float | None = None
        self._todo: Sequence[Thing] = ()
        self._is_last = False
        self._at_once = AT_ONCE
        self._left_some = False
        self._begin()

    def step(self) -> bool:
        """Do a little where a round is due and nobody else is at it; return whether there is more to do."""
        if not self._is_ours and not self._take():
            return False
        if not self._todo and not self._is_last:
            db.begin(write=False)
            self._todo, self._is_last = self._look(clock.now())
        now = self._todo[: self._at_once]
        try:
            self._write(now)
        except (OperationalError, db.Busy):
            db.take_touched()
            raise
        except Exception as error:
            db.take_touched()
            note("round-failed", round=self.name, error=type(error).__name__, things=len(now))
            self._left_some = self._left_some or len(now) == 1
            self._todo, self._at_once = self._todo[len(now) == 1 :], 1
        return self._is_ours

    def _begin(self) -> None:
        """Begin a round anew."""
        self._todo, self._is_last, self._at_once, self._left_some = (), False, AT_ONCE, False

    def _take(self) -> bool:
        if self._asked_at is not None and clock.tick() - self._asked_at < ASK_EVERY_SECONDS:
            return False
        self._asked_at = clock.tick()
        db.begin(write=True)
        self._is_ours = rounds.take(self.name, self._worker, at=clock.now())
        db.session.commit()
        self._begin()
        return self._is_ours

    def _write(self, now: Sequence[Thing]) -> None:
        db.begin(write=True)
        is_ours, rest = rounds.renew(self.name, self._worker, at=clock.now()), self._todo[len(now) :]
        is_over = self._is_last and not rest
        if is_ours:
            self._act(now, clock.now())
        if is_ours and is_over:
            rounds.finish(self.name, self._worker, every=self.every, at=clock.now())
        review.refresh(db.take_touched(), at=clock.now())
        db.session.commit()
        self._is_ours, self._todo = is_ours and not is_over, rest
        if is_ours and is_over:
            self._end()

    @abstractmethod
    def _look(self, at: datetime) -> tuple[Sequence[Thing], bool]:
        """Return what is to be done next, and whether there is nothing after it."""

    @abstractmethod
    def _act(self, now: Sequence[Thing], at: datetime) -> None:
        """Do some of it in the write that is open."""

    def _end(self) -> None:
        """Note that a whole round is on record."""


class SilenceRound(Round[uuid.UUID]):
    """Every hour: whose check-ins have stayed out, who is reminded, of whom the care team hears, who is heard again."""

    name = "silence"
    every = timedelta(hours=1)

    def __init__(self, worker: str) -> None:
        self._after: uuid.UUID | None = None
        super().__init__(worker)

    def _begin(self) -> None:
        super()._begin()
        self._after = None

    def _look(self, at: datetime) -> tuple[Sequence[uuid.UUID], bool]:
        chunk = silence.look(self._after, at=at)
        self._after = chunk.next_after
        return chunk.patient_ids, chunk.next_after is None

    def _act(self, now: Sequence[uuid.UUID], at: datetime) -> None:
        silence.act(now, at=at)


class LeftOpenRound(Round[left_open.Left]):
    """Every minute: the check-ins that somebody left at a safety question an hour ago."""

    name = "left-open"
    every = timedelta(minutes=1)

    def __init__(self, worker: str) -> None:
        self._after: left_open.Place | None = None
        self._done_until: left_open.Place | None = None
        super().__init__(worker)

    def _begin(self) -> None:
        super()._begin()
        self._after = self._done_until

    def _look(self, at: datetime) -> tuple[Sequence[left_open.Left], bool]:
        chunk = left_open.look(self._after, at=at)
        self._after = chunk.last
        return chunk.left, not chunk.has_more

    def _act(self, now: Sequence[left_open.Left], at: datetime) -> None:
        left_open.act(now, at=at)

    def _end(self) -> None:
        if not self._left_some:
            self._done_until = self._after
