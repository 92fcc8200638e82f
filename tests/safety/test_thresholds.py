"""Every threshold of the safety rules: its default, its safe bounds, and that no bound lets anything go unheard."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.instruments import loader
from portal.instruments.definition import SafetyState
from portal.safety import rules, thresholds
from portal.safety.rules import DEFAULT_SET, RuleSet, SafetyAnswer
from portal.safety.thresholds import ALL, BY_NAME

FREE = [one for one in ALL if not one.is_fixed]


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_every_default_is_safe_and_says_where_it_is_from(one: Any) -> None:
    assert one.least <= one.default <= one.most
    assert one.problem(one.default) is None
    assert one.source
    assert one.label
    assert one.unit


def test_names_are_unique_and_begin_with_a_rule() -> None:
    assert len(BY_NAME) == len(ALL)
    numbered = {f"R{number}" for number in range(1, 13)}
    assert {one.rule for one in ALL} == {*numbered, "V", "baseline"}


@pytest.mark.parametrize(
    ("name", "bounds"),
    [
        ("R1.minutes", (5, 30)),
        ("R2.answer", (1, 1)),  # any answer above nothing: nobody can raise it
        ("R3.answer", (1, 2)),  # only lower
        ("R3.rise", (1, 1)),
        ("R3.hours", (1, 4)),
        ("R6.phq9", (15, 20)),
        ("R6.gad7", (10, 15)),
        ("R7.nights", (1, 2)),
        ("R7.clearly", (2, 3)),
        ("R7.sleep_hours", (4, 6)),
        ("R7.energy", (6, 8)),
        ("R8.minutes", (5, 30)),
        ("R8.symptom", (1, 1)),
        ("R8.confusion", (2, 3)),
        ("R9.blood", (1, 1)),
        ("R9.severity", (2, 3)),
        ("R11.lookback", (30, 90)),
        ("R11.sign_days", (1, 1)),
        ("V.minutes", (5, 30)),
        ("baseline.days", (1, 30)),
    ],
)
def test_the_safe_bounds_are_these(name: str, bounds: Any) -> None:
    assert (BY_NAME[name].least, BY_NAME[name].most) == bounds


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("R2.answer", 2, thresholds.FIXED),
        ("R2.answer", 0, thresholds.FIXED),
        ("R3.hours", 5, thresholds.OUT_OF_BOUNDS),
        ("R3.hours", 0, thresholds.OUT_OF_BOUNDS),
        ("R3.hours", 2.5, thresholds.NOT_A_STEP),
        ("R7.sleep_hours", 4.5, None),
        ("R7.sleep_hours", 4.25, thresholds.NOT_A_STEP),
        ("R1.minutes", float("nan"), thresholds.OUT_OF_BOUNDS),
        ("R1.minutes", float("inf"), thresholds.OUT_OF_BOUNDS),
        ("R1.minutes", -15, thresholds.OUT_OF_BOUNDS),
    ],
)
def test_a_value_outside_its_bounds_is_refused_with_the_reason(name: str, value: float, why: Any) -> None:
    assert BY_NAME[name].problem(value) == why
    assert [found for one, found in thresholds.problems({name: value})] == ([why] if why else [])


@pytest.mark.parametrize(
    ("first", "second", "is_wrong"), [(24, 48, False), (24, 24, True), (12, 24, False), (23, 24, False)]
)
def test_the_second_reminder_comes_after_the_first(first: float, second: float, is_wrong: bool) -> None:
    found = list(thresholds.problems({"R11.remind_first": first, "R11.remind_second": second}))
    assert bool(found) is is_wrong


def test_what_a_clinic_did_not_lay_down_is_intervals_default_and_strangers_are_passed_over() -> None:
    found = RuleSet(3, {"R3.hours": 2, "R99.x": 5})
    assert (found.value("R3.hours"), found.value("R5.days")) == (2, 3)
    assert found.rule("R3").target.minutes == 120
    with pytest.raises(KeyError):
        found.value("R99.x")
    with pytest.raises(LookupError):
        found.rule("R99")


SAFETY = [(one, item) for one in loader.catalogue() for item in one.items if item.is_safety]


@given(st.data())
def test_no_values_within_the_bounds_hear_less_or_later_than_the_defaults(data: Any) -> None:
    """The heart of "within safe bounds": whatever a director sets, every answer is heard at least as severely."""
    values = {one.name: data.draw(st.sampled_from([one.least, one.default, one.most]), one.name) for one in FREE}
    clinic = RuleSet(1, values)
    definition, item = data.draw(st.sampled_from(SAFETY))
    value = data.draw(st.sampled_from([None, *(option.value for option in item.options)]))
    previous = data.draw(st.sampled_from([None, *(option.value for option in item.options)]))
    state = item.safety_state(value)
    answer = SafetyAnswer(definition.id, item.code, value, state, previous)
    usual, own = (rules.find(answer, one.answer_rules) for one in (DEFAULT_SET, clinic))
    if usual is not None:
        assert own is not None
        assert own.rule.severity >= usual.rule.severity
    if state is SafetyState.UNKNOWN:
        assert own is not None
        assert own.rule.code == "R4"


@pytest.mark.parametrize("rule", DEFAULT_SET.rules, ids=lambda rule: rule.code)
def test_no_rule_can_be_taken_away_or_lose_its_escalation(rule: Any) -> None:
    lowest, highest = (RuleSet(1, {one.name: getattr(one, end) for one in ALL}) for end in ("least", "most"))
    for clinic in (lowest, highest):
        own = clinic.rule(rule.code)
        assert (own.severity, own.target.running) == (rule.severity, rule.target.running)
        assert own.target.minutes <= 30 or own.target.minutes <= rule.target.minutes
        assert own.target.days <= rule.target.days


def test_what_the_clinician_may_consider_belongs_to_activation_alone() -> None:
    assert [rule.code for rule in DEFAULT_SET.rules if rule.checklist] == ["R7"]
    assert any("holding the next infusion" in line for line in DEFAULT_SET.rule("R7").checklist)
