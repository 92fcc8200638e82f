"""The only place that reads the time."""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment as an aware UTC datetime."""
    return datetime.now(UTC)


def tick() -> float:
    """Return seconds on a clock that never goes back; only differences mean anything."""
    return time.monotonic()
