"""Which answers a person must hear of: rules over single answers, each with its threshold, its source and its version.

Pure. A clinic may set other thresholds, so every rule is a value and every function takes the rules it applies.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from portal.instruments.definition import Definition, SafetyState
from portal.instruments.scoring import Answers
from portal.instruments.skips import Presence, presence
from portal.messages import N_


class Severity(IntEnum):
    """How soon a person has to answer: at the next review, on the same day, or within hours."""

    REVIEW = 1
    SAME_DAY = 2
    URGENT = 3


@dataclass(frozen=True, slots=True)
class Criterion:
    """When a rule meets an answer to one item.

    Args:
        instrument: the instrument's id.
        item: the item's code.
        at_least: the least answer that counts, in points of the item; None where only a rise counts.
        rise: the least rise since the last known answer that counts, in points; None where a rise means nothing.
        source: where the threshold is from.
    """

    instrument: str
    item: str
    source: str
    at_least: float | None = None
    rise: float | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as it is in force.

    Args:
        code: its name in the clinical reference, "R1" to "R12"; "R9b" is the part of R9 that may wait longer.
        title: what it found, as an English message id for the care team.
        severity: how soon it has to be answered.
        target_minutes: within how many minutes somebody is to act; None where it waits for the next working day.
        source: where the rule is from.
        criteria: any one of them is enough.
        version: goes up with every change of the rule, so that a concern can be traced to the rule that found it.
    """

    code: str
    title: str
    severity: Severity
    target_minutes: int | None
    source: str
    criteria: tuple[Criterion, ...] = ()
    version: int = 1


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


_OWN = "Interval default, to be confirmed by the clinic's medical director"
_ANY_IDEATION = "Simon 2013: any answer above zero raises the risk; a trigger, not a screen"
_FREQUENT_IDEATION = "Rossom 2017; Simon 2013: the risk grows with each step of the answer"
_ASQ = "NIMH ASQ toolkit: any Yes is a positive screen, and a Yes to item 5 an acute one"
_C_SSRS = "cssrs.columbia.edu, triage; the most worrisome are 4, 5 and behaviour within three months"
_EPDS = "EPDS: any answer above zero to item 10, whatever the total"
_QIDS = "QIDS-SR16, item 12"


def _from(instrument: str, least: float, source: str, *items: str) -> tuple[Criterion, ...]:
    return tuple(Criterion(instrument, item, source, at_least=least) for item in items)


# From the most to the least severe: the first rule that an answer meets is the one that counts.
DEFAULTS: tuple[Rule, ...] = (
    Rule(
        "R1",
        N_("In danger now, or does not feel able to keep safe"),
        Severity.URGENT,
        0,
        _OWN,
        (
            *_from("daily", 2, _OWN, "safe"),
            *_from("asq", 1, _ASQ, "q5"),
            *_from("c-ssrs", 1, _C_SSRS, "q4", "q5", "q6b"),
        ),
        version=2,
    ),
    Rule(
        "R8",
        N_("Chest pain, fainting, trouble breathing or severe confusion"),
        Severity.URGENT,
        0,
        _OWN,
        (
            *_from("side-effects", 1, _OWN, "chest_pain", "breath", "fainting"),
            *_from("side-effects", 3, _OWN, "confusion"),
        ),
    ),
    # Nothing that a questionnaire asks: found at a bedside, and reported by whoever recorded it.
    Rule("V1", N_("An emergency at the bedside"), Severity.URGENT, 0, _OWN),
    Rule("V2", N_("Vital signs past a hard stop"), Severity.URGENT, 0, _OWN),
    Rule("V3", N_("Went on after a hard stop without the supervising provider"), Severity.URGENT, 0, _OWN),
    Rule(
        "R3",
        N_("Frequent or growing thoughts of death or self-harm"),
        Severity.URGENT,
        4 * 60,
        _OWN,
        (
            *_from("phq-9", 2, _FREQUENT_IDEATION, "q9"),
            Criterion("phq-9", "q9", _OWN, rise=1),
            *_from("qids-sr16", 2, _QIDS, "q12"),
            Criterion("qids-sr16", "q12", _OWN, rise=1),
        ),
        version=2,
    ),
    Rule(
        "R2",
        N_("A sign of danger"),
        Severity.SAME_DAY,
        24 * 60,
        _OWN,
        (
            *_from("phq-9", 1, _ANY_IDEATION, "q9"),
            *_from("daily", 1, _OWN, "safe"),
            *_from("epds", 1, _EPDS, "q10"),
            *_from("qids-sr16", 1, _QIDS, "q12"),
            *_from("asq", 1, _ASQ, "q1", "q2", "q3", "q4"),
            *_from("c-ssrs", 1, _C_SSRS, "q1", "q2", "q3", "q6"),
        ),
        version=2,
    ),
    Rule("R9", N_("Blood in the urine"), Severity.SAME_DAY, 24 * 60, _OWN, _from("urinary", 1, _OWN, "blood")),
    Rule(
        "R9b",
        N_("Severe urinary pain or urgency"),
        Severity.REVIEW,
        None,
        _OWN,
        _from("urinary", 3, _OWN, "pain", "urgency"),
    ),
    Rule("R4", N_("A safety question was not answered"), Severity.REVIEW, None, _OWN),
)
UNKNOWN = "R4"
UNNAMED = "R2"
EMERGENCY, HARD_STOP, WENT_ON = "V1", "V2", "V3"


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


def find(answer: SafetyAnswer, rules: Sequence[Rule] = DEFAULTS) -> Finding | None:
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


def by_code(code: str, rules: Sequence[Rule] = DEFAULTS) -> Rule | None:
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


def looks_back(instrument: str, rules: Sequence[Rule] = DEFAULTS) -> bool:
    """Return whether any rule compares an answer to this instrument with the one before it."""
    return any(one.rise is not None and one.instrument == instrument for rule in rules for one in rule.criteria)
