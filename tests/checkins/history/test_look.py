from decimal import Decimal

import orjson
import pytest

from portal.checkins.history.look import Numbers, kept, look, raw
from tests.checkins.history.diary import FILES, csv


def test_a_plain_diary_is_shown_and_nothing_is_decided() -> None:
    seen = look((FILES / "momentary.csv").read_bytes())
    assert (seen.kind, seen.encoding, seen.delimiter, seen.rows) == ("csv", "utf-8", ",", 5)
    assert (seen.date_column, seen.time_column, seen.dates_are_ambiguous) == ("date", "time", False)
    assert seen.numbers[:2] == (
        Numbers("cheerful", Decimal(3), Decimal(5)),
        Numbers("down", Decimal(-1), Decimal(3)),
    )
    assert seen.first_rows[0][:4] == ("2012-10-27", "22:18", "22:20:03", "5")


def test_a_daylio_export_is_recognised_with_what_needs_an_answer() -> None:
    seen = look((FILES / "daylio-scales.csv").read_bytes())
    assert (seen.kind, seen.unknown_moods) == ("daylio", ("Super", "wobbly"))
    assert seen.numbers == (
        Numbers("Energie", Decimal(7), Decimal(11)),
        Numbers("Schlaf", Decimal("6.5"), Decimal("6.5")),
    )


def test_semicolons_and_windows_letters_are_seen() -> None:
    seen = look((FILES / "semicolons-windows.csv").read_bytes())
    assert (seen.encoding, seen.delimiter, seen.date_column, seen.time_column) == ("cp1252", ";", "Datum", "Uhrzeit")
    assert [column.name for column in seen.numbers] == ["Stimmung", "Schlaf"]
    assert not seen.dates_are_ambiguous


def test_ambiguous_dates_are_seen_before_anybody_maps_a_column() -> None:
    assert look(csv("03/04/2026,9:00,7,0,", "05/06/2026,9:00,6,0,")).dates_are_ambiguous


def test_broken_rows_are_counted_and_not_shown() -> None:
    seen = look(csv("2026-01-05", "2026-01-06,9:00,6,0,"))
    assert (seen.rows, len(seen.first_rows)) == (2, 1)


@pytest.mark.parametrize("name", ["momentary.csv", "daylio-scales.csv", "semicolons-windows.csv"])
def test_a_look_can_be_kept(name: str) -> None:
    seen = look((FILES / name).read_bytes())
    assert kept(orjson.loads(orjson.dumps(raw(seen)))) == seen


def test_a_column_half_of_which_is_words_is_still_offered() -> None:
    seen = look(csv("2026-01-05,9:00,7,no idea,", "2026-01-06,9:00,skipped,no idea,"))
    assert [column.name for column in seen.numbers] == ["mood"]
