"""Whether an answer is what a clinician knows of, and may wait on the worklist. Pure.

Only an answer that R2 found, to a question and with a value of the table below, and no higher than the personal
baseline in force nor than the answer before it. R1, R3 and any rise never wait (Interval default, to be
confirmed by the clinic's medical director).
"""

from collections.abc import Mapping
from decimal import Decimal

from portal.safety.rules import Finding

Question = tuple[str, str]
RULE = "R2"
MAY_WAIT: Mapping[Question, frozenset[float]] = {
    ("phq-9", "q9"): frozenset({1}),
    ("qids-sr16", "q12"): frozenset({1}),
    ("epds", "q10"): frozenset({1, 2, 3}),
    ("daily", "safe"): frozenset({1}),
    ("asq", "q1"): frozenset({1}),
    ("asq", "q2"): frozenset({1}),
    ("asq", "q4"): frozenset({1}),
    ("c-ssrs", "q1"): frozenset({1}),
    ("c-ssrs", "q2"): frozenset({1}),
    ("c-ssrs", "q3"): frozenset({1}),
    ("c-ssrs", "q6"): frozenset({1}),
}
"""From a question, as instrument id and item code, to the answers that can be somebody's baseline (Interval default,
to be confirmed by the clinic's medical director). ASQ item 3, thoughts in the past week, is not among them, and nothing
that R1 or R3 names."""


def can_wait(instrument: str, item: str, value: float | Decimal | None) -> bool:
    """Return whether an answer, in points of its item, can be made a personal baseline; None is no answer."""
    return value is not None and value in MAY_WAIT.get((instrument, item), ())


def is_unchanged(finding: Finding, in_force: Mapping[Question, float]) -> bool:
    """Return whether a finding waits on the worklist instead of being told.

    Args:
        finding: what the rules found in one answer.
        in_force: from a question to the value of the patient's personal baseline; only those that have not run out.
    """
    answer = finding.answer
    known = in_force.get((answer.instrument, answer.item))
    if finding.rule.code != RULE or known is None or answer.value is None:
        return False
    if not can_wait(answer.instrument, answer.item, answer.value):
        return False
    has_risen = answer.previous is not None and answer.value > answer.previous
    return answer.value <= known and not has_risen
