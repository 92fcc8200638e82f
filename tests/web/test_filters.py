"""Dates, times and numbers as the reader's zone and language say them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.web import filters

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)  # still the 21st in New York


@pytest.fixture(autouse=True)
def reader(small: Flask) -> Iterator[None]:
    """A reader in New York."""
    with small.test_request_context():
        yield


def plain(text: str) -> str:
    return text.replace("\u202f", " ")


def test_a_moment_is_told_in_the_readers_zone() -> None:
    assert plain(filters.moment(NOW)) == "November 21, 2026, 9:00 PM"
    assert filters.day(NOW) == "November 21, 2026"
    assert filters.day_short(NOW) == "Nov 21"
    assert filters.weekday(NOW) == "Sat, Nov 21"


def test_a_date_is_never_moved_into_a_zone() -> None:
    assert filters.day(date(2026, 11, 22)) == "November 22, 2026"


def test_the_hour_that_comes_twice_is_told_by_its_instant() -> None:
    first, second = datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    assert plain(filters.clock_time(first)) == plain(filters.clock_time(second)) == "1:30 AM"
    assert filters.local_day(first) == filters.local_day(second) == date(2026, 11, 1)


@pytest.mark.parametrize(
    ("away", "said"),
    [
        (timedelta(0), "today"),
        (timedelta(hours=-20), "today"),
        (timedelta(hours=-22), "yesterday"),
        (timedelta(hours=4), "tomorrow"),
        (timedelta(days=-2), "2 days ago"),
        (timedelta(days=3), "in 3 days"),
        (timedelta(days=-14), "14 days ago"),
        (timedelta(days=-15), "November 6, 2026"),
    ],
)
def test_near_days_are_told_in_words(away: timedelta, said: str) -> None:
    assert filters.ago(NOW + away, NOW) == said


@pytest.mark.parametrize(
    ("waiting", "said"),
    [
        (timedelta(seconds=50), "0 minutes"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=59), "59 minutes"),
        (timedelta(minutes=60), "1 hour"),
        (timedelta(hours=47, minutes=59), "47 hours"),
        (timedelta(hours=48), "2 days"),
        (timedelta(minutes=-5), "0 minutes"),
    ],
)
def test_waiting_is_told_in_the_unit_that_fits(waiting: timedelta, said: str) -> None:
    assert filters.waited(NOW - waiting, NOW) == said


@pytest.mark.parametrize(
    ("value", "digits", "said"),
    [(1234.5, None, "1,234.5"), (Decimal("0.50"), None, "0.5"), (7, 1, "7.0"), (0, None, "0"), (None, None, "")],
)
def test_numbers_show_no_more_than_they_know(value: Any, digits: int | None, said: str) -> None:
    assert filters.number(value, digits) == said


def test_another_language_writes_it_its_own_way() -> None:
    with force_locale("es"):
        assert filters.day(date(2026, 3, 27)) == "27 de marzo de 2026"
        assert filters.number(1234.5, 1) == "1.234,5"
        assert filters.language() == "es"
        assert filters.country("US") == "Estados Unidos"


@pytest.mark.parametrize(
    ("born", "years"), [((1988, 11, 21), 38), ((1988, 11, 22), 37), ((2024, 2, 29), 2), ((2026, 11, 21), 0)]
)
def test_age_turns_on_the_readers_birthday(born: tuple[int, int, int], years: int) -> None:
    assert filters.age(date(*born), NOW) == years


def test_nothing_is_told_of_nothing() -> None:
    told = [filters.day(None), filters.moment(None), filters.ago(None, NOW), filters.waited(None, NOW)]
    assert told == ["", "", "", ""]


def test_countries_come_in_the_order_of_their_names() -> None:
    assert filters.countries(["US", "AU", "DE"]) == [("AU", "Australia"), ("DE", "Germany"), ("US", "United States")]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1)), st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1))
)
def test_any_two_moments_can_be_told_apart_in_words(one: datetime, other: datetime) -> None:
    assert filters.ago(one.replace(tzinfo=UTC), other.replace(tzinfo=UTC))
