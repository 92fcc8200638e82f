"""How each kind of scale comes from its answers: tables of cases, worked out by hand."""

from decimal import Decimal
from typing import Any

import pytest

from portal.instruments.loader import catalogue
from portal.instruments.scoring import InvalidAnswers, score, validate
from portal.instruments.skips import shown
from tests.instruments.answers import written
from tests.instruments.made_up import (
    CHAIN,
    FOLLOWED,
    GREATEST,
    GROUPED,
    MEAN,
    MEAN_OF_PARTS,
    SKIPPING,
    SKIPPING_FILLED,
    SKIPPING_GREATEST,
    SKIPPING_MEAN,
    SUM_OF_PARTS,
)

PCL_5, PEG, WHO_5 = catalogue().get("pcl-5-month"), catalogue().get("peg"), catalogue().get("who-5")
QIDS, ASQ, C_SSRS = catalogue().get("qids-sr16"), catalogue().get("asq"), catalogue().get("c-ssrs")


def pcl5(b: str, c: str, d: str, e: str) -> str:
    return ",".join("".join((b, c, d, e)))


VALUES = [
    # instrument, answers to q1 q2 …, value, state, answered, of
    (PCL_5, pcl5("44444", "44", "4444444", "444444"), 80, "complete", 20, 20),
    (PCL_5, pcl5("12340", "12", "1234012", "123401"), 37, "complete", 20, 20),
    (PCL_5, pcl5("1234–", "12", "1234012", "123401"), 40, "prorated", 19, 20),  # 39.5: cluster B gets 2.5
    (PCL_5, pcl5("–2––0", "–2", "0000000", "000000"), 9, "prorated", 16, 20),  # B: 1 × 5, C: 2 × 2
    (PCL_5, pcl5("4––––", "00", "0000000", "000000"), 20, "prorated", 16, 20),
    (PCL_5, pcl5("4–––x", "0–", "0000000", "000000"), None, "not-scorable", 15, 20),  # five are too many
    (PCL_5, pcl5("00000", "––", "0000000", "000000"), None, "not-scorable", 18, 20),  # at most one of cluster C
    (PCL_5, pcl5("0000–", "0–", "000000–", "00000–"), 0, "prorated", 16, 20),
    (PCL_5, pcl5("–––––", "00", "0000000", "000000"), None, "not-scorable", 15, 20),
    (PCL_5, pcl5("–––––", "––", "–––––––", "––––––"), None, "not-scorable", 0, 20),  # nothing is not zero
    (PCL_5, pcl5("xxxxx", "xx", "xxxxxxx", "xxxxxx"), None, "not-scorable", 0, 20),
    (WHO_5, "5,5,5,5,5", 100, "complete", 5, 5),
    (WHO_5, "0,0,0,0,0", 0, "complete", 5, 5),
    (WHO_5, "3,3,2,2,2", 48, "complete", 5, 5),  # raw 12
    (WHO_5, "3,3,3,2,2", 52, "complete", 5, 5),  # raw 13
    (WHO_5, "3,3,3,2,–", None, "not-scorable", 4, 5),
    (QIDS, "0,1,2,3,1,0,2,–,–,0,0,0,0,0,0,0", None, "not-scorable", 13, 14),  # neither weight item
    (QIDS, "0,1,2,3,1,0,–,–,2,0,0,0,0,0,0,0", 6, "complete", 14, 14),  # 3 + 1 + 2
    (QIDS, "0,1,2,3,1,–,2,1,–,0,0,0,0,0,1,2", 8, "complete", 14, 14),  # 3 + 1 + 2 + 2
    (QIDS, "3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3", 27, "complete", 14, 14),  # not 48
    (QIDS, "3,3,3,–,3,3,3,3,3,3,3,3,3,3,3,3", None, "not-scorable", 13, 14),
    (QIDS, "0,0,0,0,0,x,1,0,x,0,0,0,0,0,0,0", 1, "complete", 14, 14),
    (MEAN, "0,3,0,3", 0, "complete", 4, 4),  # items 2 and 4 count from the other end
    (MEAN, "3,0,3,0", 3, "complete", 4, 4),
    (MEAN, "1,3,0,3", 0.3, "complete", 4, 4),  # 0.25, half up
    (MEAN, "1,3,–,3", 0.3, "prorated", 3, 4),  # a third
    (MEAN, "1,3,–,–", None, "not-scorable", 2, 4),
    (GROUPED, "1,3,1,1,1", 8, "complete", 5, 5),  # (1 + 0 + 3) × 2
    (GROUPED, "1,–,1,1,1", 10, "prorated", 4, 5),  # (2 + 3) × 2
    (GROUPED, "1,3,2,1,–", 11, "prorated", 4, 5),  # (1 + 4.5) × 2: doubled, then rounded
    (GROUPED, "1,–,2,1,–", 13, "prorated", 3, 5),  # (2 + 4.5) × 2
    (GROUPED, "1,3,2,–,–", None, "not-scorable", 3, 5),  # one at most of the second group
    (GROUPED, "1,–,2,–,–", None, "not-scorable", 2, 5),
    (GROUPED, "–,–,2,1,1", None, "not-scorable", 3, 5),
    (GREATEST, "1,2,3,3", 4, "complete", 3, 3),  # 1 against 0 of the reversed one, and 3
    (GREATEST, "1,–,2,0", 5, "complete", 3, 3),
    (GREATEST, "1,2,3,–", None, "not-scorable", 2, 3),
    (SKIPPING, "1,2", 3, "complete", 2, 2),
    (SKIPPING, "2,2,3", 7, "complete", 3, 3),
    (SKIPPING, "2,2", None, "not-scorable", 2, 3),
    (SKIPPING, "–,2", None, "not-scorable", 1, 3),  # the first could have called for the third
    (SKIPPING_FILLED, "2,3,–", 6, "prorated", 1, 2),
    (SKIPPING_FILLED, "1,3", 3, "complete", 1, 1),
    (SKIPPING_FILLED, "1,–", None, "not-scorable", 0, 1),  # nothing to take the mean of
    (SKIPPING_MEAN, "1,2", 1, "complete", 2, 2),
    (SKIPPING_MEAN, "2,2,3", 2.3, "complete", 3, 3),
    (SKIPPING_GREATEST, "1,2", 3, "complete", 2, 2),
    (SKIPPING_GREATEST, "2,0,3", 5, "complete", 3, 3),
    (SKIPPING_GREATEST, "2,0", None, "not-scorable", 2, 3),
]


@pytest.mark.parametrize(("definition", "text", "value", "state", "answered", "of"), VALUES)
def test_a_scale_comes_to_what_its_method_says(
    definition: Any, text: Any, value: Any, state: Any, answered: Any, of: Any
) -> None:
    found = score(definition, written(text)).primary
    assert (found.value, found.state, found.answered, found.of) == (value, state, answered, of)


@pytest.mark.parametrize(
    ("answers", "value"), [((0, 0, 0), 0), ((10, 10, 10), 10), ((5, 6, 6), 5.7), ((5, 5, 6), 5.3), ((7, 7, 7), 7)]
)
def test_the_peg_is_the_mean_of_three_to_one_decimal(answers: Any, value: Any) -> None:
    codes = [item.code for item in PEG.items]
    assert score(PEG, dict(zip(codes, answers, strict=True))).primary.value == value
    assert score(PEG, {codes[0]: 5, codes[1]: 5}).primary.value is None


def test_fractions_are_added_exactly() -> None:
    assert score(SUM_OF_PARTS, {"q1": 1, "hours": 0.75}).primary.value == 3.25
    assert score(MEAN_OF_PARTS, {"q1": 1, "hours": 0.25}).primary.value == 1.9  # 1.875, half up


def test_clusters_are_scored_for_themselves() -> None:
    result = score(PCL_5, written(pcl5("12340", "–2", "1111111", "222222")))
    assert [scale.value for scale in result.scales[1:]] == [10, None, 7, 12]


def test_a_choice_between_two_items_leaves_neither_missing_once_one_is_answered() -> None:
    assert score(QIDS, written("0,0,0,0,0,1,–,–,2,0,0,0,0,0,0,0")).missing == ()
    assert score(QIDS, written("0,0,0,0,0,–,–,–,2,0,0,0,0,0,0,–")).missing == ("q6", "q7", "q16")
    assert score(QIDS, written("0,0,0,0,0,x,–,–,2,0,0,0,0,0,0,0")).missing == ()


TRIAGED = [
    # ASQ: answers, level, hidden, missing, safety of item 5, inconsistent
    ("0,0,0,0", "negative", ("q5",), (), None, ()),
    ("0,0,0,1,0", "non-acute", (), (), "negative", ()),
    ("1,1,1,1,1", "acute", (), (), "positive", ()),
    ("0,0,0,1", None, (), ("q5",), "unknown", ()),  # item 5 could make it acute
    ("0,0,0,1,x", None, (), (), "unknown", ()),
    ("0,x,0,0", None, (), (), "unknown", ()),  # a refusal is neither a positive screen nor a negative one
    ("x,x,x,x", None, (), (), "unknown", ()),
    ("0,x,0,1,0", "non-acute", (), (), "negative", ()),
    ("0,x,0,0,1", "acute", (), (), "positive", ("q5",)),
    ("0,0,0,0,1", "acute", (), (), "positive", ("q5",)),
    ("–,–,–,–,1", "acute", (), ("q1", "q2", "q3", "q4"), "positive", ("q5",)),
]


@pytest.mark.parametrize(("text", "level", "hidden", "missing", "item_5", "inconsistent"), TRIAGED)
def test_the_asq_takes_the_highest_level_and_says_what_is_open(
    text: Any, level: Any, hidden: Any, missing: Any, item_5: Any, inconsistent: Any
) -> None:
    result = score(ASQ, written(text))
    assert (result.primary.band and result.primary.band.code) == level
    assert (result.primary.state == "complete") == (level is not None)
    assert (result.hidden, result.missing, result.inconsistent) == (hidden, missing, inconsistent)
    assert result.safety.get("q5") == item_5


@pytest.mark.parametrize(
    ("answers", "level"),
    [
        ({"q2": 1, "q4": 1}, "high"),  # whatever the others are
        ({"q1": 1, "q2": 0, "q6": 0}, "low"),
        ({"q1": 1, "q2": None, "q6": 0}, None),  # items 3 to 5 might have been asked
        ({"q1": 1, "q2": 0, "q6": None}, None),
        ({"q1": None, "q2": 0, "q6": 1, "q6b": 0}, "moderate"),
        ({"q1": 0, "q2": 0, "q6": 1}, None),  # within three months it would be high
    ],
)
def test_the_c_ssrs_is_open_only_while_an_answer_could_raise_it(answers: Any, level: Any) -> None:
    found = score(C_SSRS, answers).primary
    assert (found.band and found.band.code) == level


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("0,0", ("q3", "q4")),
        ("0,1,0", ("q4",)),
        ("0,1,1,2", ()),
        ("0,x", ()),
    ],
)
def test_what_is_hidden_hides_what_hangs_on_it(text: Any, hidden: Any) -> None:
    assert score(CHAIN, written(text)).hidden == hidden


def test_a_positive_answer_to_a_hidden_safety_item_is_heard_through_a_chain() -> None:
    result = score(CHAIN, written("0,0,–,3"))
    assert (result.primary.value, result.inconsistent, result.safety) == (7, ("q4",), {"q4": "positive"})


@pytest.mark.parametrize(
    ("definition", "text", "item"), [(ASQ, "0,0,0,0,0", "q5"), (SKIPPING, "1,2,3", "q3"), (CHAIN, "0,0,2", "q3")]
)
def test_an_answer_to_a_question_that_was_hidden_is_refused_by_name(definition: Any, text: Any, item: Any) -> None:
    (problem,) = validate(definition, written(text))
    assert (problem.item, problem.kind) == (item, "hidden")
    assert problem.message % problem.values == (
        f"The question “{definition.item(item).text}” is not asked after your other answers. Leave it empty."
    )
    with pytest.raises(InvalidAnswers, match=rf"{item} \(hidden\)"):
        score(definition, written(text))


def test_an_answer_to_a_hidden_question_calls_for_nothing() -> None:
    problems = validate(CHAIN, written("0,0,2,1"))
    assert [(problem.item, problem.kind) for problem in problems] == [("q3", "hidden"), ("q4", "hidden")]


def test_a_positive_answer_to_a_hidden_safety_item_is_no_mistake_and_calls_for_what_follows_it() -> None:
    answers = written("0,3")
    assert validate(FOLLOWED, answers) == ()
    assert shown(FOLLOWED, answers) == ("q1", "q3")
    assert score(FOLLOWED, answers).missing == ("q3",)
    assert shown(FOLLOWED, written("0")) == ("q1",)


def test_the_band_of_a_stored_mean_is_found_at_its_very_edge() -> None:
    bands = [MEAN.primary.band(Decimal(value)) for value in ("1.4", "1.5")]
    assert [band.code for band in bands if band] == ["low", "high"]


def test_declining_a_hidden_question_is_nothing() -> None:
    assert score(SKIPPING, written("1,2,x")).declined == ()


def test_a_wrong_answer_calls_for_nothing() -> None:
    problems = validate(SKIPPING, {"q1": "2", "q3": 1})
    assert [(problem.item, problem.kind) for problem in problems] == [("q1", "not-a-number")]
    problems = validate(SKIPPING, {"q1": 1, "q3": 1, "q2": 9})
    assert [(problem.item, problem.kind) for problem in problems] == [("q3", "hidden"), ("q2", "not-an-option")]


@pytest.mark.parametrize(
    ("answers", "asked", "codes"),
    [
        ({}, None, ("q1", "q2")),
        ({"q2": 1}, None, ("q1", "q2", "q3")),
        ({"q2": 1, "q3": 1}, None, ("q1", "q2", "q3", "q4")),
        ({}, ("q1", "q4"), ("q1", "q4")),  # the plan chose it, and what it hangs on is not asked
    ],
)
def test_a_question_is_shown_once_the_answers_call_for_it(answers: Any, asked: Any, codes: Any) -> None:
    assert shown(CHAIN, answers, asked) == codes


def test_what_was_stored_as_asked_scores_the_same_without_the_hidden_items() -> None:
    answers = written("0,0,0,0")
    assert score(ASQ, answers, list(answers)).primary == score(ASQ, answers).primary
    assert score(CHAIN, written("1,0"), ["q1", "q2"]).primary.band.code == "rest"
