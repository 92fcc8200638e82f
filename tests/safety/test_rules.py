import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.instruments import loader
from portal.instruments.definition import SafetyState
from portal.safety import rules
from portal.safety.rules import SafetyAnswer, Severity

PHQ_9 = loader.catalogue().get("phq-9")
GAD_7 = loader.catalogue().get("gad-7")
DAILY = loader.catalogue().get("daily")
YES, NOT_SURE, NO = 0, 1, 2


def rule_of(answer: SafetyAnswer, *, strict: Any = None) -> str | None:
    finding = rules.find(answer) if strict is None else rules.find(answer, strict)
    return finding.rule.code if finding else None


def found(definition: Any, item: Any, value: Any, previous: Any = None) -> Any:
    answers = rules.read(definition, {item: value}, [item], {} if previous is None else {item: previous})
    finding = rules.find(answers[0])
    return finding.rule.code if finding else None


CASES = [
    # the daily question: able to keep yourself safe?
    (DAILY, "safe", YES, None, None),
    (DAILY, "safe", NOT_SURE, None, "R2"),
    (DAILY, "safe", NO, None, "R1"),
    (DAILY, "safe", None, None, "R4"),
    (DAILY, "safe", NOT_SURE, YES, "R2"),  # a rise means nothing here: "not sure" after "yes" is still R2
    (DAILY, "safe", YES, NO, None),
    # item 9, never answered before
    (PHQ_9, "q9", 0, None, None),
    (PHQ_9, "q9", 1, None, "R2"),
    (PHQ_9, "q9", 2, None, "R3"),
    (PHQ_9, "q9", 3, None, "R3"),
    (PHQ_9, "q9", None, None, "R4"),
    # item 9 against the last known answer: any rise is R3, also the first one above zero
    (PHQ_9, "q9", 1, 0, "R3"),
    (PHQ_9, "q9", 1, 1, "R2"),
    (PHQ_9, "q9", 1, 2, "R2"),
    (PHQ_9, "q9", 1, 3, "R2"),
    (PHQ_9, "q9", 2, 1, "R3"),
    (PHQ_9, "q9", 2, 2, "R3"),  # as bad as before is as bad as before
    (PHQ_9, "q9", 2, 3, "R3"),
    (PHQ_9, "q9", 3, 2, "R3"),
    (PHQ_9, "q9", 0, 3, None),
    (PHQ_9, "q9", None, 0, "R4"),
]


@pytest.mark.parametrize(("definition", "item", "value", "previous", "rule"), CASES)
def test_an_answer_meets_its_most_severe_rule(definition: Any, item: Any, value: Any, previous: Any, rule: Any) -> None:
    assert found(definition, item, value, previous) == rule


@pytest.mark.parametrize(
    ("code", "severity", "minutes"),
    [("R1", Severity.URGENT, 0), ("R2", Severity.SAME_DAY, 1440), ("R3", Severity.URGENT, 240), ("R4", 1, None)],
)
def test_each_rule_says_how_soon(code: Any, severity: Any, minutes: Any) -> None:
    rule = rules.by_code(code)
    assert rule is not None
    assert (rule.severity, rule.target_minutes) == (severity, minutes)


def test_every_rule_says_where_it_is_from_and_which_version_it_is() -> None:
    for rule in rules.DEFAULTS:
        assert rule.source
        assert rule.title
        assert rule.version >= 1
        assert all(criterion.source for criterion in rule.criteria)


def test_the_rules_stand_from_the_most_to_the_least_severe() -> None:
    severities = [rule.severity for rule in rules.DEFAULTS]
    assert severities == sorted(severities, reverse=True)


def test_a_questionnaire_without_a_safety_item_finds_nothing_whatever_the_answers() -> None:
    answers = {item.code: 3 for item in GAD_7.items}
    assert rules.read(GAD_7, answers, list(answers), {}) == ()


def test_the_total_does_not_matter_for_item_9() -> None:
    low = {f"q{n}": 0 for n in range(1, 9)} | {"q9": 1}
    high = {f"q{n}": 3 for n in range(1, 9)} | {"q9": 0}
    assert [rule_of(answer) for answer in rules.read(PHQ_9, low, list(low), {})] == ["R2"]
    assert [rules.find(answer) for answer in rules.read(PHQ_9, high, list(high), {})] == [None]


def test_the_difficulty_item_is_no_safety_item() -> None:
    answers = {"function": 3}
    assert rules.read(PHQ_9, answers, ["function"], {}) == ()


def test_only_the_items_asked_about_are_read() -> None:
    assert rules.read(PHQ_9, {"q9": 3}, ["q1"], {}) == ()


def test_an_item_left_out_is_unknown_and_never_negative() -> None:
    (answer,) = rules.read(PHQ_9, {}, ["q9"], {})
    assert answer.state is SafetyState.UNKNOWN
    assert rule_of(answer) == "R4"


def test_a_safety_item_no_rule_names_is_heard_all_the_same() -> None:
    other = SafetyAnswer("new-scale", "q10", 1, SafetyState.POSITIVE)
    assert rule_of(other) == "R2"
    assert rules.find(SafetyAnswer("new-scale", "q10", 0, SafetyState.NEGATIVE)) is None


def test_a_rule_cannot_be_left_out_so_that_an_unknown_answer_passes() -> None:
    without = [rule for rule in rules.DEFAULTS if rule.code != "R4"]
    with pytest.raises(LookupError):
        rules.find(SafetyAnswer("phq-9", "q9", None, SafetyState.UNKNOWN), without)


def test_other_thresholds_are_applied_where_they_are_given() -> None:
    strict = [
        rules.Rule("R3", "", Severity.URGENT, 240, "", (rules.Criterion("phq-9", "q9", "", at_least=1),)),
        *rules.DEFAULTS,
    ]
    (answer,) = rules.read(PHQ_9, {"q9": 1}, ["q9"], {})
    assert rule_of(answer) == "R2"
    assert rule_of(answer, strict=strict) == "R3"


def test_only_rules_about_a_rise_look_back() -> None:
    assert rules.looks_back("phq-9")
    assert not rules.looks_back("daily")
    assert not rules.looks_back("gad-7")


@given(st.integers(0, 3), st.none() | st.integers(0, 3))
def test_a_worse_answer_is_never_taken_less_seriously(value: Any, previous: Any) -> None:
    order = [None, "R2", "R3"]
    ranks = [order.index(found(PHQ_9, "q9", worse, previous)) for worse in range(value, 4)]
    assert all(less <= more for less, more in itertools.pairwise(ranks))


@given(st.integers(1, 3), st.none() | st.integers(0, 3))
def test_no_positive_answer_goes_unheard(value: Any, previous: Any) -> None:
    assert found(PHQ_9, "q9", value, previous) is not None
