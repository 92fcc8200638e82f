"""When a follow-up goes out: worked examples, and what holds for every clinic, zone and change of the clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.clinic.hours import WEEKDAYS, Opening, is_open
from portal.follow_ups.when import DAY, MORNING, next_moment

OFFICE = dict.fromkeys(WEEKDAYS[:5], (time(9), time(17)))
HARBOUR = Opening("America/New_York", OFFICE, frozenset({date(2026, 11, 26)}))
EVENINGS = Opening("America/New_York", dict.fromkeys(WEEKDAYS, (time(14), time(18))))
NEVER = Opening("America/New_York")
ZONES = ("America/New_York", "Europe/Lisbon", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Auckland")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("opening", "zone", "on", "at", "expected"),
    [
        (HARBOUR, "America/New_York", date(2026, 11, 25), "2026-11-22 15:00", "2026-11-25 14:00"),
        # A holiday, then the day after it; a Saturday, then the Monday.
        (HARBOUR, "America/New_York", date(2026, 11, 26), "2026-11-22 15:00", "2026-11-27 14:00"),
        (HARBOUR, "America/New_York", date(2026, 11, 28), "2026-11-22 15:00", "2026-11-30 14:00"),
        # Late: at once while it is a morning of both, else the next one.
        (HARBOUR, "America/New_York", date(2026, 11, 23), "2026-11-23 16:30", "2026-11-23 16:30"),
        (HARBOUR, "America/New_York", date(2026, 11, 23), "2026-11-23 17:00", "2026-11-24 14:00"),
        # Further west the morning begins later; far east the two never meet in a morning, but in an evening.
        (HARBOUR, "America/Los_Angeles", date(2026, 11, 24), "2026-11-22 15:00", "2026-11-24 17:00"),
        (HARBOUR, "Europe/Lisbon", date(2026, 11, 24), "2026-11-22 15:00", "2026-11-24 14:00"),
        (EVENINGS, "America/New_York", date(2026, 11, 24), "2026-11-22 15:00", "2026-11-24 19:00"),
        # Without hours, or where the clinic sleeps while the patient wakes: the patient's morning.
        (NEVER, "America/New_York", date(2026, 11, 28), "2026-11-22 15:00", "2026-11-28 14:00"),
        (NEVER, "America/New_York", date(2026, 11, 20), "2026-11-22 17:30", "2026-11-23 14:00"),
        # Both changes of the clock in New York.
        (NEVER, "America/New_York", date(2026, 11, 1), "2026-10-30 15:00", "2026-11-01 14:00"),
        (NEVER, "America/New_York", date(2026, 3, 8), "2026-03-01 15:00", "2026-03-08 13:00"),
        # Samoa left out 30 December 2011.
        (NEVER, "Pacific/Apia", date(2011, 12, 30), "2011-12-29 12:00", "2011-12-30 19:00"),
    ],
)
def test_worked_examples(opening: Opening, zone: str, on: date, at: str, expected: str) -> None:
    assert next_moment(opening, zone, on, utc(at)) == utc(expected)


@given(
    st.sampled_from(ZONES),
    st.sampled_from((HARBOUR, EVENINGS, NEVER)),
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.integers(-40 * 24 * 60, 40 * 24 * 60),
)
def test_it_is_never_too_early_and_always_by_day(zone: str, opening: Opening, on: date, minutes: int) -> None:
    at = datetime.combine(on, time(12), UTC) + timedelta(minutes=minutes)
    found = next_moment(opening, zone, on, at)
    theirs = found.astimezone(ZoneInfo(zone))
    assert found >= at
    assert theirs.date() >= on
    assert DAY[0] <= theirs.time() < DAY[1]
    assert is_open(opening, found) or MORNING[0] <= theirs.time() < MORNING[1]
    assert next_moment(opening, zone, on, found) == found
