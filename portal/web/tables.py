"""Handing a table over as a CSV file."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

Cell = str | int | float | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_csv(name: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """Return a file to download: UTF-8 with a byte order mark, so that spreadsheets read names rightly.

    Args:
        name: of the file, without ".csv"; it stays on the reader's device, so it has no clinical word in it.
        head: the names of the columns.
        rows: numbers stay numbers; a text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def _plain(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
