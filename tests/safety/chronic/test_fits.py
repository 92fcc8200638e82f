from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.instruments import loader
from portal.instruments.definition import SafetyState
from portal.safety import rules
from portal.safety.chronic import fits
from portal.safety.rules import DEFAULT_SET, Finding, RuleSet, SafetyAnswer

CATALOGUE = loader.catalogue()


def find(question: Any, value: Any, previous: Any = None, rule_set: RuleSet = DEFAULT_SET) -> Finding | None:
    item = next(one for one in CATALOGUE.get(question[0]).items if one.code == question[1])
    answer = SafetyAnswer(question[0], question[1], value, item.safety_state(value), previous)
    return rules.find(answer, rule_set.answer_rules)


PHQ, QIDS, EPDS, DAILY = ("phq-9", "q9"), ("qids-sr16", "q12"), ("epds", "q10"), ("daily", "safe")


@pytest.mark.parametrize(
    ("question", "value", "previous", "baseline", "waits"),
    [
        (PHQ, 1, 1, 1, True),
        (PHQ, 1, None, 1, True),
        (PHQ, 1, 0, 1, False),
        (PHQ, 2, 2, 1, False),
        (PHQ, 2, 2, 2, False),
        (PHQ, None, 1, 1, False),
        (QIDS, 1, 1, 1, True),
        (QIDS, 1, 0, 1, False),
        (QIDS, 3, 3, 1, False),
        (EPDS, 1, None, 1, True),
        (EPDS, 2, 2, 2, True),
        (EPDS, 1, 2, 2, True),
        (EPDS, 2, 1, 2, False),
        (EPDS, 3, 3, 2, False),
        (DAILY, 1, 1, 1, True),
        (DAILY, 1, 0, 1, False),
        (DAILY, 2, 2, 1, False),
        (DAILY, 2, 2, 2, False),
        (("asq", "q1"), 1, 1, 1, True),
        (("asq", "q2"), 1, 1, 1, True),
        (("asq", "q4"), 1, 1, 1, True),
        (("asq", "q3"), 1, 1, 1, False),
        (("asq", "q5"), 1, 1, 1, False),
        (("c-ssrs", "q1"), 1, 1, 1, True),
        (("c-ssrs", "q3"), 1, 1, 1, True),
        (("c-ssrs", "q4"), 1, 1, 1, False),
        (("c-ssrs", "q6"), 1, 1, 1, True),
        (("c-ssrs", "q6b"), 1, 1, 1, False),
    ],
)
def test_only_an_unchanged_answer_that_r2_found_waits(
    question: Any, value: Any, previous: Any, baseline: Any, waits: bool
) -> None:
    finding = find(question, value, previous)
    assert finding is not None
    assert fits.is_unchanged(finding, {question: baseline}) is waits


def test_without_a_baseline_for_the_very_question_nothing_waits() -> None:
    finding = find(PHQ, 1, 1)
    assert finding is not None
    assert not fits.is_unchanged(finding, {})
    assert not fits.is_unchanged(finding, {QIDS: 1, ("asq", "q1"): 1})


def test_where_the_clinic_hears_r3_sooner_its_answers_wait_no_more() -> None:
    finding = find(PHQ, 1, 1, RuleSet(1, {"R3.answer": 1}))
    assert finding is not None
    assert finding.rule.code == "R3"
    assert not fits.is_unchanged(finding, {PHQ: 1})


def test_every_answer_that_may_wait_is_one_that_r2_finds_and_no_other_can_be_a_baseline() -> None:
    for question, values in fits.MAY_WAIT.items():
        for value in values:
            finding = find(question, value)
            assert finding is not None
            assert finding.rule.code == "R2"
    named = {(one.instrument, one.item) for rule in DEFAULT_SET.rules if rule.code == "R1" for one in rule.criteria}
    for question in named:
        assert not fits.can_wait(*question, 2)
    for never in (("asq", "q3"), ("asq", "q5"), ("c-ssrs", "q4"), ("c-ssrs", "q5"), ("c-ssrs", "q6b")):
        assert not fits.can_wait(*never, 1)


@given(
    st.sampled_from([*fits.MAY_WAIT, ("asq", "q3"), ("asq", "q5"), ("c-ssrs", "q4")]),
    st.integers(0, 3),
    st.one_of(st.none(), st.integers(0, 3)),
    st.integers(0, 3),
)
def test_no_rise_above_the_baseline_or_the_answer_before_ever_waits(
    question: Any, value: int, previous: Any, baseline: int
) -> None:
    state = SafetyState.POSITIVE if value else SafetyState.NEGATIVE
    finding = rules.find(SafetyAnswer(question[0], question[1], value, state, previous), DEFAULT_SET.answer_rules)
    if finding is None or not fits.is_unchanged(finding, {question: baseline}):
        return
    assert finding.rule.code == "R2"
    assert value <= baseline
    assert previous is None or value <= previous
