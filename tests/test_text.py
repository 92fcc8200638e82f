"""Text as somebody typed it, without what no reader should meet."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.text import clean, clean_line, holds


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("one\r\ntwo\rthree\nfour", "one\ntwo\nthree\nfour"),
        ("a\x00b\x07c\x1b[31m", "abc[31m"),
        ("\u202eeerht\u2066 x\u2069", "eerht x"),
        ("  \n\t  ", ""),
        ("👩🏽\u200d🌾 naïve ﷽", "👩🏽\u200d🌾 naïve ﷽"),
        ("half \ud800 of one", "half  of one"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_what_stays(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@given(st.text())
def test_it_is_clean_once_and_for_all(typed: str) -> None:
    kept = clean(typed)
    assert clean(kept) == kept
    assert not [one for one in kept if unicodedata.category(one) == "Cc" and one not in "\n\t"]
    assert "\n" not in clean_line(typed)
    assert clean_line(clean_line(typed)) == clean_line(typed)


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("La Próxima visita", "proxima VISITA", True),
        ("la proxima", "PRÓXIMA", True),
        ("este año", "ano", True),
        ("STRASSE", "straße", True),
        ("Привет", "ПРИВЕТ", True),
        ("soft\u00adhyphen", "softhyphen", True),
        ("one", "one two", False),
        ("anything", "\u0301 ´", False),
    ],
)
def test_words_are_found_whatever_their_case_and_accents(text: str, words: str, found: bool) -> None:
    assert holds(text, words) is found


@given(st.text(max_size=20), st.text(st.characters(categories=["L", "N", "P"]), min_size=1), st.text(max_size=20))
def test_what_stands_in_a_text_is_found_in_it(before: str, word: str, after: str) -> None:
    assert holds(f"{before} {word} {after}", word)
