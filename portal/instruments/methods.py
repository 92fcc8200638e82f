"""Reads how a scale comes from its items: the method, and the groups, levels or reversed items it needs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from portal.instruments.conditions import read_condition
from portal.instruments.definition import Condition, Group, Item, Level, Method
from portal.instruments.numbers import exact, plain, tenths_half_up
from portal.instruments.tables import Table
from portal.instruments.thresholds import read_name

NUMBERS = (Method.SUM, Method.MEAN, Method.MAXIMUM)
GOES_WITH = {
    "times": NUMBERS,
    "reversed": NUMBERS,
    "groups": (Method.SUM, Method.MAXIMUM),
    "levels": (Method.TRIAGE,),
    "missing_allowed": (Method.SUM, Method.MEAN),
    "bands": NUMBERS,
    "cutoff": NUMBERS,
    "response": NUMBERS,
    "reliable_change": NUMBERS,
}


@dataclass(frozen=True, slots=True)
class Making:
    """How a scale is made, as read from its table; the fields are those of `Scale`."""

    method: Method
    times: int
    reversed_items: tuple[str, ...]
    groups: tuple[Group, ...]
    levels: tuple[Level, ...]


def read_making(table: Table, items: Sequence[Item]) -> Making:
    """Return how a scale comes from these items; raises DefinitionError for what its method cannot use or lacks."""
    method = table.choice("method", Method)
    for key, methods in GOES_WITH.items():
        if table.has(key) and method not in methods:
            table.refuse(key, f'does not go with method = "{method}"')
    making = Making(
        method=method,
        times=table.integer("times", 1, 100, 1),
        reversed_items=_reversed(table, items),
        groups=_groups(table, items, method) if table.has("groups") or method is Method.MAXIMUM else (),
        levels=_levels(table, items) if method is Method.TRIAGE else (),
    )
    for item in items:
        if item.asked_if and item.minimum != 0:
            table.refuse("items", f"{item.code!r} can be hidden and counts 0 then: its lowest answer has to be 0")
    return making


def span(making: Making, items: Sequence[Item]) -> tuple[float, float]:
    """Return the lowest and the highest value that the answers to these items can come to."""
    if making.method is Method.TRIAGE:
        return making.levels[-1].value, making.levels[0].value
    low = {item.code: exact(item.minimum) for item in items}
    high = {item.code: exact(item.maximum) for item in items}
    if making.method is Method.MAXIMUM:
        lowest = sum(max(min(low[code] for code in codes) for codes in group.needs) for group in making.groups)
        highest = sum(max(high[code] for code in group.items) for group in making.groups)
        return plain(Fraction(lowest * making.times)), plain(Fraction(highest * making.times))
    ends = [sum(values.values(), Fraction()) * making.times for values in (low, high)]
    if making.method is Method.MEAN:
        return plain(tenths_half_up(ends[0] / len(items))), plain(tenths_half_up(ends[1] / len(items)))
    return plain(ends[0]), plain(ends[1])


def _reversed(table: Table, items: Sequence[Item]) -> tuple[str, ...]:
    if not table.has("reversed"):
        return ()
    codes = table.texts("reversed")
    known = {item.code: item for item in items}
    for code in codes:
        if code not in known:
            table.refuse("reversed", f"there is no item {code!r} in this scale")
        if codes.count(code) > 1:
            table.refuse("reversed", f"{code!r} is named twice")
        if known[code].asked_if:
            table.refuse("reversed", f"{code!r} can be hidden and counts 0 then: it cannot count from the other end")
    return codes


def _groups(table: Table, items: Sequence[Item], method: Method) -> tuple[Group, ...]:
    """Return the groups; together they hold every item of the scale once."""
    groups: list[Group] = []
    members = [item.code for item in items]
    for inner in table.tables("groups"):
        group = _group(inner, method)
        taken = {code for other in groups for code in other.items}
        for code in group.items:
            if code not in members:
                inner.refuse("items", f"there is no item {code!r} in this scale")
            if code in taken or group.items.count(code) > 1:
                inner.refuse("items", f"{code!r} is in a group already")
        groups.append(group)
    grouped = {code for group in groups for code in group.items}
    for code in members:
        if code not in grouped:
            table.refuse("groups", f"{code!r} is in no group")
    return tuple(groups)


def _group(table: Table, method: Method) -> Group:
    items = table.texts("items")
    if method is Method.SUM:
        group = Group(items, missing_allowed=table.integer("missing_allowed", 0, len(items) - 1, 0))
    else:
        group = Group(items, table.boolean("needs_all", True), one_of=table.text_lists("one_of"))
    named = [code for codes in group.one_of for code in codes]
    for code in named:
        if code not in items or named.count(code) > 1:
            table.refuse("one_of", f"{code!r} has to be in this group, and in one of these lists only")
    if named and not group.needs_all:
        table.refuse("needs_all", "false means that any one item will do; one_of then has nothing to say")
    table.done()
    return group


def _levels(table: Table, items: Sequence[Item]) -> tuple[Level, ...]:
    """Return the levels of a triage from the highest to the lowest, which is what is left when no other is met."""
    inner = table.tables("levels")
    if len(inner) < 2:
        table.refuse("levels", "needs at least two levels")
    levels: list[Level] = []
    for one in inner:
        level = _level(one, items, is_lowest=one is inner[-1])
        if levels and level.value >= levels[-1].value:
            one.refuse("value", f"levels go from the highest to the lowest: needs to be below {levels[-1].value}")
        if level.code in {other.code for other in levels}:
            one.refuse("code", f"{level.code!r} is used twice")
        levels.append(level)
    _refuse_unused(table, items, (condition for level in levels for condition in level.when))
    return tuple(levels)


def _level(table: Table, items: Sequence[Item], *, is_lowest: bool) -> Level:
    if is_lowest and table.has("when"):
        table.refuse("when", "the lowest level is what is left: it has no conditions")
    conditions = () if is_lowest else table.tables("when")
    level = Level(
        table.integer("value", -1000, 1000),
        read_name(table),
        table.text("label"),
        tuple(read_condition(one, items, "in this scale") for one in conditions),
    )
    table.done()
    return level


def _refuse_unused(table: Table, items: Sequence[Item], conditions: Iterable[Condition]) -> None:
    used = {code for condition in conditions for code in condition.items}
    for item in items:
        if item.code not in used:
            table.refuse("items", f"no level looks at {item.code!r}")
