"""Scores answers: exact, total over valid answers, and never inventing a safety item.

Answers map item codes to numbers; None is declined ("prefer not to answer"), an absent code is unanswered.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

from portal.instruments.answers import (
    MESSAGES,
    AnswerProblem,
    Answers,
    InvalidAnswers,
    ProblemKind,
    validate,
)
from portal.instruments.definition import Definition, Item, SafetyState
from portal.instruments.numbers import Number
from portal.instruments.skips import Presence, presence
from portal.instruments.tally import ScaleScore, ScoreState, Tally, prepare

__all__ = [
    "ENGINE_VERSION",
    "MESSAGES",
    "AnswerProblem",
    "Answers",
    "InvalidAnswers",
    "Number",
    "ProblemKind",
    "ScaleScore",
    "Score",
    "ScoreState",
    "score",
    "validate",
]

ENGINE_VERSION = 2
"""Goes up whenever the same answers could come to another score; stored with every check-in."""


@dataclass(frozen=True, slots=True)
class Score:
    """What a set of answers comes to. `scales` holds those that were asked for, in the definition's order.

    `declined` and `missing` are item codes in printed order; `missing` leaves out items that may stay empty, and of
    those of which one will do it has all or none. `safety` has one entry for each safety item that was asked, and is
    unknown where an unanswered question left open whether it would be. `hidden` are items that the other answers rule
    out. `inconsistent` are safety items answered positively although the other answers did not call for them: they
    count, and a clinician has to look.
    """

    instrument: str
    version: int
    scales: tuple[ScaleScore, ...]
    declined: tuple[str, ...]
    missing: tuple[str, ...]
    safety: Mapping[str, SafetyState]
    engine: int = ENGINE_VERSION
    inconsistent: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()

    @property
    def primary(self) -> ScaleScore | None:
        """The first scale that was asked for, or None if only unscored items were."""
        return self.scales[0] if self.scales else None

    def scale(self, code: str) -> ScaleScore | None:
        """Return the score of this scale, or None if it was not asked for."""
        return next((scale for scale in self.scales if scale.code == code), None)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What is the same for all answers to these items of a definition.

    `plainly` are the whole numbers that answer an item, for those that have few. `required` has every item that may not
    be left out, and those of which one may not: any of its `stand_ins` will do.
    """

    items: tuple[Item, ...]
    codes: frozenset[str]
    plainly: Mapping[str, frozenset[int]]
    tallies: tuple[Tally, ...]
    required: tuple[str, ...]
    safety: Mapping[str, Item]
    positives: Mapping[str, tuple[int, ...]]
    stand_ins: Mapping[str, tuple[str, ...]]
    is_gated: bool


def score(definition: Definition, answers: Answers, asked: Collection[str] | None = None) -> Score:
    """Return the scores of `answers`.

    A sum or mean with more unanswered items than its scale allows is not scorable; with fewer they take the mean of the
    answered ones of their group, rounded half up, and it is marked prorated (PHQ instruction manual). A safety item is
    never filled in: unanswered, its state is unknown.

    Args:
        definition: the instrument.
        answers: from item code to number; None is declined, absent is unanswered.
        asked: the item codes put to the person, None for the default ones.

    Raises:
        InvalidAnswers: `validate` finds problems.
        KeyError: one of `asked` is unknown.
    """
    sheet = _sheet(definition, None if asked is None else frozenset(asked))
    is_whole = _is_whole(sheet, answers)
    if not is_whole:
        _refuse_invalid(definition, answers, asked)
    values = {code: value for code, value in answers.items() if value is not None}
    states = presence(definition.items, answers, sheet.codes) if sheet.is_gated else {}
    uncalled = [code for code, state in states.items() if state is not Presence.ASKED]
    inconsistent = tuple([code for code in uncalled if values.get(code) in sheet.positives[code]])
    hidden = frozenset([code for code in uncalled if states[code] is Presence.HIDDEN and code not in inconsistent])
    if hidden and not hidden.isdisjoint(values):
        _refuse_invalid(definition, answers, asked)
    return Score(
        instrument=definition.id,
        version=definition.version,
        scales=tuple([tally.score(values, hidden, is_whole=is_whole) for tally in sheet.tallies]),
        declined=_declined(sheet, answers, hidden) if len(values) < len(answers) else (),
        missing=_missing(sheet, answers, states) if len(values) < len(sheet.codes) else (),
        safety={code: item.safety_state(values.get(code)) for code, item in sheet.safety.items() if code not in hidden},
        inconsistent=inconsistent,
        hidden=tuple([item.code for item in sheet.items if item.code in hidden]) if hidden else (),
    )


def _refuse_invalid(definition: Definition, answers: Answers, asked: Collection[str] | None) -> None:
    problems = validate(definition, answers, asked)
    if problems:
        raise InvalidAnswers(definition, problems)


@lru_cache(maxsize=1024)
def _sheet(definition: Definition, asked: frozenset[str] | None) -> _Sheet:
    items = definition.asked(asked)
    codes = frozenset(item.code for item in items)
    sets = [needed for scale in definition.scales for group in scale.groups for needed in group.needs]
    stand_ins = {code: needed for needed in sets if len(needed) > 1 for code in needed}
    return _Sheet(
        items=items,
        codes=codes,
        plainly={item.code: frozenset(option.value for option in item.options) for item in items},
        tallies=tuple(prepare(definition, scale) for scale in definition.scales if codes.intersection(scale.items)),
        required=tuple(item.code for item in items if item.is_required or item.code in stand_ins),
        safety={item.code: item for item in items if item.is_safety},
        positives={item.code: item.positive_values for item in definition.items},
        stand_ins=stand_ins,
        is_gated=any(item.asked_if for item in definition.items),
    )


def _is_whole(sheet: _Sheet, answers: Answers) -> bool:
    """Tell at once that all answers are whole numbers among the options; where that is not so, `validate` looks."""
    for code, value in answers.items():
        if code not in sheet.codes:
            return False
        if value is not None and (type(value) is not int or value not in sheet.plainly[code]):
            return False
    return True


def _declined(sheet: _Sheet, answers: Answers, hidden: frozenset[str]) -> tuple[str, ...]:
    found = [item.code for item in sheet.items if item.code in answers and answers[item.code] is None]
    return tuple(code for code in found if code not in hidden)


def _missing(sheet: _Sheet, answers: Answers, states: Mapping[str, Presence]) -> tuple[str, ...]:
    return tuple(
        code
        for code in sheet.required
        if code not in answers
        and states.get(code, Presence.ASKED) is Presence.ASKED
        and not any(other in answers for other in sheet.stand_ins.get(code, ()))
    )
