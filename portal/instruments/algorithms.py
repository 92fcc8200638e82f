"""Screening algorithms. For clinicians only, and always labelled "screening algorithm, not a diagnosis"."""

from enum import StrEnum

from portal.instruments.scoring import Answers


class Syndrome(StrEnum):
    """What the PHQ-9 answers point at; unknown where the unanswered items could decide it."""

    MAJOR = "major-depressive-syndrome"
    OTHER = "other-depressive-syndrome"
    NONE = "none"
    UNKNOWN = "unknown"


CORE = ("q1", "q2")
FURTHER = ("q3", "q4", "q5", "q6", "q7", "q8", "q9")


def phq9_syndrome(answers: Answers) -> Syndrome:
    """Return the depressive syndrome that valid PHQ-9 answers point at (Spitzer 1999).

    An item counts from "more than half the days" (2), item 9 from "several days" (1). Major: items 1 or 2 count and
    five or more of all; other: items 1 or 2 count and two to four of all.
    """
    core, core_open = _counts(answers, CORE)
    further, further_open = _counts(answers, FURTHER)
    least = _syndrome(core, core + further)
    most = _syndrome(core + core_open, core + core_open + further + further_open)
    return least if least is most else Syndrome.UNKNOWN


def _counts(answers: Answers, codes: tuple[str, ...]) -> tuple[int, int]:
    """Return how many of the items count, and how many are unanswered or declined."""
    values = {code: answers.get(code) for code in codes}
    counting = sum(value is not None and value >= (1 if code == "q9" else 2) for code, value in values.items())
    return counting, sum(value is None for value in values.values())


def _syndrome(core: int, total: int) -> Syndrome:
    if core == 0 or total < 2:
        return Syndrome.NONE
    return Syndrome.MAJOR if total >= 5 else Syndrome.OTHER
