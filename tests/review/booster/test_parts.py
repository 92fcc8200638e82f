"""Lists and words are cut short where there is little room, and never without saying so."""

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.progress.words import message
from portal.review.booster.elements.parts import MOST_CHARACTERS, element, listed, row, shortened
from portal.review.booster.sheet import Line
from tests.progress.stories import say

NAMES = [message(name) for name in ("nausea", "headache", "dizziness", "panic")]


@settings(deadline=None)
@given(st.text(max_size=600), st.integers(2, 250))
def test_words_are_never_longer_than_there_is_room_and_never_cut_without_an_ellipsis(text: str, most: int) -> None:
    found, whole = shortened(text, most), " ".join(text.split())
    assert len(found) <= most
    assert found == whole or (found.endswith("…") and whole.startswith(found[:-1]))


def test_words_are_cut_between_words() -> None:
    assert shortened("slept badly and woke up early", 20) == "slept badly and…"
    assert shortened("slept badly", 11) == "slept badly"
    assert shortened("a" * 30, 10) == "aaaaaaaaa…"
    assert shortened("two\n\nlines") == "two lines"
    assert len(shortened("word " * 100)) <= MOST_CHARACTERS


def test_a_list_that_is_cut_says_how_many_more_there_are() -> None:
    assert say(listed(NAMES, 4)) == "nausea, headache, dizziness, panic"
    assert say(listed(NAMES, 2)) == "nausea, headache, and 2 more"
    assert say(listed(NAMES[:1], 2)) == "nausea"


def test_what_stands_on_one_line_is_set_apart() -> None:
    assert say(row(NAMES[:2])) == "nausea · headache"


def test_every_element_has_a_heading_of_its_own() -> None:
    found = [element(number, [Line(message("x"))]) for number in range(1, 13)]
    assert [one.number for one in found] == list(range(1, 13))
    assert len({say(one.name) for one in found}) == 12
