"""What a safety rule is. Pure."""

from dataclasses import dataclass
from enum import IntEnum

from portal.safety.targets import Target


class Severity(IntEnum):
    """How soon a person has to answer: at the next review, on the same day, or within hours."""

    REVIEW = 1
    SAME_DAY = 2
    URGENT = 3


@dataclass(frozen=True, slots=True)
class Criterion:
    """When a rule meets an answer to one item.

    Args:
        instrument: the instrument's id.
        item: the item's code.
        at_least: the least answer that counts, in points of the item; None where only a rise counts.
        rise: the least rise since the last known answer that counts, in points; None where a rise means nothing.
        source: where the threshold is from.
    """

    instrument: str
    item: str
    source: str
    at_least: float | None = None
    rise: float | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as it is in force.

    Args:
        code: its name in the clinical reference, "R1" to "R11"; "R9b" is the part of R9 that may wait longer.
        title: what it found, as an English message id for the care team.
        severity: how soon it has to be answered.
        target: by when somebody is to have taken it on; where nobody has, it goes further than the care team.
        source: where the rule is from.
        criteria: the answers that meet it, any one of them; none where it looks at scores, time or a bedside.
        version: goes up with every change of the rule, so that a concern can be traced to the rule that found it.
        checklist: what a clinician may want to consider, as English message ids; never shown to the patient.
    """

    code: str
    title: str
    severity: Severity
    target: Target
    source: str
    criteria: tuple[Criterion, ...] = ()
    version: int = 1
    checklist: tuple[str, ...] = ()
