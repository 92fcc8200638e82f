"""Which askings a rhythm makes: tables of the clinic's own rhythms, and properties of any rhythm."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.checkins.occurrences import Anchors, Occurrence, merged, occurrences
from portal.checkins.plan import Anchor, PlanLine, Trigger
from portal.checkins.refusals import problems
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
    days,
    line,
    moment,
)

NOBODY = anchors()

CASES: list[Any] = [
    # rhythm, least gap, infusions given and planned, days on which it is asked in the first 42
    (EVERY_DAY, 0, NOBODY, list(range(43))),
    (WEEKLY, 0, NOBODY, [0, 7, 14, 21, 28, 35, 42]),
    (EVERY_7_FOR_28_THEN_14, 0, NOBODY, [0, 7, 14, 21, 28, 42]),
    ([Trigger(Anchor.START)], 0, NOBODY, [0]),
    ([Trigger(Anchor.START, from_day=5)], 0, NOBODY, [5]),
    ([Trigger(Anchor.ENROLMENT, every_days=14)], 0, anchors(enrolled=-3), [11, 25, 39]),
    ([Trigger(Anchor.ENROLMENT, from_day=3)], 0, anchors(enrolled=-3), [0]),
    # weekly, and the morning of each infusion, at least 3 days apart: the infusion wins over the calendar
    (WEEKLY_AND_THE_MORNING_OF_EACH, 3, anchors([4, 8]), [0, 4, 8, 14, 21, 28, 35, 42]),
    (WEEKLY_AND_THE_MORNING_OF_EACH, 3, anchors([2]), [2, 7, 14, 21, 28, 35, 42]),
    (WEEKLY_AND_THE_MORNING_OF_EACH, 3, anchors([3]), [0, 3, 7, 14, 21, 28, 35, 42]),
    (WEEKLY_AND_THE_MORNING_OF_EACH, 3, anchors([7], [10, 20]), [0, 7, 10, 14, 20, 28, 35, 42]),
    # infusions on Monday, Wednesday and Friday: of those too close together the earlier one stays
    (WEEKLY_AND_THE_MORNING_OF_EACH, 3, anchors([0, 2, 4, 7, 9, 11]), [0, 4, 7, 11, 14, 21, 28, 35, 42]),
    (WEEKLY_AND_THE_MORNING_OF_EACH, 3, anchors(range(0, 22, 2)), [0, 4, 8, 12, 16, 20, 28, 35, 42]),
    (WEEKLY_AND_THE_MORNING_OF_EACH, 0, anchors([4]), [0, 4, 7, 14, 21, 28, 35, 42]),
    # 2 hours, next morning and day 3 after each
    (AFTER_EACH, 0, NOBODY, []),
    (AFTER_EACH, 0, anchors([5]), [5, 6, 8]),
    (AFTER_EACH, 0, anchors([5, 8]), [5, 6, 8, 9, 11]),  # day 3 of the first and the hours after the second: once
    (AFTER_EACH, 0, anchors([5], [20]), [5, 6, 8]),  # a planned infusion has no days after it yet
    (AFTER_EACH, 0, anchors([(5, 23)]), [6, 6, 8]),  # two hours after eleven at night is the next day
    # daily for 7 days after each infusion, then weekly
    (DAILY_FOR_7_THEN_WEEKLY, 0, anchors([3]), [4, 5, 6, 7, 8, 9, 10, 17, 24, 31, 38]),
    (DAILY_FOR_7_THEN_WEEKLY, 0, anchors([3, 12]), [4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16, 17, 18, 19, 26, 33, 40]),
    (DAILY_FOR_7_THEN_WEEKLY, 0, anchors([3, 5]), [4, 5, 6, 7, 8, 9, 10, 11, 12, 19, 26, 33, 40]),
    # one infusion long before: only the rhythm that goes on until the next one is left of it
    (DAILY_FOR_7_THEN_WEEKLY, 0, anchors([-700]), [0, 7, 14, 21, 28, 35, 42]),
    # within 72 hours before a planned one, and days before it
    (WITHIN_72_HOURS, 0, anchors([], [10]), [7]),
    (WITHIN_72_HOURS, 0, anchors([], [2]), []),  # its window opened before the line began
    ([Trigger(Anchor.PLANNED_INFUSION, from_day=-3, every_days=1)], 0, anchors([], [10]), [7, 8, 9, 10]),
    ([Trigger(Anchor.PLANNED_INFUSION, from_day=-3, every_days=1, until_day=-1)], 0, anchors([], [10]), [7, 8, 9]),
    # two anchors on one day ask once
    ([*WEEKLY, Trigger(Anchor.ENROLMENT, every_days=7)], 0, NOBODY, [0, 7, 14, 21, 28, 35, 42]),
    ([*EVERY_DAY, *AFTER_EACH], 0, anchors([5]), list(range(43))),
    # a rhythm shorter than the least gap is asked as often as the gap allows
    (EVERY_DAY, 3, NOBODY, [0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 36, 39, 42]),
]


@pytest.mark.parametrize(("triggers", "gap", "found", "expected"), CASES)
def test_a_rhythm_asks_on_its_days(triggers: Any, gap: Any, found: Any, expected: Any) -> None:
    assert days(line(triggers, gap=gap), found, 0, 42) == expected


@pytest.mark.parametrize(("triggers", "gap", "found", "expected"), CASES)
def test_any_span_of_days_shows_the_same_askings(triggers: Any, gap: Any, found: Any, expected: Any) -> None:
    one = line(triggers, gap=gap)
    for first, last in ((0, 5), (3, 20), (11, 11), (20, 42)):
        assert days(one, found, first, last) == [number for number in expected if first <= number <= last]


def window(triggers: Any, found: Anchors, last: int = 60, **values: Any) -> Any:
    """Return the windows of a line: opening, late and closing, in hours after the beginning of `DAY`."""
    asked = occurrences(line(triggers, **values), found, day(0), day(last), ZONE)
    start = moment(0, 0)
    return [
        tuple((at - start) / timedelta(hours=1) for at in (one.opens_at, one.due_at, one.closes_at)) for one in asked
    ]


@pytest.mark.parametrize(
    ("triggers", "found", "expected"),
    [
        (EVERY_DAY, NOBODY, (0, 24, 24)),
        (WEEKLY, NOBODY, (0, 24, 168)),
        ([Trigger(Anchor.START, every_days=3)], NOBODY, (0, 24, 72)),
        ([Trigger(Anchor.START, every_days=14)], NOBODY, (0, 24, 168)),
        ([Trigger(Anchor.START, every_days=14, open_days=2)], NOBODY, (0, 24, 48)),
        ([Trigger(Anchor.START, every_days=14, open_days=28)], NOBODY, (0, 24, 336)),
        ([Trigger(Anchor.INFUSION, hours=2)], anchors([0]), (12, 36, 36)),
        ([Trigger(Anchor.INFUSION, hours=2, open_days=3)], anchors([0]), (12, 36, 84)),
        (AFTER_EACH, anchors([0]), (12, 24, 24)),
        (WITHIN_72_HOURS, anchors([], [10]), (178, 250, 250)),
        ([Trigger(Anchor.PLANNED_INFUSION, hours=-72, open_days=1)], anchors([], [10]), (178, 202, 202)),
        ([Trigger(Anchor.PLANNED_INFUSION)], anchors([], [10]), (240, 250, 250)),
        ([Trigger(Anchor.PLANNED_INFUSION, from_day=-2)], anchors([], [10]), (192, 216, 250)),
        ([Trigger(Anchor.PLANNED_INFUSION, from_day=-2, open_days=1)], anchors([], [10]), (192, 216, 216)),
    ],
)
def test_a_window_opens_and_closes(triggers: Any, found: Any, expected: Any) -> None:
    assert window(triggers, found)[0] == expected


def test_a_window_closes_when_it_is_asked_again_or_the_line_ends() -> None:
    assert window(WEEKLY_AND_THE_MORNING_OF_EACH, anchors([4]))[:2] == [(0, 24, 96), (96, 106, 106)]
    assert window(WEEKLY, NOBODY, ends_on=day(9)) == [(0, 24, 168), (168, 192, 216)]


def test_what_opens_at_one_moment_is_asked_once() -> None:
    """Eighteen hours before an infusion at six in the evening its day begins."""
    one = line([Trigger(Anchor.PLANNED_INFUSION), Trigger(Anchor.PLANNED_INFUSION, hours=-18)])
    assert days(one, anchors([], [(5, 18)]), 0, 9) == [5]


def test_an_asking_names_the_infusion_it_hangs_on() -> None:
    found = anchors([5])
    asked = occurrences(line([*WEEKLY, *AFTER_EACH]), found, day(0), day(8), ZONE)
    infusion = found.given[0][0]
    assert [one.anchor_id for one in asked] == [None, infusion, infusion, None, infusion]
    assert [one.anchor.value for one in asked] == ["start", "infusion", "infusion", "start", "infusion"]


def test_several_lines_of_one_instrument_ask_once_a_day() -> None:
    lines = [line(WEEKLY), line([Trigger(Anchor.START, every_days=14)]), line(AFTER_EACH)]
    assert days(lines, anchors([6]), 0, 21) == [0, 6, 7, 9, 14, 21]


def test_a_line_asks_from_its_first_day_to_the_day_before_it_ends() -> None:
    assert days(line(EVERY_DAY, starts=day(3), ends_on=day(6)), NOBODY, 0, 20) == [3, 4, 5]
    assert days(line(EVERY_DAY, starts=day(6), ends_on=day(6)), NOBODY, 0, 20) == []


def test_looking_ahead_takes_what_is_planned_for_given() -> None:
    found = anchors([5], [12])
    assert days(line(AFTER_EACH), found.as_if_given(), 0, 20) == [5, 6, 8, 12, 13, 15]


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/London", "Australia/Lord_Howe", "Africa/Cairo"])
def test_windows_of_a_daily_line_meet_without_gap_or_overlap_whatever_the_clocks_do(zone: str) -> None:
    asked = occurrences(line(EVERY_DAY, starts=date(2026, 1, 1)), NOBODY, date(2026, 1, 1), date(2026, 12, 31), zone)
    assert [one.due_on for one in asked] == [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    for one, following in pairwise(asked):
        assert one.closes_at == following.opens_at
        assert one.opens_at.astimezone(ZoneInfo(zone)).date() == one.due_on
        assert (one.opens_at - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date() < one.due_on


def test_two_hours_are_two_hours_when_the_clocks_go_back() -> None:
    before = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # half past one at night in New York, for the first time
    found = Anchors(DAY, ((line().id, before),), ())
    one = occurrences(line(AFTER_EACH, starts=date(2026, 10, 1)), found, date(2026, 11, 1), date(2026, 11, 1), ZONE)[0]
    assert one.opens_at == before + timedelta(hours=2)


TRIGGERS = st.one_of(
    st.builds(
        Trigger,
        st.sampled_from([Anchor.START, Anchor.ENROLMENT, Anchor.INFUSION]),
        from_day=st.integers(0, 30),
        every_days=st.none() | st.integers(1, 30),
        open_days=st.none() | st.integers(1, 28),
    ),
    st.builds(
        lambda anchor, first, every, more: Trigger(anchor, first, every, first + more),
        st.sampled_from([Anchor.START, Anchor.ENROLMENT, Anchor.INFUSION]),
        st.integers(0, 30),
        st.integers(1, 10),
        st.integers(0, 40),
    ),
    st.builds(Trigger, st.just(Anchor.PLANNED_INFUSION), from_day=st.integers(-14, 0)),
    st.builds(Trigger, st.just(Anchor.INFUSION), hours=st.integers(0, 72)),
    st.builds(Trigger, st.just(Anchor.PLANNED_INFUSION), hours=st.integers(-168, -1)),
)
LINES = st.builds(
    lambda triggers, gap, starts, length: line(
        triggers, gap=gap, starts=day(starts), ends_on=None if length is None else day(starts + length)
    ),
    st.lists(TRIGGERS, min_size=1, max_size=4),
    st.integers(0, 7),
    st.integers(-40, 20),
    st.none() | st.integers(0, 60),
)
SPREAD = st.lists(st.tuples(st.integers(-60, 60), st.integers(0, 23)), max_size=8, unique_by=lambda one: one[0])
ANCHORS = st.builds(lambda given, enrolled: anchors(sorted(given), [], enrolled), SPREAD, st.integers(-90, 0))


def asked(one: PlanLine, found: Anchors, first: int = -20, last: int = 40) -> list[Occurrence]:
    return occurrences(one, found, day(first), day(last), ZONE)


@given(one=LINES, found=ANCHORS)
def test_every_asking_lies_in_the_span_in_the_line_and_in_order(one: PlanLine, found: Anchors) -> None:
    result = asked(one, found)
    assert all(day(-20) <= each.due_on <= day(40) and one.is_asked_on(each.due_on) for each in result)
    assert all(each.opens_at <= each.due_at <= each.closes_at for each in result)
    assert all(each.opens_at.astimezone(ZoneInfo(ZONE)).date() == each.due_on for each in result)
    assert all(a.opens_at < b.opens_at and a.closes_at <= b.opens_at for a, b in pairwise(result))


@given(one=LINES, found=ANCHORS)
def test_no_instrument_is_asked_twice_a_day_by_two_anchors_and_the_gap_is_kept(one: PlanLine, found: Anchors) -> None:
    result = asked(one, found)
    for a, b in pairwise(result):
        if a.due_on == b.due_on:
            assert (a.anchor, a.anchor_id) == (b.anchor, b.anchor_id)
            assert one.min_gap_days == 0
        assert (b.due_on - a.due_on).days >= one.min_gap_days


@given(one=LINES, found=ANCHORS, first=st.integers(-20, 40), length=st.integers(0, 30))
def test_what_is_asked_on_a_day_does_not_depend_on_the_days_looked_at(
    one: PlanLine, found: Anchors, first: int, length: int
) -> None:
    last = min(40, first + length)
    assert asked(one, found, first, last) == [
        each for each in asked(one, found) if day(first) <= each.due_on <= day(last)
    ]


@given(one=LINES, found=ANCHORS, which=st.integers(0, 7), by=st.integers(1, 5))
def test_a_moved_infusion_moves_what_hangs_on_it_and_nothing_else(
    one: PlanLine, found: Anchors, which: int, by: int
) -> None:
    """Without a gap and where the infusion stays the only one: its askings move with it, the calendar's stay."""
    if not found.given:
        return
    infusion_id, at = found.given[which % len(found.given)]
    alone = replace(found, given=((infusion_id, at),), planned=((infusion_id, at),))
    moved_at = at + timedelta(days=by)
    moved = replace(alone, given=((infusion_id, moved_at),), planned=((infusion_id, moved_at),))
    hanging = replace(one, triggers=tuple(each for each in one.triggers if each.hangs_on_infusion), starts_on=day(-400))
    hanging = replace(hanging, ends_on=None, min_gap_days=0)
    before = [each.due_on + timedelta(days=by) for each in asked(hanging, alone, -20, 40)]
    after = [each.due_on for each in asked(hanging, moved, -20 + by, 40 + by)]
    # a change of the clocks may carry an hour across midnight; New York changes on day -1
    if all(each.hours is None for each in hanging.triggers):
        assert after == before
    calendar = replace(one, triggers=tuple(each for each in one.triggers if not each.hangs_on_infusion))
    assert asked(calendar, alone) == asked(calendar, moved)


def test_cancelling_an_infusion_takes_its_askings_away() -> None:
    one = line([*WEEKLY, *WITHIN_72_HOURS, *AFTER_EACH])
    assert days(one, anchors([5], [20]), 0, 21) == [0, 2, 5, 6, 7, 8, 14, 17, 21]
    assert days(one, anchors([5]), 0, 21) == [0, 2, 5, 6, 7, 8, 14, 21]
    assert days(one, anchors(), 0, 21) == [0, 7, 14, 21]


@settings(max_examples=30)
@given(one=LINES)
def test_ten_years_back_cost_no_more_askings_than_today(one: PlanLine) -> None:
    if not problems(one.triggers, one.min_gap_days):
        old = replace(one, starts_on=date(2016, 1, 1), ends_on=None)
        assert len(asked(old, NOBODY, 0, 6)) <= 7


def test_nothing_to_ask_is_no_mistake() -> None:
    assert merged([], NOBODY, day(0), day(10), ZONE) == []
