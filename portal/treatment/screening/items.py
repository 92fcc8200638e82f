"""What a screening asks, where each default class comes from, and what the answers come to. Pure.

What the source lists as a contraindication is a stop, what it tags as caution is a caution, and what it does not class
is "caution: the provider decides". Every default [D] waits for the clinic's medical director, who may change it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from portal.messages import N_
from portal.treatment.rules.values import Class

ASRA = N_("Cohen 2018 (ASRA/AAPM/ASA)")
COMMON = N_("Commonly named, not confirmed against a source [K]; the provider decides")
UNCLASSED = N_("Not classed by a source: the provider decides [D]")
NOT_KNOWN = N_("Not known: the provider decides [D]")
ASKP3 = N_("ASKP3 2021 asks for it; the provider decides [D]")
TO_RECORD = N_("Interval default [D]: to be on record before treatment at home")


class Answer(StrEnum):
    NO = "no"
    YES = "yes"
    UNKNOWN = "unknown"


class Group(StrEnum):
    CIRCULATION = "circulation"
    HEAD = "head"
    MIND = "mind"
    BODY = "body"
    PREGNANCY = "pregnancy"
    RECORD = "record"


ANSWERS = {Answer.NO: N_("No"), Answer.YES: N_("Yes"), Answer.UNKNOWN: N_("Not known")}
GROUPS = {
    Group.CIRCULATION: N_("Heart and circulation"),
    Group.HEAD: N_("Head, eyes and breathing"),
    Group.MIND: N_("Mind and substances"),
    Group.BODY: N_("Liver, thyroid and the rest"),
    Group.PREGNANCY: N_("Pregnancy and breastfeeding"),
    Group.RECORD: N_("On record"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One condition or caution.

    Args:
        code: what it is stored as; never changes.
        words: a message id, worded so that "no" is what one hopes to hear.
        yes, unknown: the class of these answers by default; "no" is always clear.
        source: where the class of "yes" comes from, a message id.
        hint: what to look at where the answer is yes, a message id or "".
        is_asked: False where the answer follows from what else is on record.
    """

    code: str
    words: str
    group: Group
    source: str = UNCLASSED
    yes: Class = Class.CAUTION
    unknown: Class = Class.CAUTION
    hint: str = ""
    is_asked: bool = True

    def default(self, answer: Answer) -> Class:
        """Return the class of an answer where the clinic has laid down nothing else."""
        return {Answer.NO: Class.CLEAR, Answer.YES: self.yes, Answer.UNKNOWN: self.unknown}[answer]

    def source_of(self, answer: Answer) -> str:
        """Return where the default class of an answer comes from, a message id."""
        return NOT_KNOWN if answer is Answer.UNKNOWN else self.source


_ECG = N_("ECG first where there is cardiovascular risk (Cohen 2018)")
_LIVER_TESTS = N_("Liver tests first (Cohen 2018)")

ITEMS: tuple[Item, ...] = (
    Item(
        "blood-pressure",
        N_("High blood pressure that is not well controlled"),
        Group.CIRCULATION,
        ASRA,
        Class.STOP,
        hint=_ECG,
    ),
    Item(
        "heart-uncontrolled",
        N_("Heart or vessel disease that is not well controlled"),
        Group.CIRCULATION,
        ASRA,
        Class.STOP,
        hint=_ECG,
    ),
    Item("heart", N_("Other heart disease, or a risk of it"), Group.CIRCULATION, hint=_ECG),
    Item("aneurysm", N_("An aneurysm"), Group.CIRCULATION, COMMON),
    Item("aorta", N_("Disease of the aorta"), Group.CIRCULATION),
    Item("stroke", N_("A recent stroke"), Group.HEAD, COMMON),
    Item("intracranial", N_("Raised pressure inside the head"), Group.HEAD, ASRA, Class.STOP),
    Item("intraocular", N_("Raised pressure inside the eye"), Group.HEAD, ASRA, Class.STOP),
    Item("airway", N_("Unstable airway disease"), Group.HEAD, COMMON),
    Item("psychosis", N_("Active psychosis"), Group.MIND, ASRA, Class.STOP),
    Item("psychosis-earlier", N_("Schizophrenia, or a psychosis in the past"), Group.MIND),
    Item("mania", N_("Mania"), Group.MIND, COMMON),
    Item("substances", N_("Active misuse of alcohol, medicines or drugs"), Group.MIND, ASRA, Class.STOP),
    Item("substances-earlier", N_("Such misuse in the past"), Group.MIND),
    Item("liver-severe", N_("Severe liver disease"), Group.BODY, ASRA, Class.STOP, hint=_LIVER_TESTS),
    Item("liver-moderate", N_("Moderate liver disease"), Group.BODY, ASRA, hint=_LIVER_TESTS),
    Item("liver-other", N_("Other liver disease, or a risk of it"), Group.BODY, hint=_LIVER_TESTS),
    Item("thyroid-uncontrolled", N_("Overactive thyroid that is not controlled"), Group.BODY, COMMON),
    Item("thyroid", N_("Other thyroid disease"), Group.BODY),
    Item("reaction", N_("Allergy to ketamine, or a bad reaction to it before"), Group.BODY),
    Item("other", N_("Anything else the provider should weigh"), Group.BODY),
    Item("pregnancy", N_("Pregnant"), Group.PREGNANCY, ASRA, Class.STOP),
    Item(
        "breastfeeding",
        N_("Breastfeeding"),
        Group.PREGNANCY,
        COMMON,
        hint=N_("Say in the note what the breastfeeding plan is [K]"),
    ),
    Item("under-18", N_("Under 18, by the date of birth"), Group.RECORD, is_asked=False),
    Item("no-weight", N_("No weight on record"), Group.RECORD, TO_RECORD, is_asked=False),
    Item("no-evaluation", N_("No in-person evaluation on record"), Group.RECORD, ASKP3, is_asked=False),
    Item("no-consent", N_("No consent on record"), Group.RECORD, TO_RECORD, is_asked=False),
    Item("no-adult", N_("No adult at home on record"), Group.RECORD, TO_RECORD, is_asked=False),
    Item("no-plan", N_("No emergency plan on record"), Group.RECORD, TO_RECORD, is_asked=False),
    Item("lists-unchecked", N_("Medicines and allergies not checked"), Group.RECORD, TO_RECORD, is_asked=False),
)
ASKED = tuple(item for item in ITEMS if item.is_asked)
BY_CODE = {item.code: item for item in ITEMS}
_WORST_FIRST = (Class.STOP, Class.CAUTION, Class.CLEAR)


@dataclass(frozen=True, slots=True)
class Finding:
    """One item with its answer: the class in force, and the one it has by default."""

    item: Item
    answer: Answer
    level: Class
    default: Class

    @property
    def is_changed(self) -> bool:
        """Whether the clinic's medical director gave it another class than the default."""
        return self.level is not self.default


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a whole screening comes to: the findings, the worst first, and the worst class of all."""

    findings: tuple[Finding, ...]

    @property
    def level(self) -> Class:
        """The class of the whole: that of its worst answer."""
        return worst(finding.level for finding in self.findings)

    @property
    def stops(self) -> tuple[Finding, ...]:
        """What needs a reason of its own to go ahead."""
        return tuple(finding for finding in self.findings if finding.level is Class.STOP)

    @property
    def classes(self) -> dict[str, Class]:
        """The class of every item, by its code."""
        return {finding.item.code: finding.level for finding in self.findings}


def key(item: Item, answer: Answer) -> str:
    """Return what the clinic's rules call the class of an answer: "item:answer"."""
    return f"{item.code}:{answer}"


def judge(answers: Mapping[str, Answer], classes: Mapping[str, Class]) -> Judgement:
    """Return what the answers come to; what was never answered counts as not known.

    Args:
        answers: by the item's code.
        classes: where the clinic differs from the default, "item:answer" to class.
    """
    return worst_first(_finding(item, answers.get(item.code, Answer.UNKNOWN), classes) for item in ITEMS)


def worst_first(findings: Iterable[Finding]) -> Judgement:
    """Return a judgement of these findings; those of one class keep their order."""
    return Judgement(tuple(sorted(findings, key=lambda finding: _WORST_FIRST.index(finding.level))))


def worst(levels: Iterable[Class]) -> Class:
    """Return the worst of some classes; clear where there are none."""
    return min(levels, key=_WORST_FIRST.index, default=Class.CLEAR)


def worse(before: Mapping[str, Class], after: Mapping[str, Class]) -> tuple[str, ...]:
    """Return the codes whose class is worse after than before, which counts as clear where it is not named."""
    rank = _WORST_FIRST.index
    return tuple(code for code, level in after.items() if rank(level) < rank(before.get(code, Class.CLEAR)))


def _finding(item: Item, answer: Answer, classes: Mapping[str, Class]) -> Finding:
    default = item.default(answer)
    level = default if answer is Answer.NO else classes.get(key(item, answer), default)
    return Finding(item, answer, level, default)
