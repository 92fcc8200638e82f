"""Which answers a person must hear of: the rules in force, and how an answer meets one.

Pure. A clinic may set other thresholds, so every function takes the rules it applies.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from portal.instruments.definition import Definition, SafetyState
from portal.instruments.scoring import Answers
from portal.instruments.skips import Presence, presence
from portal.safety import thresholds
from portal.safety.rule import Criterion, Rule, Severity
from portal.safety.rule_table import table

__all__ = [
    "DEFAULT_SET",
    "EMERGENCY",
    "HARD_STOP",
    "UNKNOWN",
    "UNNAMED",
    "WENT_ON",
    "Criterion",
    "Finding",
    "Rule",
    "RuleSet",
    "SafetyAnswer",
    "Severity",
    "by_code",
    "find",
    "left_open",
    "looks_back",
    "read",
]

UNKNOWN = "R4"
UNNAMED = "R2"
EMERGENCY, HARD_STOP, WENT_ON = "V1", "V2", "V3"


@dataclass(frozen=True)
class RuleSet:
    """The rules as they are in force at a clinic.

    Args:
        version: of the clinic's thresholds; 0 is Interval's defaults.
        values: the thresholds it has laid down, by name; where one is missing, Interval's default counts.
    """

    version: int = 0
    values: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule that can open an alert, from the most to the least severe."""
        return table({**thresholds.DEFAULTS, **self._known})

    @cached_property
    def answer_rules(self) -> tuple[Rule, ...]:
        """The rules for `find`: those that an answer can meet by itself, and R4."""
        return tuple(one for one in self.rules if one.criteria or one.code == UNKNOWN)

    def rule(self, code: str) -> Rule:
        """Return the rule with this code; raises LookupError where there is none."""
        return _rule(code, self.rules)

    def value(self, name: str) -> float:
        """Return the threshold of this name, like "R5.days"; raises KeyError where there is none."""
        return self._known.get(name, thresholds.DEFAULTS[name])

    @cached_property
    def _known(self) -> dict[str, float]:
        return {name: float(value) for name, value in self.values.items() if name in thresholds.DEFAULTS}


DEFAULT_SET = RuleSet()


@dataclass(frozen=True, slots=True)
class SafetyAnswer:
    """One answer to a safety item: `value` None is declined or left out, `previous` None is never answered before."""

    instrument: str
    item: str
    value: float | None
    state: SafetyState
    previous: float | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """An answer and the one rule, the most severe, that found it."""

    rule: Rule
    answer: SafetyAnswer


def read(
    definition: Definition, answers: Answers, items: Collection[str], previous: Mapping[str, float]
) -> tuple[SafetyAnswer, ...]:
    """Return the answers to the safety items among `items`, without those that the other answers rule out.

    A positive answer is read even where its question should not have been asked.

    Args:
        definition: the instrument.
        answers: from item code to number; None is declined, absent is unanswered.
        items: the codes to look at: those asked, or those answered so far.
        previous: the last known answer to each item before this one.
    """
    called_for = presence(definition.items, answers, {*items, *answers})
    return tuple(
        SafetyAnswer(
            definition.id,
            item.code,
            None if (value := answers.get(item.code)) is None else float(value),
            item.safety_state(value),
            previous.get(item.code),
        )
        for item in definition.asked(items)
        if item.is_safety
        and (called_for[item.code] is not Presence.HIDDEN or answers.get(item.code) in item.positive_values)
    )


def find(answer: SafetyAnswer, rules: Sequence[Rule] = DEFAULT_SET.rules) -> Finding | None:
    """Return the most severe rule that an answer meets, or None where it is reassuring.

    An unknown answer is R4. A safety item that no rule names is still heard: its positive answers count as R2.

    Args:
        answer: what was answered.
        rules: the rules in force, from the most to the least severe, with R2 and R4 among them.
    """
    if answer.state is SafetyState.UNKNOWN:
        return Finding(_rule(UNKNOWN, rules), answer)
    named = False
    for rule in rules:
        about = [one for one in rule.criteria if (one.instrument, one.item) == (answer.instrument, answer.item)]
        named = named or bool(about)
        if any(_meets(answer, criterion) for criterion in about):
            return Finding(rule, answer)
    if not named and answer.state is SafetyState.POSITIVE:
        return Finding(_rule(UNNAMED, rules), answer)
    return None


def by_code(code: str, rules: Sequence[Rule] = DEFAULT_SET.rules) -> Rule | None:
    """Return the rule with this code, or None where it is not in force."""
    return next((rule for rule in rules if rule.code == code), None)


def _rule(code: str, rules: Sequence[Rule]) -> Rule:
    found = by_code(code, rules)
    if found is None:
        raise LookupError(f"rule {code} cannot be switched off")
    return found


def _meets(answer: SafetyAnswer, criterion: Criterion) -> bool:
    value, previous = answer.value, answer.previous
    if value is None:
        return False
    if criterion.at_least is not None and value >= criterion.at_least:
        return True
    return criterion.rise is not None and previous is not None and value - previous >= criterion.rise


def left_open(definition: Definition, answers: Answers, asked: Collection[str]) -> tuple[str, ...]:
    """Return the safety items that somebody reached and left without an answer; for answers that were never sent (R4).

    A safety item is reached when the question just before it was answered, or one after it; questions that the other
    answers rule out do not count, and neither does one that nobody can say yet whether it belongs. Declining is an
    answer here: `find` has heard of it.

    Args:
        definition: the instrument.
        answers: those given so far, valid; None is declined, absent is unanswered.
        asked: the codes of the items that were put to the person.
    """
    states = presence(definition.items, answers, asked)
    order = [item for item in definition.asked(asked) if states[item.code] is Presence.ASKED]
    given = [item.code in answers for item in order]
    return tuple(
        item.code
        for place, item in enumerate(order)
        if item.is_safety and not given[place] and any((*given[max(place - 1, 0) : place], *given[place + 1 :]))
    )


def looks_back(instrument: str, rules: Sequence[Rule] = DEFAULT_SET.rules) -> bool:
    """Return whether any rule compares an answer to this instrument with the one before it."""
    return any(one.rise is not None and one.instrument == instrument for rule in rules for one in rule.criteria)
