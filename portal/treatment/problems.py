"""Why an infusion cannot be kept as entered: message ids with values, said by the edge in the reader's language."""

from collections.abc import Mapping
from typing import NamedTuple

from portal.messages import N_


class Problem(NamedTuple):
    """One reason: the field it stands at ("" for the whole form), an English message id and its values."""

    field: str
    msgid: str
    values: Mapping[str, object]


class Refused(Exception):
    """What was entered cannot be kept; nothing was written."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(", ".join(problem.msgid for problem in problems))
        self.problems = problems


class Stale(Exception):
    """Somebody else changed it after the page was opened; nothing was written."""


NO_PLANNED_TIME = N_("Enter the day and the time it is planned for.")
NO_START = N_("Enter the day and the time it started.")
NOT_STARTED = N_(
    "Only an infusion that was completed or stopped early has a start. Clear the start, or choose another outcome."
)
NO_DOSE = N_("Enter the dose that was given: in mg, in mg/kg, or in mg/kg/h with the minutes.")
NO_REASON_TO_STOP = N_("Say why it was stopped.")
IN_FUTURE = N_("It would start at %(start)s, which is still to come. Choose “Planned”, or correct the time.")
ENDS_IN_FUTURE = N_(
    "With %(minutes)s minutes it would end at %(end)s, which is still to come. Record it once it is over."
)
PLANNED_IN_PAST = N_("%(time)s has passed. Plan a day ahead; if it took place, choose “Completed” or “Stopped early”.")
TOO_FAR_AHEAD = N_("%(time)s is more than two years ahead. Check the year.")
BEFORE_ENROLMENT = N_(
    "The patient was enrolled on %(day)s. Treatment before that day is history and cannot be recorded here."
)
NUMBER_TAKEN = N_("Number %(number)s of this course is taken (%(day)s). The next free one is %(free)s.")
OVERLAPS = N_("Infusion %(number)s ran at this time, from %(start)s for %(minutes)s minutes. Two cannot overlap.")
PLANNED_TWICE = N_("Infusion %(number)s is set for this time already, at %(start)s. Two cannot overlap.")
NOT_ABOVE_ZERO = N_("Enter a number above zero.")
WEIGHT_UNLIKELY = N_("Enter the weight in kilograms, from %(least)s to %(most)s.")
DISAGREE = N_(
    "%(mg)s mg and %(mg_per_kg)s mg/kg do not fit together: at %(weight)s kg, %(mg_per_kg)s mg/kg are %(meant)s mg. "
    "Correct one, or clear one and we work it out."
)
IMPLIES = N_("%(mg)s mg and %(mg_per_kg)s mg/kg together would mean a weight of %(weight)s kg. Correct one of them.")
DISAGREE_RATE = N_(
    "%(mg)s mg and %(rate)s mg/kg/h do not fit together: at %(weight)s kg, over %(minutes)s minutes, "
    "%(rate)s mg/kg/h are %(meant)s mg. Correct one, or clear one and we work it out."
)
DISAGREE_RATE_PER_KG = N_(
    "%(mg_per_kg)s mg/kg and %(rate)s mg/kg/h do not fit together: over %(minutes)s minutes, %(rate)s mg/kg/h are "
    "%(meant)s mg/kg. Correct one, or clear one and we work it out."
)
IMPLIES_MINUTES = N_(
    "At %(rate)s mg/kg/h this dose would take %(minutes)s minutes. Correct the dose or the rate, or enter the minutes."
)
UNUSUAL_RATE = N_(
    "This is a rate of %(rate)s mg/kg/h, more than ten times the usual one. Check it. "
    "If it is right, tick the box and say why."
)
UNUSUAL = N_(
    "This is a dose of %(mg)s mg (%(mg_per_kg)s mg/kg), more than ten times the usual one. Check it. "
    "If it is right, tick the box and say why."
)
UNUSUAL_MG = N_(
    "This is a dose of %(mg)s mg, more than ten times the usual one. Check it. "
    "If it is right, tick the box and say why."
)
UNUSUAL_MG_PER_KG = N_(
    "This is a dose of %(mg_per_kg)s mg/kg, more than ten times the usual one. Check it. "
    "If it is right, tick the box and say why."
)
IMPOSSIBLE = N_(
    "This comes to more than any infusion could hold. Check the dose, the rate, the minutes and the weight."
)
NOT_GIVEN = N_("Only the record of an infusion that was given can be signed.")
NOT_ON_TEAM = N_("Choose somebody who is on the patient's care team, or was at that time.")
NOT_A_PROVIDER = N_("Only a provider can supervise. Choose one of the care team.")
NO_REASON_TO_CHANGE = N_("Say why you are changing what was recorded.")
COURSE_ENDED = N_("This course has ended, so nothing more can be planned in it. Start a new course first.")
NOT_IN_CARE = N_("The patient is not in the clinic's care now, so nothing can be planned.")
COURSE_RUNNING = N_("A course is running. Tick the box to end it, or go back.")
COURSE_BEFORE_ENROLMENT = N_("The patient was enrolled on %(day)s. A course starts on that day or later.")
COURSE_STARTS_AFTER_END = N_("The course ended on %(day)s. Enter that day or an earlier one.")
OTHER_COURSE_RUNS = N_("Another course runs now. End that one first.")
COURSE_TOO_FAR_AHEAD = N_("Enter a day within the next year.")
SENT_ALREADY = N_("This page was saved before, with other values. Open what was saved and change it there.")
