"""Answers for tests: written as in a worked example, or drawn by hypothesis."""

from hypothesis import strategies as st

from portal.instruments.definition import Definition, Item, ItemKind
from portal.instruments.loader import catalogue
from portal.instruments.scoring import ProblemKind, validate

DEFINITIONS = tuple(catalogue())
PHQ_9, GAD_7, DAILY = catalogue().get("phq-9"), catalogue().get("gad-7"), catalogue().get("daily")

Given = dict[str, float | None]


def written(text: str) -> Given:
    """Read "1,2,–,x": answers to q1, q2 …; – is unanswered, x is declined."""
    marks = {f"q{number}": mark for number, mark in enumerate(text.split(","), start=1)}
    return {code: None if mark == "x" else int(mark) for code, mark in marks.items() if mark != "–"}


def values(item: Item) -> st.SearchStrategy[float]:
    if item.kind is ItemKind.CHOICE:
        return st.sampled_from([option.value for option in item.options])
    steps = round((item.maximum - item.minimum) / item.step)
    return st.integers(0, steps).map(lambda step: item.minimum + step * item.step)


@st.composite
def answer_sets(draw: st.DrawFn, definition: Definition) -> tuple[list[str], Given]:
    """Draw the items asked and valid answers to them: some unanswered, some declined, in any order."""
    asked = draw(st.lists(st.sampled_from([item.code for item in definition.items]), min_size=1, unique=True))
    given: Given = {}
    for code in draw(st.lists(st.sampled_from(asked), unique=True)):
        given[code] = draw(st.none() | values(definition.item(code)))
    ruled_out = {one.item for one in validate(definition, given, asked) if one.kind is ProblemKind.HIDDEN}
    return asked, {code: value for code, value in given.items() if code not in ruled_out}


def is_called_for(item: Item, given: Given) -> bool:
    """Tell whether complete answers to the items before it ask this one."""
    gate = item.asked_if
    return gate is None or any((given.get(code) or 0) >= gate.at_least for code in gate.items)


@st.composite
def complete(draw: st.DrawFn, definition: Definition, so_far: Given | None = None) -> Given:
    """Draw a valid answer to every item that the others call for, leaving those in `so_far` as they are."""
    given: Given = {}
    for item in definition.items:
        if is_called_for(item, given):
            value = (so_far or {}).get(item.code)
            given[item.code] = draw(values(item)) if value is None else value
    return given
