from decimal import Decimal

import pytest

from portal.checkins.history.map_form import parse
from portal.checkins.history.mapping import Daylio, Mapping, Scale
from portal.checkins.history.problems import MappingError

COLUMNS = ("date", "time", "cheerful", "note", "tired")
TIRED = {
    "scale-4-use": "y",
    "scale-4-name": "Tired",
    "scale-4-minimum": "-3",
    "scale-4-maximum": "3",
    "scale-4-better": "lower",
    "scale-4-unit": "",
}
FIELDS = {"date": "date", "time": "time", "note": "", "time_zone": "Europe/Amsterdam", "csrf_token": "x", **TIRED}


def test_the_columns_that_were_ticked_become_scales() -> None:
    assert parse("csv", {**FIELDS, "scale-2-name": "not ticked"}, COLUMNS) == Mapping(
        date_column="date",
        time_column="time",
        time_zone="Europe/Amsterdam",
        scales=(Scale("Tired", Decimal(-3), Decimal(3), higher_is_better=False, column="tired"),),
    )


def test_a_mistake_is_shown_at_its_field() -> None:
    fields = {**FIELDS, "date": "", "scale-4-minimum": "3", "scale-2-use": "y"}
    with pytest.raises(MappingError) as caught:
        parse("csv", fields, COLUMNS)
    assert [problem.field for problem in caught.value.problems] == [
        "date",
        "scale-2-name",
        "scale-2-minimum",
        "scale-2-maximum",
        "scale-2-better",
        "scale-4-minimum",
    ]


def test_moods_may_be_left_unanswered() -> None:
    assert parse("daylio", {"moods-0": "3", "moods-1": ""}, (), ("so so", "odd")) == Daylio(moods={"so so": 3})


def test_a_mood_that_was_tampered_with_is_refused() -> None:
    with pytest.raises(MappingError):
        parse("daylio", {"moods-0": "7"}, (), ("so so",))
