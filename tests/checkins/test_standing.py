"""How each instrument stands, for the patient, the provider and the worker."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.checkins import plan
from portal.checkins.plan import LATE, NOW, Anchor, Anchors, Last, Standing, Trigger
from tests.checkins.rhythms import (
    AFTER_EACH,
    DAILY_FOR_7_THEN_WEEKLY,
    DAY,
    EVERY_DAY,
    WEEKLY,
    WEEKLY_AND_THE_MORNING_OF_EACH,
    WITHIN_72_HOURS,
    ZONE,
    anchors,
    day,
    line,
    moment,
)
from tests.checkins.test_occurrences import ANCHORS, LINES

NOBODY = anchors()
FORTNIGHTLY = (Trigger(Anchor.START, every_days=14),)


def done(number: int, hour: float = 9, *, for_on: int | None = None) -> Last:
    """Return a check-in that came in at an hour of a day, for that day where no other is said."""
    return Last(day(number if for_on is None else for_on), moment(number, hour))


def stands(one: Any, found: Anchors, now: datetime, last: Last | None = None) -> Any:
    """Return how one line stands: standing, day and day of the next asking."""
    due = plan.due_list([one], found, {} if last is None else {one.instrument: last}, now, ZONE)
    if not due:
        return None
    on, next_on = due[0].on, due[0].next_on
    return (due[0].standing.value, (on - DAY).days, None if next_on is None else (next_on - DAY).days)


CASES: list[Any] = [
    # rhythm, infusions, now, what was done last, how it stands, on which day, and when it is asked next
    (EVERY_DAY, NOBODY, moment(5), None, ("due", 5, 6)),
    (EVERY_DAY, NOBODY, moment(5), done(4), ("due", 5, 6)),
    (EVERY_DAY, NOBODY, moment(5), done(5), ("done", 6, 6)),
    (EVERY_DAY, NOBODY, moment(5), done(5, for_on=4), ("due", 5, 6)),  # added for yesterday: today is still to come
    (EVERY_DAY, NOBODY, moment(-1), None, ("soon", 0, 0)),
    (EVERY_DAY, NOBODY, moment(-3), None, ("upcoming", 0, 0)),
    (WEEKLY, NOBODY, moment(7), done(2), ("due", 7, 14)),
    (WEEKLY, NOBODY, moment(8), done(2), ("overdue", 7, 14)),
    (WEEKLY, NOBODY, moment(13, 23.9), done(2), ("overdue", 7, 14)),
    (WEEKLY, NOBODY, moment(14), done(2), ("due", 14, 21)),
    (WEEKLY, NOBODY, moment(9), done(9), ("done", 14, 14)),
    (WEEKLY, NOBODY, moment(10), done(9), ("upcoming", 14, 14)),
    (WEEKLY, NOBODY, moment(12), done(9), ("soon", 14, 14)),
    (WEEKLY, NOBODY, moment(9), done(9, for_on=8), ("upcoming", 14, 14)),
    (WEEKLY, NOBODY, moment(9), done(9, for_on=6), ("overdue", 7, 14)),  # for a day before it was asked
    (FORTNIGHTLY, NOBODY, moment(6), None, ("overdue", 0, 14)),
    (FORTNIGHTLY, NOBODY, moment(7), None, ("missed", 0, 14)),
    (FORTNIGHTLY, NOBODY, moment(7), done(7), ("done", 14, 14)),  # sent late, but sent
    (FORTNIGHTLY, NOBODY, moment(14), None, ("due", 14, 28)),
    ([Trigger(Anchor.START, every_days=90)], NOBODY, moment(20), None, ("missed", 0, 90)),
    ([Trigger(Anchor.START, every_days=90)], NOBODY, moment(21), None, ("upcoming", 90, 90)),
    ([Trigger(Anchor.START)], NOBODY, moment(3), None, ("overdue", 0, None)),
    ([Trigger(Anchor.START)], NOBODY, moment(10), None, ("missed", 0, None)),
    ([Trigger(Anchor.START)], NOBODY, moment(30), None, None),
    ([Trigger(Anchor.START)], NOBODY, moment(3), done(3), ("done", 0, None)),
    ([Trigger(Anchor.START)], NOBODY, moment(4), done(3), None),
    # 2 hours, next morning and day 3 after each infusion, which was given on day 5 at ten
    (AFTER_EACH, NOBODY, moment(5), None, None),
    (AFTER_EACH, anchors([], [5]), moment(5), None, None),
    (AFTER_EACH, anchors([5]), moment(5, 11.9), None, ("soon", 5, 5)),
    (AFTER_EACH, anchors([5]), moment(5, 12), None, ("due", 5, 6)),
    (AFTER_EACH, anchors([5]), moment(5, 13), done(5, 9), ("due", 5, 6)),  # sent that morning, before the infusion
    (AFTER_EACH, anchors([5]), moment(5, 14), done(5, 13), ("done", 6, 6)),
    (AFTER_EACH, anchors([5]), moment(6, 8), done(5, 13), ("due", 6, 8)),
    (AFTER_EACH, anchors([5]), moment(7, 8), done(5, 13), ("overdue", 6, 8)),
    (AFTER_EACH, anchors([5]), moment(8, 8), None, ("due", 8, None)),
    # daily for 7 days after an infusion, then weekly
    (DAILY_FOR_7_THEN_WEEKLY, anchors([5]), moment(12), None, ("due", 12, 19)),
    (DAILY_FOR_7_THEN_WEEKLY, anchors([5]), moment(13), None, ("missed", 12, 19)),
    (DAILY_FOR_7_THEN_WEEKLY, anchors([5]), moment(13), done(12), ("upcoming", 19, 19)),
    # within 72 hours before a planned infusion
    (WITHIN_72_HOURS, anchors([], [10]), moment(7, 9.9), None, ("soon", 7, 7)),
    (WITHIN_72_HOURS, anchors([], [10]), moment(7, 10), None, ("due", 7, None)),
    (WITHIN_72_HOURS, anchors([], [10]), moment(10, 9.9), None, ("due", 7, None)),
    (WITHIN_72_HOURS, anchors([], [10]), moment(10, 10), None, ("missed", 7, None)),
    (WITHIN_72_HOURS, anchors([10]), moment(11, 10), None, ("missed", 7, None)),
    (WITHIN_72_HOURS, anchors([], [10]), moment(8), done(7, 9), ("due", 7, None)),
    (WITHIN_72_HOURS, anchors([], [10]), moment(8), done(7, 11), None),
    (WITHIN_72_HOURS, anchors([], [12]), moment(8), done(7, 11), ("soon", 9, 9)),  # put off by two days: asked again
    (WITHIN_72_HOURS, NOBODY, moment(8), None, None),  # cancelled
]


@pytest.mark.parametrize(("triggers", "found", "now", "last", "expected"), CASES)
def test_a_line_of_the_plan_stands_as_its_rhythm_says(
    triggers: Any, found: Any, now: Any, last: Any, expected: Any
) -> None:
    assert stands(line(triggers), found, now, last) == expected


@pytest.mark.parametrize(
    ("now", "last", "expected"),
    [
        # infusions on days 9 and 20; weekly from day 0, at least 3 days apart
        (moment(7), done(2), ("soon", 9, 9)),  # two days before an infusion the calendar waits for it
        (moment(9, 8), done(2), ("due", 9, 14)),
        (moment(9, 8), done(7), ("upcoming", 14, 14)),  # sent by oneself two days before: not again
        (moment(9, 8), done(6), ("due", 9, 14)),
        (moment(14), done(9), ("due", 14, 20)),
        (moment(14), done(12), ("upcoming", 20, 20)),
    ],
)
def test_what_was_sent_not_long_before_is_not_asked_again(now: Any, last: Any, expected: Any) -> None:
    assert stands(line(WEEKLY_AND_THE_MORNING_OF_EACH, gap=3), anchors([], [9, 20]), now, last) == expected


@pytest.mark.parametrize(
    ("now", "last", "expected"),
    [
        # an infusion on day 20 at 10, asked within 72 hours before it and every 14 days, at least 3 days apart
        (moment(17, 11), done(13), ("due", 17, 28)),
        (moment(17, 11), done(16), ("soon", 19, 19)),  # too soon after the last: within the same hours, but later
        (moment(19, 1), done(16), ("due", 19, 28)),
        (moment(20, 9), done(16), ("due", 19, 28)),
        (moment(20, 11), done(16), ("missed", 19, 28)),
        (moment(19, 12), done(19), ("done", 28, 28)),
        (moment(20, 9), done(17, 9), ("due", 20, 28)),  # an hour before the window, 73 before the infusion
        (moment(20, 9), done(18), ("upcoming", 28, 28)),  # done within it
    ],
)
def test_what_leads_up_to_an_infusion_waits_for_the_gap_and_is_still_asked(now: Any, last: Any, expected: Any) -> None:
    one = line((*FORTNIGHTLY, *WITHIN_72_HOURS), gap=3)
    assert stands(one, anchors([], [20]), now, last) == expected


@pytest.mark.parametrize(("ends_on", "is_asked"), [(-1, False), (5, False), (6, True), (None, True)])
def test_an_ended_line_is_asked_no_more_from_that_day_on(ends_on: Any, is_asked: Any) -> None:
    one = line(EVERY_DAY, starts=day(-9), ends_on=None if ends_on is None else day(ends_on))
    assert (stands(one, NOBODY, moment(5)) is not None) is is_asked


def test_a_line_that_ended_before_it_began_is_never_asked() -> None:
    assert stands(line(starts=day(9), ends_on=day(9)), NOBODY, moment(5)) is None


def test_nothing_is_due_for_a_patient_who_is_paused_or_has_left() -> None:
    assert plan.due_list([line(EVERY_DAY), line()], NOBODY, {}, moment(3), ZONE, in_care=False) == []


def test_what_is_due_comes_first_and_of_that_the_shortest() -> None:
    daily, asked_later = line(EVERY_DAY, "daily"), line(WEEKLY, "asked-later", starts=day(2))
    lines = [line(WEEKLY, "phq-9"), line(WEEKLY, "gad-7"), daily, asked_later]
    found = plan.due_list(lines, NOBODY, {"daily": done(0)}, moment(0), ZONE)
    assert [one.line.instrument for one in found] == ["gad-7", "phq-9", "daily", "asked-later"]
    assert [one.is_now for one in found] == [True, True, False, False]


def test_an_ended_line_does_not_hide_the_one_that_replaced_it() -> None:
    old, new = line(WEEKLY, starts=day(-30), ends_on=day(2)), line(FORTNIGHTLY, starts=day(2))
    assert [one.line for one in plan.due_list([old, new], NOBODY, {}, moment(2), ZONE)] == [new]


def test_what_was_done_is_known_and_not_late() -> None:
    late, done_already = (plan.due_list([line()], NOBODY, last, moment(10), ZONE) for last in ({}, {"phq-9": done(8)}))
    assert (late[0].is_late, done_already[0].is_late) == (True, False)
    assert (late[0].last_on, done_already[0].last_on) == (None, day(8))


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu"])
def test_a_daily_line_is_due_once_on_every_local_day_of_a_year_whatever_the_clocks_do(zone: Any) -> None:
    last: dict[str, Last] = {}
    asked: list[date] = []
    daily = line(EVERY_DAY, "daily", starts=date(2026, 1, 1))
    now = datetime(2026, 1, 1, 12, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    for _ in range(365 * 4):
        today = plan.local_day(now, zone)
        if plan.due_list([daily], NOBODY, last, now, zone)[0].standing is Standing.DUE:
            asked.append(today)
            last["daily"] = Last(today, now)
        now += timedelta(hours=6)
    assert len(asked) == len(set(asked)) == (asked[-1] - asked[0]).days + 1


LASTS = st.none() | st.builds(
    lambda number, hour, back: done(number, hour, for_on=number - back),
    st.integers(-30, 20),
    st.integers(0, 23),
    st.integers(0, 3),
)


@given(one=LINES, found=ANCHORS, last=LASTS, number=st.integers(-20, 40), hour=st.integers(0, 23))
def test_what_stands_can_be_answered_is_late_or_lies_ahead(
    one: Any, found: Anchors, last: Last | None, number: int, hour: int
) -> None:
    now = moment(max(number, 20 if last else -20), hour)
    lasts = {} if last is None else {one.instrument: last}
    due = plan.due_list([one], found, lasts, now, ZONE)
    assert plan.count_late([one], found, lasts, now, ZONE) == sum(each.is_late for each in due)
    for each in due:
        asking = each.occurrence
        assert (each.standing in NOW) is (
            asking.opens_at <= now < asking.closes_at
            and (last is None or last.moment(ZoneInfo(ZONE)) < asking.opens_at)
        )
        assert each.standing not in LATE or asking.due_at <= now
        assert each.standing not in (Standing.SOON, Standing.UPCOMING) or asking.opens_at > now
        if each.is_now and last is not None and one.min_gap_days:
            assert (asking.due_on - last.for_on).days >= one.min_gap_days or last.for_on > asking.due_on


@given(st.lists(st.tuples(st.sampled_from(["daily", "gad-7", "phq-9"]), st.integers(1, 30)), max_size=6))
def test_no_instrument_is_asked_twice_and_none_is_lost(wanted: Any) -> None:
    lines = [line([Trigger(Anchor.START, every_days=days)], name) for name, days in wanted]
    found = plan.due_list(lines, NOBODY, {}, moment(0), ZONE)
    assert sorted(one.line.instrument for one in found) == sorted({name for name, _ in wanted})
