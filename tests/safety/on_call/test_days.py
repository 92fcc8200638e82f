"""The rota day by day: what lies in a day, also where the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.clinic.hours import WEEKDAYS, Opening
from portal.safety.on_call import days
from portal.safety.on_call.days import WHOLE, Piece

OFFICE = Opening("America/New_York", dict.fromkeys(WEEKDAYS[:5], (time(9), time(17))))
FRIDAY = date(2026, 11, 27)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_shift_stands_in_each_of_its_days_with_where_it_begins_and_ends() -> None:
    shift = ("Bea", (utc("2026-11-27 23:00"), utc("2026-11-29 13:00")))
    friday, saturday, sunday = days.days(FRIDAY, 3, OFFICE, [shift], [])
    assert friday.shifts == (
        Piece("Bea", utc("2026-11-27 23:00"), utc("2026-11-28 05:00"), begins=True, ends=False, left=750, width=250),
    )
    assert saturday.shifts == (
        Piece("Bea", utc("2026-11-28 05:00"), utc("2026-11-29 05:00"), begins=False, ends=False, left=0, width=WHOLE),
    )
    assert [(one.begins, one.ends, one.left, one.width) for one in sunday.shifts] == [(False, True, 0, 333)]
    assert [one.left for one in friday.open] == [375]
    assert saturday.open == sunday.open == ()


def test_a_shift_that_ends_at_midnight_is_not_in_the_next_day() -> None:
    shift = ("Bea", (utc("2026-11-27 23:00"), utc("2026-11-28 05:00")))
    friday, saturday = days.days(FRIDAY, 2, OFFICE, [shift], [])
    assert [(one.begins, one.ends) for one in friday.shifts] == [(True, False)]
    assert saturday.shifts == ()


@pytest.mark.parametrize(("on", "long"), [(date(2027, 3, 14), 23), (date(2027, 11, 7), 25), (FRIDAY, 24)])
def test_a_day_is_as_long_as_its_clocks_make_it(on: date, long: int) -> None:
    hole = (utc("2026-01-01 00:00"), utc("2028-01-01 00:00"))
    [day] = days.days(on, 1, OFFICE, [], [hole])
    [piece] = day.holes
    assert piece.end - piece.start == timedelta(hours=long)
    assert (piece.left, piece.width) == (0, WHOLE)


@given(
    st.sampled_from(["America/New_York", "Europe/London", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Santiago"]),
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.timedeltas(timedelta(-10), timedelta(10)),
    st.timedeltas(timedelta(minutes=1), timedelta(days=9)),
)
def test_the_parts_of_a_span_make_it_up_and_stay_in_the_day(
    zone: str, on: date, later: timedelta, length: timedelta
) -> None:
    start = datetime.combine(on, time(), UTC) + later
    span = (start, start + length)
    found = days.days(on, 7, Opening(zone), [("Bea", span)], [])
    pieces = [piece for day in found for piece in day.shifts]
    assert all(one.left >= 0 and one.width >= 1 and one.left + one.width <= WHOLE + 1 for one in pieces)
    assert all(span[0] <= one.start < one.end <= span[1] for one in pieces)
    assert all(one.end == other.start for one, other in pairwise(pieces))
    assert sum(one.begins and one.start == span[0] for one in pieces) <= 1
