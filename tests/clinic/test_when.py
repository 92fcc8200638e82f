"""What the clocks of a place show, and the moment it means."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.clinic import when

NEW_YORK, KATHMANDU, LORD_HOWE, APIA = "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"
ZONES = (NEW_YORK, KATHMANDU, LORD_HOWE, APIA, "America/Phoenix", "Europe/London", "UTC")


@pytest.mark.parametrize(
    ("zone", "on", "clock", "moment"),
    [
        (NEW_YORK, date(2026, 11, 22), time(10, 0), datetime(2026, 11, 22, 15, 0)),
        (NEW_YORK, date(2027, 3, 14), time(1, 59), datetime(2027, 3, 14, 6, 59)),
        (NEW_YORK, date(2027, 3, 14), time(3, 0), datetime(2027, 3, 14, 7, 0)),
        (KATHMANDU, date(2027, 3, 14), time(2, 30), datetime(2027, 3, 13, 20, 45)),
        (LORD_HOWE, date(2027, 4, 4), time(1, 20), datetime(2027, 4, 3, 14, 20)),
        (LORD_HOWE, date(2026, 10, 4), time(2, 30), datetime(2026, 10, 3, 15, 30)),
        (LORD_HOWE, date(2026, 10, 4), time(1, 59), datetime(2026, 10, 3, 15, 29)),
    ],
)
def test_a_time_on_the_wall_is_one_moment(zone: str, on: date, clock: time, moment: datetime) -> None:
    assert when.moment(on, clock, zone) == moment.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "on", "clock"),
    [
        (NEW_YORK, date(2027, 3, 14), time(2, 0)),
        (NEW_YORK, date(2027, 3, 14), time(2, 30)),
        (NEW_YORK, date(2027, 3, 14), time(2, 59)),
        (LORD_HOWE, date(2026, 10, 4), time(2, 0)),
        (LORD_HOWE, date(2026, 10, 4), time(2, 29)),
        (APIA, date(2011, 12, 30), time(12, 0)),
    ],
)
def test_a_time_that_was_skipped_is_refused(zone: str, on: date, clock: time) -> None:
    with pytest.raises(when.NoSuchTime, match=on.isoformat()):
        when.moment(on, clock, zone)


@pytest.mark.parametrize(
    ("zone", "on", "clock", "first"),
    [
        (NEW_YORK, date(2027, 11, 7), time(1, 30), datetime(2027, 11, 7, 5, 30)),
        (LORD_HOWE, date(2027, 4, 4), time(1, 45), datetime(2027, 4, 3, 14, 45)),
    ],
)
def test_of_two_times_with_the_same_name_the_first_is_meant(zone: str, on: date, clock: time, first: datetime) -> None:
    assert when.moment(on, clock, zone) == first.replace(tzinfo=UTC)
    assert when.moment(on, clock.replace(fold=1), zone) == first.replace(tzinfo=UTC)


@given(at=st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1), timezones=st.just(UTC)), zone=st.sampled_from(ZONES))
def test_what_the_clock_shows_leads_back_to_the_moment_or_the_first_of_its_name(at: datetime, zone: str) -> None:
    shown = when.local(at, zone)
    found = when.moment(shown.date(), shown.time(), zone)
    assert when.local(found, zone) == shown
    assert found <= at
