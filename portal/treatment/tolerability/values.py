"""What is known of how one infusion was tolerated, as values. Pure.

The times in which effects are to be expected are those of the clinic's reference (Szarmach 2020: pressure peaks around
the end and is back within an hour and a half); nothing here judges them.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

UNNAMED = "other"
SEVERITIES = {"mild": 1, "moderate": 2, "severe": 3}
ALERTNESS = ("awake", "drowsy", "voice", "touch", "none")
"""From wide awake to no answer."""


@dataclass(frozen=True, slots=True)
class Treated:
    """One infusion that was given, in whole or in part; doses in mg and mg per kg, None where nobody recorded them."""

    id: uuid.UUID
    number: int
    at: datetime
    dose_mg: float | None = None
    dose_mg_per_kg: float | None = None
    minutes: int | None = None
    stopped_early: bool = False


@dataclass(frozen=True, slots=True)
class Noted:
    """One entry of the bedside record as it stands now; `kind` and `level` as they are stored."""

    id: uuid.UUID
    kind: str
    at: datetime
    values: Mapping[str, Any]
    level: str = "none"


@dataclass(frozen=True, slots=True)
class Answered:
    """One check-in of the patient, sent at `at`; answers by item code, None where one was declined."""

    instrument: str
    at: datetime
    answers: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Effect:
    """One side effect of one infusion, however often it was noted.

    Args:
        code: of the effect; "other" with `name` where it has none.
        strength: the strongest that was noted, 1 mild to 3 severe; None where nobody said.
        minutes: from onset to end, all spells together; None where an end is missing or only the patient told of it.
        is_open: that it began at the bedside and nobody noted its end.
        still_after: minutes after the start of the infusion at which the patient last said that it was still there.
        at_bedside, by_patient: who told of it.
    """

    code: str
    name: str
    strength: int | None
    minutes: int | None
    is_open: bool
    still_after: int | None
    at_bedside: bool
    by_patient: bool


@dataclass(frozen=True, slots=True)
class Pressure:
    """The highest systolic reading from the start on, in mmHg, and the one before; None where not taken."""

    before: tuple[int, int] | None
    peak: tuple[int, int] | None
    peak_after: int | None

    @property
    def rise(self) -> int | None:
        """How many mmHg the systolic pressure rose."""
        return self.peak[0] - self.before[0] if self.peak and self.before else None


@dataclass(frozen=True, slots=True)
class Tolerated:
    """How one infusion was tolerated.

    Args:
        has_bedside: that somebody noted at the bedside how it went from the start on; else nothing noted means nothing.
        has_answers: that the patient answered about side effects afterwards, and did not leave all of it open.
        alertness: the deepest noted, one of `ALERTNESS`; None where nobody noted it.
        away: the highest "how far away" noted at the bedside, 0 to 10, our own number and not validated.
        intensity, distress: the highest the patient gave afterwards, 0 to 10.
        medicines: what was given besides, in order.
        stops: how often a hard stop was reached; `went_on` how often somebody authorised going on.
    """

    treated: Treated
    has_bedside: bool
    has_answers: bool
    effects: tuple[Effect, ...]
    pressure: Pressure
    alertness: str | None
    away: int | None
    intensity: int | None
    distress: int | None
    medicines: tuple[str, ...]
    stops: int
    went_on: int
    emergencies: int

    @property
    def is_known(self) -> bool:
        """Whether anybody wrote down how it was."""
        return self.has_bedside or self.has_answers
