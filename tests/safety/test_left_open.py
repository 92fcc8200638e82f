"""Which safety questions somebody reached and left without an answer."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.instruments import loader
from portal.safety import rules

PHQ_9, ASQ = loader.catalogue().get("phq-9"), loader.catalogue().get("asq")
DAILY, GAD_7, C_SSRS = (loader.catalogue().get(one) for one in ("daily", "gad-7", "c-ssrs"))
EIGHT = {f"q{n}": 0 for n in range(1, 9)}


@pytest.mark.parametrize(
    ("definition", "answers", "expected"),
    [
        # the question just before item 9 was answered: they came to it
        (PHQ_9, EIGHT, ("q9",)),
        (PHQ_9, {"q8": 2}, ("q9",)),
        (PHQ_9, {"q8": None}, ("q9",)),  # declining the one before is an answer to that one
        # they did not come so far
        (PHQ_9, {}, ()),
        (PHQ_9, {"q1": 1}, ()),
        (PHQ_9, {f"q{n}": 0 for n in range(1, 8)}, ()),
        # they went past it
        (PHQ_9, {"q1": 1, "function": 1}, ("q9",)),
        # it was answered, or declined, which is heard at once
        (PHQ_9, EIGHT | {"q9": 0}, ()),
        (PHQ_9, EIGHT | {"q9": None}, ()),
        # the daily check-in
        (DAILY, {"sleep_h": 7}, ("safe",)),
        (DAILY, {"mood": 3, "anxiety": 4}, ()),
        (DAILY, {"safe": 0}, ()),
        # a screen of nothing but such questions, and one that hangs on the others
        (ASQ, {}, ()),
        (ASQ, {"q1": 0}, ("q2",)),
        (ASQ, {"q2": 0}, ("q1", "q3")),
        (ASQ, {"q1": 0, "q2": 0, "q3": 0, "q4": 0}, ()),
        (ASQ, {"q1": 0, "q2": 0, "q3": 0, "q4": 1}, ("q5",)),
        # a question that the answers rule out is skipped, so the one before the next is the one before that
        (C_SSRS, {"q1": 0, "q2": 0}, ("q6",)),
        (C_SSRS, {"q1": 0, "q2": 1}, ("q3",)),
        # nothing to leave open
        (GAD_7, {"q1": 3, "q2": 3}, ()),
    ],
)
def test_a_safety_question_that_was_reached_and_left_is_found(definition: Any, answers: Any, expected: Any) -> None:
    assert rules.left_open(definition, answers, _asked(definition)) == expected


def test_a_question_that_was_not_asked_is_not_left_open() -> None:
    assert rules.left_open(DAILY, {"sleep_h": 7}, ["mood", "sleep_h"]) == ()


@given(st.dictionaries(st.sampled_from([f"q{n}" for n in range(1, 6)]), st.sampled_from([0, 1, None])))
def test_what_was_answered_is_never_left_open_and_only_safety_questions_are(answers: Any) -> None:
    found = rules.left_open(ASQ, answers, _asked(ASQ))
    assert not set(found) & set(answers)
    assert all(ASQ.item(code).is_safety for code in found)
    assert answers or not found


def _asked(definition: Any) -> list[str]:
    return list(definition.default_items)
