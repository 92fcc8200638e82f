"""Reads the questions of a definition from its TOML tables, and refuses what could not be asked or answered."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from portal.instruments.conditions import read_condition
from portal.instruments.definition import Condition, Item, ItemKind, Option
from portal.instruments.loinc import AllowList
from portal.instruments.numbers import exact
from portal.instruments.tables import Table

CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
WIDEST = 100
MOST_ITEMS = 200
MOST_ANSWERS = 101


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of a definition before its items are read; `has_words` is False where a clinic pastes them."""

    instrument: str
    stem: str
    has_words: bool
    loinc: AllowList


def read_code(table: Table) -> str:
    """Return the `code` of an item or scale.

    Lower-case letters, digits and "_" (it becomes a form field's name), at most 40.
    """
    code = table.text("code")
    if not CODE.fullmatch(code):
        table.refuse(
            "code", f"{code!r} needs to be lower-case letters, digits and _, starting with a letter, at most 40"
        )
    return code


def read_items(root: Table, reading: Reading) -> tuple[Item, ...]:
    """Return the items in printed order; raises DefinitionError."""
    answers = _answers(root.table("answers"), reading) if root.has("answers") else {}
    items: list[Item] = []
    tables = root.tables("items")
    if len(tables) > MOST_ITEMS:
        root.refuse("items", f"there is room for {MOST_ITEMS} items")
    for table in tables:
        item = _item(table, reading, answers, items)
        if item.code in {other.code for other in items}:
            table.refuse("code", f"{item.code!r} is used twice")
        items.append(item)
    if not any(item.is_default for item in items):
        root.refuse("items", "at least one item must be asked by default")
    return tuple(items)


def _item(table: Table, reading: Reading, answers: Mapping[str, tuple[Option, ...]], before: Sequence[Item]) -> Item:
    code, kind = read_code(table), table.choice("kind", ItemKind)
    options = _chosen(table, kind, answers)
    minimum, maximum, step = _span(table, kind, options)
    if kind is ItemKind.SCALE:
        options = tuple(Option(value, str(value)) for value in range(int(minimum), int(maximum) + 1))
    item = Item(
        code=code,
        text=table.wording("text", is_wanted=reading.has_words),
        kind=kind,
        minimum=minimum,
        maximum=maximum,
        step=step,
        stem=reading.stem if table.boolean("completes_stem", bool(reading.stem)) else "",
        hint=table.text("hint", ""),
        options=options,
        low_label=_end_label(table, kind, "low_label", reading),
        high_label=_end_label(table, kind, "high_label", reading),
        positive_values=_positive_values(table, options, kind),
        is_required=table.boolean("required", True),
        is_default=table.boolean("default", True),
        loinc=read_loinc(table, f"{reading.instrument}.{code}", reading.loinc),
        asked_if=_asked_if(table, before),
        unit=table.text("unit", "") if kind is ItemKind.NUMBER else "",
    )
    table.done()
    return item


def _asked_if(table: Table, before: Sequence[Item]) -> Condition | None:
    return read_condition(table.table("asked_if"), before, "before this one") if table.has("asked_if") else None


def read_loinc(table: Table, use: str, loinc: AllowList) -> str | None:
    """Return the `loinc` term of a table, or None; refuses a code that does not belong to `use`."""
    code = table.text("loinc", "")
    problem = loinc.problem_with_term(code, use) if code else None
    if problem:
        table.refuse("loinc", problem)
    return code or None


def _answers(table: Table, reading: Reading) -> dict[str, tuple[Option, ...]]:
    """Return the named answer sets that items refer to."""
    return {name: _options(table, name, reading) for name in table.names()}


def _options(answers: Table, name: str, reading: Reading) -> tuple[Option, ...]:
    options: list[Option] = []
    tables = answers.tables(name)
    if len(tables) > MOST_ANSWERS:
        answers.refuse(name, f"there is room for {MOST_ANSWERS} answers")
    for table in tables:
        option = Option(
            table.integer("value", -1000, 1000),
            table.wording("label", is_wanted=reading.has_words),
            table.text("loinc", "") or None,
        )
        if option.value in {other.value for other in options}:
            table.refuse("value", f"{option.value} is used twice")
        if option.label and option.label in {other.label for other in options}:
            table.refuse("label", f"{option.label!r} is used twice")
        known = reading.loinc.problem_with_answer
        problem = known(option.loinc, option.label, option.value) if option.loinc else None
        if problem:
            table.refuse("loinc", problem)
        table.done()
        options.append(option)
    if len(options) < 2:
        answers.refuse(name, "needs at least two answers")
    return tuple(options)


def _chosen(table: Table, kind: ItemKind, answers: Mapping[str, tuple[Option, ...]]) -> tuple[Option, ...]:
    if kind in (ItemKind.SCALE, ItemKind.NUMBER):
        return ()
    name = table.text("answers")
    if name not in answers:
        table.refuse("answers", f"there is no list of answers called {name!r}")
    return answers[name]


def _span(table: Table, kind: ItemKind, options: tuple[Option, ...]) -> tuple[float, float, float]:
    """Return minimum, maximum and step; options of an hours item must stand on its steps."""
    if kind is ItemKind.CHOICE:
        return min(option.value for option in options), max(option.value for option in options), 1
    minimum, maximum, step = table.number("minimum"), table.number("maximum"), table.number("step", 1)
    if minimum >= maximum:
        table.refuse("maximum", "needs to be greater than the minimum")
    if step <= 0 or not _on_step(maximum, minimum, step):
        table.refuse("step", "needs to lead from the minimum to the maximum")
    if kind is ItemKind.SCALE and not (isinstance(minimum, int) and isinstance(maximum, int) and step == 1):
        table.refuse("step", "a scale is answered in whole numbers, one by one")
    if kind is ItemKind.SCALE and maximum - minimum > WIDEST:
        table.refuse("maximum", f"a scale has room for {WIDEST} steps")
    for option in options:
        if not minimum <= option.value <= maximum or not _on_step(option.value, minimum, step):
            table.refuse("answers", f"{option.value} is not one of the possible numbers")
    return minimum, maximum, step


def _on_step(value: float, minimum: float, step: float) -> bool:
    return (exact(value) - exact(minimum)) % exact(step) == Fraction(0)


def _end_label(table: Table, kind: ItemKind, key: str, reading: Reading) -> str:
    return table.wording(key, is_wanted=reading.has_words) if kind is ItemKind.SCALE else ""


def _positive_values(table: Table, options: tuple[Option, ...], kind: ItemKind) -> tuple[int, ...]:
    if not table.has("safety_positive"):
        return ()
    positive = table.integers("safety_positive")
    if kind is not ItemKind.CHOICE or not set(positive) < {option.value for option in options}:
        table.refuse("safety_positive", "needs to be some, and not all, of the answers of a choice")
    return positive
