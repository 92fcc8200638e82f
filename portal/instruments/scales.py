"""Reads the scores of a definition from its TOML tables.

What they add up, what they mean, and whose thresholds they use.
"""

from collections.abc import Sequence
from fractions import Fraction

from portal.instruments.definition import Band, Item, Method, Scale
from portal.instruments.items import read_code, read_loinc
from portal.instruments.loinc import AllowList
from portal.instruments.methods import Making, read_making, span
from portal.instruments.numbers import exact
from portal.instruments.tables import Table
from portal.instruments.thresholds import (
    Better,
    read_bands,
    read_cutoff,
    read_reliable_change,
    read_response,
)

MOST_SCALES = 50


def read_scales(root: Table, instrument: str, items: Sequence[Item], loinc: AllowList) -> tuple[Scale, ...]:
    """Return the scales, the primary one first; raises DefinitionError."""
    scales: list[Scale] = []
    tables = root.tables("scales")
    if len(tables) > MOST_SCALES:
        root.refuse("scales", f"there is room for {MOST_SCALES} scores")
    for table in tables:
        scale = _scale(table, instrument, items, loinc)
        if scale.code in {other.code for other in scales}:
            table.refuse("code", f"{scale.code!r} is used twice")
        scales.append(scale)
    return tuple(scales)


def _scale(table: Table, instrument: str, items: Sequence[Item], loinc: AllowList) -> Scale:
    code, members = read_code(table), _members(table, items)
    making = read_making(table, members)
    minimum, maximum = span(making, members)
    better = table.choice("better", Better)
    missing_allowed = _missing_allowed(table, making, members)
    bands = _bands(table, making, members, minimum, maximum)
    scale = Scale(
        code=code,
        title=table.text("title"),
        items=tuple(item.code for item in members),
        minimum=minimum,
        maximum=maximum,
        higher_is_better=None if better is Better.NEITHER else better is Better.HIGHER,
        unit=table.text("unit", ""),
        missing_allowed=missing_allowed,
        missing_source=table.text("missing_source") if missing_allowed else "",
        bands=bands,
        bands_source=table.text("bands_source") if bands else "",
        cutoff=read_cutoff(table, minimum, maximum),
        response=read_response(table, better, minimum, maximum),
        reliable_change=read_reliable_change(table, maximum - minimum),
        loinc=read_loinc(table, f"{instrument}.{code}", loinc),
        method=making.method,
        times=making.times,
        reversed_items=making.reversed_items,
        groups=making.groups,
        levels=making.levels,
    )
    table.done()
    return scale


def _members(table: Table, items: Sequence[Item]) -> list[Item]:
    codes = table.texts("items")
    known = {item.code: item for item in items}
    for code in codes:
        if code not in known:
            table.refuse("items", f"there is no item {code!r}")
        if codes.count(code) > 1:
            table.refuse("items", f"{code!r} is counted twice")
    return [known[code] for code in codes]


def _missing_allowed(table: Table, making: Making, members: Sequence[Item]) -> int:
    """Return how many items may stay unanswered; what takes the mean of others has to be answered in the same way."""
    allowed = table.integer("missing_allowed", 0, len(members) - 1, 0)
    clusters = [group.items for group in making.groups] or [tuple(item.code for item in members)]
    spans = [{(item.minimum, item.maximum) for item in members if item.code in codes} for codes in clusters]
    if allowed and any(len(span) > 1 for span in spans):
        table.refuse("missing_allowed", "an item takes the mean of the others: all need the same range of answers")
    if allowed and making.method is Method.SUM and not _are_whole(members):
        table.refuse("missing_allowed", "a filled sum is a whole number, but an item here is not answered in those")
    return allowed


def _are_whole(members: Sequence[Item]) -> bool:
    numbers = [number for item in members for number in (item.minimum, item.step)]
    return all(exact(number).denominator == 1 for number in numbers)


def _bands(table: Table, making: Making, members: Sequence[Item], minimum: float, maximum: float) -> tuple[Band, ...]:
    if making.method is Method.TRIAGE:
        return tuple(Band(level.code, level.label, level.value, level.value) for level in reversed(making.levels))
    unit = Fraction(1, 10) if making.method is Method.MEAN else Fraction(1)
    bands = read_bands(table, minimum, maximum, unit)
    if bands and making.method is not Method.MEAN and not _are_whole(members):
        table.refuse("bands", "bands name whole scores, but an item here is not answered in whole numbers")
    return bands
