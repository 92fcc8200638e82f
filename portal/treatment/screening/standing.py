"""Where the screening of a patient stands, and why it must be asked again. Pure.

A screening is asked again before each course and when anything changes: it covers the course it was recorded in, or the
first one that starts after it.
"""

import math
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from portal.messages import N_

MOST_WEIGHT_CHANGE = 0.10
"""From more than this share of the weight on, a screening is asked again. [D]"""

NEW_COURSE = N_("A new course has started since.")
MEDICATION = N_("Medicines or allergies have changed since.")
CONDITIONS = N_("What the patient is treated for has changed since.")
WEIGHT = N_("The weight has changed by more than a tenth since.")
REPORTED = N_("The patient has reported a change in health or medicines since.")
BEDSIDE = N_("A change in health or medicines was recorded at the bedside since.")
STRICTER = N_("The clinic classes an answer more strictly now.")


class State(StrEnum):
    NONE = "none"
    UNDECIDED = "undecided"
    NOT_NOW = "not-now"
    STANDS = "stands"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where it stands now.

    Args:
        state: NONE never asked; UNDECIDED asked, not decided; NOT_NOW a provider decided against; STANDS go ahead;
            AGAIN go ahead was decided, but it must be asked again first.
        reasons: why it must be asked again, message ids; none where nothing changed.
        screening_id: the one that counts; None where there is none.
        decided_by, decided_at: the latest decision about it; "" and None where there is none.
        overridden: the codes of the stops that were overridden with a reason.
    """

    state: State = State.NONE
    reasons: tuple[str, ...] = ()
    screening_id: uuid.UUID | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    overridden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """The latest decision about a screening."""

    goes_ahead: bool
    at: datetime
    by: str
    overridden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a screening matters for whether it still stands.

    Args:
        asked_at: when the patient was asked, aware; a correction made later does not move it.
        course_id: the course it was asked in; None where it is for the next one.
        conditions: what the patient was treated for then.
        weight_kg: above zero, None where unknown.
    """

    id: uuid.UUID
    asked_at: datetime
    course_id: uuid.UUID | None = None
    conditions: Collection[str] = ()
    weight_kg: float | None = None


@dataclass(frozen=True, slots=True)
class Since:
    """What has happened to the patient.

    Args:
        courses: the ids of the courses that were started after the patient was asked.
        medication_at, reported_at, bedside_at: the latest change of medicines or allergies, the latest change the
            patient reported, the latest one recorded at the bedside; None where there is none.
        conditions: what the patient is treated for now.
        weight_kg: the latest weight, above zero; None where it is not newer than the screening.
        is_stricter: the clinic's classes of today make an answer worse than it was.
    """

    courses: Collection[uuid.UUID] = ()
    medication_at: datetime | None = None
    reported_at: datetime | None = None
    bedside_at: datetime | None = None
    conditions: Collection[str] = ()
    weight_kg: float | None = None
    is_stricter: bool = False


def standing(asked: Asked | None, decided: Decided | None, since: Since) -> Standing:
    """Return where the screening stands; a later decision counts, and a change never turns "not now" into anything."""
    if asked is None:
        return Standing()
    reasons = why_again(asked, since)
    if decided is None:
        return Standing(State.UNDECIDED, reasons, asked.id)
    if not decided.goes_ahead:
        return Standing(State.NOT_NOW, reasons, asked.id, decided.by, decided.at)
    state = State.AGAIN if reasons else State.STANDS
    return Standing(state, reasons, asked.id, decided.by, decided.at, decided.overridden)


def why_again(asked: Asked, since: Since) -> tuple[str, ...]:
    """Return why a screening must be asked again, message ids; none where it still holds."""
    others = set(since.courses) - {asked.course_id}
    covered = 1 if asked.course_id is None else 0
    found = {
        NEW_COURSE: len(others) > covered,
        MEDICATION: _later(since.medication_at, asked.asked_at),
        CONDITIONS: set(since.conditions) != set(asked.conditions),
        WEIGHT: has_changed(asked.weight_kg, since.weight_kg),
        REPORTED: _later(since.reported_at, asked.asked_at),
        BEDSIDE: _later(since.bedside_at, asked.asked_at),
        STRICTER: since.is_stricter,
    }
    return tuple(reason for reason, is_so in found.items() if is_so)


def has_changed(before: float | None, after: float | None) -> bool:
    """Return whether a weight in kg lies more than a tenth away from the one before; False where either is unknown."""
    if before is None or after is None:
        return False
    most = MOST_WEIGHT_CHANGE * before
    return abs(after - before) > most and not math.isclose(abs(after - before), most, rel_tol=1e-9)


def _later(moment: datetime | None, than: datetime) -> bool:
    return moment is not None and moment > than
