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
    """The choice that nobody took back; `chosen` is None where its score is no longer complete."""

    id: uuid.UUID
    reason: str
    chosen_at: datetime
    chosen_by: str
    chosen: Chosen | None


@dataclass(frozen=True, slots=True)
class Earlier:
    """A choice that was made and does not apply any more; `value` and `on` are of the score as it was chosen.

    `ended_at` is None where it was made for an earlier course and nobody took it back; `why` is "" where another choice
    took its place.
    """

    on: date
    value: float | None
    reason: str
    chosen_at: datetime
    chosen_by: str
    ended_at: datetime | None
    ended_by: str
    why: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What stood when a page was drawn: the course, and the choice that nobody had taken back."""

    course_id: uuid.UUID | None = None
    standing_id: uuid.UUID | None = None
