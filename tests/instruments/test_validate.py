from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.instruments.scoring import MESSAGES, validate
from tests.instruments.answers import DAILY, PHQ_9

PROBLEMS = [
    (PHQ_9, "q1", 4, "not-an-option", "Choose one of the answers shown."),
    (PHQ_9, "q1", -1, "not-an-option", "Choose one of the answers shown."),
    (PHQ_9, "q1", 1.5, "not-an-option", "Choose one of the answers shown."),
    (PHQ_9, "q1", True, "not-a-number", "Enter a number, such as 6 or 6.5."),
    (PHQ_9, "q1", "2", "not-a-number", "Enter a number, such as 6 or 6.5."),
    (PHQ_9, "total", 3, "unknown-item", "There is no question “total” in this questionnaire."),
    (DAILY, "mood", float("nan"), "not-a-number", "Enter a number, such as 6 or 6.5."),
    (DAILY, "mood", float("inf"), "not-a-number", "Enter a number, such as 6 or 6.5."),
    (DAILY, "mood", Decimal("sNaN"), "not-a-number", "Enter a number, such as 6 or 6.5."),
    (DAILY, "mood", 11, "out-of-range", "Enter a number from 0 to 10."),
    pytest.param(DAILY, "mood", 10**5000, "out-of-range", "Enter a number from 0 to 10.", id="a huge number"),
    (DAILY, "mood", 5.5, "off-step", "Enter a number in steps of 1."),
    (DAILY, "sleep_h", 24.5, "out-of-range", "Enter a number from 0 to 24."),
    (DAILY, "sleep_h", -0.5, "out-of-range", "Enter a number from 0 to 24."),
    (DAILY, "sleep_h", 6.25, "off-step", "Enter a number in steps of 0.5."),
    (DAILY, "pain", 3, "not-asked", "The question “How strong was your pain today?” is not part of this check-in."),
]


@pytest.mark.parametrize(("definition", "code", "value", "kind", "message"), PROBLEMS)
def test_a_wrong_answer_is_named_with_its_reason(
    definition: Any, code: Any, value: Any, kind: Any, message: Any
) -> None:
    (problem,) = validate(definition, {code: value})
    assert (problem.item, problem.kind, problem.message % problem.values) == (code, kind, message)


@pytest.mark.parametrize("value", [0, 3, 10, 24, 0.5, 6.5, 7.0, Decimal("6.5"), None])
def test_hours_of_sleep_are_taken_to_the_half_hour(value: Any) -> None:
    assert validate(DAILY, {"sleep_h": value}) == ()


def test_what_the_plan_asks_may_be_answered_and_what_it_leaves_out_may_not() -> None:
    assert validate(DAILY, {"pain": 3}, asked=["pain"]) == ()
    assert [problem.kind for problem in validate(DAILY, {"mood": 3}, asked=["pain"])] == ["not-asked"]


def test_a_plan_that_asks_an_unknown_item_is_a_clear_error() -> None:
    with pytest.raises(KeyError, match="daily has no 'weight'"):
        validate(DAILY, {}, asked=["mood", "weight"])


def test_nothing_answered_is_not_an_invalid_answer() -> None:
    assert validate(PHQ_9, {}) == ()


def test_every_wrong_answer_is_reported_in_the_order_given() -> None:
    problems = validate(PHQ_9, {"q3": 9, "zz": 1, "q1": 1, "q2": -1})
    assert [problem.item for problem in problems] == ["q3", "zz", "q2"]


nonsense = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals(allow_nan=True) | st.text() | st.binary()
)


@given(st.dictionaries(st.text() | st.sampled_from(["mood", "sleep_h", "safe", "pain"]), nonsense))
def test_whatever_arrives_is_judged_without_an_exception(answers: Any) -> None:
    for problem in validate(DAILY, answers):
        assert MESSAGES[problem.kind] % problem.values
