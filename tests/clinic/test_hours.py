"""When the clinic works: worked examples over weekends, holidays and both changes of the clock, and properties."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.clinic import hours as clinic_hours
from portal.clinic.hours import (
    WEEKDAYS,
    Opening,
    add_working_time,
    end_of_working_day,
    is_open,
    next_open,
    open_until,
    working_time_before,
)

NINE_TO_FIVE = (time(9), time(17))
OFFICE = dict.fromkeys(WEEKDAYS[:5], NINE_TO_FIVE)
NEW_YORK = Opening("America/New_York", OFFICE, frozenset({date(2026, 11, 26)}))
HOUR = timedelta(hours=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-23 13:59", False),
        ("2026-11-23 14:00", True),
        ("2026-11-23 21:59", True),
        ("2026-11-23 22:00", False),
        ("2026-11-22 15:00", False),
        ("2026-11-26 15:00", False),
        ("2026-07-06 13:00", True),
    ],
    ids=["before opening", "opening", "last minute", "closing", "Sunday", "holiday", "summer time"],
)
def test_is_open_follows_the_clinic_s_own_clock(at: str, expected: bool) -> None:
    assert is_open(NEW_YORK, utc(at)) is expected


@pytest.mark.parametrize(
    ("at", "hours", "expected"),
    [
        ("2026-11-22 15:00", 16, "2026-11-24 22:00"),
        ("2026-11-23 15:00", 1, "2026-11-23 16:00"),
        ("2026-11-23 21:30", 1, "2026-11-24 14:30"),
        ("2026-11-25 21:00", 2, "2026-11-27 15:00"),
        ("2026-11-23 15:00", 0, "2026-11-23 15:00"),
        ("2026-11-22 15:00", 0, "2026-11-23 14:00"),
    ],
    ids=["Sunday, two days", "same day", "over night", "over Thanksgiving", "nothing, open", "nothing, closed"],
)
def test_working_time_is_counted_only_while_the_clinic_works(at: str, hours: int, expected: str) -> None:
    assert add_working_time(NEW_YORK, utc(at), hours * HOUR) == utc(expected)


@pytest.mark.parametrize(
    ("on", "worked"),
    [(date(2026, 3, 8), 7), (date(2026, 3, 9), 8), (date(2026, 11, 1), 9)],
    ids=["spring", "plain", "autumn"],
)
def test_a_night_shift_over_the_change_of_the_clock_is_as_long_as_it_really_is(on: date, worked: int) -> None:
    opening = Opening("America/New_York", {WEEKDAYS[on.weekday()]: (time(0), time(8))})
    opens = next_open(opening, datetime.combine(on, time(0), UTC))
    assert opens is not None
    assert is_open(opening, opens + worked * HOUR - timedelta(minutes=1))
    assert not is_open(opening, opens + worked * HOUR)


def test_a_clinic_without_hours_promises_nothing() -> None:
    closed = Opening("UTC")
    assert not is_open(closed, utc("2026-11-23 15:00"))
    assert next_open(closed, utc("2026-11-23 15:00")) is None
    assert add_working_time(closed, utc("2026-11-23 15:00"), HOUR) is None


def test_a_day_that_closes_before_it_opens_is_refused() -> None:
    with pytest.raises(ValueError, match="opens before it closes"):
        Opening("UTC", {"mon": (time(17), time(9))})


def test_negative_working_time_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        add_working_time(NEW_YORK, utc("2026-11-23 15:00"), -HOUR)


minutes = st.integers(0, 1439).map(lambda n: time(n // 60, n % 60))
spans = st.tuples(minutes, minutes).filter(lambda span: span[0] < span[1])
openings = st.builds(
    Opening,
    st.sampled_from(["America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Europe/London"]),
    st.dictionaries(st.sampled_from(WEEKDAYS), spans, min_size=1),
    st.frozensets(st.dates(date(2026, 3, 1), date(2026, 4, 30)), max_size=5),
)
moments = st.datetimes(datetime(2026, 3, 1), datetime(2026, 4, 30), timezones=st.just(UTC)).map(
    lambda at: at.replace(second=0, microsecond=0)
)


@given(openings, moments)
def test_the_clinic_is_open_when_it_next_opens_and_closed_until_then(opening: Opening, at: datetime) -> None:
    opens = next_open(opening, at)
    assert opens is not None
    assert opens >= at
    assert is_open(opening, opens)
    assert is_open(opening, at) is (opens == at)
    if opens > at:
        assert not is_open(opening, opens - timedelta(minutes=1))


@given(openings, moments, st.integers(0, 1000))
def test_counting_minute_by_minute_comes_to_the_same(opening: Opening, at: datetime, working: int) -> None:
    end = add_working_time(opening, at, timedelta(minutes=working))
    assert end is not None
    worked, now = 0, at
    for _ in range(min(int((end - at) / timedelta(minutes=1)), 3000)):
        worked += is_open(opening, now)
        now += timedelta(minutes=1)
    assert worked == working if now == end else worked <= working


@given(openings, moments, st.integers(0, 500), st.integers(0, 500))
def test_working_time_can_be_added_in_parts(opening: Opening, at: datetime, first: int, second: int) -> None:
    middle = add_working_time(opening, at, timedelta(minutes=first))
    assert middle is not None
    whole = add_working_time(opening, at, timedelta(minutes=first + second))
    parts = add_working_time(opening, middle, timedelta(minutes=second))
    assert whole is not None
    assert parts is not None
    assert parts == whole or (second == 0 and parts == next_open(opening, whole))


def test_a_day_that_a_place_left_out_is_worked_by_nobody() -> None:
    samoa = Opening("Pacific/Apia", dict.fromkeys(WEEKDAYS, NINE_TO_FIVE))
    days = [start.date() for start, _ in clinic_hours.spans(samoa, utc("2011-12-29 00:00"), utc("2012-01-01 00:00"))]
    assert days == [date(2011, 12, 28), date(2011, 12, 29), date(2011, 12, 30), date(2011, 12, 31)]


@pytest.mark.parametrize(
    ("at", "days", "expected"),
    [
        ("2026-11-23 15:00", 0, "2026-11-23 22:00"),
        ("2026-11-23 22:00", 0, "2026-11-24 22:00"),
        ("2026-11-25 15:00", 1, "2026-11-27 22:00"),
        ("2026-11-27 23:00", 2, "2026-12-02 22:00"),
    ],
    ids=["in the morning", "at closing", "over Thanksgiving", "over a weekend"],
)
def test_a_working_day_ends_when_the_clinic_closes(at: str, days: int, expected: str) -> None:
    assert end_of_working_day(NEW_YORK, utc(at), days) == utc(expected)


def test_a_clinic_without_hours_has_no_working_day_to_end() -> None:
    assert end_of_working_day(Opening("America/New_York"), utc("2026-11-23 15:00"), 0) is None
    with pytest.raises(ValueError, match="negative"):
        end_of_working_day(NEW_YORK, utc("2026-11-23 15:00"), -1)


@pytest.mark.parametrize(
    ("at", "expected"),
    [("2026-11-23 15:00", "2026-11-23 22:00"), ("2026-11-23 22:00", None), ("2026-11-26 15:00", None)],
    ids=["open", "just closed", "holiday"],
)
def test_an_open_clinic_says_until_when(at: str, expected: str | None) -> None:
    assert open_until(NEW_YORK, utc(at)) == (utc(expected) if expected else None)


@pytest.mark.parametrize(
    ("at", "hours", "expected"),
    [
        ("2026-11-24 22:00", 16, "2026-11-23 14:00"),
        ("2026-11-23 16:00", 1, "2026-11-23 15:00"),
        ("2026-11-23 14:00", 1, "2026-11-20 21:00"),
        ("2026-11-27 15:00", 2, "2026-11-25 21:00"),
        ("2026-11-22 15:00", 8, "2026-11-20 14:00"),
    ],
    ids=["two days", "same day", "over a weekend", "over Thanksgiving", "asked on a Sunday"],
)
def test_working_time_is_counted_back_too(at: str, hours: int, expected: str) -> None:
    assert working_time_before(NEW_YORK, utc(at), hours * HOUR) == utc(expected)


@given(openings, moments, st.integers(1, 2000), st.integers(-6000, 6000))
def test_counting_back_is_counting_forward_the_other_way_round(
    opening: Opening, at: datetime, working: int, beside: int
) -> None:
    target = timedelta(minutes=working)
    cutoff = working_time_before(opening, at, target)
    assert cutoff is not None
    for came in (cutoff, cutoff + timedelta(microseconds=1), at - target, cutoff + timedelta(minutes=beside)):
        due = add_working_time(opening, came, target)
        assert due is not None
        assert (due <= at) is (came <= cutoff)


def test_back_from_a_clinic_without_hours_there_is_nothing_and_no_time_cannot_be_counted() -> None:
    assert working_time_before(Opening("UTC"), utc("2026-11-23 15:00"), HOUR) is None
    with pytest.raises(ValueError, match="more than zero"):
        working_time_before(NEW_YORK, utc("2026-11-23 15:00"), timedelta())
