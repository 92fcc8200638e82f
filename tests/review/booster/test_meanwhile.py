"""What changed on a sheet between reading it and signing it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.progress.timeline import ScorePoint, Timeline
from portal.progress.words import Span, counted, message
from portal.review.booster import meanwhile
from portal.review.booster.sheet import Element, Line, Sheet, Tone

DAY = date(2026, 11, 22)
AT = datetime(2026, 11, 22, 15, tzinfo=UTC)
EMPTY = Timeline(time_zone=ZoneInfo("America/New_York"), today=DAY, start=DAY, end=DAY, instrument=None)
SCORE = ScorePoint(AT, DAY, 12.0, "complete", "Moderate", "1")
NAMES = ("one", "two", "three", "four")
LINES = st.lists(
    st.builds(
        Line,
        st.one_of(
            st.sampled_from(NAMES).map(lambda name: message("%(name)s", name=name)),
            st.integers(0, 3).map(lambda n: counted("%(n)s day", "%(n)s days", n, on=Span(DAY, DAY))),
        ),
        st.sampled_from(Tone),
        st.sampled_from(("", "said so")),
    ),
    max_size=5,
)
SHEETS = st.lists(LINES, min_size=1, max_size=3).map(
    lambda every: Sheet(tuple(Element(n, message("Name"), tuple(lines)) for n, lines in enumerate(every, start=1)))
)


def sheet(*said: str, **more: str) -> Sheet:
    lines = tuple(Line(message(one), words=more.get("words", "")) for one in said)
    return Sheet((Element(1, message("First"), lines), Element(2, message("Second"), lines[:1])))


def since(read: Sheet, now: Sheet) -> meanwhile.Meanwhile:
    return meanwhile.compare(meanwhile.digests(read, EMPTY), now, EMPTY)


@given(SHEETS)
def test_a_sheet_is_like_itself(one: Sheet) -> None:
    assert not since(one, one).is_any


@given(SHEETS, SHEETS)
def test_two_sheets_are_alike_where_their_lines_are(read: Sheet, now: Sheet) -> None:
    said = [[(one.number, line) for one in each.elements for line in one.lines] for each in (read, now)]
    found = since(read, now)
    counts = [(each.count(line), other.count(line)) for each, other in (said, said[::-1]) for line in each]
    assert found.is_any is any(here != there for here, there in counts)
    assert len(said[1]) - len(found.new) == len(said[0]) - found.gone


def test_a_new_line_is_marked_where_it_stands_and_an_old_one_counted() -> None:
    found = since(sheet("mild", "no alert"), sheet("mild", "one alert", "no alert"))
    assert (set(found.new), found.gone) == ({(1, 1)}, 0)
    found = since(sheet("mild", "no alert"), sheet("mild"))
    assert (found.new, found.gone) == (frozenset(), 1)


@pytest.mark.parametrize(
    "now",
    [
        replace(Line(message("mild")), tone=Tone.ATTENTION),
        Line(message("mild"), words="so she says"),
        Line(message("mild", on=DAY)),
        Line(message("mild", of=message("it"))),
        Line(counted("mild", "milds", 1)),
    ],
    ids=["tone", "words", "a value", "a message inside", "a plural"],
)
def test_every_part_of_a_line_counts(now: Line) -> None:
    read = Sheet((Element(1, message("First"), (Line(message("mild")),)),))
    found = since(read, Sheet((Element(1, message("First"), (now,)),)))
    assert (set(found.new), found.gone) == ({(1, 0)}, 1)


def test_what_only_a_picture_shows_counts_too() -> None:
    read = meanwhile.digests(sheet("mild"), EMPTY)
    found = meanwhile.compare(read, sheet("mild"), replace(EMPTY, scores=(SCORE,)))
    assert found.is_redrawn
    assert not found.new


@pytest.mark.parametrize("read", [(), ("",), ("nonsense", "more")])
def test_a_sheet_that_nobody_can_have_read_is_new(read: tuple[str, ...]) -> None:
    found = meanwhile.compare(read, sheet("mild"), EMPTY)
    assert found.new == {(1, 0), (2, 0)}
    assert found.is_redrawn


def test_a_line_that_grew_older_is_not_marked_beside_one_that_is_new() -> None:
    def aged(days: int, *more: Line) -> Sheet:
        lines = (Line(counted("%(n)s day", "%(n)s days", days)), *more)
        return Sheet((Element(1, message("First"), lines),))

    read, new = aged(3, Line(message("mild"))), Line(message("severe"))
    told = meanwhile.digests(read, EMPTY)
    then, now = aged(3, new), aged(4, new)
    found = meanwhile.compare(told, then, EMPTY)
    assert found.new == {(1, 1)}
    assert meanwhile.carried(found.new, read, now, told) == {(1, 0), (1, 1)}, "other lines: what was not read is new"
    assert meanwhile.carried(found.new, then, now, told) == {(1, 1)}


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (timedelta(), False),
        (timedelta(hours=12), False),
        (timedelta(hours=12, seconds=1), True),
        (timedelta(seconds=-1), True),
        (timedelta(days=9000), True),
    ],
)
def test_a_sheet_is_signed_within_half_a_day(ago: timedelta, expected: bool) -> None:
    assert meanwhile.is_too_old(AT - ago, AT) is expected


def test_a_fingerprint_is_of_one_sheet_at_one_moment() -> None:
    one = meanwhile.fingerprint(sheet("mild"), EMPTY, AT)
    assert len(one) == 64
    others = {
        meanwhile.fingerprint(sheet("severe"), EMPTY, AT),
        meanwhile.fingerprint(sheet("mild"), replace(EMPTY, scores=(SCORE,)), AT),
        meanwhile.fingerprint(sheet("mild"), EMPTY, AT + timedelta(seconds=1)),
    }
    assert len(others | {one}) == 4
