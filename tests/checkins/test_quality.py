"""How answers came: read_times, believe, marks (R12) and seconds per item."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.checkins import quality
from portal.checkins.quality import Moments
from portal.instruments import loader

AT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
PHQ = loader.catalogue().get("phq-9")
ITEMS = [f"q{n}" for n in range(1, 10)]


def steady(milliseconds: int, items: list[str] = ITEMS) -> dict[str, int]:
    return {code: (n + 1) * milliseconds for n, code in enumerate(items)}


def marks(answers: Any, times: Any = None, *, lasted: float = 60, definition: Any = PHQ, off: bool = False) -> Any:
    moments = Moments(AT - timedelta(seconds=lasted), None, times or {}, off)
    return quality.marks(definition, answers, moments, AT)


VARIED = {code: n % 3 for n, code in enumerate(ITEMS)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"q1": 900, "q2": 1800}', {"q1": 900, "q2": 1800}),
        ('{"q1": 900, "strange": 5}', {"q1": 900}),
        ('{"q1": -1, "q2": 1.5, "q3": "7", "q4": true, "q5": null}', {}),
        ('{"q1": 99999999999999}', {}),
        ("[1, 2]", {}),
        ("7", {}),
        ("{", {}),
        ("NaN", {}),
        ("", {}),
        (None, {}),
        ('{"q1": 900}' + " " * quality.LONGEST_TEXT, {}),
    ],
)
def test_times_that_cannot_be_are_passed_over(text: Any, found: Any) -> None:
    assert quality.read_times(text, ITEMS) == found


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_no_text_at_all_breaks_reading_times(text: str) -> None:
    assert set(quality.read_times(text, ITEMS)) <= set(ITEMS)


@given(st.dictionaries(st.sampled_from(ITEMS), st.integers(0, 10**9)))
def test_times_of_a_page_are_read_as_they_were_written(times: Any) -> None:
    assert quality.read_times(orjson.dumps(times).decode(), ITEMS) == times


@pytest.mark.parametrize(
    ("seconds", "believed"), [(-30, True), (60, True), (-3600, False), (3600, False), (121, False), (-179, True)]
)
def test_a_clock_that_names_a_moment_that_cannot_be_is_marked_and_not_kept(seconds: Any, believed: Any) -> None:
    said = AT + timedelta(seconds=seconds)
    moments = quality.believe(AT - timedelta(minutes=1), said, {}, AT)
    assert (moments.submitted_at, moments.is_clock_off) == (said if believed else None, not believed)
    found = quality.marks(PHQ, VARIED, moments, AT)
    assert ("clock" in found) is not believed


def test_answers_later_than_their_arrival_count_as_no_times() -> None:
    started = AT - timedelta(minutes=1)
    assert quality.believe(started, None, {"q1": 50_000}, AT).answered_ms == {"q1": 50_000}
    assert quality.believe(started, None, {"q1": 500_000}, AT).answered_ms == {}


@pytest.mark.parametrize("started", [None, AT + timedelta(seconds=1), AT - timedelta(days=32)])
def test_a_start_that_cannot_be_is_the_arrival(started: Any) -> None:
    assert quality.believe(started, None, {}, AT).started_at == AT


def test_seconds_per_item_are_those_since_the_answer_before() -> None:
    assert quality.seconds_per_item({"q2": 3000, "q1": 1000, "q3": 3500}) == {"q1": 1.0, "q2": 2.0, "q3": 0.5}


@pytest.mark.parametrize(("milliseconds", "marked"), [(999, True), (1000, False), (300, True), (4000, False)])
def test_under_a_second_an_item_is_too_quick(milliseconds: Any, marked: Any) -> None:
    assert ("too-quick" in marks(VARIED, steady(milliseconds))) is marked


def test_a_pause_in_the_middle_does_not_hide_that_the_rest_was_too_quick() -> None:
    times = steady(300)
    later = {code: ms + (86_400_000 if code > "q4" else 0) for code, ms in times.items()}
    assert "too-quick" in marks(VARIED, later, lasted=100_000)


@pytest.mark.parametrize(("lasted", "marked"), [(8, True), (9, False), (0, False)])
def test_without_a_time_for_each_item_the_whole_counts(lasted: Any, marked: Any) -> None:
    assert ("too-quick" in marks(VARIED, lasted=lasted)) is marked


@pytest.mark.parametrize(
    ("value", "count", "marked"), [(1, 9, True), (3, 9, True), (0, 9, False), (2, 7, True), (2, 6, False)]
)
def test_one_and_the_same_answer_above_the_lowest_is_marked_from_seven_items(
    value: Any, count: Any, marked: Any
) -> None:
    answers = {code: value if n < count else None for n, code in enumerate(ITEMS)}
    assert ("straight-lined" in marks(answers)) is marked


def test_the_daily_check_in_is_never_marked_for_how_it_was_answered() -> None:
    daily = loader.catalogue().get("daily")
    answers = {item.code: 5 for item in daily.items}
    assert marks(answers, steady(10, list(answers)), definition=daily, lasted=1) == []
    assert marks(answers, definition=daily, off=True) == ["clock"]


@given(
    st.dictionaries(st.sampled_from(ITEMS), st.none() | st.integers(0, 3)),
    st.dictionaries(st.sampled_from(ITEMS), st.integers(0, 10**6)),
)
def test_any_answers_and_times_give_marks_from_the_list(answers: Any, times: Any) -> None:
    assert set(marks(answers, times)) <= {"too-quick", "straight-lined"}
