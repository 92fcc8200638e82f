"""Whether a screening can be kept as entered, what follows from it, and what a decision needs."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.treatment.problems import WEIGHT_UNLIKELY
from portal.treatment.screening import checks
from portal.treatment.screening.checks import find, may_decide
from portal.treatment.screening.entry import (
    answers_of,
    changed,
    complete,
    notes_of,
    to_json,
    years,
)
from portal.treatment.screening.items import ITEMS, Answer
from tests.treatment.screening.asking import CLEAR, entry

BORN, TODAY = date(1988, 5, 17), date(2026, 11, 22)


def problems(**values: Any) -> list[tuple[str, str]]:
    found = find(replace(entry(), **values), born_on=BORN, today=TODAY)
    return [(problem.field, problem.msgid) for problem in found]


def test_a_whole_screening_can_be_kept() -> None:
    assert problems() == []


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"answers": {}}, "item_blood-pressure", checks.NOT_ANSWERED),
        ({"answers": CLEAR | {"other": Answer.YES}}, "note_other", checks.SAY_WHAT),
        ({"weight_kg": 19.9}, "weight_kg", WEIGHT_UNLIKELY),
        ({"weight_kg": 400.1}, "weight_kg", WEIGHT_UNLIKELY),
        ({"in_person_on": date(2026, 11, 23)}, "in_person_on", checks.IN_FUTURE),
        ({"in_person_on": date(1988, 5, 16)}, "in_person_on", checks.BEFORE_BIRTH),
        ({"in_person_on": date(2016, 11, 22)}, "in_person_on", checks.LONG_AGO),
        ({"in_person_on": None}, "in_person_on", checks.EVALUATED_ON),
        ({"in_person_by": ""}, "in_person_by", checks.EVALUATED_BY),
        ({"consent_on": date(2026, 11, 23)}, "consent_on", checks.IN_FUTURE),
        ({"adult_name": ""}, "adult_name", checks.WHOSE_PHONE),
    ],
)
def test_what_cannot_be_is_said_at_its_field(values: dict[str, Any], field: str, said: str) -> None:
    assert (field, said) in problems(**values)


@pytest.mark.parametrize(
    "values",
    [
        {"weight_kg": None},
        {"weight_kg": 20.0},
        {"in_person_on": date(2026, 11, 22)},
        {"in_person_on": date(2016, 11, 23)},
        {"in_person_on": None, "in_person_by": ""},
        {"adult_name": "", "adult_phone": ""},
        {"adult_phone": ""},
    ],
)
def test_what_can_be_is_let_through(values: dict[str, Any]) -> None:
    assert problems(**values) == []


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"weight_kg": None}, "no-weight"),
        ({"in_person_on": None}, "no-evaluation"),
        ({"consent_on": None}, "no-consent"),
        ({"adult_name": ""}, "no-adult"),
        ({"emergency_plan": ""}, "no-plan"),
        ({"lists_checked": False}, "lists-unchecked"),
    ],
)
def test_what_is_not_on_record_answers_its_own_item(values: dict[str, Any], code: str) -> None:
    found = complete(entry(**values), born_on=BORN, today=TODAY)
    assert [one for one, answer in found.items() if answer is Answer.YES] == [code]


@pytest.mark.parametrize(
    ("today", "answer"), [(date(2006, 5, 16), Answer.YES), (date(2006, 5, 17), Answer.NO), (TODAY, Answer.NO)]
)
def test_the_date_of_birth_says_who_is_under_18(today: date, answer: Answer) -> None:
    assert complete(entry(), born_on=BORN, today=today)["under-18"] is answer


@pytest.mark.parametrize(
    ("born_on", "on", "age"),
    [
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2008, 11, 22), date(2026, 11, 22), 18),
    ],
)
def test_ages_are_whole_years(born_on: date, on: date, age: int) -> None:
    assert years(born_on, on) == age


@given(
    st.fixed_dictionaries({}, optional={item.code: st.sampled_from(Answer) for item in ITEMS if item.is_asked}),
    st.dictionaries(st.sampled_from([item.code for item in ITEMS if item.is_asked]), st.text(min_size=1)),
)
def test_answers_and_notes_come_back_as_they_were_kept(answers: dict[str, Answer], notes: dict[str, str]) -> None:
    whole = complete(replace(entry(), answers=answers), born_on=BORN, today=TODAY)
    kept = to_json(whole, notes)
    assert answers_of(kept) == whole
    assert notes_of(kept) == {code: note for code, note in notes.items() if code in whole}
    assert set(whole) == {item.code for item in ITEMS}


def test_a_change_names_the_item_or_the_field_with_both_values() -> None:
    after = entry({"mania": Answer.YES}, notes={"mania": "in 2019"}, weight_kg=71.0)
    assert changed(entry(), after) == [
        ("mania", (Answer.NO, ""), (Answer.YES, "in 2019")),
        ("weight_kg", 70.0, 71.0),
    ]
    assert changed(after, after) == []


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({}, []),
        ({"reason": ""}, ["reason"]),
        ({"stops": ["mania", "stroke"]}, ["override_mania", "override_stroke"]),
        ({"stops": ["mania", "stroke"], "overrides": {"stroke": "long ago"}}, ["override_mania"]),
        ({"stops": ["mania"], "goes_ahead": False}, []),
        ({"stops": ["mania"], "goes_ahead": False, "reason": ""}, ["reason"]),
        ({"must_ask_again": True, "stops": ["mania"]}, ["decision"]),
        ({"must_ask_again": True, "goes_ahead": False}, []),
    ],
)
def test_going_ahead_needs_a_reason_for_the_whole_and_for_every_stop(values: dict[str, Any], fields: list[str]) -> None:
    usual: dict[str, Any] = {"goes_ahead": True, "reason": "seen", "overrides": {}, "stops": []}
    usual["must_ask_again"] = False
    assert [problem.field for problem in may_decide(**usual | values)] == fields
