import csv as standard
from pathlib import Path

import pytest

from portal.checkins.history.encoding import Limits
from portal.checkins.history.problems import HistoryError
from portal.checkins.history.table import Table, open_table
from tests.checkins.history.diary import FILES, csv, reading, why


def table(text: str) -> Table:
    return open_table(text.encode(), Limits())


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_separator_is_found(delimiter: str) -> None:
    opened = table(f"date{delimiter}mood\n2026-01-05{delimiter}7\n")
    assert (opened.delimiter, opened.columns) == (delimiter, ("date", "mood"))


def test_commas_in_numbers_and_notes_do_not_mislead() -> None:
    assert table('date;mood;note\n2026-01-05;4,5;"a, b, c"\n2026-01-06;5,5;well, yes\n').delimiter == ";"


def test_a_first_line_that_names_the_separator_is_obeyed() -> None:
    opened = table("sep=;\ndate;mood\n2026-01-05;7\n")
    assert (opened.columns, [row.line for row in opened.rows()]) == (("date", "mood"), [3])


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_numbers_are_right_whatever_ends_a_line(ending: str) -> None:
    opened = table(ending.join(["date,note", '2026-01-05,"two', 'lines"', "", "2026-01-06,one", ""]))
    rows = list(opened.rows())
    assert [(row.line, row.cells[1]) for row in rows] == [(2, "two\nlines"), (5, "one")]


def test_rows_with_nothing_in_them_are_no_rows() -> None:
    assert [row.line for row in table("date,mood\n\n , \n2026-01-05,7\n,\n").rows()] == [4]


def test_columns_without_a_name_or_with_the_same_name_can_be_told_apart() -> None:
    assert table("date,,Mood,mood\n1,2,3,4\n").columns == ("date", "2", "Mood", "mood (2)")


def test_a_file_without_a_header_has_numbered_columns_and_loses_no_row() -> None:
    opened = table("2026-01-05,7\n2026-01-06,8\n")
    assert (opened.columns, [row.line for row in opened.rows()]) == (("1", "2"), [1, 2])


@pytest.mark.parametrize(("text", "words"), [("just\none\n", "only one column"), ('"never closed\n', "first line")])
def test_a_file_that_is_no_table_is_refused(text: str, words: str) -> None:
    with pytest.raises(HistoryError, match=words):
        table(text)


def test_a_row_too_many_is_refused_with_the_limit() -> None:
    opened = open_table(csv(*["2026-01-05,9:00,7,0,"] * 4), Limits(rows=3))
    with pytest.raises(HistoryError, match="more than 3 rows"):
        list(opened.rows())


def test_a_half_uploaded_file_keeps_what_is_whole() -> None:
    content = csv("2026-01-04,21:00,6,0,fine", "2026-01-05,21:00,7,0,fine")[:-6]
    assert why(content) == ["3: This row has 4 columns, the header has 5. It may be cut short."]
    assert [entry.line for entry in reading(content).entries] == [2]


def test_a_file_cut_inside_a_quoted_note_says_which_lines_are_lost() -> None:
    content = csv("2026-01-04,21:00,6,0,fine", '2026-01-05,21:00,7,0,"a long', "note that")
    assert why(content) == [
        "3: A quotation mark that opens here is never closed, so lines 3 to 4 cannot be read.",
    ]


def test_a_file_whose_last_line_is_not_ended_gets_a_notice() -> None:
    assert [str(notice) for notice in reading(csv("2026-01-05,21:00,7,0,fi")[:-1]).notices] == [
        "The last line has no line break at its end. If the file was cut off, its last entry may be incomplete.",
    ]


def test_a_stray_quotation_mark_costs_its_own_lines_only() -> None:
    content = csv('2026-01-04,21:00,6,0,"she said "no" twice"', "2026-01-05,21:00,7,0,fine")
    assert why(content) == ["2: A quotation mark is in the wrong place, so lines 2 to 2 cannot be read."]
    assert [entry.line for entry in reading(content).entries] == [3]


def test_a_quotation_mark_inside_plain_text_is_text() -> None:
    assert reading(csv('2026-01-04,21:00,6,0,a 5" nail')).entries[0].note == 'a 5" nail'


def test_more_cells_than_columns_is_refused_unless_they_are_empty() -> None:
    content = csv("2026-01-04,21:00,6,0,fine,,", "2026-01-05,21:00,7,0,fine,more")
    assert why(content) == ["3: This row has 6 columns, the header has 5."]


def test_text_longer_than_a_cell_may_be_is_refused() -> None:
    limit = standard.field_size_limit()
    assert why(csv(f"2026-01-04,21:00,6,0,{'a' * (limit + 1)}", "2026-01-05,21:00,7,0,ok")) == [
        f"2: The text in this row is too long: more than {limit} characters.",
    ]


def test_windows_letters_semicolons_and_decimal_commas_come_together() -> None:
    opened = open_table(Path(FILES / "semicolons-windows.csv").read_bytes(), Limits())
    assert [row.cells for row in opened.rows()] == [
        ("13.08.2012", "08:58", "4,5", "7", "Grüße – es geht"),
        ("14.08.2012", "14.32", "", "6,25", ""),
    ]
