"""The pattern over infusions: longer or shorter is said only when the data can say it."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, permutations
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.progress import pattern
from portal.progress.response import Held, Hold, Response, Unknown, responses
from tests.progress import stories
from tests.progress.stories import PHQ9, TODAY, infusion, say

BACK, STILL, UNTIL, NEVER, UNKNOWN = Hold.BACK, Hold.STILL, Hold.UNTIL_NEXT, Hold.NEVER, Hold.NOT_KNOWN


def response(held: Held, number: int = 1) -> Response:
    return Response(
        infusions=(infusion(TODAY, number),),
        before=None,
        best=None,
        best_after=None,
        cannot_be_told_apart=False,
        change=None,
        percent=None,
        reliable=None,
        knows_reliable=True,
        held=held,
        next_after=None,
    )


def all_of(*held: Held) -> list[Response]:
    return [response(one, number) for number, one in enumerate(held, start=1)]


def back(*days: int, seen: int = 1) -> list[Response]:
    """Held until those days, on the good side until so many days before."""
    return all_of(*(Held(BACK, day, day - seen) for day in days))


def words(found: Sequence[Response]) -> str:
    return " ".join(say(one) for one in pattern.say(found, PHQ9))


VERDICTS = {
    "nothing": ((), None),
    "three in order are too few": (back(10, 20, 30), None),
    "four in order": (back(10, 20, 30, 40), "longer"),
    "four in falling order": (back(40, 30, 20, 10), "shorter"),
    "four with one out of order": (back(10, 30, 20, 40), None),
    "six with one out of order": (back(10, 20, 40, 30, 50, 60), "longer"),
    "four alike": (back(20, 20, 20, 20), None),
    "apart by less than the scores can tell": (back(20, 24, 28, 32, seen=13), None),
    "the newest goes on": ([*back(10, 20, 30), *all_of(Held(STILL, 40, 40))], "longer"),
    "the newest has not gone on for long": (
        [*back(10, 20, 30), *all_of(Held(STILL, 25, 25))],
        None,
    ),
    "none came back": (all_of(*[Held(UNTIL, day, day) for day in (10, 20, 30, 40, 50)], Held(STILL, 9, 9)), None),
    "then not at all": (
        [*back(40, 30, 20), *all_of(Held(NEVER, 7), Held(NEVER, 7))],
        "shorter",
    ),
    "what is not known does not count": (
        [*back(10, 20, 30), *all_of(Held(UNKNOWN, 60, 14, Unknown.SILENCE), Held(UNKNOWN, why=Unknown.SCORE))],
        None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", VERDICTS)
def test_a_direction_is_named_only_where_chance_does_not_explain_it(name: str) -> None:
    found, expected = VERDICTS[name]
    assert pattern.verdict(found).direction == expected


def test_the_chance_is_that_of_every_order() -> None:
    assert pattern.verdict(back(10, 20, 30, 40)).chance == pytest.approx(2 / 24)
    assert pattern.verdict(back(10, 20, 30, 40, 50)).chance == pytest.approx(2 / 120)
    assert pattern.verdict(back(10, 20, 30, 40)).compared == 4


HELD = st.one_of(
    st.builds(lambda good, more: Held(BACK, good + more, good), st.integers(0, 60), st.integers(1, 20)),
    st.builds(lambda days: Held(UNTIL, days, days), st.integers(0, 60)),
    st.builds(lambda days: Held(NEVER, days), st.integers(1, 14)),
    st.builds(lambda days: Held(UNKNOWN, days, why=Unknown.SILENCE), st.integers(22, 60)),
)
MANY = st.lists(HELD, max_size=12)


@given(MANY)
def test_the_other_way_round_longer_is_shorter(held: list[Held]) -> None:
    there, back_again = pattern.verdict(all_of(*held)), pattern.verdict(all_of(*reversed(held)))
    opposite = {"longer": "shorter", "shorter": "longer", None: None}
    assert back_again.direction == opposite[there.direction]
    assert back_again.chance == pytest.approx(there.chance)


@given(st.lists(HELD, max_size=3))
def test_fewer_than_four_never_say(held: list[Held]) -> None:
    assert pattern.verdict(all_of(*held)).direction is None
    assert "getting" not in words(all_of(*held))


@given(st.lists(st.integers(0, 400), min_size=1, max_size=40))
def test_where_nothing_came_back_nothing_is_said(days: list[int]) -> None:
    found = pattern.verdict(all_of(*(Held(UNTIL, day, day) for day in days)))
    assert (found.direction, found.chance) == (None, 1.0)


@given(st.lists(st.integers(2, 400), min_size=4, max_size=40, unique=True))
def test_four_or_more_that_only_rise_are_getting_longer(days: list[int]) -> None:
    rising = back(*(2 * day for day in sorted(days)))
    assert pattern.verdict(rising).direction == "longer"
    assert pattern.verdict(rising[::-1]).direction == "shorter"


@given(st.lists(HELD, min_size=4, max_size=5))
def test_the_exact_chance_is_what_counting_every_order_gives(held: list[Held]) -> None:
    def limits(one: Held) -> tuple[float, float]:
        return (one.last_good or 0, one.days or 0) if one.how in (BACK, NEVER) else (one.days or 0, inf)

    known = [limits(one) for one in held if one.how is not UNKNOWN]
    if len(known) < 4:
        return

    def total(order: Sequence[tuple[float, float]]) -> int:
        return sum((b[0] >= a[1]) - (a[0] >= b[1]) for a, b in combinations(order, 2))

    every = [abs(total(order)) for order in permutations(known)]
    expected = sum(one >= abs(total(known)) for one in every) / len(every)
    found = pattern.verdict(all_of(*held))
    assert found.chance == pytest.approx(expected)
    assert found.direction is None or found.chance <= 0.1


@given(st.lists(st.integers(1, 60), min_size=8, max_size=8))
def test_the_approximation_for_many_is_close_to_counting(days: list[int]) -> None:
    signs = [[(b > a) - (a > b) for b in days] for a in days]
    score = sum(signs[i][j] for i, j in combinations(range(8), 2))
    if len(set(days)) > 4:
        assert pattern.normal_chance(signs, score) == pytest.approx(pattern.exact_chance(signs, score), abs=0.05)


def test_sixty_infusions_are_judged_at_once() -> None:
    assert pattern.verdict(back(*range(10, 70))).direction == "longer"
    assert pattern.verdict(back(*[20, 21] * 30, seen=7)).direction is None


SAID = {
    "none": ([], ""),
    "not known": (all_of(Held(UNKNOWN, why=Unknown.SCORE)), "How long it held cannot be said yet."),
    "one": (
        back(28),
        (
            "It was seen back at 10 or above once, after 28 days. Whether it holds longer or shorter each time cannot "
            "be said yet: that takes 4 treatments to compare, and there is 1."
        ),
    ),
    "longer": (
        back(10, 20, 30, 40),
        "PHQ-9 was below 10 after each of the 4 treatments with scores. It was seen back at 10 or above 4 times, after "
        "10 to 40 days. The time it holds is getting longer, by more than chance would explain. " + say(pattern.TIMING),
    ),
    "chance": (
        back(10, 30, 20, 40),
        "PHQ-9 was below 10 after each of the 4 treatments with scores. It was seen back at 10 or above 4 times, after "
        "10 to 40 days. Whether it holds longer or shorter each time cannot be said: the differences could be chance. "
        + say(pattern.TIMING),
    ),
    "some never": (
        all_of(Held(BACK, 20, 14), Held(NEVER, 7)),
        "PHQ-9 was below 10 after 1 of the 2 treatments with scores. It was seen back at 10 or above once, after 20 "
        "days. Whether it holds longer or shorter each time cannot be said yet: that takes 4 treatments to compare, "
        "and there are 2. " + say(pattern.TIMING),
    ),
    "never": (
        all_of(Held(NEVER, 7), Held(NEVER, 7)),
        "PHQ-9 was not seen below 10 after any of the 2 treatments with scores. Whether it holds longer or shorter "
        "each time cannot be said yet: that takes 4 treatments to compare, and there are 2. " + say(pattern.TIMING),
    ),
    "never back": (
        all_of(*[Held(UNTIL, day, day) for day in (30, 20, 40)], Held(STILL, 9, 9)),
        "PHQ-9 was below 10 after each of the 4 treatments with scores. Whether it holds longer or shorter each time "
        "cannot be said: it was not seen back at 10 or above after any. " + say(pattern.TIMING),
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_the_pattern_in_words(name: str) -> None:
    found, expected = SAID[name]
    assert words(found) == expected


def test_without_a_line_or_amounts_there_is_no_pattern() -> None:
    (said,) = pattern.say(back(10, 20), replace(PHQ9, line=None))
    assert say(said) == "No line is set for PHQ-9, so how long it held cannot be said."
    assert pattern.say(back(10, 20), replace(PHQ9, has_levels=True)) == ()


def test_above_is_the_good_side_where_more_is_better() -> None:
    wellbeing = replace(PHQ9, short_title="Well-being", higher_is_better=True, line=50)
    said = " ".join(say(one) for one in pattern.say(back(10, 20), wellbeing))
    assert said.startswith(
        "Well-being was above 50 after each of the 2 treatments with scores. It was seen back at 50 or"
    )


def test_of_every_story_something_is_said_with_the_note_about_timing() -> None:
    for story in (stories.lasting_responder(), stories.wears_off(), stories.ten_years()):
        found = [say(one) for one in pattern.say(responses(story), PHQ9)]
        assert found[-1] == say(pattern.TIMING)
