from decimal import Decimal
from typing import Any

import pytest

from portal.checkins.history.build import build, raw
from portal.checkins.history.mapping import Daylio, Mapping, Scale, locate
from portal.checkins.history.problems import MappingError

SCALE = {"column": "mood", "name": "Mood", "minimum": 0, "maximum": 10, "better": "higher"}
GIVEN: dict[str, Any] = {"date": "date", "scale": [SCALE]}


def fields(given: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(MappingError) as caught:
        build(given)
    return {problem.field: problem.message % problem.values for problem in caught.value.problems}


def scale(**changes: object) -> dict[str, Any]:
    return {**GIVEN, "scale": [{**SCALE, **changes}]}


def test_little_is_enough() -> None:
    assert build(GIVEN) == Mapping(
        date_column="date", scales=(Scale("Mood", Decimal(0), Decimal(10), higher_is_better=True, column="mood"),)
    )


@pytest.mark.parametrize(
    "given",
    [
        {
            **GIVEN,
            "kind": "csv",
            "time": "time",
            "note": "note",
            "date_format": "DD/MM/YYYY",
            "time_zone": "Europe/Amsterdam",
            "missing": [-99, "skipped"],
            "encoding": "cp1252",
            "separator": "semicolon",
        },
        scale(minimum=Decimal("-0.5"), maximum="7,5", better="lower", unit="h"),
        {"kind": "daylio"},
        {"kind": "daylio", "moods": {"great": 5, "so so": "3"}, "scale": [SCALE], "time_zone": "UTC"},
    ],
)
def test_a_mapping_can_be_stored_and_made_again(given: dict[str, Any]) -> None:
    assert build(raw(build(given))) == build(given)


def test_every_mistake_is_named_at_once() -> None:
    given = {"dat": "date", "time_zone": "Mars", "date_format": "DDMM", "scale": [{"name": "Mood", "better": "up"}]}
    assert fields(given) == {
        "dat": "There is nothing by this name. Did you mean “date”?",
        "date": "This is needed.",
        "time_zone": "There is no time zone named “Mars”.",
        "date_format": "“DDMM” is not one of: YYYY-MM-DD, DD/MM/YYYY, MM/DD/YYYY.",
        "scale-0-column": "This is needed.",
        "scale-0-minimum": "This is needed.",
        "scale-0-maximum": "This is needed.",
        "scale-0-better": "“up” is not one of: higher, lower.",
    }


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (scale(minimum=10), "scale-0-minimum"),
        (scale(minimum=11), "scale-0-minimum"),
        (scale(minimum=True), "scale-0-minimum"),
        (scale(minimum="low"), "scale-0-minimum"),
        (scale(maximum=Decimal("Infinity")), "scale-0-maximum"),
        (scale(maximum=1_000_001), "scale-0-maximum"),
        (scale(maximum="9.00001"), "scale-0-maximum"),
        (scale(name="a" * 61), "scale-0-name"),
        (scale(name=7), "scale-0-name"),
        (scale(name="\udc80"), "scale-0-name"),
        (scale(unit="a" * 21), "scale-0-unit"),
        (scale(colour="red"), "scale-0-colour"),
        (scale(column="DATE"), "scale-0-column"),
        ({**GIVEN, "note": "mood"}, "scale-0-column"),
        ({**GIVEN, "scale": [SCALE, {**SCALE, "column": "other", "name": "mood"}]}, "scale-1-name"),
        ({**GIVEN, "scale": []}, "scale"),
        ({**GIVEN, "scale": "mood"}, "scale"),
        ({**GIVEN, "scale": [SCALE] * 41}, "scale"),
        ({**GIVEN, "scale": ["mood"]}, "scale-0"),
        ({**GIVEN, "missing": "-99"}, "missing"),
        ({**GIVEN, "encoding": "utf-7"}, "encoding"),
        ({"kind": "daylio", "date": "date"}, "date"),
        ({"kind": "daylio", "moods": {"great": 6}}, "moods-great"),
        ({"kind": "daylio", "moods": ["great"]}, "moods"),
        ({"kind": "daylio", "scale": [{**SCALE, "name": "daylio mood"}]}, "scale-0-name"),
        ({"kind": "xlsx"}, "kind"),
    ],
)
def test_a_mistake_is_named_at_its_place(given: dict[str, Any], field: str) -> None:
    assert field in fields(given)


def test_columns_are_found_whatever_their_capitals() -> None:
    mapping = build({**GIVEN, "note": "NOTES"})
    assert isinstance(mapping, Mapping)
    places = locate(mapping, ("Mood", "Date", "Notes"))
    assert (places.date, places.time, places.note, places.scales[0][1]) == (1, None, 2, 0)


def test_a_column_that_the_file_does_not_have_is_named_with_the_nearest_one() -> None:
    mapping = build({**GIVEN, "date": "dote", "time": "when"})
    assert isinstance(mapping, Mapping)
    with pytest.raises(MappingError) as caught:
        locate(mapping, ("Date", "Mood"))
    assert {problem.field: problem.message % problem.values for problem in caught.value.problems} == {
        "date": "There is no column named “dote”. Did you mean “Date”?",
        "time": "There is no column named “when”.",
    }


def test_a_daylio_mapping_needs_nothing() -> None:
    assert build({"kind": "daylio"}) == Daylio()
