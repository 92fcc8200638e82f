"""When a check of long-term treatment is due."""

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.treatment.monitoring.due import SOON, Standing, State, add_months, standing

DAYS = st.dates(date(2000, 1, 1), date(2060, 1, 1))
MONTHS = st.integers(1, 36)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 1, 31), 2, date(2026, 3, 31)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 5), 1, date(2027, 1, 5)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 5, 17), 0, date(2026, 5, 17)),
    ],
)
def test_months_are_calendar_months(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@settings(deadline=None)
@given(DAYS, st.integers(0, 120))
def test_some_months_later_is_in_that_month_on_the_same_day_or_its_last(day: date, months: int) -> None:
    found = add_months(day, months)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == min(day.day, calendar.monthrange(found.year, found.month)[1])


FIRST = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("first", "done", "months", "today", "expected"),
    [
        (None, [], 6, date(2026, 5, 1), Standing(State.NOT_YET)),
        (None, [date(2026, 4, 1)], 6, date(2026, 5, 1), Standing(State.DONE)),
        (FIRST, [], 0, date(2026, 5, 1), Standing(State.NOT_YET)),
        (FIRST, [], None, date(2026, 5, 1), Standing(State.NOT_YET)),
        (FIRST, [], 1, FIRST, Standing(State.NOT_YET, date(2026, 4, 30))),
        (FIRST, [], 1, date(2026, 4, 22), Standing(State.NOT_YET, date(2026, 4, 30))),
        (FIRST, [], 1, date(2026, 4, 23), Standing(State.DUE, date(2026, 4, 30))),
        (FIRST, [], 1, date(2026, 4, 30), Standing(State.DUE, date(2026, 4, 30))),
        (FIRST, [], 1, date(2026, 5, 1), Standing(State.OVERDUE, date(2026, 4, 30))),
        (FIRST, [date(2026, 5, 1)], 1, date(2026, 5, 1), Standing(State.DONE, date(2026, 6, 1))),
        (FIRST, [date(2026, 4, 20), date(2026, 5, 1)], 6, date(2026, 5, 2), Standing(State.DONE, date(2026, 11, 1))),
        (FIRST, [date(2026, 5, 9)], 1, date(2026, 5, 2), Standing(State.OVERDUE, date(2026, 4, 30))),
        (FIRST, [date(2024, 1, 1)], 6, FIRST, Standing(State.DUE, FIRST)),
        (FIRST, [date(2024, 1, 1)], 6, date(2026, 4, 1), Standing(State.OVERDUE, FIRST)),
        (date(2026, 6, 1), [], 1, date(2026, 5, 1), Standing(State.NOT_YET)),
    ],
    ids=str,
)
def test_where_a_check_stands(
    first: date | None, done: list[date], months: int | None, today: date, expected: Standing
) -> None:
    assert standing(first, done, months, today) == expected


@settings(deadline=None)
@given(DAYS, st.lists(DAYS, max_size=4), MONTHS, DAYS)
def test_the_state_follows_from_the_day_it_is_due(first: date, done: list[date], months: int, today: date) -> None:
    found = standing(first, done, months, today)
    if today < first:
        assert found.due_on is None
        return
    assert found.due_on is not None
    assert (found.state is State.OVERDUE) == (today > found.due_on)
    assert (found.state is State.DUE) == (found.due_on - SOON <= today <= found.due_on)
    assert found.due_on >= first
    if found.state is State.DONE:
        assert any(day <= today for day in done)


@settings(deadline=None)
@given(DAYS, st.lists(DAYS, max_size=4), MONTHS, st.integers(0, 4000))
def test_doing_it_today_is_never_overdue_and_never_brings_the_next_one_nearer(
    first: date, done: list[date], months: int, after: int
) -> None:
    today = first + timedelta(days=after)
    before, now = standing(first, done, months, today), standing(first, [*done, today], months, today)
    assert now.state in {State.DONE, State.DUE}
    assert before.due_on is not None
    assert now.due_on == add_months(today, months) >= before.due_on
