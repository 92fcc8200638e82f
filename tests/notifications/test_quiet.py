"""At which hours somebody is told, over every change of the clocks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from portal.notifications.quiet import LOOKS_AHEAD, QUARTER, Hours, first_allowed, first_today, is_allowed, leave_room

ZONES = (
    *("America/New_York", "America/Phoenix", "Europe/London"),
    *("Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"),
)
HOUR = st.integers(0, 23)
SPAN = st.builds(Hours, HOUR, HOUR).filter(lambda one: one.starts != one.ends)
MOMENTS = st.datetimes(datetime(2010, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@given(MOMENTS, st.sampled_from(ZONES), st.none() | SPAN, st.none() | SPAN)
def test_it_is_the_first_allowed_quarter_and_never_before(
    at: datetime, zone: str, quiet: Hours | None, within: Hours | None
) -> None:
    assume(leave_room(quiet, within))
    found = first_allowed(at, zone, quiet=quiet, within=within)
    assert at <= found < at + LOOKS_AHEAD
    assert is_allowed(found, zone, quiet=quiet, within=within)
    between = at
    while between < found:
        assert not is_allowed(between, zone, quiet=quiet, within=within)
        between += QUARTER


@given(MOMENTS, st.sampled_from(ZONES), st.none() | SPAN, st.none() | SPAN)
def test_what_is_of_today_alone_is_told_today_and_within_the_hours_where_they_leave_any(
    at: datetime, zone: str, quiet: Hours | None, within: Hours | None
) -> None:
    found, today = first_today(at, zone, quiet=quiet, within=within), at.astimezone(ZoneInfo(zone)).date()
    assert found.astimezone(ZoneInfo(zone)).date() == today
    for span in (within, None):
        first = first_allowed(at, zone, quiet=quiet, within=span)
        if first.astimezone(ZoneInfo(zone)).date() == today:
            assert found == first
            break


@pytest.mark.parametrize(
    ("zone", "at", "quiet", "until"),
    [
        ("America/New_York", "2026-11-22 22:30", Hours(21, 8), "2026-11-23 08:00"),
        ("America/New_York", "2026-11-23 08:00", Hours(21, 8), "2026-11-23 08:00"),
        ("America/New_York", "2027-03-13 23:00", Hours(22, 2), "2027-03-14 03:00"),
        ("America/New_York", "2027-11-06 23:00", Hours(22, 2), "2027-11-07 02:00"),
        ("Australia/Lord_Howe", "2026-10-03 23:10", Hours(22, 7), "2026-10-04 07:00"),
        ("Asia/Kathmandu", "2026-06-01 05:50", Hours(22, 6), "2026-06-01 06:00"),
        ("Pacific/Apia", "2011-12-29 23:00", Hours(22, 8), "2011-12-31 08:00"),
    ],
)
def test_quiet_hours_end_by_the_clock_on_the_wall(zone: str, at: str, quiet: Hours, until: str) -> None:
    here = ZoneInfo(zone)
    moment = datetime.fromisoformat(at).replace(tzinfo=here)
    found = first_allowed(moment, zone, quiet=quiet, within=None)
    assert found == datetime.fromisoformat(until).replace(tzinfo=here)


def test_where_no_hour_is_left_it_is_sent_all_the_same() -> None:
    at = datetime(2026, 11, 22, 3, tzinfo=UTC)
    assert not leave_room(Hours(6, 5), Hours(6, 7))
    assert first_allowed(at, "UTC", quiet=Hours(0, 12), within=Hours(3, 4)) == at


def test_looking_ahead_is_longer_than_the_longest_wait() -> None:
    assert timedelta(days=2) < LOOKS_AHEAD
