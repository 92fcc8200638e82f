from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from portal.checkins.history import map_file
from portal.checkins.history.mapping import Mapping, Scale
from portal.checkins.history.problems import AmbiguousDates, HistoryError, MappingError
from portal.checkins.history.read import check, read
from portal.checkins.history.when import REPEATED, SKIPPED
from tests.checkins.history.diary import FILES, NOW, PLAIN, csv, reading, why


def test_a_row_becomes_an_entry() -> None:
    (entry,) = reading(csv("2026-07-05,21:00,7.50,-3,Slept well")).entries
    assert (entry.line, entry.on, entry.time_zone) == (2, date(2026, 7, 5), "Europe/Amsterdam")
    assert entry.occurred_at == datetime(2026, 7, 5, 19, tzinfo=UTC)
    assert entry.values == {"Mood": Decimal("7.5"), "Down": Decimal(-3)}
    assert (entry.note, entry.activities, entry.time_known) == ("Slept well", (), True)


def test_eight_scales_are_read_in_their_own_ranges_over_both_changes_of_the_clocks() -> None:
    mapping = map_file.parse((FILES / "momentary.toml").read_bytes())
    result = reading((FILES / "momentary.csv").read_bytes(), mapping, zone="America/New_York")
    assert (result.rows, len(result.entries), result.time_zone) == (5, 5, "Europe/Amsterdam")
    assert [len(entry.values) for entry in result.entries] == [8, 8, 8, 8, 7]
    assert result.entries[2].values["Anxious"] == -3
    assert [(notice.line, notice.message) for notice in result.notices] == [(3, REPEATED), (5, SKIPPED)]


def test_the_patients_zone_is_used_where_the_file_names_none() -> None:
    result = reading(csv("2026-07-05,21:00,7,0,"), zone="America/New_York")
    assert result.entries[0].occurred_at == datetime(2026, 7, 6, 1, tzinfo=UTC)


def test_a_value_outside_its_scale_refuses_the_row_and_names_the_column() -> None:
    assert why(csv("2026-01-05,9:00,11,0,", "2026-01-05,9:01,10,-3.01,", "2026-01-05,9:02,10,-3,")) == [
        "2: 11 in column “mood” is outside 0 to 10.",
        "3: -3.01 in column “down” is outside -3 to 3.",
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",9:00,7,0,", "This row has no date."),
        ("yesterday,9:00,7,0,", "“yesterday” is not a date that we can read."),
        ("2026-02-30,9:00,7,0,", "“2026-02-30” is not a date that we can read."),
        ("2026-01-05,soon,7,0,", "“soon” is not a time of day that we can read."),
        ("2026-01-05,9:00,fine,0,", "“fine” in column “mood” is not a number."),
        ("2026-01-05,9:00,,-,", "This row has a date but no answers."),
        ("2026-11-23,9:00,7,0,", "The date and time 2026-11-23 09:00 are in the future."),
        ("1812-01-05,9:00,7,0,", "The date 1812-01-05 09:00 is too long ago."),
        (
            f"2026-01-05,9:00,7,0,{'a' * 10_001}",
            "The note in this row is too long: 10001 characters. The limit is 10000.",
        ),
        (
            "2026-01-05,9:00,1.1234567890123,0,",
            "“1.1234567890123” in column “mood” has more than 12 decimals.",
        ),
    ],
)
def test_a_row_is_refused_with_its_reason_and_the_others_are_read(row: str, reason: str) -> None:
    content = csv(row, "2026-01-06,9:00,7,0,")
    assert why(content) == [f"2: {reason}"]
    assert [entry.line for entry in reading(content).entries] == [3]


def test_missing_answers_are_no_answers() -> None:
    mapping = replace(PLAIN, missing=("-99",))
    (entry,) = reading(csv("2026-01-05,9:00,N/A,-99,still here"), mapping).entries
    assert (entry.values, entry.note) == ({}, "still here")


def test_rows_that_say_the_same_are_merged_and_name_the_first() -> None:
    result = reading(csv("2026-01-05,9:00,7,0,a", "2026-01-05,09:00,7.0,-0,a", "2026-01-05,9:00,7,0,b"))
    assert [entry.line for entry in result.entries] == [2, 4]
    assert [(merged.line, merged.same_as) for merged in result.merged] == [(3, 2)]


def test_different_answers_at_the_same_minute_are_both_kept() -> None:
    assert len(reading(csv("2026-01-05,9:00,7,0,", "2026-01-05,9:00,6,0,")).entries) == 2


def test_reading_again_gives_the_same_fingerprints_whatever_the_form_of_the_file() -> None:
    rows = ["2026-01-05,9:00,7,0,Grüße", "2026-01-06,9:00,6.5,1,", "2026-10-25,2:30,6,1,"]
    semicolons = "\r\n".join(row.replace(",", ";") for row in ("date,time,mood,down,note", *reversed(rows)))
    again = reading(semicolons.encode("utf-16"), zone="America/New_York")
    assert {entry.fingerprint for entry in again.entries} == {
        entry.fingerprint for entry in reading(csv(*rows)).entries
    }


def fingerprints(content: bytes, how: Mapping) -> list[str]:
    return [entry.fingerprint for entry in reading(content, how).entries]


@pytest.mark.parametrize(
    "again",
    [
        replace(PLAIN, scales=PLAIN.scales[:1]),
        replace(PLAIN, scales=(replace(PLAIN.scales[0], name="How I felt", maximum=Decimal(100)),)),
        replace(PLAIN, note_column=None),
        replace(PLAIN, time_zone="Asia/Tokyo", missing=("0",)),
    ],
)
def test_an_entry_is_the_same_whatever_is_read_of_it_and_whatever_it_is_called(again: Mapping) -> None:
    content = csv("2026-01-05,9:00,7,1,Grey", "2026-01-06,9:00,6.5,0,")
    assert fingerprints(content, again) == fingerprints(content, PLAIN)


def test_rows_that_differ_only_in_what_is_not_read_are_two_entries() -> None:
    content = csv("2026-01-05,9:00,7,1,Grey", "2026-01-05,9:00,7,1,Bright")
    assert len(reading(content, replace(PLAIN, note_column=None)).entries) == 2


def test_reading_tells_how_far_it_is() -> None:
    told: list[int] = []
    content = csv(*(f"2026-01-05,9:{minute:02},7,0," for minute in range(60)))
    read(content, PLAIN, now=NOW, zone="UTC", step=told.append)
    assert sum(told) == 60


def test_a_mapping_can_be_tried_before_any_row_is_read() -> None:
    check(csv("13/04/2026,9:00,7,0,"), PLAIN)
    with pytest.raises(AmbiguousDates):
        check(csv("03/04/2026,9:00,7,0,"), PLAIN)
    with pytest.raises(MappingError):
        check(csv("2026-01-05,9:00,7", header="date,time,energy"), PLAIN)


def test_a_day_without_a_time_is_an_entry_of_that_day() -> None:
    (entry,) = reading(csv("2026-01-05,,7,0,")).entries
    assert (entry.on, entry.time_known) == (date(2026, 1, 5), False)


def test_date_and_time_may_share_a_column() -> None:
    mapping = Mapping(date_column="when", scales=PLAIN.scales[:1])
    result = reading(csv("05.01.2026 21:00,7", "13.01.2026 9:05,6", header="when,mood"), mapping)
    assert [entry.occurred_at.isoformat() for entry in result.entries] == [
        "2026-01-05T20:00:00+00:00",
        "2026-01-13T08:05:00+00:00",
    ]


def test_ambiguous_dates_are_asked_about_and_the_answer_is_used() -> None:
    content = csv("03/04/2026,9:00,7,0,")
    with pytest.raises(AmbiguousDates):
        reading(content)
    assert reading(content, replace(PLAIN, date_order="dmy")).entries[0].on == date(2026, 4, 3)
    assert reading(content, replace(PLAIN, date_order="mdy")).entries[0].on == date(2026, 3, 4)


def test_decimal_commas_are_read_where_semicolons_part_the_columns() -> None:
    scales = tuple(Scale(name, Decimal(0), Decimal(24), True, name) for name in ("Stimmung", "Schlaf"))
    mapping = Mapping(date_column="Datum", time_column="Uhrzeit", note_column="Notiz", scales=scales)
    first, second = reading((FILES / "semicolons-windows.csv").read_bytes(), mapping).entries
    assert first.values == {"Stimmung": Decimal("4.5"), "Schlaf": 7}
    assert second.values == {"Schlaf": Decimal("6.25")}


def test_formulas_are_text() -> None:
    assert reading(csv("2026-01-05,9:00,7,0,=1+1")).entries[0].note == "=1+1"


def test_a_file_without_entries_is_refused() -> None:
    with pytest.raises(HistoryError, match="no entries"):
        reading(csv())


def test_a_mapping_for_another_file_is_refused() -> None:
    with pytest.raises(MappingError, match="no column named “mood”"):
        reading(csv("2026-01-05,9:00,7", header="date,time,energy"))


def test_a_file_without_a_header_loses_no_row() -> None:
    mapping = Mapping(date_column="1", scales=(Scale("Mood", Decimal(0), Decimal(10), True, "2"),))
    assert len(reading(b"2026-01-05,7\n2026-01-06,8\n", mapping).entries) == 2
