"""Every rhythm in plain words."""

from typing import Any

import pytest
from hypothesis import given

from portal.checkins import wording
from portal.checkins.plan import Anchor, LineDraft, Trigger
from tests.checkins import rhythms
from tests.checkins.test_occurrences import LINES

START, ENROLMENT, INFUSION, PLANNED = Anchor


@pytest.mark.parametrize(
    ("triggers", "gap", "expected"),
    [
        (rhythms.EVERY_DAY, 0, ["Every day"]),
        (rhythms.WEEKLY, 1, ["Every week"]),
        ([Trigger(START, every_days=14)], 0, ["Every two weeks"]),
        ([Trigger(START, every_days=90)], 0, ["Every 90 days"]),
        (
            rhythms.WEEKLY_AND_THE_MORNING_OF_EACH,
            3,
            ["Every week", "On the day of each infusion, before it begins", "At least 3 days apart"],
        ),
        (
            rhythms.AFTER_EACH,
            0,
            ["2 hours after each infusion", "The day after each infusion", "On day 3 after each infusion"],
        ),
        (
            rhythms.DAILY_FOR_7_THEN_WEEKLY,
            0,
            ["Every day for 7 days after each infusion", "Every week from day 14 after each infusion until the next"],
        ),
        (
            rhythms.EVERY_7_FOR_28_THEN_14,
            0,
            ["Every week for the first 28 days", "Every two weeks after the first 28 days"],
        ),
        ([*rhythms.WEEKLY, Trigger(START, 3, 7)], 0, ["2 times a week"]),
        (
            [Trigger(START, 2, 7), *rhythms.WEEKLY, Trigger(PLANNED), Trigger(START, 4, 7)],
            0,
            ["3 times a week", "On the day of each infusion, before it begins"],
        ),
        (rhythms.WITHIN_72_HOURS, 0, ["Within 72 hours before each planned infusion"]),
        ([Trigger(START)], 0, ["Once, on the first day of the plan"]),
        ([Trigger(START, 1)], 0, ["Once, the day after the plan begins"]),
        ([Trigger(ENROLMENT, 3)], 0, ["Once, 3 days after enrolment"]),
        ([Trigger(ENROLMENT, 0, 28)], 0, ["Every 28 days, counted from enrolment"]),
        ([Trigger(ENROLMENT, 0, 7, 27)], 0, ["Every week for 28 days from enrolment on"]),
        ([Trigger(START, 7, 7, 27)], 0, ["Every week from day 8 to day 28 of the plan"]),
        ([Trigger(INFUSION, 7, 7)], 0, ["Every week, counted from the latest infusion"]),
        ([Trigger(INFUSION, 0, 1, 7)], 0, ["Every day from each infusion until day 7 after it"]),
        ([Trigger(INFUSION, 2, 1, 7)], 0, ["Every day from day 2 to day 7 after each infusion"]),
        ([Trigger(INFUSION)], 0, ["On the day of each infusion, once it is recorded"]),
        ([Trigger(INFUSION, hours=1)], 0, ["1 hour after each infusion"]),
        ([Trigger(PLANNED, -1)], 0, ["The day before each planned infusion"]),
        ([Trigger(PLANNED, -3)], 0, ["3 days before each planned infusion"]),
        ([Trigger(PLANNED, -3, 1)], 0, ["Every day from 3 days before each planned infusion on"]),
        ([Trigger(PLANNED, -3, 1, -1)], 0, ["Every day from 3 to 1 days before each planned infusion"]),
    ],
)
def test_a_rhythm_is_said_in_plain_words(triggers: Any, gap: Any, expected: Any) -> None:
    assert [str(one) for one in wording.describe(LineDraft("phq-9", tuple(triggers), gap))] == expected


@given(one=LINES)
def test_every_rhythm_has_words_and_every_word_its_value(one: Any) -> None:
    sentences = wording.describe(one)
    each_its_own = len(one.triggers) + (one.min_gap_days > 1)
    days_of_the_week = sum((each.anchor, each.every_days) == (START, 7) for each in one.triggers)
    assert each_its_own - max(0, days_of_the_week - 1) <= len(sentences) <= each_its_own
    for sentence in sentences:
        assert str(sentence)
        assert "%" not in str(sentence)
