"""Rows of a plain CSV whose columns the person has named."""

from collections.abc import Callable

from portal.checkins.history.cells import is_missing
from portal.checkins.history.entry import Content, answer
from portal.checkins.history.mapping import Mapping, locate
from portal.checkins.history.table import Table
from portal.checkins.history.when import find_order, written


def reader(mapping: Mapping, table: Table) -> Callable[[tuple[str, ...]], Content]:
    """Return the function that reads one row's cells.

    Raises:
        MappingError: a column that the file does not have.
        AmbiguousDates: the mapping names no date format and the file's dates do not settle it.
    """
    places = locate(mapping, table.columns)
    order = mapping.date_order or find_order(row.cells[places.date] for row in table.rows() if not row.refused)
    decimal_comma = table.delimiter != ","

    def read(cells: tuple[str, ...]) -> Content:
        def cell(position: int | None) -> str:
            return "" if position is None or is_missing(cells[position], mapping.missing) else cells[position]

        values = {}
        for scale, position in places.scales:
            found = answer(cells[position], scale, missing=mapping.missing, decimal_comma=decimal_comma)
            if found is not None:
                values[scale.name] = found
        note = "" if places.note is None else cells[places.note]
        return Content(written(cell(places.date), cell(places.time), order), values, note)

    return read
