"""What can be recorded at a bedside, and what the limits can say of it. Pure."""

from enum import StrEnum


class EntryKind(StrEnum):
    PRE_CHECK = "pre-check"
    DRUG = "drug"
    VITALS = "vitals"
    STARTED = "started"
    ENDED = "ended"
    STATE = "state"
    SIDE_EFFECT = "side-effect"
    SIDE_EFFECT_ENDED = "side-effect-ended"
    MEDICINE_GIVEN = "medicine-given"
    AUTHORISATION = "authorisation"
    EMERGENCY = "emergency"
    DISCHARGE = "discharge"
    NOTE = "note"


class Level(StrEnum):
    """What the limits in force say of an entry."""

    NONE = "none"
    SOFT = "soft"
    HARD = "hard"


class Phase(StrEnum):
    """Where an infusion's day is."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"
    LEFT = "left"
