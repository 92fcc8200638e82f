"""The bars of days held: true to the responses, readable by everybody, with no two words on one spot."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.progress import telling
from portal.progress.response import Held, Hold, Response, Unknown, responses
from portal.progress.svg import held
from portal.progress.svg.labels import Box
from portal.progress.svg.pen import width
from portal.progress.timeline import Timeline
from tests.progress import stories
from tests.progress.stories import PHQ9, TODAY, WORDS, infusion, say, score, timeline

SVG = "{http://www.w3.org/2000/svg}"
STORIES = [stories.lasting_responder, stories.wears_off, stories.ten_years]
SIZES = {"c-small": 11.04, "h-days": 11.04}


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def parsed(markup: str) -> ElementTree.Element:
    return ElementTree.fromstring(markup)  # noqa: S314 - our own drawing


def drawn(about: Timeline) -> ElementTree.Element:
    return parsed(held.draw(about, responses(about), WORDS))


def having(root: ElementTree.Element, class_: str) -> list[ElementTree.Element]:
    return [element for element in root.iter() if class_ in (element.get("class") or "").split()]


def word_box(element: ElementTree.Element) -> Box:
    """About where the words stand, drawn a little tight: estimated widths are on the wide side."""
    size = SIZES.get(element.get("class") or "", 12.0)
    long, x, y = width(element.text or "", size) * 0.9, float(element.get("x") or 0), float(element.get("y") or 0)
    left = x - {"middle": long / 2, "end": long}.get(element.get("text-anchor") or "", 0)
    return Box(left, y - size * 0.7, left + long, y)


def collisions(root: ElementTree.Element) -> list[tuple[str | None, str | None]]:
    words = list(root.iter(f"{SVG}text"))
    return [(a.text, b.text) for a, b in combinations(words, 2) if word_box(a).meets(word_box(b))]


def after(number: int, how: Held) -> Response:
    mark = infusion(ago(10), number)
    return Response((mark,), None, None, None, False, None, None, None, True, how, None)


HOWS = st.one_of(
    st.builds(lambda good, more: Held(Hold.BACK, good + more, good), st.integers(0, 900), st.integers(1, 90)),
    st.builds(lambda days: Held(Hold.UNTIL_NEXT, days, days), st.integers(0, 900)),
    st.builds(lambda days: Held(Hold.NEVER, days), st.integers(0, 30)),
    st.builds(lambda days: Held(Hold.NOT_KNOWN, days + 30, days, Unknown.SILENCE), st.integers(0, 90)),
    st.just(Held(Hold.NOT_KNOWN, why=Unknown.SCORE)),
)


@settings(max_examples=60)
@given(st.lists(HOWS, min_size=2, max_size=60))
def test_no_two_words_meet_and_all_are_on_the_sheet(hows: list[Held]) -> None:
    found = [after(number, how) for number, how in enumerate(hows, start=1)]
    markup = held.draw(timeline([score(ago(9), 8)], [infusion(ago(10), 1)]), found, WORDS)
    if not markup:
        assert not held.can_draw(PHQ9, found)
        return
    root = parsed(markup)
    assert collisions(root) == []
    wide, high = (float(part) for part in (root.get("viewBox") or "").split()[2:])
    for element in root.iter(f"{SVG}text"):
        box = word_box(element)
        assert box.left >= -1, element.text
        assert box.right <= wide, element.text
        assert box.bottom <= high
        assert box.top >= 0
    assert len(having(root, "h-last")) == 1
    assert len(having(root, "h-before")) == min(len(hows), held.MOST) - 1


@pytest.mark.parametrize("story", STORIES)
def test_every_bar_says_what_the_table_says(story: Callable[[], Timeline]) -> None:
    about = story()
    root = drawn(about)
    shown = responses(about)[-held.MOST :]
    expected = [f"{say(telling.which(one))}: {say(telling.held(about, PHQ9, one))}" for one in shown]
    assert [element.text for group in root.iter(f"{SVG}g") for element in group.iter(f"{SVG}title")] == expected
    named = [root.find(f".//*[@id='{name}']") for name in (root.get("aria-labelledby") or "").split()]
    heading, about_bars = (element.text if element is not None else "" for element in named)
    assert heading == "How long PHQ-9 stayed below 10"
    assert about_bars == ". ".join(expected)
    assert root.get("role") == "img"
    assert collisions(root) == []


def test_of_many_the_newest_are_shown_and_it_says_so() -> None:
    root = drawn(stories.ten_years())
    words = [element.text for element in root.iter(f"{SVG}text")]
    assert "number of the infusion: the newest 12 of 55" in words
    assert [word for word in words if word in ("48", "49", "60")] == ["49", "60"]


def test_what_was_not_seen_to_end_is_open_and_what_is_not_known_is_not_drawn() -> None:
    hows = [Held(Hold.BACK, 28, 21), Held(Hold.UNTIL_NEXT, 40, 40), Held(Hold.NEVER, 7), Held(Hold.STILL, 12, 12)]
    hows.insert(3, Held(Hold.NOT_KNOWN, why=Unknown.SCORE))
    found = [after(number, how) for number, how in enumerate(hows, start=1)]
    root = parsed(held.draw(timeline([score(ago(9), 8)], [infusion(ago(10), 1)]), found, WORDS))
    bars = list(root.iter(f"{SVG}g"))
    kinds = [
        [(part.get("class") or "") for part in bar.iter() if "h-" in (part.get("class") or "")][1:] for bar in bars
    ]
    assert kinds == [
        ["h-seen", "h-until", "h-days"],
        ["h-seen", "h-open", "h-days"],
        ["h-days"],
        ["h-days"],
        ["h-seen", "h-open", "h-days"],
    ]
    assert [element.text for bar in bars for element in having(bar, "h-days")] == ["28", "40+", "0", "?", "12+"]
    seen = [float(element.get("height") or 0) for element in having(root, "h-seen")]
    assert seen[1] == pytest.approx(held.HEIGHT, abs=0.1)
    assert seen[0] == pytest.approx(held.HEIGHT * 21 / 40, abs=0.1)


def test_where_there_is_nothing_to_compare_nothing_is_drawn() -> None:
    one = timeline([score(ago(61), 19), score(ago(50), 8)], [infusion(ago(60), 7)])
    two = timeline(
        [score(ago(61), 19), score(ago(50), 12), score(ago(30), 13)], [infusion(ago(60), 7), infusion(ago(40), 8)]
    )
    for about in (timeline(), one, two, replace(stories.wears_off(), instrument=replace(PHQ9, line=None))):
        assert held.draw(about, responses(about), WORDS) == ""


def test_words_of_a_clinic_cannot_break_the_picture() -> None:
    evil = replace(stories.wears_off(), instrument=replace(PHQ9, short_title='<script>"&', label='<script>"&'))
    assert "<script>" not in held.draw(evil, responses(evil), WORDS)
    drawn(evil)
