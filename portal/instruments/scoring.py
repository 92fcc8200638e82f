"""Scores answers: exact, total over valid answers, and never inventing a safety item.

Answers map item codes to numbers; None is declined ("prefer not to answer"), an absent code is unanswered.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from portal.instruments.definition import Band, Definition, Item, ItemKind, SafetyState, Scale
from portal.instruments.numbers import exact, half_up, is_finite, plain
from portal.messages import N_

ENGINE_VERSION = 1

Number = float | Decimal
Answers = Mapping[str, Number | None]


class ProblemKind(StrEnum):
    UNKNOWN_ITEM = "unknown-item"
    NOT_ASKED = "not-asked"
    NOT_A_NUMBER = "not-a-number"
    NOT_AN_OPTION = "not-an-option"
    OUT_OF_RANGE = "out-of-range"
    OFF_STEP = "off-step"


MESSAGES = {
    ProblemKind.UNKNOWN_ITEM: N_("There is no question “%(item)s” in this questionnaire."),
    ProblemKind.NOT_ASKED: N_("The question “%(item)s” is not part of this check-in."),
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


class ScoreState(StrEnum):
    COMPLETE = "complete"
    PRORATED = "prorated"
    NOT_SCORABLE = "not-scorable"


@dataclass(frozen=True, slots=True)
class ScaleScore:
    """One number: `value` is None when not scorable; `answered` of its `of` items were answered."""

    code: str
    value: float | None
    band: Band | None
    state: ScoreState
    answered: int
    of: int


@dataclass(frozen=True, slots=True)
class Score:
    """What a set of answers comes to. `scales` holds those that were asked for, in the definition's order.

    `declined` and `missing` are item codes in printed order; `missing` leaves out items that may stay empty. `safety`
    has one entry for each safety item that was asked.
    """

    instrument: str
    version: int
    scales: tuple[ScaleScore, ...]
    declined: tuple[str, ...]
    missing: tuple[str, ...]
    safety: Mapping[str, SafetyState]
    engine: int = ENGINE_VERSION

    @property
    def primary(self) -> ScaleScore | None:
        """The first scale that was asked for, or None if only unscored items were."""
        return self.scales[0] if self.scales else None

    def scale(self, code: str) -> ScaleScore | None:
        """Return the score of this scale, or None if it was not asked for."""
        return next((scale for scale in self.scales if scale.code == code), None)


def validate(
    definition: Definition, answers: Mapping[str, object], asked: Collection[str] | None = None
) -> tuple[AnswerProblem, ...]:
    """Return what is wrong with each answer, in the order given; unanswered and declined are not wrong.

    `asked` are the item codes put to the person, by default the definition's default ones. Raises KeyError if one of
    them is unknown.
    """
    codes = {item.code for item in definition.asked(asked)}
    known = {item.code: item for item in definition.items}
    problems: list[AnswerProblem] = []
    for code, value in answers.items():
        if code not in known:
            problems.append(AnswerProblem(code, ProblemKind.UNKNOWN_ITEM, {"item": code}))
        elif code not in codes:
            problems.append(AnswerProblem(code, ProblemKind.NOT_ASKED, {"item": known[code].text}))
        elif value is not None and (problem := _problem(known[code], value)):
            problems.append(problem)
    return tuple(problems)


def _problem(item: Item, value: object) -> AnswerProblem | None:
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


def score(definition: Definition, answers: Answers, asked: Collection[str] | None = None) -> Score:
    """Return the scores of `answers`; raises InvalidAnswers where `validate` finds problems, KeyError for unknown
    `asked`.

    A sum with more unanswered items than its scale allows is not scorable; with fewer it takes the mean of the answered
    items for the others, rounded half up, and is marked prorated (PHQ instruction manual). A safety item is never
    filled in: unanswered, its state is unknown.
    """
    problems = validate(definition, answers, asked)
    if problems:
        raise InvalidAnswers(definition, problems)
    items = definition.asked(asked)
    codes = {item.code for item in items}
    return Score(
        instrument=definition.id,
        version=definition.version,
        scales=tuple(_sum(scale, answers) for scale in definition.scales if codes.intersection(scale.items)),
        declined=tuple(item.code for item in items if item.code in answers and answers[item.code] is None),
        missing=tuple(item.code for item in items if item.is_required and item.code not in answers),
        safety={item.code: item.safety_state(answers.get(item.code)) for item in items if item.is_safety},
    )


def _sum(scale: Scale, answers: Answers) -> ScaleScore:
    values = [exact(value) for code in scale.items if (value := answers.get(code)) is not None]
    answered, of = len(values), len(scale.items)
    if of - answered > scale.missing_allowed:
        return ScaleScore(scale.code, None, None, ScoreState.NOT_SCORABLE, answered, of)
    total = sum(values, Fraction())
    if answered == of:
        value, state = plain(total), ScoreState.COMPLETE
    else:
        value, state = half_up(total * of / answered), ScoreState.PRORATED
    return ScaleScore(scale.code, value, scale.band(value), state, answered, of)
