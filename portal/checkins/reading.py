"""A check-in in words: what was asked, what was answered, and what only clinicians see of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.checkins.asking import hidden
from portal.instruments.algorithms import Screening, screening
from portal.instruments.definition import Definition, Item, ItemKind, Method, SafetyState, Scale


class Given(StrEnum):
    """Whether an item was answered. Left out is not declined, neither is an answer, and not asked is none of them."""

    ANSWERED = "answered"
    DECLINED = "declined"
    LEFT_OUT = "left-out"
    NOT_ASKED = "not-asked"


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a check-in: `label` is the chosen option's wording, "" for a number.

    `is_inconsistent`: answered positively although the other answers did not call for it.
    """

    item: Item
    given: Given
    value: float | None
    label: str
    is_inconsistent: bool = False

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
    unasked = hidden(definition, answers, asked)
    return [_line(item, answers, item.code in unasked) for item in definition.asked(asked)]


def safety_states(lines: Sequence[Line]) -> dict[str, SafetyState]:
    """Return what each safety item that was asked says, by code; for clinicians only."""
    asked = [line for line in lines if line.item.is_safety and line.given is not Given.NOT_ASKED]
    return {line.item.code: line.item.safety_state(line.value) for line in asked}


def worst_safety(lines: Sequence[Line]) -> SafetyState | None:
    """Return the state that calls for help most: positive, then unknown, then negative; None without a safety item."""
    states = set(safety_states(lines).values())
    order = (SafetyState.POSITIVE, SafetyState.UNKNOWN, SafetyState.NEGATIVE)
    return next((state for state in order if state in states), None)


def is_for_clinicians(definition: Definition, scale: Scale) -> bool:
    """Return whether what a scale comes to is kept from the patient: the outcome of a published safety screen."""
    return definition.is_validated and scale.method is Method.TRIAGE


def is_summed_up(definition: Definition) -> bool:
    """Return whether the patient reads what the answers come to: of published scales, but not of screens."""
    return definition.is_validated and not is_for_clinicians(definition, definition.primary)


def syndrome(instrument: str, answers: Mapping[str, float | None]) -> Screening | None:
    """Return what the screening algorithm of an instrument says, None where it has none; for clinicians only."""
    return screening(instrument, answers)


def _line(item: Item, answers: Mapping[str, float | None], is_hidden: bool) -> Line:
    value = answers.get(item.code)
    if is_hidden and value is None:
        return Line(item, Given.NOT_ASKED, None, "")
    if item.code not in answers:
        return Line(item, Given.LEFT_OUT, None, "")
    if value is None:
        return Line(item, Given.DECLINED, None, "")
    option = item.option(value) if item.kind is ItemKind.CHOICE else None
    return Line(item, Given.ANSWERED, value, option.label if option else "", is_hidden)
