"""A choice of the score that the others are compared with. Pure."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice in force, with the complete score it leads to as that stands today, corrected or not."""

    id: uuid.UUID
    check_in_id: uuid.UUID
    on: date
    value: float
    version: int
    reason: str
    chosen_at: datetime
    chosen_by: str


@dataclass(frozen=True, slots=True)
class Standing:
    """The choice that nobody took back; `chosen` is None where the score is no longer complete."""

    id: uuid.UUID
    reason: str
    chosen_at: datetime
    chosen_by: str
    chosen: Chosen | None
