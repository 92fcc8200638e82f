"""Rows of a plain CSV whose columns the person has named."""

from collections.abc import Callable

from portal.checkins.history.cells import is_missing, number
from portal.checkins.history.entry import Content, answer
from portal.checkins.history.mapping import Mapping, locate
from portal.checkins.history.problems import RowRefused
from portal.checkins.history.table import Table
from portal.checkins.history.when import find_order, written

NUMBERS_BEGIN = frozenset("0123456789+-.,\N{MINUS SIGN}")


def reader(mapping: Mapping, table: Table) -> Callable[[tuple[str, ...]], Content]:
    """Return the function that reads one row's cells.

    Raises:
        MappingError: a column that the file does not have.
        AmbiguousDates: the mapping names no date format and the file's dates do not settle it.
    """
    places = locate(mapping, table.columns)
    order = mapping.date_order or find_order(row.cells[places.date] for row in table.rows() if not row.refused)
    decimal_comma = table.delimiter != ","
    beside = [(at, name.casefold()) for at, name in enumerate(table.columns) if at not in (places.date, places.time)]

    def read(cells: tuple[str, ...]) -> Content:
        def cell(position: int | None) -> str:
            return "" if position is None or is_missing(cells[position], mapping.missing) else cells[position]

        values = {}
        for scale, position in places.scales:
            found = answer(cells[position], scale, missing=mapping.missing, decimal_comma=decimal_comma)
            if found is not None:
                values[scale.name] = found
        note = "" if places.note is None else cells[places.note]
        said = tuple((name, _same(cells[at], decimal_comma)) for at, name in beside if not is_missing(cells[at]))
        return Content(written(cell(places.date), cell(places.time), order), values, note, said=said)

    return read


def _same(cell: str, decimal_comma: bool) -> str:
    """Return one and the same text for every way of writing a number."""
    if cell[0] not in NUMBERS_BEGIN:
        return cell
    try:
        return str(number(cell, "", decimal_comma=decimal_comma))
    except RowRefused:
        return cell
