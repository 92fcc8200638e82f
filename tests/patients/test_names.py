"""One look is one spelling, nothing is disguised, and everything else stays byte for byte."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.patients import names

KEPT = ["Ada Okafor", "Zoë", "محمد", "Nguyễn Thị Ánh", "O’Brien-Łukasz", "क्\u200dष", "𝒜da 🌊", "a\u200cb", "李 小龍"]
CHANGED = [
    ("Zoe\u0308", "Zoë"),
    ("Ada\u202eevE", "AdaevE"),
    ("\u2066Ada\u2069", "Ada"),
    ("Ada\x00\x07", "Ada"),
    ("Ada\tOkafor\r\n", "Ada Okafor"),
    ("Ada\u2028Okafor", "Ada Okafor"),
    ("\ud800Ada", "Ada"),
]


@pytest.mark.parametrize("name", KEPT)
def test_an_ordinary_name_of_any_script_stays_as_it_is(name: str) -> None:
    assert names.clean(name) == name


@pytest.mark.parametrize(("typed", "kept"), CHANGED)
def test_what_cannot_be_seen_or_disguises_is_taken_out(typed: str, kept: str) -> None:
    assert names.clean(typed) == kept


@given(st.text())
def test_cleaning_twice_is_cleaning_once_and_leaves_nothing_that_controls(text: str) -> None:
    cleaned = names.clean(text)
    assert names.clean(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not [letter for letter in cleaned if unicodedata.category(letter) in {"Cc", "Cs"}]
    cleaned.encode()


@given(st.text(st.characters(categories=["L", "M", "N", "P", "S"]), max_size=40))
def test_composed_text_without_controls_is_untouched(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert names.clean(composed) == composed


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("Ada Okafor", "ADA  OKAFOR", True),
        ("Zoë Groß", "zoe gross", True),
        ("Zoe\u0308", "Zoë", True),
        ("Ada Okafor", "Ade Okafor", False),
        ("Ada", "Ada Okafor", False),
    ],
)
def test_names_that_read_alike_are_the_same(one: str, other: str, is_same: bool) -> None:
    assert names.same(one, other) is is_same
