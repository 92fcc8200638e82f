"""Where a batch and each of its patients are, and why somebody gets nothing."""

from enum import StrEnum


class BatchState(StrEnum):
    """Where a batch is; nothing goes out of one that is not `RUNNING`."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"


class Place(StrEnum):
    """Where one patient of a batch is."""

    READY = "ready"
    SENT = "sent"
    LEFT_OUT = "left-out"


class LeftOut(StrEnum):
    """Why a patient of a batch gets nothing."""

    NONE = "none"
    NOT_CHOSEN = "not-chosen"
    MISSING_VALUE = "missing-value"
    NOT_IN_CARE = "not-in-care"
    NOT_YOURS = "not-yours"
    WORDS_CHANGED = "words-changed"
    TOO_LONG = "too-long"
