"""Screening algorithms. For clinicians only, and always labelled "screening algorithm, not a diagnosis"."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType

from portal.instruments.answers import Answers


class Syndrome(StrEnum):
    """What the PHQ-9 answers point at; unknown where the unanswered items could decide it."""

    MAJOR = "major-depressive-syndrome"
    OTHER = "other-depressive-syndrome"
    NONE = "none"
    UNKNOWN = "unknown"


class Provisional(StrEnum):
    """Whether the PCL-5 answers meet its provisional criteria; unknown where unanswered items could decide it."""

    YES = "provisional-ptsd"
    NO = "no-provisional-ptsd"
    UNKNOWN = "unknown"


Screening = Syndrome | Provisional

ALIKE: Mapping[str, int] = MappingProxyType({})
CORE = ("q1", "q2")
FURTHER = ("q3", "q4", "q5", "q6", "q7", "q8", "q9")
CLUSTERS = {
    "B": (tuple(f"q{number}" for number in range(1, 6)), 1),
    "C": (tuple(f"q{number}" for number in range(6, 8)), 1),
    "D": (tuple(f"q{number}" for number in range(8, 15)), 2),
    "E": (tuple(f"q{number}" for number in range(15, 21)), 2),
}
"""The items of each PCL-5 cluster, and how many of them have to count (Weathers 2013)."""


def screening(instrument: str, answers: Answers) -> Screening | None:
    """Return what the algorithm of an instrument makes of valid answers; for clinicians only.

    None where the instrument has no algorithm, or where there is nothing to judge because all was left unanswered.
    """
    algorithm = ALGORITHMS.get(instrument)
    return algorithm(answers) if algorithm else None


def phq9_syndrome(answers: Answers) -> Syndrome:
    """Return the depressive syndrome that valid PHQ-9 answers point at (Spitzer 1999).

    An item counts from "more than half the days" (2), item 9 from "several days" (1). Major: items 1 or 2 count and
    five or more of all; other: items 1 or 2 count and two to four of all.
    """
    core, core_open = _counts(answers, CORE)
    further, further_open = _counts(answers, FURTHER, {"q9": 1})
    least = _syndrome(core, core + further)
    most = _syndrome(core + core_open, core + core_open + further + further_open)
    return least if least is most else Syndrome.UNKNOWN


def pcl5_provisional(answers: Answers) -> Provisional | None:
    """Return whether valid PCL-5 answers meet the provisional criteria (National Center for PTSD; Weathers 2013).

    An item counts from "moderately" (2); one each of clusters B and C and two each of D and E have to. None where no
    item was answered.
    """
    found = [(*_counts(answers, items), needed) for items, needed in CLUSTERS.values()]
    if sum(open_items for _, open_items, _ in found) == sum(len(items) for items, _ in CLUSTERS.values()):
        return None
    if all(counting >= needed for counting, _, needed in found):
        return Provisional.YES
    possible = all(counting + open_items >= needed for counting, open_items, needed in found)
    return Provisional.UNKNOWN if possible else Provisional.NO


def _counts(answers: Answers, codes: tuple[str, ...], least: Mapping[str, int] = ALIKE) -> tuple[int, int]:
    """Return how many of the items count (from 2, or `least` where it names the item), and how many are open."""
    values = {code: answers.get(code) for code in codes}
    counting = sum(value is not None and value >= least.get(code, 2) for code, value in values.items())
    return counting, sum(value is None for value in values.values())


def _syndrome(core: int, total: int) -> Syndrome:
    if core == 0 or total < 2:
        return Syndrome.NONE
    return Syndrome.MAJOR if total >= 5 else Syndrome.OTHER


ALGORITHMS: dict[str, Callable[[Answers], Screening | None]] = {
    "phq-9": phq9_syndrome,
    "pcl-5-month": pcl5_provisional,
    "pcl-5-week": pcl5_provisional,
}
