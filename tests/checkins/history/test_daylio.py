from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from portal.checkins.history.daylio import MOOD, is_daylio
from portal.checkins.history.mapping import Daylio, Scale
from portal.checkins.history.problems import HistoryError
from tests.checkins.history.diary import FILES, csv, reading, why

ENERGY = Scale("Energy", Decimal(0), Decimal(10), higher_is_better=True, column="Energie")
SLEEP = Scale("Sleep", Decimal(0), Decimal(24), higher_is_better=True, column="schlaf", unit="h")
TOLD = Daylio(moods={"super": 5, "wobbly": 2}, scales=(ENERGY, SLEEP), time_zone="Europe/Berlin")
HEADER = "full_date,date,weekday,time,mood,activities,note_title,note"
OLD, NEW = (FILES / name for name in ("daylio-12-hours.csv", "daylio-scales.csv"))


def row(mood: str = "good", activities: str = "", note: str = "", day: str = "2024-03-01") -> bytes:
    return csv(f'{day},x,x,21:05,{mood},"{activities}","","{note}"', header=HEADER)


def test_a_twelve_hour_export_is_read_newest_first() -> None:
    result = reading(OLD.read_bytes(), Daylio())
    assert [(entry.line, entry.occurred_at, entry.values[MOOD.name]) for entry in result.entries] == [
        (2, datetime(2024, 3, 2, 20, 5, tzinfo=UTC), Decimal(5)),
        (3, datetime(2024, 3, 1, 23, 15, tzinfo=UTC), Decimal(3)),
        (4, datetime(2024, 3, 1, 11, 0, tzinfo=UTC), Decimal(1)),
    ]
    assert (result.scales, result.refused) == ((MOOD,), ())


def test_notes_titles_and_activities_are_kept() -> None:
    first, second, third = reading(OLD.read_bytes(), Daylio()).entries
    assert first.activities == ("friends", "good meal")
    assert first.note == 'Dinner with Jo. She said "come again" <3'
    assert (second.on, second.note, second.activities) == (date(2024, 3, 2), "", ())
    assert third.note == "Long day\n=SUM(A1:A9)"


@pytest.mark.parametrize(("mood", "level"), [("rad", 5), ("good", 4), ("MEH", 3), (" bad ", 2), ("Awful", 1)])
def test_the_five_moods_have_their_levels(mood: str, level: int) -> None:
    assert reading(row(mood), Daylio()).entries[0].values == {"Daylio mood": level}


def test_a_mood_that_the_person_made_up_is_refused_until_it_is_explained() -> None:
    assert why(row("So  So"), Daylio()) == [
        "2: The mood “So So” is not one of the five that Daylio starts with. Say which of them it is like.",
    ]
    assert reading(row("So  So"), Daylio(moods={"so so": 3})).entries[0].values == {MOOD.name: 3}
    assert why(row(""), Daylio()) == ["2: This row has no mood."]


def test_a_person_may_have_moved_one_of_the_five() -> None:
    assert reading(row("good"), Daylio(moods={"Good": 5})).entries[0].values == {MOOD.name: 5}


def test_scales_that_were_described_become_values() -> None:
    first, second = reading(NEW.read_bytes(), TOLD).entries
    assert first.values == {MOOD.name: 5, "Energy": 7, "Sleep": Decimal("6.5")}
    assert (first.note, first.activities) == ("Eins\nzwei & drei", ("Arbeit", "Sonnig"))
    assert second.values == {MOOD.name: 4}


def test_a_scale_outside_its_range_refuses_the_row() -> None:
    assert why(NEW.read_bytes(), TOLD) == ["4: 11 in column “Energie” is outside 0 to 10."]


def test_scales_that_were_not_described_stay_readable_in_the_note() -> None:
    result = reading(NEW.read_bytes(), replace(TOLD, scales=(SLEEP,)))
    assert result.entries[0].values.keys() == {MOOD.name, "Sleep"}
    assert result.entries[0].note == "Eins\nzwei & drei\nEnergie: 7"
    assert result.refused == ()


def test_an_entry_is_the_same_under_a_renamed_mood_and_with_more_of_its_scales_described() -> None:
    before, after = (reading(content, TOLD).entries for content in (row("good"), row("Super-duper")))
    assert after == ()
    renamed = reading(row("Super-duper"), Daylio(moods={"super-duper": 4})).entries
    assert [entry.fingerprint for entry in renamed] == [entry.fingerprint for entry in before]
    described, bare = (reading(NEW.read_bytes(), how).entries for how in (TOLD, replace(TOLD, scales=(SLEEP,))))
    assert [entry.fingerprint for entry in bare][:2] == [entry.fingerprint for entry in described]


def test_text_that_hides_as_markup_is_cleaned_too() -> None:
    entry = reading(row(note="<b>fine</b>&#x202e;&#0;&lt;script&gt;"), Daylio()).entries[0]
    assert entry.note == "fine\N{REPLACEMENT CHARACTER}<script>"


def test_too_many_or_too_long_activities_refuse_the_row() -> None:
    assert "more than 100 activities" in why(row(activities=" | ".join(map(str, range(101)))), Daylio())[0]
    assert "too long" in why(row(activities="a" * 101), Daylio())[0]


def test_another_file_is_not_taken_for_an_export() -> None:
    assert is_daylio(tuple(HEADER.split(",")))
    assert not is_daylio(("date", "time", "mood"))
    with pytest.raises(HistoryError, match="column “full_date” is missing"):
        reading(csv("2026-01-05,9:00,good,0,"), Daylio())
