"""A shift as it is typed: what it means on the clinic's clock, and what cannot be kept."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.safety.on_call import shifts
from portal.safety.on_call.shifts import Refused, Typed

ZONE = "America/New_York"
AT = datetime(2026, 11, 22, 15, tzinfo=UTC)
FRIDAY, SATURDAY = date(2026, 11, 27), date(2026, 11, 28)
NIGHT = Typed(FRIDAY, time(18), SATURDAY, time(8))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (NIGHT, [("2026-11-27 23:00", "2026-11-28 13:00")]),
        (NIGHT._replace(weeks=2), [("2026-11-27 23:00", "2026-11-28 13:00"), ("2026-12-04 23:00", "2026-12-05 13:00")]),
        (Typed(date(2026, 11, 20), time(17), FRIDAY, time(17)), [("2026-11-20 22:00", "2026-11-27 22:00")]),
        (
            Typed(date(2027, 3, 6), time(18), date(2027, 3, 7), time(8), 2),
            [("2027-03-06 23:00", "2027-03-07 13:00"), ("2027-03-13 23:00", "2027-03-14 12:00")],
        ),
        (
            Typed(date(2027, 10, 30), time(18), date(2027, 10, 31), time(8), 2),
            [("2027-10-30 22:00", "2027-10-31 12:00"), ("2027-11-06 22:00", "2027-11-07 13:00")],
        ),
    ],
    ids=["a night", "two weeks", "a week that has begun", "clocks forward", "clocks back"],
)
def test_a_shift_keeps_its_time_on_the_clinic_s_clock(typed: Typed, expected: list[tuple[str, str]]) -> None:
    found = shifts.spans(typed, ZONE, at=AT)
    assert found == [(utc(start), utc(end)) for start, end in expected]


@pytest.mark.parametrize(
    ("typed", "field", "msgid"),
    [
        (NIGHT._replace(ends_on=FRIDAY), "ends", shifts.ENDS_BEFORE_START),
        (NIGHT._replace(ends_on=FRIDAY, ends=time(18)), "ends", shifts.ENDS_BEFORE_START),
        (NIGHT._replace(ends_on=date(2026, 11, 26)), "ends_on", shifts.ENDS_BEFORE_START),
        (NIGHT._replace(ends_on=date(2026, 12, 4), ends=time(18, 1)), "ends_on", shifts.TOO_LONG),
        (Typed(date(2026, 11, 20), time(18), date(2026, 11, 21), time(8)), "ends_on", shifts.IS_OVER),
        (Typed(date(2028, 1, 1), time(18), date(2028, 1, 2), time(8)), "starts_on", shifts.TOO_FAR),
        (NIGHT._replace(weeks=53), "weeks", shifts.TOO_FAR),
        (Typed(date(2027, 3, 14), time(2, 30), date(2027, 3, 14), time(8)), "starts", shifts.NO_SUCH_TIME),
        (Typed(date(2027, 3, 6), time(18), date(2027, 3, 7), time(2, 30), 2), "ends", shifts.NO_SUCH_TIME),
        (Typed(date(2026, 11, 20), time(1), date(2026, 11, 20), time(0, 59)), "ends", shifts.ENDS_BEFORE_START),
    ],
)
def test_what_cannot_be_a_shift_is_refused_at_its_field(typed: Typed, field: str, msgid: str) -> None:
    with pytest.raises(Refused) as caught:
        shifts.spans(typed, ZONE, at=AT)
    assert [(one.field, one.msgid) for one in caught.value.problems] == [(field, msgid)]


def test_an_hour_that_the_clocks_skip_is_named_with_its_day() -> None:
    with pytest.raises(Refused) as caught:
        shifts.spans(Typed(date(2027, 3, 7), time(2, 30), date(2027, 3, 7), time(8), 3), ZONE, at=AT)
    assert caught.value.problems[0].values == {"day": date(2027, 3, 14), "clock": "02:30"}


def test_an_hour_that_comes_twice_is_the_first_one_so_shifts_meet_without_a_hole() -> None:
    changing = date(2027, 11, 7)
    one, other = (
        shifts.spans(typed, ZONE, at=AT)[0]
        for typed in (
            Typed(date(2027, 11, 6), time(18), changing, time(1, 30)),
            Typed(changing, time(1, 30), changing, time(8)),
        )
    )
    assert one[1] == other[0] == utc("2027-11-07 05:30")


@pytest.mark.parametrize(
    ("start", "end", "overlaps"),
    [(0, 8, False), (0, 9, True), (12, 13, True), (8, 20, True), (16, 20, False), (15, 20, True)],
)
def test_touching_is_not_overlapping(start: int, end: int, overlaps: bool) -> None:
    taken = (AT + timedelta(hours=8), AT + timedelta(hours=16))
    wanted = (AT + timedelta(hours=start), AT + timedelta(hours=end))
    assert shifts.overlap([wanted], [taken]) == (taken if overlaps else None)


@given(st.integers(0, 370), st.times(), st.integers(0, 8), st.times(), st.integers(1, 53))
def test_what_is_kept_is_in_order_and_as_long_as_a_week_at_most(
    ahead: int, starts: time, days: int, ends: time, weeks: int
) -> None:
    first = date(2026, 11, 22) + timedelta(days=ahead)
    typed = Typed(first, starts.replace(fold=0), first + timedelta(days=days), ends.replace(fold=0), weeks)
    try:
        found = shifts.spans(typed, ZONE, at=AT)
    except Refused:
        return
    assert len(found) == weeks
    assert all(start < end <= start + timedelta(days=7, hours=1) for start, end in found)
    assert all(one[1] <= other[0] for one, other in pairwise(found))
    assert found[0][1] > AT
