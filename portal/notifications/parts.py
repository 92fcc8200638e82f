"""What a worker does, part by part: one that fails stops no other, and is noted in the log."""

import logging
from collections.abc import Callable
from typing import Any, Protocol

import orjson
from sqlalchemy.exc import SQLAlchemyError

from portal import clock, db

REST_SECONDS = 30.0
_log = logging.getLogger("portal.worker")


class Round(Protocol):
    """What is to be done every so often, by one worker of several."""

    def step(self) -> bool:
        """Do a little of it, in transactions of its own; return whether there is more."""
        ...


class Part:
    """One thing that a worker does again and again.

    Args:
        name: what the log calls it.
        act: does a little of it, and returns whether there was something to do.
    """

    def __init__(self, name: str, act: Callable[[], bool | None]) -> None:
        self._name, self._act = name, act
        self._not_before: float | None = None

    def run(self) -> bool:
        """Do a little, unless it rests; return whether there was something to do. A failure is noted, and it rests."""
        if self._not_before is not None and clock.tick() < self._not_before:
            return False
        try:
            return bool(self._act())
        except (SQLAlchemyError, db.Busy) as error:
            note("worker-waits", part=self._name, error=type(error).__name__)
        except Exception as error:
            note("part-failed", part=self._name, error=type(error).__name__)
            self._not_before = clock.tick() + REST_SECONDS
        db.session.remove()
        return False


def note(event: str, **values: Any) -> None:
    """Write one line of the log: a code and metadata, never a word a person wrote."""
    _log.warning("%s", orjson.dumps({"event": event, "at": clock.now().isoformat(), **values}).decode())
