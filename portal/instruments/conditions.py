"""Reads the conditions of a definition: which earlier answers call for a question, which answers make a level."""

from collections.abc import Sequence

from portal.instruments.definition import Condition, Item
from portal.instruments.tables import Table


def read_condition(table: Table, items: Sequence[Item], where: str) -> Condition:
    """Return the condition in `table` (`items`, and `at_least`, by default 1); raises DefinitionError.

    Args:
        table: the condition's own table.
        items: those it may look at.
        where: what these are, for the message about a stranger ("before this one").
    """
    codes, least = table.texts("items"), table.number("at_least", 1)
    known = {item.code: item for item in items}
    for code in codes:
        if code not in known:
            table.refuse("items", f"there is no item {code!r} {where}")
        if codes.count(code) > 1:
            table.refuse("items", f"{code!r} is named twice")
        low, high = known[code].minimum, known[code].maximum
        if not low < least <= high:
            table.refuse("at_least", f"needs to be above {low} and at most {high}, like the answers to {code!r}")
    table.done()
    return Condition(codes, least)
