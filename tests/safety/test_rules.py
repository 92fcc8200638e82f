import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.instruments import loader
from portal.instruments.definition import Condition, SafetyState
from portal.safety import rules
from portal.safety.rules import SafetyAnswer, Severity
from portal.safety.targets import Running, Target

PHQ_9 = loader.catalogue().get("phq-9")
GAD_7 = loader.catalogue().get("gad-7")
DAILY = loader.catalogue().get("daily")
ASQ, C_SSRS = loader.catalogue().get("asq"), loader.catalogue().get("c-ssrs")
EPDS, QIDS = loader.catalogue().get("epds"), loader.catalogue().get("qids-sr16")
EFFECTS, URINARY = loader.catalogue().get("side-effects"), loader.catalogue().get("urinary")
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
    # QIDS item 12 goes like item 9
    (QIDS, "q12", 0, None, None),
    (QIDS, "q12", 1, None, "R2"),
    (QIDS, "q12", 1, 1, "R2"),
    (QIDS, "q12", 1, 0, "R3"),
    (QIDS, "q12", 2, 2, "R3"),
    (QIDS, "q12", 3, None, "R3"),
    (QIDS, "q12", None, None, "R4"),
    # EPDS item 10 is R2 however high, and a rise means nothing more
    (EPDS, "q10", 0, None, None),
    (EPDS, "q10", 1, None, "R2"),
    (EPDS, "q10", 3, 1, "R2"),
    (EPDS, "q10", None, None, "R4"),
    # ASQ
    (ASQ, "q1", 0, None, None),
    *((ASQ, item, 1, None, "R2") for item in ("q1", "q2", "q3", "q4")),
    (ASQ, "q4", 1, 1, "R2"),
    (ASQ, "q5", 1, None, "R1"),
    (ASQ, "q3", None, None, "R4"),
    # C-SSRS
    *((C_SSRS, item, 1, None, "R2") for item in ("q1", "q2", "q3", "q6")),
    *((C_SSRS, item, 1, None, "R1") for item in ("q4", "q5", "q6b")),
    (C_SSRS, "q1", 0, None, None),
    (C_SSRS, "q6", None, None, "R4"),
    # what a body says after an infusion
    *((EFFECTS, item, value, None, "R8") for item in ("chest_pain", "breath", "fainting") for value in (1, 2, 3)),
    (EFFECTS, "chest_pain", 0, None, None),
    (EFFECTS, "chest_pain", None, None, "R4"),
    (EFFECTS, "confusion", 1, None, None),
    (EFFECTS, "confusion", 2, None, None),
    (EFFECTS, "confusion", 3, None, "R8"),
    (URINARY, "blood", 0, None, None),
    (URINARY, "blood", 1, None, "R9"),
    (URINARY, "blood", None, None, "R4"),
    *((URINARY, item, 2, None, None) for item in ("pain", "urgency")),
    *((URINARY, item, 3, None, "R9b") for item in ("pain", "urgency")),
]


@pytest.mark.parametrize(("definition", "item", "value", "previous", "rule"), CASES)
def test_an_answer_meets_its_most_severe_rule(definition: Any, item: Any, value: Any, previous: Any, rule: Any) -> None:
    assert found(definition, item, value, previous) == rule


AT_ONCE = Target(Running.ALWAYS, minutes=15)


def by_working_day(days: int) -> Target:
    return Target(Running.WORKING_DAYS, days=days)


@pytest.mark.parametrize(
    ("code", "severity", "target"),
    [
        *((code, Severity.URGENT, AT_ONCE) for code in ("R1", "R8", "V1", "V2", "V3")),
        ("R3", Severity.URGENT, Target(Running.COVERED, minutes=240)),
        *((code, Severity.SAME_DAY, by_working_day(0)) for code in ("R2", "R7", "R9")),
        *((code, Severity.REVIEW, by_working_day(1)) for code in ("R4", "R11")),
        *((code, Severity.REVIEW, by_working_day(2)) for code in ("R9b", "R6")),
        *((code, Severity.REVIEW, by_working_day(3)) for code in ("R5", "R10")),
    ],
)
def test_each_rule_says_how_soon(code: Any, severity: Any, target: Any) -> None:
    rule = rules.DEFAULT_SET.rule(code)
    assert (rule.severity, rule.target) == (severity, target)


def test_every_rule_says_where_it_is_from_and_which_version_it_is() -> None:
    for rule in rules.DEFAULT_SET.rules:
        assert rule.source
        assert rule.title
        assert rule.version >= 1
        assert all(criterion.source for criterion in rule.criteria)


def test_the_rules_stand_from_the_most_to_the_least_severe() -> None:
    severities = [rule.severity for rule in rules.DEFAULT_SET.rules]
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


@pytest.mark.parametrize("definition", list(loader.catalogue()), ids=lambda definition: definition.id)
def test_every_rule_names_items_that_exist_and_every_safety_item_is_named(definition: Any) -> None:
    named = {one.item for rule in rules.DEFAULT_SET.rules for one in rule.criteria if one.instrument == definition.id}
    assert named == {item.code for item in definition.items if item.is_safety}


@pytest.mark.parametrize("definition", list(loader.catalogue()), ids=lambda definition: definition.id)
def test_every_positive_answer_in_the_catalogue_is_heard_and_no_other(definition: Any) -> None:
    for item in definition.items:
        values = [option.value for option in item.options] if item.is_safety else []
        heard = {value for value in values if found(definition, item.code, value)}
        assert heard == set(item.positive_values)


def test_only_instruments_of_the_catalogue_are_named() -> None:
    assert {one.instrument for rule in rules.DEFAULT_SET.rules for one in rule.criteria} <= {
        definition.id for definition in loader.catalogue()
    }


@pytest.mark.parametrize("item", ["nausea", "nausea_still", "headache", "panic", "fall", "palpitations"])
def test_declining_an_ordinary_side_effect_opens_nothing(item: Any) -> None:
    assert rules.read(EFFECTS, {item: None}, [item], {}) == ()


SAFETY_ITEMS = {"asq": ["q1", "q2", "q3", "q4", "q5"], "c-ssrs": ["q1", "q2", "q3", "q4", "q5", "q6", "q6b"]}


@pytest.mark.parametrize(
    ("definition", "answers", "expected"),
    [
        # a question that was not asked after four Noes is no unanswered one
        (ASQ, {"q1": 0, "q2": 0, "q3": 0, "q4": 0}, {}),
        (ASQ, {"q1": 0, "q2": 0, "q3": 0, "q4": 1, "q5": 0}, {"q4": "R2"}),
        (ASQ, {"q1": 0, "q2": 0, "q3": 0, "q4": 1}, {"q4": "R2", "q5": "R4"}),
        (ASQ, {"q1": 0, "q2": 0, "q3": 0, "q4": 1, "q5": None}, {"q4": "R2", "q5": "R4"}),
        # a Yes that should not have been asked for is heard all the same
        (ASQ, {"q1": 0, "q2": 0, "q3": 0, "q4": 0, "q5": 1}, {"q5": "R1"}),
        # where a declined answer leaves open whether item 5 belongs, both are unknown
        (ASQ, {"q1": None, "q2": 0, "q3": 0, "q4": 0}, {"q1": "R4", "q5": "R4"}),
        (C_SSRS, {"q1": 0, "q2": 0, "q6": 0}, {}),
        (C_SSRS, {"q1": 0, "q2": 0, "q6": 1, "q6b": 0}, {"q6": "R2"}),
        (C_SSRS, {"q1": 1, "q2": 1, "q3": 0, "q4": 1, "q5": 0, "q6": 0}, {"q1": "R2", "q2": "R2", "q4": "R1"}),
        (C_SSRS, {"q1": 0, "q2": 0, "q4": 1, "q6": 0}, {"q4": "R1"}),
    ],
)
def test_a_question_that_was_ruled_out_is_not_an_unanswered_one(definition: Any, answers: Any, expected: Any) -> None:
    read = rules.read(definition, answers, SAFETY_ITEMS[definition.id], {})
    findings = [finding for answer in read if (finding := rules.find(answer))]
    assert {finding.answer.item: finding.rule.code for finding in findings} == expected


def test_a_question_hidden_behind_an_ordinary_one_is_read_by_that_answer() -> None:
    gated = replace(EFFECTS.item("chest_pain"), asked_if=Condition(("nausea",), 1))
    definition = replace(EFFECTS, items=tuple(gated if one.code == "chest_pain" else one for one in EFFECTS.items))
    assert rules.read(definition, {"nausea": 0}, ["chest_pain"], {}) == ()
    assert [one.state for one in rules.read(definition, {"nausea": 1}, ["chest_pain"], {})] == ["unknown"]


def test_a_safety_item_no_rule_names_is_heard_all_the_same() -> None:
    other = SafetyAnswer("new-scale", "q10", 1, SafetyState.POSITIVE)
    assert rule_of(other) == "R2"
    assert rules.find(SafetyAnswer("new-scale", "q10", 0, SafetyState.NEGATIVE)) is None


def test_a_rule_cannot_be_left_out_so_that_an_unknown_answer_passes() -> None:
    without = [rule for rule in rules.DEFAULT_SET.rules if rule.code != "R4"]
    with pytest.raises(LookupError):
        rules.find(SafetyAnswer("phq-9", "q9", None, SafetyState.UNKNOWN), without)


def test_other_thresholds_are_applied_where_they_are_given() -> None:
    strict = rules.RuleSet(1, {"R3.answer": 1}).answer_rules
    (answer,) = rules.read(PHQ_9, {"q9": 1}, ["q9"], {})
    assert rule_of(answer) == "R2"
    assert rule_of(answer, strict=strict) == "R3"


def test_only_rules_about_a_rise_look_back() -> None:
    assert rules.looks_back("phq-9")
    assert rules.looks_back("qids-sr16")
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
