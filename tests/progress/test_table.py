"""The table says what the picture shows."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.progress import ranges, table
from portal.progress.timeline import Mark, ScorePoint
from tests.progress import stories
from tests.progress.stories import TODAY, infusion, mood, score, timeline


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def test_rows_are_the_scores_infusions_and_marks_of_the_range_newest_first() -> None:
    shown = ranges.select(stories.lasting_responder(), "1-year")
    rows = table.rows(shown)
    assert [row.on for row in rows] == sorted((row.on for row in rows), reverse=True)
    assert [row.score.point for row in reversed(rows) if row.score] == list(shown.shown_scores)
    assert [row.infusion for row in reversed(rows) if row.infusion] == list(shown.shown_infusions)
    assert {row.mark for row in rows if row.mark} == set(shown.shown_marks)


def test_what_happened_later_on_a_day_stands_above() -> None:
    about = timeline([score(ago(5), 12, hour=8)], [infusion(ago(5), 1)], marks=[Mark(ago(5), "event", "moved house")])
    assert [bool(row.mark) or (bool(row.infusion) and "infusion") for row in table.rows(about)][1] == "infusion"
    assert table.rows(about)[2].score is not None


def test_a_score_is_told_with_its_window_its_change_and_the_infusion_before_it() -> None:
    about = timeline([score(ago(40), 20), score(ago(10), 8)], [infusion(ago(38), 1), infusion(ago(30), 2)])
    newest, first = (row.score for row in table.rows(about) if row.score)
    assert newest
    assert first
    assert newest.covers == (ago(24), ago(10))
    assert (newest.difference, newest.change) == (-12, "improved")
    assert (newest.infusion_number, newest.days_since) == (2, 20)
    assert (first.difference, first.change, first.infusion_number, first.days_since) == (None, None, None, None)


@pytest.mark.parametrize("other", [score(ago(10), None), score(ago(10), 8, version="2")])
def test_what_cannot_be_compared_has_no_difference(other: ScorePoint) -> None:
    about = timeline([score(ago(40), 20), other], [infusion(ago(38), 1)])
    first = table.rows(about)[0].score
    assert first
    assert first.difference is None


def test_a_score_of_nought_still_has_a_difference() -> None:
    first = table.rows(timeline([score(ago(40), 20), score(ago(10), 0)], [infusion(ago(38), 1)]))[0].score
    assert first
    assert first.difference == -20


def test_every_day_is_a_row_with_a_cell_for_each_question() -> None:
    about = timeline(daily=[mood({ago(2): 4.0, ago(1): 5.0}), mood({ago(1): 7.0}, "Pain", "pain", False)])
    page = table.daily_page(about, 1)
    assert [row.on for row in page.rows] == [ago(1), ago(2)]
    assert [(cell.count, cell.low) for cell in page.rows[0].cells] == [(1, 5.0), (1, 7.0)]
    assert page.rows[1].cells[1] == table.DailyCell(0)


def test_several_answers_of_one_day_share_a_row() -> None:
    series = stories.diary(
        [(stories.instant(ago(3), hour), value) for hour, value in ((8, 2.0), (13, 6.0), (20, 4.0))],
        label="Down", low=-3, high=3, higher=False,
    )  # fmt: skip
    (row,) = table.daily_page(timeline(daily=[series]), 1).rows
    assert row.cells == (table.DailyCell(3, 2.0, 6.0, is_imported=True),)


def test_ten_years_come_in_pages_and_none_is_lost() -> None:
    shown = ranges.select(stories.ten_years(), "all")
    first = table.daily_page(shown, 1)
    assert (len(first.rows), first.pages) == (table.PAGE_SIZE, -(-first.total // table.PAGE_SIZE))
    found = [row.on for number in range(1, first.pages + 1) for row in table.daily_page(shown, number).rows]
    assert found == sorted({point.on for point in shown.daily[0].points}, reverse=True)


@given(st.lists(st.integers(), max_size=40), st.integers(1, 30))
def test_pages_together_are_the_whole(rows: list[int], size: int) -> None:
    pages = table.page(rows, 1, size).pages
    assert [one for number in range(1, pages + 1) for one in table.page(rows, number, size).rows] == rows


@pytest.mark.parametrize(("asked", "given_"), [(0, 1), (-4, 1), (3, 3), (99, 3)])
def test_a_page_that_is_not_there_is_the_nearest_one(asked: int, given_: int) -> None:
    assert table.page(range(25), asked, 10).number == given_


def test_a_page_of_no_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one row"):
        table.page([1], 1, 0)
