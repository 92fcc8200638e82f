"""A table handed over as a file says what it said, and runs nothing."""

import csv
import io

import pytest

from portal.web.tables import as_csv


def test_a_table_is_a_file_to_keep_with_its_names_readable() -> None:
    answer = as_csv("people", ["Name", "Points"], [["Tomás", 4], [None, -2.5]])
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="people.csv"'
    text = answer.get_data(as_text=True)
    assert text[0] == "\ufeff"
    assert list(csv.reader(io.StringIO(text[1:]))) == [["Name", "Points"], ["Tomás", "4"], ["", "-2.5"]]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_nothing_that_somebody_typed_is_run_as_a_formula(start: str) -> None:
    text = as_csv("people", ["Name"], [[f'{start}HYPERLINK("http://evil")']]).get_data(as_text=True)
    assert list(csv.reader(io.StringIO(text[1:])))[1][0][0] == "'"
