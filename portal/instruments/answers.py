"""Judges answers before anything is made of them: what is not an answer to what was asked is named, with its reason.

Answers map item codes to numbers; None is declined ("prefer not to answer"), an absent code is unanswered.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from portal.instruments.definition import Definition, Item, ItemKind
from portal.instruments.numbers import Number, exact, is_finite
from portal.instruments.skips import Presence, presence
from portal.messages import N_

Answers = Mapping[str, Number | None]


class ProblemKind(StrEnum):
    UNKNOWN_ITEM = "unknown-item"
    NOT_ASKED = "not-asked"
    HIDDEN = "hidden"
    NOT_A_NUMBER = "not-a-number"
    NOT_AN_OPTION = "not-an-option"
    OUT_OF_RANGE = "out-of-range"
    OFF_STEP = "off-step"


MESSAGES = {
    ProblemKind.UNKNOWN_ITEM: N_("There is no question “%(item)s” in this questionnaire."),
    ProblemKind.NOT_ASKED: N_("The question “%(item)s” is not part of this check-in."),
    ProblemKind.HIDDEN: N_("The question “%(item)s” is not asked after your other answers. Leave it empty."),
    ProblemKind.NOT_A_NUMBER: N_("Enter a number, such as 6 or 6.5."),
    ProblemKind.NOT_AN_OPTION: N_("Choose one of the answers shown."),
    ProblemKind.OUT_OF_RANGE: N_("Enter a number from %(minimum)s to %(maximum)s."),
    ProblemKind.OFF_STEP: N_("Enter a number in steps of %(step)s."),
}


@dataclass(frozen=True, slots=True)
class AnswerProblem:
    """Why one answer cannot be taken. `message` is an English message id; the edge translates it with `values`."""

    item: str
    kind: ProblemKind
    values: Mapping[str, str | float] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return MESSAGES[self.kind]


class InvalidAnswers(ValueError):
    """Answers were scored that `validate` would have refused."""

    def __init__(self, definition: Definition, problems: tuple[AnswerProblem, ...]) -> None:
        named = ", ".join(f"{problem.item} ({problem.kind})" for problem in problems)
        super().__init__(f"answers to {definition.id} cannot be scored: {named}")
        self.problems = problems


def validate(
    definition: Definition, answers: Mapping[str, object], asked: Collection[str] | None = None
) -> tuple[AnswerProblem, ...]:
    """Return what is wrong with each answer, in the order given; unanswered and declined are not wrong.

    Neither is a positive answer to a safety item that the other answers hide: it is heard, and scoring marks it.

    Args:
        definition: the instrument.
        answers: from item code to whatever was sent.
        asked: the item codes put to the person, None for the default ones.

    Raises:
        KeyError: one of `asked` is unknown.
    """
    codes = {item.code for item in definition.asked(asked)}
    known = {item.code: item for item in definition.items}
    problems: dict[str, AnswerProblem] = {}
    valid: dict[str, Number | None] = {}
    for code, value in answers.items():
        problem = _problem(known, codes, code, value)
        if problem:
            problems[code] = problem
        elif value is None or isinstance(value, int | float | Decimal):
            valid[code] = value
    if any(item.asked_if for item in definition.items):
        problems |= _hidden(definition, valid, codes)
    return tuple(problems[code] for code in answers if code in problems)


def _problem(known: Mapping[str, Item], asked: Collection[str], code: str, value: object) -> AnswerProblem | None:
    if code not in known:
        return AnswerProblem(code, ProblemKind.UNKNOWN_ITEM, {"item": code})
    if code not in asked:
        return AnswerProblem(code, ProblemKind.NOT_ASKED, {"item": _named(known[code])})
    return None if value is None else _wrong(known[code], value)


def _wrong(item: Item, value: object) -> AnswerProblem | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or not is_finite(value):
        return AnswerProblem(item.code, ProblemKind.NOT_A_NUMBER)
    if item.kind is ItemKind.CHOICE:
        return None if item.option(value) else AnswerProblem(item.code, ProblemKind.NOT_AN_OPTION)
    if not item.minimum <= value <= item.maximum:
        limits: dict[str, str | float] = {"minimum": item.minimum, "maximum": item.maximum}
        return AnswerProblem(item.code, ProblemKind.OUT_OF_RANGE, limits)
    if (exact(value) - exact(item.minimum)) % exact(item.step):
        return AnswerProblem(item.code, ProblemKind.OFF_STEP, {"step": item.step})
    return None


def _hidden(definition: Definition, valid: Answers, asked: Collection[str]) -> dict[str, AnswerProblem]:
    """Return the problems of answers to questions that the others rule out."""
    states = presence(definition.items, valid, asked)
    return {
        item.code: AnswerProblem(item.code, ProblemKind.HIDDEN, {"item": _named(item)})
        for item in definition.items
        if states[item.code] is Presence.HIDDEN
        and (value := valid.get(item.code)) is not None
        and value not in item.positive_values
    }


def _named(item: Item) -> str:
    return item.text or item.code
