"""What a plan holds, how two versions differ, and how what two people changed goes together."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.safety.plan import phones, review, sections
from portal.safety.plan.sections import SECTIONS

WORDS = st.sampled_from(["river", "phone", "Ike", "sleep"])


@st.composite
def plans(draw: Any) -> Any:
    return sections.read(
        {one.code: [{one.columns[0]: word} for word in draw(st.lists(WORDS, max_size=4))] for one in SECTIONS}
    )


def plan(**rows: list[str]) -> Any:
    stored = {code: [{sections.BY_CODE[code].columns[0]: word} for word in words] for code, words in rows.items()}
    return sections.read(stored)


@given(plans())
def test_what_is_stored_is_read_again(found: Any) -> None:
    assert sections.read(sections.write(found)) == found
    assert sections.differences(found, found) == []


@given(plans(), plans(), plans())
def test_nothing_that_either_wrote_is_lost_when_two_save(base: Any, mine: Any, theirs: Any) -> None:
    both = sections.together(base, mine, theirs)
    for code in sections.BY_CODE:
        if mine[code] != base[code]:
            assert both[code][: len(mine[code])] == mine[code]
        new = [row for row in theirs[code] if row not in base[code]]
        assert all(row in both[code] for row in new)


@given(plans(), plans())
def test_who_changed_nothing_gets_what_the_other_saved(base: Any, theirs: Any) -> None:
    assert sections.together(base, base, theirs) == theirs
    assert sections.together(base, theirs, base) == theirs


@pytest.mark.parametrize(
    ("before", "after", "added", "removed", "reordered"),
    [
        (["river"], ["river", "tea"], ["tea"], [], False),
        (["river", "tea"], ["tea"], [], ["river"], False),
        (["river"], ["tea"], ["tea"], ["river"], False),
        (["river", "tea"], ["tea", "river"], [], [], True),
        (["tea", "tea"], ["tea"], [], ["tea"], False),
    ],
)
def test_what_changed_is_told_line_by_line(
    before: list[str], after: list[str], added: list[str], removed: list[str], reordered: bool
) -> None:
    (found,) = sections.differences(plan(alone=before), plan(alone=after))
    assert found.code == "alone"
    assert [row["what"] for row in found.added] == added
    assert [row["what"] for row in found.removed] == removed
    assert found.is_reordered is reordered


def test_lines_without_words_and_sections_nobody_knows_are_left_out() -> None:
    stored = {"alone": [{"what": "  "}, {"what": " tea "}, {"who": "Ike"}], "other": [{"what": "x"}]}
    found = sections.read(stored)
    assert found["alone"] == ({"what": "tea"},)
    assert "other" not in found
    assert sections.write(found) == {"alone": [{"what": "tea"}]}
    assert not sections.is_empty(found)
    assert sections.is_empty(sections.read({}))


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("988", "tel:988"),
        ("+1 (212) 555-0178", "tel:+12125550178"),
        ("212 555 0134 x 12", "tel:2125550134,12"),
        ("212.555.0134", "tel:2125550134"),
        ("---", ""),
        ("12", ""),
        ("+1234567890123456", ""),
        ("Ike", ""),
        ("12 Elm Street", ""),
        ("555-CALL-NOW", ""),
        ("", ""),
        ("٠٢١٣", ""),
    ],
)
def test_a_number_can_be_called_and_other_words_cannot(text: str, href: str) -> None:
    assert phones.href(text) == href


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Ines, +1 503 555 0177", "+1 503 555 0177"),
        ("call (212) 555-0134 or 212 555 0110", "(212) 555-0134"),
        ("12 Elm Street, bus 42", ""),
        ("open 9 to 17", ""),
        ("", ""),
    ],
)
def test_a_number_among_other_words_is_found(text: str, number: str) -> None:
    assert phones.within(text) == number


@pytest.mark.parametrize(
    ("today", "then"),
    [
        (date(2026, 11, 22), date(2027, 2, 22)),
        (date(2026, 11, 30), date(2027, 2, 28)),
        (date(2027, 11, 30), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2027, 3, 31)),
        (date(2026, 9, 15), date(2026, 12, 15)),
        (date(2026, 1, 31), date(2026, 4, 30)),
    ],
)
def test_it_is_looked_at_again_three_months_on(today: date, then: date) -> None:
    assert review.default_day(today) == then
    first, last = review.days(today)
    assert first <= then <= last
