from decimal import Decimal
from typing import Any

import pytest

from portal.instruments.scoring import ENGINE_VERSION, InvalidAnswers, score
from tests.instruments.answers import DAILY, GAD_7, PHQ_9, written

WORKED = [
    # the worked examples of the PHQ-9 reference: answers, total, band, state, answered, item 9
    (PHQ_9, "2,1,2,1,0,1,0,0,0", 7, "mild", "complete", 9, "negative"),
    (PHQ_9, "1,2,0,0,0,0,0,0,2", 5, "mild", "complete", 9, "positive"),
    (PHQ_9, "3,2,–,1,0,2,–,1,0", 12, "moderate", "prorated", 7, "negative"),
    (PHQ_9, "2,1,1,0,–,–,–,0,0", None, None, "not-scorable", 6, "negative"),
    (PHQ_9, "1,1,1,1,1,1,1,1,–", 9, "mild", "prorated", 8, "unknown"),
    # the same rules elsewhere
    (PHQ_9, "1,1,1,1,1,1,1,1,x", 9, "mild", "prorated", 8, "unknown"),
    (PHQ_9, "0,0,0,0,0,0,0,0,1", 1, "minimal", "complete", 9, "positive"),
    (PHQ_9, "–,–,–,–,–,–,–,–,1", None, None, "not-scorable", 1, "positive"),
    (PHQ_9, "x,x,x,x,x,x,x,x,x", None, None, "not-scorable", 0, "unknown"),
    (PHQ_9, "3,3,3,3,3,3,3,3,3", 27, "severe", "complete", 9, "positive"),
    (GAD_7, "0,0,0,0,0,0,0", 0, "minimal", "complete", 7, None),
    (GAD_7, "3,3,3,3,3,3,3", 21, "severe", "complete", 7, None),
    (GAD_7, "1,2,1,–,2,1,–", 10, "moderate", "prorated", 5, None),  # 7/5 × 7 = 9.8
    (GAD_7, "1,1,1,–,–,1,1", 7, "mild", "prorated", 5, None),
    (GAD_7, "1,1,–,–,–,1,1", None, None, "not-scorable", 4, None),
]


@pytest.mark.parametrize(("definition", "text", "value", "band", "state", "answered", "item_9"), WORKED)
def test_worked_examples(
    definition: Any, text: Any, value: Any, band: Any, state: Any, answered: Any, item_9: Any
) -> None:
    result = score(definition, written(text))
    total = result.scale("total")
    assert (total.value, total.band and total.band.code, total.state) == (value, band, state)
    assert (total.answered, total.of) == (answered, len(definition.primary.items))
    assert result.safety.get("q9") == item_9
    assert (result.instrument, result.version, result.engine) == (definition.id, 1, ENGINE_VERSION)
    assert result.primary is total


def test_a_half_is_rounded_up() -> None:
    assert score(PHQ_9, written("3,1,0,0,0,0,0,0,–")).primary.value == 5  # 4/8 × 9 = 4.5


@pytest.mark.parametrize(
    ("definition", "edges"),
    [
        (
            PHQ_9,
            {
                "minimal": (0, 4),
                "mild": (5, 9),
                "moderate": (10, 14),
                "moderately-severe": (15, 19),
                "severe": (20, 27),
            },
        ),
        (GAD_7, {"minimal": (0, 4), "mild": (5, 9), "moderate": (10, 14), "severe": (15, 21)}),
    ],
    ids=["phq-9", "gad-7"],
)
def test_band_edges_belong_to_their_band(definition: Any, edges: Any) -> None:
    scale = definition.primary
    assert [band.code for band in scale.bands] == list(edges)
    for code, (low, high) in edges.items():
        assert {scale.band(value).code for value in range(low, high + 1)} == {code}


def test_declined_and_missing_are_told_apart_and_a_blank_function_item_is_neither() -> None:
    result = score(PHQ_9, written("1,1,x,1,1,1,–,1,0"))
    assert (result.declined, result.missing) == (("q3",), ("q7",))


def test_each_daily_item_is_its_own_score() -> None:
    result = score(DAILY, {"mood": 6, "anxiety": 3, "energy": 5, "sleep_h": 6.5, "safe": 0})
    assert {scale.code: scale.value for scale in result.scales} == {
        "mood": 6,
        "anxiety": 3,
        "energy": 5,
        "sleep_h": 6.5,
    }
    assert result.primary.code == "mood"
    assert result.safety == {"safe": "negative"}


def test_a_declined_daily_item_has_no_score_and_the_others_keep_theirs() -> None:
    result = score(DAILY, {"mood": None, "anxiety": 3, "energy": 5, "sleep_h": 7, "safe": 0})
    assert (result.scale("mood").value, result.scale("mood").state) == (None, "not-scorable")
    assert result.scale("anxiety").value == 3


@pytest.mark.parametrize(("value", "state"), [(0, "negative"), (1, "positive"), (2, "positive"), (None, "unknown")])
def test_not_sure_and_no_to_feeling_safe_are_positive_and_declining_is_unknown(value: Any, state: Any) -> None:
    assert score(DAILY, {"safe": value}, asked=["safe"]).safety == {"safe": state}


def test_an_unanswered_safe_item_is_unknown_and_one_that_was_not_asked_is_absent() -> None:
    assert score(DAILY, {"mood": 5}).safety == {"safe": "unknown"}
    assert score(DAILY, {"mood": 5}, asked=["mood"]).safety == {}


def test_further_daily_items_are_scored_when_the_plan_asks_them() -> None:
    result = score(DAILY, {"pain": 7, "meds": 2}, asked=["meds", "pain"])
    assert [(scale.code, scale.value) for scale in result.scales] == [("pain", 7)]


def test_only_unscored_items_give_a_score_without_scales() -> None:
    assert score(PHQ_9, {"function": 2}, asked=["function"]).primary is None


def test_stored_decimals_score_like_the_numbers_they_are() -> None:
    assert score(DAILY, {"sleep_h": Decimal("6.50")}, asked=["sleep_h"]).primary.value == 6.5
    value = score(DAILY, {"sleep_h": Decimal("7.0")}, asked=["sleep_h"]).primary.value
    assert (value, type(value)) == (7, int)


def test_answers_that_are_not_valid_are_never_scored() -> None:
    with pytest.raises(InvalidAnswers, match=r"phq-9.*q2 \(not-an-option\)") as raised:
        score(PHQ_9, {"q1": 1, "q2": 7})
    assert [problem.item for problem in raised.value.problems] == ["q2"]
