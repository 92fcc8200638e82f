from decimal import Decimal

import pytest

from portal.checkins.history.cells import clean, number
from portal.checkins.history.problems import RowRefused


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  as is ", "as is"),
        ("e\N{COMBINING ACUTE ACCENT}", "é"),
        ("a\x00\x07\x1b[31mb\x7f", "a[31mb"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("tab\there", "tab here"),
        ("turned\u202eround", "turnedround"),
        ("👩\u200d👧", "👩\u200d👧"),
        ('=HYPERLINK("x")', '=HYPERLINK("x")'),
    ],
)
def test_text_is_cleaned_and_never_cut(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_accents_piled_up_to_waste_time_are_refused() -> None:
    with pytest.raises(RowRefused):
        clean("a" + "\N{COMBINING ACUTE ACCENT}\N{COMBINING DOT BELOW}" * 50_000)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7", "7"),
        ("+7.50", "7.5"),
        ("-0", "0"),
        ("−3", "-3"),
        ("4,5", "4.5"),
        (".5", "0.5"),
        ("0,333", "0.333"),
        ("100", "100"),
        ("3.3333333333333335", "3.3333333333333335"),
        ("72\N{NO-BREAK SPACE}KG", "72"),
    ],
)
def test_numbers_are_read_as_written(text: str, expected: str) -> None:
    assert str(number(text, "weight", unit="kg")) == expected


@pytest.mark.parametrize("text", ["seven", "4/5", "1e3", "0x7", "7 8", "1.2.3", "٥", "Infinity", "9" * 30, "--1", "5."])
def test_what_is_no_number_is_refused_by_name_and_value(text: str) -> None:
    with pytest.raises(RowRefused) as caught:
        number(text, "mood")
    assert caught.value.values == {"value": text, "column": "mood"}


def test_a_comma_that_may_mean_thousands_is_refused_unless_it_always_means_decimals() -> None:
    with pytest.raises(RowRefused):
        number("1,234", "steps")
    assert number("1,234", "steps", decimal_comma=True) == Decimal("1.234")
