from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.checkins.history.problems import AmbiguousDates, HistoryError, RowRefused
from portal.checkins.history.when import (
    REPEATED,
    SKIPPED,
    Order,
    Written,
    dates,
    find_order,
    find_zone,
    looks_like_a_date,
    place,
    written,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2012-08-13",
        "2012/8/13",
        "20120813",
        "2012. 8. 13.",
        "13 August 2012",
        "13. Aug 2012",
        "13-aug-2012",
        "August 13, 2012",
        "Aug. 13th 2012",
        "Monday, 13 August 2012",
    ],
)
def test_a_plain_date_is_the_same_in_every_order(text: str) -> None:
    assert dates(text) == dict.fromkeys(("ymd", "dmy", "mdy"), date(2012, 8, 13))


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("03/04/2026", "dmy", date(2026, 4, 3)),
        ("03/04/2026", "mdy", date(2026, 3, 4)),
        ("3.4.26", "dmy", date(2026, 4, 3)),
        ("26-04-03", "ymd", date(2026, 4, 3)),
    ],
)
def test_the_order_decides(text: str, order: Order, expected: date) -> None:
    assert dates(text)[order] == expected


@pytest.mark.parametrize("text", ["", "mood", "2012-02-30", "7", "13/13/2012", "1234567", "13 Augustus 2012", "5.5"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert not looks_like_a_date(text)


def test_one_date_beyond_the_twelfth_settles_the_order() -> None:
    assert find_order(["03/04/2026", "25/04/2026"]) == "dmy"
    assert find_order(["03/04/2026 9:00 PM", "04/25/2026 9:00 PM"]) == "mdy"


def test_a_cell_that_is_no_date_does_not_unsettle_the_order() -> None:
    assert find_order(["03/04/2026", "yesterday", "25/04/2026", ""]) == "dmy"


def test_dates_that_can_be_read_both_ways_must_be_asked_about() -> None:
    with pytest.raises(AmbiguousDates, match="03/04/2026"):
        find_order(["05/05/2026", "03/04/2026"])


def test_dates_that_read_the_same_both_ways_need_no_question() -> None:
    assert dates("05/05/2026")[find_order(["05/05/2026"])] == date(2026, 5, 5)


def test_dates_in_both_orders_must_be_asked_about() -> None:
    with pytest.raises(AmbiguousDates, match=r"25/04/2026.*04/26/2026"):
        find_order(["25/04/2026", "04/26/2026"])


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("21:05", time(21, 5)),
        ("7:05", time(7, 5)),
        ("9:05 PM", time(21, 5)),
        ("9:05\N{NARROW NO-BREAK SPACE}pm", time(21, 5)),
        ("9:05 p. m.", time(21, 5)),
        ("12:15 am", time(0, 15)),
        ("12:00 PM", time(12)),
        ("9 am", time(9)),
        ("21.05", time(21, 5)),
        ("21h05", time(21, 5)),
        ("09:00:15.250", time(9, 0, 15)),
    ],
)
def test_times_of_day_are_read_in_both_clocks(clock: str, expected: time) -> None:
    assert written("2026-01-05", clock, "ymd") == Written(date(2026, 1, 5), expected)
    if ":" in clock:
        assert written(f"2026-01-05 {clock}", "", "ymd") == Written(date(2026, 1, 5), expected)


@pytest.mark.parametrize("clock", ["25:00", "13:00 pm", "0:10 am", "12:60", "24:00", "evening", "9", "21:05 +25:00"])
def test_what_is_no_time_of_day_is_refused(clock: str) -> None:
    with pytest.raises(RowRefused, match="not a time of day"):
        written("2026-01-05", clock, "ymd")


@pytest.mark.parametrize(
    "text", ["2026-01-05T20:05:00Z", "2026-01-05T21:05+01:00", "2026-01-05 15:05 -0500", "5 January 2026 at 20:05 UTC"]
)
def test_an_offset_in_the_file_beats_the_time_zone(text: str) -> None:
    moment = place(written(text, "", "ymd"), ZoneInfo("Asia/Tokyo"), NOW)
    assert (moment.at, moment.on) == (datetime(2026, 1, 5, 20, 5, tzinfo=UTC), date(2026, 1, 6))


def test_midnight_that_a_spreadsheet_adds_to_a_date_means_nothing() -> None:
    assert written("2026-01-05 00:00:00", "21:05", "ymd") == Written(date(2026, 1, 5), time(21, 5))
    with pytest.raises(RowRefused):
        written("2026-01-05 08:00", "21:05", "ymd")


def test_a_time_that_the_clocks_skipped_is_moved_forward_and_noted() -> None:
    moment = place(Written(date(2013, 3, 31), time(2, 15)), AMSTERDAM, NOW)
    assert moment.at.astimezone(AMSTERDAM).time() == time(3, 15)
    assert moment.notice == SKIPPED


def test_a_time_that_came_twice_is_the_first_and_noted() -> None:
    moment = place(Written(date(2012, 10, 28), time(2, 30)), AMSTERDAM, NOW)
    assert (moment.at, moment.notice) == (datetime(2012, 10, 28, 0, 30, tzinfo=UTC), REPEATED)


def test_a_day_without_a_time_is_put_at_noon_but_never_later_than_now() -> None:
    assert place(Written(date(2026, 11, 21)), AMSTERDAM, NOW).at == datetime(2026, 11, 21, 11, tzinfo=UTC)
    morning = NOW.replace(hour=7)
    assert place(Written(date(2026, 11, 22)), AMSTERDAM, morning).at == morning


@pytest.mark.parametrize(
    "what",
    [
        Written(date(2026, 11, 22), time(13, 1)),
        Written(date(2026, 11, 23)),
        Written(date(9999, 12, 31), time(23, 59), timedelta(hours=-14)),
        Written(date(1899, 12, 31)),
    ],
)
def test_the_future_and_the_distant_past_are_refused(what: Written) -> None:
    with pytest.raises(RowRefused):
        place(what, AMSTERDAM, NOW)


def test_an_unknown_time_zone_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(HistoryError, match="Did you mean “Europe/Amsterdam”"):
        find_zone("europe/amsterdm")
    for name in ("", "../../etc/passwd", "America", "qqqqqq"):
        with pytest.raises(HistoryError):
            find_zone(name)


def test_a_very_long_cell_takes_no_time() -> None:
    assert not looks_like_a_date("1 , " * 30_000)
