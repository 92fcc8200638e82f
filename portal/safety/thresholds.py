"""Every threshold of the safety rules: what it is by default, and from where to where a clinic may set it. Pure.

A bound is drawn where going past it would hear less than is clinically safe, so most thresholds can only be made
stricter; one with equal bounds is shown and never changes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from portal.messages import N_

DEFAULT = "Interval default [D]"
_ANY_IDEATION = "Simon 2013: any answer above zero raises the risk; a trigger, not a screen"
_FREQUENT_IDEATION = "Rossom 2017; Simon 2013: the risk grows with each step of the answer"
_PHQ_9 = "PHQ-9: 20 and more is the severe band"
_GAD_7 = "GAD-7: 15 and more is the severe band"
_ASRM = "Altman 1997: 6 or more, sensitivity 85.5 %, specificity 87.3 %"
_PRODROME = "Interval default [D], after a case report of a switch with a prodrome of two days"


@dataclass(frozen=True, slots=True)
class Threshold:
    """One number of a rule.

    Args:
        name: the rule's code and what it is, like "R3.hours".
        label: what it is in words, an English message id.
        default: Interval's.
        least, most: the safe bounds, both included; equal where the number is fixed.
        unit: of the number, an English message id; "" for points.
        source: where the default is from.
        step: by how much two values differ at least.
    """

    name: str
    label: str
    default: float
    least: float
    most: float
    unit: str
    source: str = DEFAULT
    step: float = 1

    @property
    def rule(self) -> str:
        """The code of the rule it belongs to."""
        return self.name.partition(".")[0]

    @property
    def is_fixed(self) -> bool:
        """Whether nobody can change it."""
        return self.least == self.most

    def problem(self, value: float) -> str | None:
        """Return why it cannot have this value, as an English message id to be filled with least, most and step."""
        if not self.least <= value <= self.most:
            return FIXED if self.is_fixed else OUT_OF_BOUNDS
        return None if (value - self.least) % self.step == 0 else NOT_A_STEP


OUT_OF_BOUNDS = N_("Enter a number from %(least)s to %(most)s. Further out is not safe.")
FIXED = N_("This is always %(least)s. Anything else is not safe.")
NOT_A_STEP = N_("Enter a number in steps of %(step)s")

_POINTS = N_("points or more")
_MINUTES, _HOURS = N_("minutes"), N_("hours")
_WORKING_DAYS, _DAYS = N_("working days"), N_("days")
_TIME, _DAYS_AFTER = N_("Time to take it on"), N_("Time to take it on, after the day it falls on")

ALL: tuple[Threshold, ...] = (
    Threshold("R1.minutes", _TIME, 15, 5, 30, _MINUTES),
    Threshold("R2.answer", N_("An answer about thoughts of death"), 1, 1, 1, _POINTS, _ANY_IDEATION),
    Threshold("R3.answer", N_("An answer that means frequent thoughts of death"), 2, 1, 2, _POINTS, _FREQUENT_IDEATION),
    Threshold("R3.rise", N_("A rise since the last answer"), 1, 1, 1, _POINTS, _FREQUENT_IDEATION),
    Threshold("R3.hours", N_("Time to take it on, counted while somebody is there"), 4, 1, 4, _HOURS),
    Threshold("R4.days", _DAYS_AFTER, 1, 0, 1, _WORKING_DAYS),
    Threshold("R5.days", _DAYS_AFTER, 3, 0, 3, _WORKING_DAYS),
    Threshold("R6.phq9", N_("A severe PHQ-9"), 20, 15, 20, _POINTS, _PHQ_9),
    Threshold("R6.gad7", N_("A severe GAD-7"), 15, 10, 15, _POINTS, _GAD_7),
    Threshold("R6.days", _DAYS_AFTER, 2, 0, 2, _WORKING_DAYS),
    Threshold("R7.asrm", N_("ASRM"), 6, 4, 6, _POINTS, _ASRM),
    Threshold("R7.nights", N_("Nights of less need of sleep, or of little sleep"), 2, 1, 2, N_("in a row"), _PRODROME),
    Threshold("R7.clearly", N_("Answers of “clearly” in the activation check"), 3, 2, 3, N_("or more")),
    Threshold("R7.sleep_hours", N_("Little sleep"), 4, 4, 6, N_("hours or less"), step=0.5),
    Threshold("R7.energy", N_("High energy, of 0 to 10"), 8, 6, 8, _POINTS),
    Threshold("R8.minutes", _TIME, 15, 5, 30, _MINUTES),
    Threshold("R8.symptom", N_("Chest pain, trouble breathing or fainting; 1 is mild"), 1, 1, 1, _POINTS),
    Threshold("R8.confusion", N_("Confusion; 3 is severe"), 3, 2, 3, _POINTS),
    Threshold("R9.blood", N_("Blood in the urine; 1 is yes"), 1, 1, 1, _POINTS),
    Threshold("R9.severity", N_("Urinary pain or urgency (R9b); 3 is severe"), 3, 2, 3, _POINTS),
    Threshold("R9.days", N_("Time to take R9b on, after the day it falls on"), 2, 0, 2, _WORKING_DAYS),
    Threshold("R10.use", N_("Use outside the plan; 1 is yes"), 1, 1, 1, _POINTS),
    Threshold("R10.days", _DAYS_AFTER, 3, 0, 3, _WORKING_DAYS),
    Threshold("R11.missed", N_("Daily check-ins missed"), 3, 1, 3, N_("in a row")),
    Threshold("R11.scale_days", N_("A questionnaire past its window"), 7, 1, 7, _DAYS),
    Threshold("R11.sign_days", N_("Either of them, after a sign of danger"), 1, 1, 1, _DAYS),
    Threshold("R11.lookback", N_("How long a sign of danger (R1 to R3) counts"), 30, 30, 90, _DAYS),
    Threshold("R11.remind_first", N_("First reminder to the patient, after"), 24, 12, 24, _HOURS),
    Threshold("R11.remind_second", N_("Second reminder to the patient, after"), 48, 24, 48, _HOURS),
    Threshold("R11.days", _DAYS_AFTER, 1, 0, 1, _WORKING_DAYS),
    Threshold(
        "R12.seconds", N_("Answered too quickly: less than, for each question"), 1, 1, 3, N_("seconds"), step=0.5
    ),
    Threshold("R12.items", N_("Length of the questionnaires that are looked at"), 7, 5, 7, N_("questions or more")),
    Threshold("V.minutes", _TIME, 15, 5, 30, _MINUTES),
    Threshold("baseline.days", N_("Longest time that one lasts"), 30, 1, 30, _DAYS),
)
"""In the order of the rules; clinical bounds of safety are Interval's [D], for the medical director's signature."""

BY_NAME: Mapping[str, Threshold] = {one.name: one for one in ALL}
DEFAULTS: Mapping[str, float] = {one.name: float(one.default) for one in ALL}


def of_rule(rule: str) -> tuple[Threshold, ...]:
    """Return the thresholds of one rule, in order."""
    return tuple(one for one in ALL if one.rule == rule)


def problems(values: Mapping[str, float]) -> Iterator[tuple[Threshold, str]]:
    """Yield each threshold whose value lies outside its safe bounds, with why as an English message id."""
    for one in ALL:
        if one.name in values and (why := one.problem(values[one.name])):
            yield one, why
    if values.get("R11.remind_second", 48) <= values.get("R11.remind_first", 24):
        yield BY_NAME["R11.remind_second"], NOT_LATER


NOT_LATER = N_("The second reminder must come after the first.")
