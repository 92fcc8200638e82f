"""The days ahead: the askings of the plan as they will be, day by day."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from portal.checkins import preview as looking
from portal.checkins.plan import PlanLine, merged
from portal.checkins.preview import DAYS, preview
from tests.checkins.rhythms import (
    AFTER_EACH,
    DAILY_FOR_7_THEN_WEEKLY,
    DAY,
    EVERY_7_FOR_28_THEN_14,
    EVERY_DAY,
    WEEKLY,
    WEEKLY_AND_THE_MORNING_OF_EACH,
    WITHIN_72_HOURS,
    ZONE,
    anchors,
    day,
    line,
)

TRIGGERS: tuple[Any, ...] = (AFTER_EACH, DAILY_FOR_7_THEN_WEEKLY, EVERY_7_FOR_28_THEN_14, EVERY_DAY, WEEKLY)
TRIGGERS += (WEEKLY_AND_THE_MORNING_OF_EACH, WITHIN_72_HOURS)


def asked(found: looking.Preview) -> dict[int, list[str]]:
    return {(one.on - DAY).days: [asking.instrument for asking in one.lines] for one in found.days if one.lines}


@pytest.mark.parametrize(
    ("triggers", "planned", "expected"),
    [
        (WEEKLY, [], [0, 7, 14, 21, 28]),
        (AFTER_EACH, [], []),
        (AFTER_EACH, [4], [4, 5, 7]),
        (AFTER_EACH, [29], [29]),
        (WEEKLY_AND_THE_MORNING_OF_EACH, [4], [0, 4, 7, 14, 21, 28]),
        (WITHIN_72_HOURS, [5], [2]),
        (DAILY_FOR_7_THEN_WEEKLY, [1, 4], [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 18, 25]),
    ],
)
def test_what_is_planned_is_taken_for_given(triggers: Any, planned: Any, expected: Any) -> None:
    found = preview([line(triggers)], anchors(planned=planned), day(0), ZONE)
    assert list(asked(found)) == expected
    assert [(one.on - DAY).days for one in found.days if one.infusions] == planned
    assert found.has_infusions is bool(planned)


def test_a_day_says_the_shortest_first_and_how_long_it_takes() -> None:
    lines = [line(WEEKLY, "phq-9"), line(EVERY_DAY, "daily"), line(WEEKLY, "gad-7"), line(AFTER_EACH, "side-effects")]
    found = preview(lines, anchors(), day(0), ZONE)
    assert len(found.days) == DAYS == 30
    assert asked(found)[0] == ["daily", "gad-7", "phq-9"]
    assert [one.minutes for one in found.days[:2]] == [6, 1]
    assert (found.longest, found.minutes) == (6, 30 * 1 + 5 * 5)
    assert [one.instrument for one in found.silent] == ["side-effects"]


def test_a_plan_that_asks_nothing_takes_no_time() -> None:
    found = preview([], anchors(), day(0), ZONE)
    assert (found.minutes, found.longest, found.silent, asked(found)) == (0, 0, (), {})


@given(
    some.lists(some.sampled_from(TRIGGERS), min_size=1, max_size=4),
    some.lists(some.integers(-40, -1), max_size=3, unique=True).map(sorted),
    some.lists(some.integers(0, 40), max_size=3, unique=True).map(sorted),
    some.integers(0, 3),
)
def test_the_days_ahead_are_the_askings_of_the_plan(rhythms: Any, given_on: Any, planned: Any, gap: int) -> None:
    lines = [line(one, f"scale-{place}", gap if one is WEEKLY else 0) for place, one in enumerate(rhythms)]
    found_anchors = anchors(given=given_on, planned=planned)
    found = preview(lines, found_anchors, day(0), ZONE)
    shown = sorted((one.on, asking.instrument) for one in found.days for asking in one.lines)
    assert shown == sorted(_askings(lines, found_anchors))
    assert {one.instrument for one in lines} == {name for _, name in shown} | {one.instrument for one in found.silent}


def _askings(lines: list[PlanLine], found: Any) -> list[tuple[date, str]]:
    ahead = found.as_if_given()
    return [
        (one.due_on, asking.instrument) for asking in lines for one in merged([asking], ahead, day(0), day(29), ZONE)
    ]
