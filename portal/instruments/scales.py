"""Reads the scores of a definition from its TOML tables.

What they add up, what they mean, and whose thresholds they use.
"""

from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction

from portal.instruments.definition import Band, Cutoff, Item, Method, ReliableChange, ResponseRule, Scale
from portal.instruments.items import read_code, read_loinc
from portal.instruments.loinc import AllowList
from portal.instruments.numbers import exact, plain
from portal.instruments.tables import Table


class Better(StrEnum):
    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


def read_scales(root: Table, instrument: str, items: Sequence[Item], loinc: AllowList) -> tuple[Scale, ...]:
    """Return the scales, the primary one first; raises DefinitionError."""
    scales: list[Scale] = []
    for table in root.tables("scales"):
        scale = _scale(table, instrument, items, loinc)
        if scale.code in {other.code for other in scales}:
            table.refuse("code", f"{scale.code!r} is used twice")
        scales.append(scale)
    return tuple(scales)


def _scale(table: Table, instrument: str, items: Sequence[Item], loinc: AllowList) -> Scale:
    code, members = read_code(table), _members(table, items)
    table.choice("method", Method)
    minimum = plain(sum((exact(item.minimum) for item in members), Fraction()))
    maximum = plain(sum((exact(item.maximum) for item in members), Fraction()))
    better = table.choice("better", Better)
    missing_allowed = table.integer("missing_allowed", 0, len(members) - 1, 0)
    bands = _bands(table, minimum, maximum)
    if bands and any(exact(item.step).denominator != 1 for item in members):
        table.refuse("bands", "bands name whole scores, but an item here is not answered in whole numbers")
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
        cutoff=_cutoff(table, minimum, maximum),
        response=_response(table, better, minimum, maximum),
        reliable_change=_reliable_change(table, maximum - minimum),
        loinc=read_loinc(table, f"{instrument}.{code}", loinc),
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


def _bands(table: Table, minimum: float, maximum: float) -> tuple[Band, ...]:
    """Return the bands; together they cover every whole score once, so no score is without a name or has two."""
    if not table.has("bands"):
        return ()
    bands: list[Band] = []
    expected = minimum
    for inner in table.tables("bands"):
        band = Band(
            inner.text("code"),
            inner.text("label"),
            inner.integer("from", -1000, 1000),
            inner.integer("to", -1000, 1000),
        )
        if band.minimum != expected or band.maximum < band.minimum:
            inner.refuse("from", f"bands leave no gap and do not overlap: this one has to start at {expected}")
        if band.code in {other.code for other in bands}:
            inner.refuse("code", f"{band.code!r} is used twice")
        inner.done()
        bands.append(band)
        expected = band.maximum + 1
    if bands[-1].maximum != maximum:
        table.refuse("bands", f"the last band has to end at {maximum}")
    return tuple(bands)


def _cutoff(table: Table, minimum: float, maximum: float) -> Cutoff | None:
    if not table.has("cutoff"):
        return None
    inner = table.table("cutoff")
    cutoff = Cutoff(inner.integer("at_least", -1000, 1000), inner.text("source"))
    if not minimum < cutoff.at_least <= maximum:
        inner.refuse("at_least", f"needs to be above {minimum} and at most {maximum}")
    inner.done()
    return cutoff


def _response(table: Table, better: Better, minimum: float, maximum: float) -> ResponseRule | None:
    if not table.has("response"):
        return None
    inner = table.table("response")
    rule = ResponseRule(inner.number("reduction"), inner.integer("remission_below", -1000, 1000), inner.text("source"))
    if better is not Better.LOWER or minimum != 0:
        inner.refuse("", 'response is a fall from the baseline: the scale has to start at 0 with better = "lower"')
    if not 0 < rule.reduction < 1:
        inner.refuse("reduction", "needs to be a part of the baseline between 0 and 1")
    if not minimum < rule.remission_below <= maximum:
        inner.refuse("remission_below", f"needs to be above {minimum} and at most {maximum}")
    inner.done()
    return rule


def _reliable_change(table: Table, width: float) -> ReliableChange | None:
    if not table.has("reliable_change"):
        return None
    inner = table.table("reliable_change")
    points, important = inner.number("points"), inner.number("important_points", 0)
    for key, number in (("points", points), ("important_points", important or 1)):
        if not 0 < number <= width:
            inner.refuse(key, f"needs to be above 0 and at most {width}")
    change = ReliableChange(
        points, inner.text("source"), important or None, inner.text("important_source") if important else ""
    )
    inner.done()
    return change
