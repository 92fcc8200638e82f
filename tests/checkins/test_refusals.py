"""Nonsense is refused with a message that names the thing; what a clinic wants is not."""

from typing import Any

import pytest

from portal.checkins import ready_made, refusals, rhythm
from portal.checkins.plan import Anchor, Trigger
from portal.checkins.refusals import InvalidPlan
from tests.checkins import rhythms

START, INFUSION, PLANNED = Anchor.START, Anchor.INFUSION, Anchor.PLANNED_INFUSION


def said(triggers: Any, gap: int = 0) -> list[str]:
    return [one.message % one.values for one in refusals.problems(triggers, gap)]


@pytest.mark.parametrize(
    ("triggers", "gap", "expected"),
    [
        ([], 0, "Say when it is asked."),
        ([Trigger(START, every_days=0)], 0, "It cannot be asked every 0 days. Take 1 to 366."),
        ([Trigger(START, every_days=367)], 0, "It cannot be asked every 367 days. Take 1 to 366."),
        ([Trigger(START, from_day=-1)], 0, "It cannot begin on day -1. Take 0 to 3660."),
        ([Trigger(INFUSION, from_day=367)], 0, "It cannot begin on day 367. Take 0 to 366."),
        ([Trigger(PLANNED, from_day=1)], 0, "It cannot begin on day 1. Take -28 to 0."),
        ([Trigger(PLANNED, from_day=-29)], 0, "It cannot begin on day -29. Take -28 to 0."),
        ([Trigger(START, 7, 7, 6)], 0, "It would end on day 6, before it begins on day 7."),
        (
            [Trigger(START, until_day=7)],
            0,
            "It is asked once, so it cannot go on until day 7. Say every how many days.",
        ),
        ([Trigger(INFUSION, 0, 7, 400)], 0, "It cannot go on until day 400. Take day 366 at the latest."),
        ([Trigger(PLANNED, -3, 1, 1)], 0, "It cannot go on until day 1. Take day 0 at the latest."),
        ([Trigger(INFUSION, hours=73)], 0, "73 hours after an infusion cannot be asked. Take 0 to 72."),
        ([Trigger(INFUSION, hours=-1)], 0, "-1 hours after an infusion cannot be asked. Take 0 to 72."),
        (
            [Trigger(PLANNED, hours=-169)],
            0,
            "Before a planned infusion something is asked within 1 to 168 hours, not 169.",
        ),
        ([Trigger(START, hours=2)], 0, "Hours can be counted from an infusion only."),
        (
            [Trigger(INFUSION, every_days=1, hours=2)],
            0,
            "What is asked at an hour is asked once for each infusion, not on days as well.",
        ),
        ([Trigger(START, every_days=7, open_days=0)], 0, "It cannot stay open for 0 days. Take 1 to 28."),
        ([Trigger(START, every_days=7, open_days=29)], 0, "It cannot stay open for 29 days. Take 1 to 28."),
        (rhythms.WEEKLY, 8, "8 days are no least distance between two askings. Take 0 to 7."),
        (rhythms.WEEKLY, -1, "-1 days are no least distance between two askings. Take 0 to 7."),
        ([Trigger(START, every_days=2)], 3, "It cannot be asked every 2 days and at least 3 days apart."),
        (
            [Trigger(INFUSION, hours=hour) for hour in range(7)],
            0,
            "This would ask the same thing 7 times a day. It can be asked at most 6 times.",
        ),
        (
            [Trigger(INFUSION), *(Trigger(INFUSION, hours=hour) for hour in range(6))],
            0,
            "This would ask the same thing 7 times a day. It can be asked at most 6 times.",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_name(triggers: Any, gap: Any, expected: Any) -> None:
    assert expected in said(triggers, gap)


def test_the_same_thing_forty_times_a_day_is_refused() -> None:
    found = said([Trigger(INFUSION, hours=hour % 24) for hour in range(40)])
    assert "This would ask the same thing 24 times a day. It can be asked at most 6 times." in found
    assert "40 rules are too many for one line. Take at most 12." in found


@pytest.mark.parametrize(
    "triggers",
    [
        rhythms.EVERY_DAY,
        rhythms.WEEKLY_AND_THE_MORNING_OF_EACH,
        rhythms.AFTER_EACH,
        rhythms.DAILY_FOR_7_THEN_WEEKLY,
        rhythms.EVERY_7_FOR_28_THEN_14,
        rhythms.WITHIN_72_HOURS,
        [Trigger(INFUSION, hours=hour) for hour in range(0, 24, 4)],
        [Trigger(Anchor.ENROLMENT, from_day=3660)],
    ],
)
def test_the_rhythms_of_a_clinic_are_not(triggers: Any) -> None:
    assert refusals.problems(triggers) == []


def test_every_problem_says_in_which_rule_and_part_it_is() -> None:
    first, second = refusals.problems([*rhythms.WEEKLY, Trigger(START, every_days=0, open_days=99)])
    assert [(one.trigger, one.field) for one in (first, second)] == [(1, "every"), (1, "open")]


@pytest.mark.parametrize("phase", list(ready_made.Phase))
def test_no_ready_made_plan_is_refused(phase: Any) -> None:
    conditions = [condition for condition, _, _ in ready_made.BY_CONDITION]
    everything = {name for _, names, _ in ready_made.BY_CONDITION for name in names} | {"daily", "phq-9", "gad-7"}
    for line in ready_made.lines(conditions, phase, askable=everything):
        assert refusals.problems(line.triggers, line.min_gap_days) == []


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            [{"anchor": "full-moon"}],
            "There is no anchor “full-moon”. There are: start, enrolment, infusion, planned-infusion.",
        ),
        ([{}], "There is no anchor “None”. There are: start, enrolment, infusion, planned-infusion."),
        (
            [{"anchor": "start", "each": 3}],
            "A rule has no part “each”. It has: anchor, from, every, until, hours, open.",
        ),
        ([{"anchor": "start", "every": "often"}], "“often” is no whole number."),
        ([{"anchor": "start", "every": True}], "“True” is no whole number."),
        ([{"anchor": "start", "every": 1.5}], "“1.5” is no whole number."),
    ],
)
def test_rules_that_cannot_be_read_are_refused_by_name(rows: Any, expected: Any) -> None:
    with pytest.raises(InvalidPlan) as refused:
        refusals.read(rows)
    assert [one.message % one.values for one in refused.value.problems] == [expected]
    assert str(refused.value) == expected


@pytest.mark.parametrize(
    "triggers", [rhythms.AFTER_EACH, rhythms.EVERY_7_FOR_28_THEN_14, rhythms.WITHIN_72_HOURS, [Trigger(START)]]
)
def test_triggers_come_back_from_their_rows_as_they_were(triggers: Any) -> None:
    rows = rhythm.to_json(triggers)
    assert rhythm.from_json(rows) == refusals.read(rows) == tuple(triggers)
    assert all(value is not None for row in rows for value in row.values())
