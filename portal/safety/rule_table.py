"""The rules, drawn up from a clinic's thresholds; each with its source and version. Pure."""

from collections.abc import Mapping

from portal.messages import N_
from portal.safety.rule import Criterion, Rule, Severity
from portal.safety.targets import Running, Target

_OWN = "Interval default, to be confirmed by the clinic's medical director"
_ANY_IDEATION = "Simon 2013: any answer above zero raises the risk; a trigger, not a screen"
_FREQUENT_IDEATION = "Rossom 2017; Simon 2013: the risk grows with each step of the answer"
_ASQ = "NIMH ASQ toolkit: any Yes is a positive screen, and a Yes to item 5 an acute one"
_C_SSRS = "cssrs.columbia.edu, triage; the most worrisome are 4, 5 and behaviour within three months"
_EPDS = "EPDS: any answer above zero to item 10, whatever the total"
_QIDS = "QIDS-SR16, item 12"
_RELIABLE = "A change beyond noise, 1.96 × SD × √(2 × (1 − r)); each scale names its points and their source"
_MANIA = "Altman 1997 (ASRM); a case report of a switch with a prodrome of two days; Interval default"
_BANDS = "PHQ-9 and GAD-7: the severe band"


def _from(instrument: str, least: float, source: str, *items: str) -> tuple[Criterion, ...]:
    return tuple(Criterion(instrument, item, source, at_least=least) for item in items)


def _at_once(minutes: float) -> Target:
    return Target(Running.ALWAYS, minutes=round(minutes))


def _working_days(days: float) -> Target:
    return Target(Running.WORKING_DAYS, days=round(days))


def table(values: Mapping[str, float]) -> tuple[Rule, ...]:
    """Return the rules from the most to the least severe: of those about answers the first that is met counts.

    Args:
        values: every threshold by name, each within its safe bounds.
    """
    return (*_urgent(values), *_same_day(values), *_for_review(values))


def _urgent(values: Mapping[str, float]) -> tuple[Rule, ...]:
    return (_danger(values), _body(values), *_bedside(_at_once(values["V.minutes"])), _frequent(values))


def _danger(values: Mapping[str, float]) -> Rule:
    return Rule(
        "R1",
        N_("In danger now, or does not feel able to keep safe"),
        Severity.URGENT,
        _at_once(values["R1.minutes"]),
        _OWN,
        criteria=(
            *_from("daily", 2, _OWN, "safe"),
            *_from("asq", 1, _ASQ, "q5"),
            *_from("c-ssrs", 1, _C_SSRS, "q4", "q5", "q6b"),
        ),
        version=2,
    )


def _body(values: Mapping[str, float]) -> Rule:
    return Rule(
        "R8",
        N_("Chest pain, fainting, trouble breathing or severe confusion"),
        Severity.URGENT,
        _at_once(values["R8.minutes"]),
        _OWN,
        criteria=(
            *_from("side-effects", values["R8.symptom"], _OWN, "chest_pain", "breath", "fainting"),
            *_from("side-effects", values["R8.confusion"], _OWN, "confusion"),
        ),
    )


def _bedside(target: Target) -> tuple[Rule, ...]:
    """Return what no questionnaire asks: found at a bedside, and reported by whoever recorded it."""
    return (
        Rule("V1", N_("An emergency at the bedside"), Severity.URGENT, target, _OWN),
        Rule("V2", N_("Vital signs past a hard stop"), Severity.URGENT, target, _OWN),
        Rule("V3", N_("Went on after a hard stop without the supervising provider"), Severity.URGENT, target, _OWN),
    )


def _frequent(values: Mapping[str, float]) -> Rule:
    return Rule(
        "R3",
        N_("Frequent or growing thoughts of death or self-harm"),
        Severity.URGENT,
        Target(Running.COVERED, minutes=round(60 * values["R3.hours"])),
        _OWN,
        criteria=(
            *_from("phq-9", values["R3.answer"], _FREQUENT_IDEATION, "q9"),
            Criterion("phq-9", "q9", _OWN, rise=values["R3.rise"]),
            *_from("qids-sr16", values["R3.answer"], _QIDS, "q12"),
            Criterion("qids-sr16", "q12", _OWN, rise=values["R3.rise"]),
        ),
        version=2,
    )


def _same_day(values: Mapping[str, float]) -> tuple[Rule, ...]:
    today, least = _working_days(0), values["R2.answer"]
    return (
        Rule(
            "R2",
            N_("A sign of danger"),
            Severity.SAME_DAY,
            today,
            _OWN,
            criteria=(
                *_from("phq-9", least, _ANY_IDEATION, "q9"),
                *_from("daily", 1, _OWN, "safe"),
                *_from("epds", least, _EPDS, "q10"),
                *_from("qids-sr16", least, _QIDS, "q12"),
                *_from("asq", 1, _ASQ, "q1", "q2", "q3", "q4"),
                *_from("c-ssrs", 1, _C_SSRS, "q1", "q2", "q3", "q6"),
            ),
            version=2,
        ),
        Rule(
            "R7",
            N_("Signs of activation or mania in bipolar disorder"),
            Severity.SAME_DAY,
            today,
            _MANIA,
            checklist=(
                N_("Contact the patient today."),
                N_("Consider holding the next infusion."),
                N_("Confirm that a mood stabiliser is on board (lithium, valproate or an antipsychotic)."),
            ),
        ),
        Rule(
            "R9",
            N_("Blood in the urine"),
            Severity.SAME_DAY,
            today,
            _OWN,
            criteria=_from("urinary", values["R9.blood"], _OWN, "blood"),
        ),
    )


def _for_review(values: Mapping[str, float]) -> tuple[Rule, ...]:
    def rule(code: str, title: str, days: str, source: str = _OWN, criteria: tuple[Criterion, ...] = ()) -> Rule:
        return Rule(code, title, Severity.REVIEW, _working_days(values[days]), source, criteria)

    urinary = _from("urinary", values["R9.severity"], _OWN, "pain", "urgency")
    return (
        rule("R9b", N_("Severe urinary pain or urgency"), "R9.days", criteria=urinary),
        rule("R4", N_("A safety question was not answered"), "R4.days"),
        rule("R6", N_("A score has become severe"), "R6.days", _BANDS),
        rule("R11", N_("Not heard of"), "R11.days"),
        rule("R5", N_("A score is reliably worse"), "R5.days", _RELIABLE),
        rule("R10", N_("The use and craving check is positive"), "R10.days"),
    )
