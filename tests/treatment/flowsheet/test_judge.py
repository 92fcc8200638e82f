"""What the limits say of readings: one table that the device's own judge answers as well."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.treatment.flowsheet.entries import Entry
from portal.treatment.flowsheet.kinds import EntryKind, Level
from portal.treatment.flowsheet.levels import is_emergency, level_of
from portal.treatment.flowsheet.vitals import RANGES, Reading, judge, problems
from portal.treatment.rules.values import DEFAULTS, Limits, Point, Rules, Stage
from tests.cast import NOW
from tests.treatment.flowsheet.stories import new_id

CASES = json.loads(Path(__file__).with_name("judge_cases.json").read_text(encoding="utf-8"))
SIGNS = tuple(RANGES)


def rules_of(case: dict[str, Any]) -> Rules:
    stages = case.get("rules", {}).items()
    own = {point: Stage(Limits(**stage["soft"]), Limits(**stage["hard"])) for point, stage in stages}
    return replace(DEFAULTS, **own)


@pytest.mark.parametrize("case", CASES["judged"], ids=lambda case: str(case["name"]))
def test_readings_are_judged_as_the_table_says(case: dict[str, Any]) -> None:
    baseline = Reading(**case["baseline"]) if case["baseline"] else None
    limits = Limits(**case["limits"])
    found = judge(Reading(**case["reading"]), Point(case["point"]), rules_of(case), limits, baseline)
    assert (found.level.value, [list(one) for one in found.reasons]) == (case["level"], case["reasons"])


@pytest.mark.parametrize("case", CASES["impossible"], ids=lambda case: str(case["name"]))
def test_what_cannot_be_is_refused_at_its_field(case: dict[str, Any]) -> None:
    assert [one.field for one in problems(Reading(**case["reading"]))] == case["fields"]


def test_the_refusal_names_what_was_typed_and_what_can_be() -> None:
    (found,) = problems(Reading(systolic=1200, diastolic=80))
    assert dict(found.values) == {"value": 1200, "lowest": 40, "highest": 300}


readings = st.builds(
    Reading,
    **{name: st.none() | st.integers(*both) for name, both in RANGES.items()},
)
limits = st.builds(Limits, systolic=st.none() | st.integers(100, 220), spo2=st.none() | st.integers(80, 99))


@given(reading=readings, point=st.sampled_from(Point), own=limits, before=st.none() | st.just(Reading(130, 80)))
def test_the_level_is_that_of_the_gravest_reason(
    reading: Reading, point: Point, own: Limits, before: Reading | None
) -> None:
    found = judge(reading, point, DEFAULTS, own, before)
    levels = [one.level for one in found.reasons]
    assert found.level is (Level.HARD if Level.HARD in levels else Level.SOFT if levels else Level.NONE)
    assert levels == sorted(levels, key=[Level.HARD, Level.SOFT].index)
    assert all(getattr(reading, one.sign) == one.value for one in found.reasons)


@given(systolic=st.integers(100, 290), more=st.integers(0, 10), point=st.sampled_from([Point.BEFORE, Point.DURING]))
def test_a_higher_pressure_is_never_judged_milder(systolic: int, more: int, point: Point) -> None:
    order = [Level.NONE, Level.SOFT, Level.HARD]
    lower = judge(Reading(systolic, 80), point, DEFAULTS, Limits(), Reading(120, 80)).level
    higher = judge(Reading(systolic + more, 80), point, DEFAULTS, Limits(), Reading(120, 80)).level
    assert order.index(lower) <= order.index(higher)


@pytest.mark.parametrize(
    ("kind", "values", "is_one"),
    [
        (EntryKind.STATE, {"alertness": "none"}, True),
        (EntryKind.STATE, {"alertness": "touch"}, False),
        (EntryKind.STATE, {"alertness": "awake"}, False),
        (EntryKind.EMERGENCY, {"signs": ["chest-pain"]}, True),
        (EntryKind.SIDE_EFFECT, {"effect": "chest_pain", "strength": "mild"}, True),
        (EntryKind.SIDE_EFFECT, {"effect": "breath", "strength": "mild"}, True),
        (EntryKind.SIDE_EFFECT, {"effect": "fainting", "strength": "mild"}, True),
        (EntryKind.SIDE_EFFECT, {"effect": "confusion", "strength": "severe"}, True),
        (EntryKind.SIDE_EFFECT, {"effect": "confusion", "strength": "moderate"}, False),
        (EntryKind.SIDE_EFFECT, {"effect": "nausea", "strength": "severe"}, False),
        (EntryKind.NOTE, {"text": "chest_pain"}, False),
    ],
)
def test_chest_pain_and_no_response_stop_whatever_the_numbers(
    kind: EntryKind, values: dict[str, Any], is_one: bool
) -> None:
    entry = Entry(new_id(), kind, values, NOW)
    assert is_emergency(kind, values) is is_one
    assert level_of(entry, DEFAULTS, Limits(), None).level is (Level.HARD if is_one else Level.NONE)


def test_what_did_not_happen_is_not_judged() -> None:
    entry = Entry(new_id(), EntryKind.STATE, {"alertness": "none", "mistaken": True}, NOW)
    assert level_of(entry, DEFAULTS, Limits(), None).level is Level.NONE
