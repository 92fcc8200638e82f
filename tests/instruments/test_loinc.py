from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.instruments.loinc import allow_list, has_right_check_digit
from tests.instruments.answers import DEFINITIONS

RIGHT = ["44249-1", "44261-6", "69737-5", "70274-6", "55757-9", "91148-7", "93373-9", "8480-6", "29463-7"]
WRONG = ["44249-2", "44261-0", "44294-1", "70274", "70274-", "-6", "70274-66", "LA6568-5", "７0274-6", ""]


@pytest.mark.parametrize("code", RIGHT)
def test_a_right_check_digit_is_recognised(code: Any) -> None:
    assert has_right_check_digit(code)


@pytest.mark.parametrize("code", WRONG)
def test_a_wrong_check_digit_or_form_is_recognised(code: Any) -> None:
    assert not has_right_check_digit(code)


@given(st.integers(1, 9_999_999))
def test_each_number_has_exactly_one_check_digit(number: Any) -> None:
    assert sum(has_right_check_digit(f"{number}-{digit}") for digit in range(10)) == 1


def test_every_allowed_term_has_a_right_check_digit_and_a_meaning() -> None:
    for code, term in allow_list().terms.items():
        assert has_right_check_digit(code)
        assert term.meaning


def test_every_allowed_term_stands_where_it_belongs() -> None:
    used: dict[str, list[str]] = {}
    for definition in DEFINITIONS:
        places: list[tuple[str, Any]] = [
            (definition.id, definition),
            *((f"{definition.id}.{item.code}", item) for item in definition.items),
        ]
        places += [(f"{definition.id}.{scale.code}", scale) for scale in definition.scales]
        for place, thing in places:
            if thing.loinc:
                used.setdefault(thing.loinc, []).append(place)
    assert used == {code: sorted(term.uses) for code, term in allow_list().terms.items()}


@pytest.mark.parametrize(
    ("code", "use", "reason"),
    [
        ("44249-1", "phq-9", None),
        ("44249-1", "phq-9.total", "44249-1 means 'PHQ-9 panel' and belongs to phq-9, not to phq-9.total"),
        ("44262-4", "phq-9.total", "44262-4 is not in the list of allowed LOINC codes"),
        ("44249-2", "phq-9", "'44249-2' is not a LOINC code: its check digit is wrong"),
    ],
)
def test_a_term_is_refused_with_its_reason(code: Any, use: Any, reason: Any) -> None:
    assert allow_list().problem_with_term(code, use) == reason


@pytest.mark.parametrize(
    ("code", "label", "value", "reason"),
    [
        ("LA6575-0", "Very difficult", 2, None),
        ("LA6574-3", "Very difficult", 2, "LA6574-3 means 'Extremely difficult' = 3, not 'Very difficult' = 2"),
        ("LA6568-5", "Not at all", 1, "LA6568-5 means 'Not at all' = 0, not 'Not at all' = 1"),
        ("LA18938-3", "More days than not", 2, "LA18938-3 is not in the list of allowed LOINC answer codes"),
    ],
)
def test_an_answer_code_is_refused_with_its_reason(code: Any, label: Any, value: Any, reason: Any) -> None:
    assert allow_list().problem_with_answer(code, label, value) == reason


def test_the_loinc_notice_is_kept_with_the_codes() -> None:
    assert "LOINC is copyright © Regenstrief Institute, Inc." in allow_list().notice
