"""What a clinic may lay down for treatment and what it may not."""

from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.treatment.rules import changes, problems
from portal.treatment.rules.values import DEFAULTS, Class, Limits, Lined, Point, Rules, Stage, from_json, to_json


def found(rules: Rules) -> dict[str, str]:
    return {problem.field: problem.msgid for problem in problems.find(rules)}


def with_limits(point: str, level: str, **values: int | None) -> Rules:
    stage: Stage = getattr(DEFAULTS, point)
    limits = replace(getattr(stage, level), **values)
    return replace(DEFAULTS, **{point: replace(stage, **{level: limits})})


def test_the_defaults_can_be_laid_down() -> None:
    assert found(DEFAULTS) == {}


@pytest.mark.parametrize(
    ("point", "level", "values", "field", "msgid"),
    [
        ("before", "soft", {"systolic": 49}, "before_soft_systolic", problems.OUT_OF_RANGE),
        ("before", "soft", {"systolic": 301}, "before_soft_systolic", problems.OUT_OF_RANGE),
        ("after", "soft", {"spo2": 101}, "after_soft_spo2", problems.OUT_OF_RANGE),
        ("before", "soft", {"pulse_low": 0}, "before_soft_pulse_low", problems.OUT_OF_RANGE),
        ("before", "soft", {"breaths_high": -5}, "before_soft_breaths_high", problems.OUT_OF_RANGE),
        ("before", "soft", {"diastolic": 140}, "before_soft_diastolic", problems.NOT_BELOW_SYSTOLIC),
        ("before", "hard", {"systolic": 139}, "before_hard_systolic", problems.STOP_ABOVE_FLAG),
        ("before", "hard", {"spo2": 96}, "before_hard_spo2", problems.STOP_BELOW_FLAG),
        ("before", "soft", {"pulse_low": 49}, "before_hard_pulse_low", problems.STOP_BELOW_FLAG),
        ("before", "hard", {"pulse_low": 110}, "before_hard_pulse_low", problems.NOT_BELOW_HIGH),
        ("during", "hard", {"systolic": None}, "during_hard_systolic", problems.STOP_NEEDED),
        ("during", "hard", {"diastolic": None}, "during_hard_diastolic", problems.STOP_NEEDED),
        ("during", "hard", {"spo2": None}, "during_hard_spo2", problems.STOP_NEEDED),
        ("during", "hard", {"systolic": 201}, "during_hard_systolic", problems.STOP_BOUNDS),
        ("during", "hard", {"diastolic": 121}, "during_hard_diastolic", problems.STOP_BOUNDS),
        ("during", "hard", {"spo2": 84}, "during_hard_spo2", problems.STOP_BOUNDS),
    ],
)
def test_a_limit_that_cannot_be_right_is_named(
    point: str, level: str, values: dict[str, Any], field: str, msgid: str
) -> None:
    assert found(with_limits(point, level, **values)).get(field) == msgid


@pytest.mark.parametrize(
    ("point", "level", "values"),
    [
        ("before", "hard", {"systolic": 140}),
        ("before", "hard", {"spo2": 95}),
        ("before", "hard", {"systolic": None, "diastolic": None, "spo2": None}),
        ("after", "hard", {"systolic": None}),
        ("during", "hard", {"systolic": 200, "diastolic": 120, "spo2": 85}),
        ("during", "soft", {"systolic": None, "diastolic": None, "percent": None}),
    ],
)
def test_a_limit_at_the_edge_or_left_out_may_be_laid_down(point: str, level: str, values: dict[str, Any]) -> None:
    assert found(with_limits(point, level, **values)) == {}


@pytest.mark.parametrize(
    ("values", "field", "msgid"),
    [
        ({"during_every": 0}, "during_every", problems.OUT_OF_RANGE),
        ({"during_every": 61}, "during_every", problems.OUT_OF_RANGE),
        ({"after_at": (30, 15)}, "after_at", problems.NOT_RISING),
        ({"after_at": (15, 15)}, "after_at", problems.NOT_RISING),
        ({"after_at": tuple(range(1, 14))}, "after_at", problems.TOO_MANY),
        ({"after_at": (0, 15)}, "after_at", problems.MINUTES_AFTER),
        ({"after_at": (481,)}, "after_at", problems.MINUTES_AFTER),
        ({"months": {**DEFAULTS.months, "liver": 0}}, "months_liver", problems.OUT_OF_RANGE),
        ({"months": {"urinary": 1}}, "months_misuse", problems.OUT_OF_RANGE),
        ({"call_name": "On call"}, "call_phone", problems.CALL_INCOMPLETE),
    ],
)
def test_intervals_and_calls_are_looked_at_too(values: dict[str, Any], field: str, msgid: str) -> None:
    assert found(replace(DEFAULTS, **values)).get(field) == msgid


LIMITS = st.builds(
    Limits, **{name: st.none() | st.integers(least - 5, most + 5) for name, (least, most) in problems.RANGES.items()}
)
RULES = st.builds(
    lambda soft, hard: replace(DEFAULTS, during=Stage(soft, hard)), LIMITS, st.builds(lambda one: one, LIMITS)
)


@given(RULES)
def test_what_passes_keeps_every_promise(rules: Rules) -> None:
    if found(rules):
        return
    soft, hard = asdict(rules.during.soft), asdict(rules.during.hard)
    for name, (least, most) in problems.BOUNDS.items():
        assert hard[name] is not None
        assert least <= hard[name] <= most
    for name in soft:
        if soft[name] is not None and hard[name] is not None:
            assert hard[name] <= soft[name] if name in problems.LOW else hard[name] >= soft[name]


@given(RULES)
def test_rules_come_back_from_what_is_kept_and_differ_from_nothing(rules: Rules) -> None:
    assert from_json(to_json(rules)) == rules
    assert changes.between(rules, rules) == []


@given(RULES, RULES)
def test_changes_name_exactly_what_differs(before: Rules, after: Rules) -> None:
    was, now = changes.flat(before), changes.flat(after)
    names = {change.name for change in changes.between(before, after)}
    assert {name for name in {*was, *now} if was.get(name) != now.get(name)} == names
    assert (before == after) == (not names)


def test_a_class_of_its_own_and_its_return_to_the_default_both_show() -> None:
    own = replace(DEFAULTS, classes={"pregnancy:unknown": Class.STOP})
    assert changes.between(DEFAULTS, own) == [("class_pregnancy:unknown", None, Class.STOP)]
    assert changes.between(own, DEFAULTS) == [("class_pregnancy:unknown", Class.STOP, None)]


def test_only_a_stop_that_became_clear_is_lowered() -> None:
    defaults = {"a:yes": Class.STOP, "b:yes": Class.STOP, "c:yes": Class.CAUTION}
    own = replace(DEFAULTS, classes={"a:yes": Class.CLEAR, "b:yes": Class.CAUTION, "c:yes": Class.CLEAR})
    assert problems.lowered_to_clear(own, defaults) == ["a:yes"]


def test_the_bounds_hold_the_defaults() -> None:
    hard = DEFAULTS.stage(Point.DURING).hard
    assert all(least <= getattr(hard, name) <= most for name, (least, most) in problems.BOUNDS.items())


SCALES = (
    Lined("phq-9", "PHQ-9", 0, 27),
    Lined("peg", "PEG", 0, 10, decimals=1),
    Lined("who-5", "WHO-5", 0, 100, higher_is_better=True),
)


@pytest.mark.parametrize(
    ("instrument", "line", "says"),
    [
        ("phq-9", 1, ""),
        ("phq-9", 27, ""),
        ("phq-9", 0, "1 to 27"),
        ("phq-9", 28, "1 to 27"),
        ("phq-9", -3, "1 to 27"),
        ("peg", 0.1, ""),
        ("peg", 10, ""),
        ("peg", 0, "0.1 to 10"),
        ("peg", 10.1, "0.1 to 10"),
        ("who-5", 0, ""),
        ("who-5", 99, ""),
        ("who-5", 100, "0 to 99"),
        ("not-known-any-more", 5000, ""),
    ],
)
def test_a_line_has_scores_of_its_scale_on_both_sides(instrument: str, line: float, says: str) -> None:
    refused = list(problems.find(replace(DEFAULTS, lines={instrument: line}), SCALES))
    assert [f"{one.values['least']} to {one.values['most']}" for one in refused] == ([says] if says else [])
    assert all(one.field == f"line_{instrument}" for one in refused)


@pytest.mark.parametrize(("days", "is_right"), [(0, False), (1, True), (60, True), (61, False)])
def test_a_patient_counts_as_silent_after_one_day_to_sixty(days: int, is_right: bool) -> None:
    assert found(replace(DEFAULTS, silent_days=days)) == ({} if is_right else {"silent_days": problems.OUT_OF_RANGE})


def test_only_three_scales_have_a_line_by_default() -> None:
    assert dict(DEFAULTS.lines) == {"phq-9": 10, "gad-7": 10, "pcl-5-week": 33, "pcl-5-month": 33}
    assert DEFAULTS.silent_days == 7


def test_what_was_laid_down_before_rules_had_lines_has_the_defaults() -> None:
    older = {name: value for name, value in to_json(DEFAULTS).items() if name not in ("lines", "silent_days")}
    assert from_json(older) == DEFAULTS


def test_a_line_drawn_moved_and_taken_away_all_show() -> None:
    own = replace(DEFAULTS, lines={"phq-9": 12.0, "gad-7": 10, "pcl-5-month": 33, "peg": 4.5}, silent_days=14)
    assert changes.between(DEFAULTS, own) == [
        ("silent_days", 7, 14),
        ("line_phq-9", 10, 12),
        ("line_peg", None, 4.5),
        ("line_pcl-5-week", 33, None),
    ]
