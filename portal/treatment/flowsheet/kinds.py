"""What can be recorded at a bedside, and what the limits can say of it. Pure."""

from enum import StrEnum


class EntryKind(StrEnum):
    """What an entry is; a new kind comes last, because addresses of pages that stand open number them in this order."""

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


BY_NUMBER = dict(enumerate(EntryKind, start=1))
"""How an address names a kind: its own name would tell, and stays in the history of a browser."""


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
