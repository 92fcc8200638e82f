"""Reads what the values of a scale mean from its TOML tables: bands, cut-off, response, reliable change."""

import re
from enum import StrEnum
from fractions import Fraction

from portal.instruments.definition import Band, Cutoff, ReliableChange, ResponseRule
from portal.instruments.numbers import exact, plain
from portal.instruments.tables import Table

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


class Better(StrEnum):
    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


def read_name(table: Table) -> str:
    """Return the `code` of a band or level: at most 40 lower-case letters, digits, _ and -."""
    code = table.text("code")
    if not NAME.fullmatch(code):
        table.refuse("code", f"{code!r} needs to be at most 40 lower-case letters, digits, _ and -")
    return code


def read_bands(table: Table, minimum: float, maximum: float, unit: Fraction) -> tuple[Band, ...]:
    """Return the bands; together they cover every score once, so no score is without a name or has two.

    Args:
        table: the scale.
        minimum: its lowest value.
        maximum: its highest value.
        unit: what two neighbouring scores are apart: 1, or a tenth for a mean.
    """
    if not table.has("bands"):
        return ()
    bands: list[Band] = []
    expected = exact(minimum)
    for inner in table.tables("bands"):
        band = _band(inner, unit)
        if exact(band.minimum) != expected or band.maximum < band.minimum:
            inner.refuse("from", f"bands leave no gap and do not overlap: this one has to start at {plain(expected)}")
        if band.code in {other.code for other in bands}:
            inner.refuse("code", f"{band.code!r} is used twice")
        bands.append(band)
        expected = exact(band.maximum) + unit
    if bands[-1].maximum != maximum:
        table.refuse("bands", f"the last band has to end at {maximum}")
    return tuple(bands)


def _band(table: Table, unit: Fraction) -> Band:
    edges = {key: table.number(key) for key in ("from", "to")}
    for key, edge in edges.items():
        if exact(edge) % unit:
            wanted = "a whole number" if unit == 1 else "a number with one decimal"
            table.refuse(key, f"needs {wanted}, like the scores")
    band = Band(read_name(table), table.text("label"), edges["from"], edges["to"])
    table.done()
    return band


def read_cutoff(table: Table, minimum: float, maximum: float) -> Cutoff | None:
    """Return the `cutoff` of a scale from `minimum` to `maximum`, or None where it has none."""
    if not table.has("cutoff"):
        return None
    inner = table.table("cutoff")
    cutoff = Cutoff(inner.integer("at_least", -1000, 1000), inner.text("source"))
    if not minimum < cutoff.at_least <= maximum:
        inner.refuse("at_least", f"needs to be above {minimum} and at most {maximum}")
    inner.done()
    return cutoff


def read_response(table: Table, better: Better, minimum: float, maximum: float) -> ResponseRule | None:
    """Return the `response` rule of a scale, or None; only a fall towards 0 can be a part of the baseline."""
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


def read_reliable_change(table: Table, width: float) -> ReliableChange | None:
    """Return the `reliable_change` of a scale that is `width` points wide, or None where it has none."""
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
