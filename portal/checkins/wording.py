"""The words for when a line of a plan is asked.

Pure. Sentences are English message ids with values; a value may be a sentence itself. The edge translates both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from portal.checkins import named_rhythms
from portal.checkins.named_rhythms import TIMES_A_WEEK, Rhythm
from portal.checkins.rhythm import Anchor, LineDraft, PlanLine, Trigger
from portal.messages import N_


@dataclass(frozen=True, slots=True)
class Sentence:
    """An English message id and its values: numbers, or sentences that are part of it."""

    message: str
    values: "Mapping[str, int | Sentence]" = field(default_factory=dict)

    def __str__(self) -> str:
        """Return it in English."""
        return self.message % self.values


def describe(line: PlanLine | LineDraft) -> list[Sentence]:
    """Return a sentence for each trigger of a line, or for several days of the week, and for the least distance."""
    found, rest = _times_a_week(line.triggers)
    found += [_trigger(trigger) for trigger in rest]
    if line.min_gap_days > 1:
        found.append(Sentence(N_("At least %(days)s days apart"), {"days": line.min_gap_days}))
    return found


def _times_a_week(triggers: Sequence[Trigger]) -> tuple[list[Sentence], list[Trigger]]:
    """Return a sentence for triggers that are a few days of every week together, and the other triggers."""
    for times in sorted(TIMES_A_WEEK, reverse=True):
        days = named_rhythms.triggers(Rhythm.TIMES_A_WEEK, (times,))
        if set(days) <= set(triggers):
            sentence = Sentence(N_("%(times)s times a week"), {"times": times})
            return [sentence], [one for one in triggers if one not in days]
    return [], list(triggers)


def _trigger(trigger: Trigger) -> Sentence:
    if trigger.hours is not None:
        return _at_hours(trigger.hours)
    return _once(trigger) if trigger.every_days is None else _repeated(trigger, trigger.every_days)


def _at_hours(hours: int) -> Sentence:
    if hours < 0:
        return Sentence(N_("Within %(hours)s hours before each planned infusion"), {"hours": -hours})
    if hours == 1:
        return Sentence(N_("1 hour after each infusion"))
    return Sentence(N_("%(hours)s hours after each infusion"), {"hours": hours})


_ON_THE_DAY = {
    Anchor.START: N_("Once, on the first day of the plan"),
    Anchor.ENROLMENT: N_("Once, on the day of enrolment"),
    Anchor.INFUSION: N_("On the day of each infusion, once it is recorded"),
    Anchor.PLANNED_INFUSION: N_("On the day of each infusion, before it begins"),
}
_ONE_DAY = {
    Anchor.START: N_("Once, the day after the plan begins"),
    Anchor.ENROLMENT: N_("Once, the day after enrolment"),
    Anchor.INFUSION: N_("The day after each infusion"),
    Anchor.PLANNED_INFUSION: N_("The day before each planned infusion"),
}
_SOME_DAYS = {
    Anchor.START: N_("Once, %(days)s days after the plan begins"),
    Anchor.ENROLMENT: N_("Once, %(days)s days after enrolment"),
    Anchor.INFUSION: N_("On day %(days)s after each infusion"),
    Anchor.PLANNED_INFUSION: N_("%(days)s days before each planned infusion"),
}
_FOREVER = {
    Anchor.START: N_("%(rhythm)s"),
    Anchor.ENROLMENT: N_("%(rhythm)s, counted from enrolment"),
    Anchor.INFUSION: N_("%(rhythm)s, counted from the latest infusion"),
    Anchor.PLANNED_INFUSION: N_("%(rhythm)s up to each planned infusion"),
}
_FROM = {
    Anchor.START: N_("%(rhythm)s after the first %(first)s days"),
    Anchor.ENROLMENT: N_("%(rhythm)s after the first %(first)s days since enrolment"),
    Anchor.INFUSION: N_("%(rhythm)s from day %(first)s after each infusion until the next"),
    Anchor.PLANNED_INFUSION: N_("%(rhythm)s from %(first)s days before each planned infusion on"),
}
_FOR = {
    Anchor.START: N_("%(rhythm)s for the first %(days)s days"),
    Anchor.ENROLMENT: N_("%(rhythm)s for %(days)s days from enrolment on"),
    Anchor.INFUSION: N_("%(rhythm)s for %(days)s days after each infusion"),
}
_BETWEEN = {
    Anchor.START: N_("%(rhythm)s from day %(first)s to day %(last)s of the plan"),
    Anchor.ENROLMENT: N_("%(rhythm)s from day %(first)s to day %(last)s since enrolment"),
    Anchor.INFUSION: N_("%(rhythm)s from day %(first)s to day %(last)s after each infusion"),
    Anchor.PLANNED_INFUSION: N_("%(rhythm)s from %(first)s to %(last)s days before each planned infusion"),
}
_FROM_DAY_ONE = frozenset({Anchor.START, Anchor.ENROLMENT})
_UNTIL_AFTER_INFUSION = N_("%(rhythm)s from each infusion until day %(last)s after it")


def _once(trigger: Trigger) -> Sentence:
    days = abs(trigger.from_day)
    if days == 0:
        return Sentence(_ON_THE_DAY[trigger.anchor])
    if days == 1:
        return Sentence(_ONE_DAY[trigger.anchor])
    return Sentence(_SOME_DAYS[trigger.anchor], {"days": days})


def _repeated(trigger: Trigger, every: int) -> Sentence:
    anchor, first, last = trigger.anchor, trigger.from_day, trigger.until_day
    rhythm = _rhythm(every)
    if anchor is Anchor.PLANNED_INFUSION and not last:
        return Sentence(_FROM[anchor], {"rhythm": rhythm, "first": -first})
    if last is None:
        begins_at_once = first == 0 or (anchor is Anchor.INFUSION and first == every)
        return Sentence((_FOREVER if begins_at_once else _FROM)[anchor], {"rhythm": rhythm, "first": first})
    counted_from = 0 if anchor in _FROM_DAY_ONE else 1
    if first == counted_from and anchor in _FOR:
        return Sentence(_FOR[anchor], {"rhythm": rhythm, "days": last + 1 - counted_from})
    if first == 0:
        return Sentence(_UNTIL_AFTER_INFUSION, {"rhythm": rhythm, "last": last})
    days = (first + 1, last + 1) if anchor in _FROM_DAY_ONE else (abs(first), abs(last))
    return Sentence(_BETWEEN[anchor], {"rhythm": rhythm, "first": days[0], "last": days[1]})


def _rhythm(every: int) -> Sentence:
    if every == 1:
        return Sentence(N_("Every day"))
    if every == 7:
        return Sentence(N_("Every week"))
    if every == 14:
        return Sentence(N_("Every two weeks"))
    return Sentence(N_("Every %(every)s days"), {"every": every})
