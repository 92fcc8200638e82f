"""A check-in in words: what was asked, what was answered, and what only clinicians see of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.instruments.algorithms import Screening, screening
from portal.instruments.definition import Definition, Item, ItemKind, SafetyState


class Given(StrEnum):
    """Whether an item was answered. Left out is not declined, and neither is an answer."""

    ANSWERED = "answered"
    DECLINED = "declined"
    LEFT_OUT = "left-out"


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a check-in: `label` is the chosen option's wording, "" for a number."""

    item: Item
    given: Given
    value: float | None
    label: str

    @property
    def is_number(self) -> bool:
        """Whether the answer is a number on a scale or of hours, and not one of some options."""
        return self.item.kind is not ItemKind.CHOICE


def read(definition: Definition, asked: Sequence[str], answers: Mapping[str, float | None]) -> list[Line]:
    """Return the items of a check-in in printed order with what was answered.

    Args:
        definition: the instrument in the version that was answered.
        asked: the codes of the items that were asked.
        answers: from item code to number; None is declined, absent is left out.
    """
    return [_line(item, answers) for item in definition.asked(asked)]


def safety_states(lines: Sequence[Line]) -> dict[str, SafetyState]:
    """Return what each safety item says, by code; for clinicians only."""
    return {line.item.code: line.item.safety_state(line.value) for line in lines if line.item.is_safety}


def worst_safety(lines: Sequence[Line]) -> SafetyState | None:
    """Return the state that calls for help most: positive, then unknown, then negative; None without a safety item."""
    states = set(safety_states(lines).values())
    order = (SafetyState.POSITIVE, SafetyState.UNKNOWN, SafetyState.NEGATIVE)
    return next((state for state in order if state in states), None)


def syndrome(instrument: str, answers: Mapping[str, float | None]) -> Screening | None:
    """Return what the screening algorithm of an instrument says, None where it has none; for clinicians only."""
    return screening(instrument, answers)


def _line(item: Item, answers: Mapping[str, float | None]) -> Line:
    if item.code not in answers:
        return Line(item, Given.LEFT_OUT, None, "")
    value = answers[item.code]
    if value is None:
        return Line(item, Given.DECLINED, None, "")
    option = item.option(value) if item.kind is ItemKind.CHOICE else None
    return Line(item, Given.ANSWERED, value, option.label if option else "")
