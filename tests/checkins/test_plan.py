import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.checkins import plan
from portal.checkins.plan import PlanLine, Standing

TODAY = date(2026, 11, 22)
START = date(2026, 1, 1)
MINUTES = {"daily": 1, "gad-7": 2, "phq-9": 3}


def line(instrument: Any = "phq-9", every_days: Any = 14, starts_on: Any = START, ends_on: Any = None) -> Any:
    return PlanLine(uuid.uuid4(), instrument, every_days, MINUTES.get(instrument, 5), starts_on, ends_on)


def back(days: Any) -> Any:
    return TODAY - timedelta(days=days)


def standing(one: Any, last: Any = None, today: Any = TODAY) -> Any:
    found = plan.due_list([one], {} if last is None else {one.instrument: last}, today)
    return (found[0].standing.value, found[0].on) if found else None


CASES = [
    # rhythm, last done, how it stands, the day it falls due
    (line("daily", 1), None, "due", TODAY),
    (line("daily", 1), back(1), "due", TODAY),
    (line("daily", 1), back(5), "due", TODAY),  # a missed day is not carried over: it can be added by itself
    (line("daily", 1), TODAY, "done", TODAY + timedelta(1)),
    (line(every_days=14), None, "overdue", START),
    (line(every_days=14), back(13), "upcoming", TODAY + timedelta(1)),
    (line(every_days=14), back(14), "due", TODAY),
    (line(every_days=14), back(15), "overdue", back(1)),
    (line(every_days=14), TODAY, "done", TODAY + timedelta(14)),
    (line(every_days=7), back(7), "due", TODAY),
    (line(every_days=7), back(6), "upcoming", TODAY + timedelta(1)),
    (line(every_days=7), back(20), "overdue", back(13)),
    (line(every_days=14, starts_on=TODAY), None, "due", TODAY),
    (line(every_days=14, starts_on=TODAY + timedelta(3)), None, "upcoming", TODAY + timedelta(3)),
    (line("daily", 1, starts_on=TODAY + timedelta(3)), None, "upcoming", TODAY + timedelta(3)),
    # a line that begins today waits for its rhythm where the scale was done not long ago
    (line(every_days=14, starts_on=TODAY), back(4), "upcoming", TODAY + timedelta(10)),
    (line(every_days=14, starts_on=TODAY), back(40), "due", TODAY),
]


@pytest.mark.parametrize(("one", "last", "expected", "on"), CASES)
def test_a_line_of_the_plan_stands_as_its_rhythm_says(one: Any, last: Any, expected: Any, on: Any) -> None:
    assert standing(one, last) == (expected, on)


@pytest.mark.parametrize(
    ("ends_on", "is_asked"),
    [(back(1), False), (TODAY, False), (TODAY + timedelta(1), True), (None, True)],
)
def test_an_ended_line_is_asked_no_more_from_that_day_on(ends_on: Any, is_asked: Any) -> None:
    assert (standing(line(ends_on=ends_on)) is not None) is is_asked


def test_a_line_that_ended_before_it_began_is_never_asked() -> None:
    later = TODAY + timedelta(9)
    assert standing(line(starts_on=later, ends_on=later)) is None


def test_nothing_is_due_for_a_patient_who_is_paused_or_has_left() -> None:
    assert plan.due_list([line("daily", 1), line()], {}, TODAY, in_care=False) == []


def test_what_is_due_comes_first_and_of_that_the_shortest() -> None:
    lines = [line("phq-9"), line("gad-7"), line("daily", 1), line("asked-later", starts_on=TODAY + timedelta(2))]
    found = plan.due_list(lines, {"daily": TODAY}, TODAY)
    assert [one.line.instrument for one in found] == ["gad-7", "phq-9", "daily", "asked-later"]


def test_several_plans_ask_the_same_instrument_once_by_the_one_that_is_due_first() -> None:
    weekly, fortnightly = line(every_days=7), line(every_days=14)
    for lines in ([weekly, fortnightly], [fortnightly, weekly]):
        found = plan.due_list(lines, {"phq-9": back(8)}, TODAY)
        assert [(one.line, one.standing) for one in found] == [(weekly, Standing.OVERDUE)]


def test_an_ended_line_does_not_hide_the_one_that_replaced_it() -> None:
    old, new = line(every_days=7, ends_on=TODAY), line(every_days=14, starts_on=TODAY)
    assert [one.line for one in plan.due_list([old, new], {}, TODAY)] == [new]


def test_days_late_are_counted_from_the_day_it_fell_due() -> None:
    (found,) = plan.due_list([line(every_days=7)], {"phq-9": back(10)}, TODAY)
    assert found.days_late(TODAY) == 3
    (found,) = plan.due_list([line(every_days=7)], {"phq-9": back(2)}, TODAY)
    assert found.days_late(TODAY) == 0


def missed(one: Any, done: Any = (), past_days: Any = 7, enrolled_on: Any = START) -> Any:
    found = plan.missed_days(one, done, TODAY, past_days=past_days, enrolled_on=enrolled_on)
    return [(TODAY - day).days for day in found]


@pytest.mark.parametrize(
    ("one", "more", "days_back"),
    [
        (line("daily", 1), {}, [1, 2, 3, 4, 5, 6, 7]),
        (line("daily", 1), {"past_days": 2}, [1, 2]),
        (line("daily", 1), {"past_days": 0}, []),
        (line("daily", 1), {"done": [back(1), back(3), TODAY]}, [2, 4, 5, 6, 7]),
        (line("daily", 1), {"enrolled_on": back(2)}, [1, 2]),
        (line("daily", 1), {"enrolled_on": TODAY}, []),
        (line("daily", 1, starts_on=back(3)), {}, [1, 2, 3]),
        (line("phq-9", 14), {}, []),
    ],
)
def test_days_that_can_be_added_are_those_asked_and_not_sent(one: Any, more: Any, days_back: Any) -> None:
    assert missed(one, **more) == days_back


@pytest.mark.parametrize(
    ("on", "said", "named"),
    [
        (TODAY, None, None),
        (back(7), None, None),
        (TODAY + timedelta(1), "still to come", {"day": TODAY + timedelta(1)}),
        (back(8), "too long ago", {"day": back(8), "num": 7}),
        (back(30), "before you joined", {"day": back(30), "first": back(20)}),
        (back(21), "before you joined", {"day": back(21), "first": back(20)}),
        (back(20), "too long ago", {"day": back(20), "num": 7}),
    ],
)
def test_a_day_that_cannot_be_is_refused_with_its_name(on: Any, said: Any, named: Any) -> None:
    problem = plan.day_problem(on, TODAY, past_days=7, enrolled_on=back(20))
    assert (problem is None) is (said is None)
    if problem is not None:
        assert said in problem.message
        assert dict(problem.values) == named
        assert all(f"%({name})s" in problem.message for name in named)


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        (datetime(2026, 11, 22, 4, 59, tzinfo=UTC), "America/New_York", date(2026, 11, 21)),
        (datetime(2026, 11, 22, 5, 0, tzinfo=UTC), "America/New_York", date(2026, 11, 22)),
        (datetime(2026, 11, 21, 18, 14, tzinfo=UTC), "Asia/Kathmandu", date(2026, 11, 21)),
        (datetime(2026, 11, 21, 18, 15, tzinfo=UTC), "Asia/Kathmandu", date(2026, 11, 22)),
        (datetime(2026, 11, 21, 11, 0, tzinfo=UTC), "Pacific/Apia", date(2026, 11, 22)),
        # the clocks go forward on 8 March 2026 and back on 1 November 2026 in New York
        (datetime(2026, 3, 8, 4, 59, tzinfo=UTC), "America/New_York", date(2026, 3, 7)),
        (datetime(2026, 3, 9, 3, 59, tzinfo=UTC), "America/New_York", date(2026, 3, 8)),
        (datetime(2026, 3, 9, 4, 0, tzinfo=UTC), "America/New_York", date(2026, 3, 9)),
        (datetime(2026, 11, 2, 4, 59, tzinfo=UTC), "America/New_York", date(2026, 11, 1)),
        (datetime(2026, 11, 2, 5, 0, tzinfo=UTC), "America/New_York", date(2026, 11, 2)),
    ],
)
def test_today_is_the_patients_today(moment: Any, zone: Any, day: Any) -> None:
    assert plan.local_day(moment, zone) == day


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu"])
def test_a_daily_line_is_due_on_every_local_day_of_a_year_whatever_the_clocks_do(zone: Any) -> None:
    done: dict[str, date] = {}
    asked: list[date] = []
    daily = line("daily", 1)
    moment = datetime(2026, 1, 1, 12, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    for _ in range(365 * 4):
        today = plan.local_day(moment, zone)
        if plan.due_list([daily], done, today)[0].standing is Standing.DUE:
            asked.append(today)
            done["daily"] = today
        moment += timedelta(hours=6)
    assert len(asked) == len(set(asked)) == (asked[-1] - asked[0]).days + 1


@given(
    every=st.integers(1, 60),
    last=st.none() | st.dates(date(2025, 1, 1), TODAY),
    starts=st.dates(date(2025, 1, 1), date(2027, 1, 1)),
)
def test_a_line_is_due_exactly_when_its_day_has_come(every: Any, last: Any, starts: Any) -> None:
    found = plan.due_list([line("phq-9", every, starts)], {} if last is None else {"phq-9": last}, TODAY)[0]
    is_now = found.standing in plan.NOW
    assert is_now is (found.on <= TODAY and last != TODAY)
    assert (found.days_late(TODAY) > 0) is (found.standing is Standing.OVERDUE)


@given(st.lists(st.tuples(st.sampled_from(["daily", "gad-7", "phq-9"]), st.integers(1, 30)), max_size=6))
def test_no_instrument_is_asked_twice_and_none_is_lost(wanted: Any) -> None:
    lines = [line(instrument, every) for instrument, every in wanted]
    found = plan.due_list(lines, {}, TODAY)
    assert sorted(one.line.instrument for one in found) == sorted({instrument for instrument, _ in wanted})
