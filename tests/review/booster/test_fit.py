"""How small a sheet is printed, and what the paper leaves to the portal."""

import re
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from config import ROOT
from portal.review.booster.fit import SIZES, Fit, fit
from portal.review.booster.meanwhile import Place
from portal.review.booster.sheet import Tone

LINES = st.dictionaries(
    st.tuples(st.integers(1, 12), st.integers(0, 30)),
    st.tuples(st.integers(0, 900), st.sampled_from(Tone)),
    max_size=160,
)


def lines(element: int, many: int, characters: int = 50, tone: Tone = Tone.PLAIN) -> dict[Place, tuple[int, Tone]]:
    return {(element, at): (characters, tone) for at in range(many)}


def test_a_short_sheet_is_printed_in_the_usual_size() -> None:
    assert fit(lines(1, 10) | lines(6, 20), 2) == Fit(0, frozenset())


def test_what_does_not_fit_is_printed_smaller_before_anything_is_left_out() -> None:
    found = [fit(lines(6, many), 0) for many in (30, 60, 65, 70, 76)]
    assert [one.size for one in found] == [0, 1, 2, 3, 4]
    assert not any(one.left_out for one in found)


def test_the_pictures_and_what_stands_below_take_room_too() -> None:
    assert fit(lines(1, 45), 0).size == 0
    assert fit(lines(1, 45), 2).size > fit(lines(1, 45), 1).size > 0
    assert fit(lines(6, 50), 2).size == 0
    assert fit(lines(6, 55), 0, [400, 400]).size > 0


def test_the_least_and_last_is_left_out_first() -> None:
    many = lines(6, 60, tone=Tone.DANGER) | lines(8, 10, tone=Tone.ATTENTION)
    many |= lines(9, 10, tone=Tone.MISSING) | lines(12, 6)
    left_out = fit(many, 0).left_out
    assert {number for number, _ in left_out} == {9, 12}
    assert {at for number, at in left_out if number == 12} == set(range(6))
    kept = [at for number, at in many if number == 9 and (9, at) not in left_out]
    assert kept == list(range(len(kept)))


@given(LINES, st.integers(0, 2), st.lists(st.integers(0, 400), max_size=2))
def test_what_is_printed_fits_and_nothing_that_would_fit_is_left_out(
    found: dict[Place, tuple[int, Tone]], pictures: int, below: list[int]
) -> None:
    result = fit(found, pictures, below)
    size = SIZES[result.size]
    for first in (True, False):
        column = {place: line for place, line in found.items() if (place[0] < 6) is first}
        printed = [count for place, (count, _) in column.items() if place not in result.left_out]
        taken = sum(max(1, ceil(count / size.characters)) for count in printed)
        if printed:
            assert taken <= size.lines - (size.pictures * pictures / 2 if first else 0)
        loudest = {tone for place, (_, tone) in column.items() if place in result.left_out}
        kept = {tone for place, (_, tone) in column.items() if place not in result.left_out}
        assert not (Tone.DANGER in loudest and Tone.PLAIN in kept)
    assert result.left_out <= found.keys()
    assert not result.left_out or result.size == len(SIZES) - 1


def test_the_style_sheet_has_these_sizes() -> None:
    style = (ROOT / "static" / "css" / "booster.css").read_text()
    named = {int(size) for size in re.findall(r"^  \.sheet-size-(\d) \{", style, re.MULTILINE)}
    assert named == set(range(1, len(SIZES)))
