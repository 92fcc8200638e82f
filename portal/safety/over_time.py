"""What the rules hear in scores, over several days and in several answers at once: R5, R6, R7 and R10. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from portal.instruments.change import Reliable, reliable_change
from portal.instruments.definition import Scale
from portal.safety.rules import RuleSet

WORSENING, SEVERE, ACTIVATED, MISUSE = "R5", "R6", "R7", "R10"
SEVERE_FROM = {"phq-9": "R6.phq9", "gad-7": "R6.gad7"}
"""The scales that R6 looks at, with the threshold of each."""
MISUSE_SCALES = {"misuse": "use", "nida-1": "result"}
"""The checks that R10 looks at, with the scale that says whether something is there."""
ASRM, ACTIVATION, DAILY = "asrm", "activation", "daily"
TOTAL, CLEARLY = "total", 2
LITTLE_SLEEP, LESS_NEED, ENERGY, EASY = "sleep_h", "sleep_need", "energy", "less_sleep"


@dataclass(frozen=True, slots=True)
class Sign:
    """Something a rule found that is no single answer.

    Args:
        rule: the rule's code.
        instrument: what was answered, or is missing.
        item: the scale or the item it stands in; "" where it is the whole of it.
        value: the number that counts; None where there is none.
        details: the numbers it rests on, as they are kept with the concern.
    """

    rule: str
    instrument: str
    item: str = ""
    value: float | None = None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scored:
    """A score of one check-in: for which day, and whether every item of it was answered."""

    on: date
    value: float | None
    is_complete: bool = True


@dataclass(frozen=True, slots=True)
class Night:
    """What is known of one night: hours slept, whether much less sleep was needed, and that day's energy from 0 to 10.

    None is unknown: not asked, declined, or no check-in.
    """

    on: date
    hours: float | None = None
    needed_less: bool | None = None
    energy: float | None = None


def worsening(
    instrument: str, scale: Scale, latest: Scored, previous: Scored | None, best: Scored | None, *, recall_days: int
) -> tuple[Sign, ...]:
    """R5: a reliable worsening since the last complete score, or as much worse than the best one of the course.

    Args:
        instrument, scale: what was scored; without a reliable change nothing can be said.
        latest: the score just given; only a complete one is compared.
        previous, best: the complete scores of the same version before it; None where there is none.
        recall_days: how many days an answer covers, so that the team reads whether two scores cover the same ones.
    """
    if latest.value is None or not latest.is_complete or scale.reliable_change is None:
        return ()
    for since, one in (("last", previous), ("best", best)):
        if one is None or not one.is_complete:
            continue
        if reliable_change(scale, one.value, latest.value) is Reliable.WORSE:
            details = {
                "since": since,
                "before": one.value,
                "before_on": one.on.isoformat(),
                "points": float(scale.reliable_change.points),
                "source": scale.reliable_change.source,
                "overlaps": latest.on - one.on < timedelta(days=recall_days),
            }
            return (Sign(WORSENING, instrument, scale.code, latest.value, details),)
    return ()


def severe(instrument: str, scale: Scale, latest: Scored, before: Scored | None, rule_set: RuleSet) -> tuple[Sign, ...]:
    """R6: a PHQ-9 or GAD-7 in the severe band, where the complete score before it was not, or there was none.

    A prorated score is heard too.
    """
    threshold = SEVERE_FROM.get(instrument)
    if threshold is None or latest.value is None:
        return ()
    least = rule_set.value(threshold)
    is_new = before is None or before.value is None or before.value < least
    if latest.value < least or not is_new:
        return ()
    details = {"at_least": least, "before": before.value if before else None, "is_complete": latest.is_complete}
    return (Sign(SEVERE, instrument, scale.code, latest.value, details),)


def high_asrm(total: float | None, rule_set: RuleSet) -> tuple[Sign, ...]:
    """R7, for somebody with bipolar disorder: an ASRM of so many points or more (Altman 1997), complete or prorated."""
    least = rule_set.value("R7.asrm")
    if total is None or total < least:
        return ()
    return (Sign(ACTIVATED, ASRM, TOTAL, total, {"why": "asrm", "at_least": least}),)


def clearly_active(answers: Mapping[str, float | None], rule_set: RuleSet) -> tuple[Sign, ...]:
    """R7, for somebody with bipolar disorder: so many answers of "clearly" in the activation check."""
    least = rule_set.value("R7.clearly")
    clearly = sum(value is not None and value >= CLEARLY for value in answers.values())
    if clearly < least:
        return ()
    return (Sign(ACTIVATED, ACTIVATION, TOTAL, clearly, {"why": "activation", "at_least": least}),)


def night(on: date, given: Sequence[tuple[str, Mapping[str, float | None]]]) -> Night:
    """Return what the answers of one day say of its night; of several the shortest, the easiest and the liveliest.

    Args:
        on: the day.
        given: instrument and answers of each check-in of that day. Of the daily one sleep, need for sleep and energy
            are read, of the activation check whether there was clearly less sleep without feeling tired.
    """
    daily = [answers for instrument, answers in given if instrument == DAILY]
    hours = [value for one in daily if (value := one.get(LITTLE_SLEEP)) is not None]
    energy = [value for one in daily if (value := one.get(ENERGY)) is not None]
    needs = [value > 0 for one in daily if (value := one.get(LESS_NEED)) is not None]
    needs += [value >= CLEARLY for name, one in given if name == ACTIVATION and (value := one.get(EASY)) is not None]
    return Night(on, min(hours, default=None), any(needs) if needs else None, max(energy, default=None))


def is_short_or_easy(night: Night, rule_set: RuleSet) -> bool:
    """Whether a night may be part of what R7 hears in nights: little sleep, or much less of it needed."""
    return bool(night.needed_less) or _is_short(night, rule_set.value("R7.sleep_hours"))


def sleepless(nights: Collection[Night], instrument: str, on: date, rule_set: RuleSet) -> tuple[Sign, ...]:
    """R7, for somebody with bipolar disorder: what several nights in a row say, among them that of `on`.

    Much less need of sleep on each of them; or little sleep on each of them, with high energy on at least one. A day
    without an answer breaks the row. Two nights, after a case report of a switch with a prodrome of two days.

    Args:
        nights: what is known of the days around `on`, at most one of each day.
        instrument: what has just been answered.
        on: the day it is for; it may be given later than the day after it.
        rule_set: the rules in force.
    """
    number = round(rule_set.value("R7.nights"))
    hours, energy = rule_set.value("R7.sleep_hours"), rule_set.value("R7.energy")
    rows = list(_rows({one.on: one for one in nights}, on, number))
    found = []
    easy = [row for row in rows if all(one.needed_less for one in row)]
    if easy:
        details = {"why": "sleep-need", "nights": number, "days": _days(easy[0])}
        found.append(Sign(ACTIVATED, instrument, LESS_NEED, number, details))
    short = [row for row in rows if all(_is_short(one, hours) for one in row)]
    lively = [row for row in short if any(one.energy is not None and one.energy >= energy for one in row)]
    if lively:
        details = {"why": "sleep-and-energy", "nights": number, "days": _days(lively[0])}
        found.append(Sign(ACTIVATED, instrument, LITTLE_SLEEP, number, {**details, "hours": hours, "energy": energy}))
    return tuple(found)


def _days(row: Sequence[Night]) -> list[str]:
    return [one.on.isoformat() for one in row]


def misuse(instrument: str, scale: str, value: float | None, rule_set: RuleSet) -> tuple[Sign, ...]:
    """R10: a check of use and craving that is positive.

    Args:
        instrument, scale: what was scored.
        value: what it came to; 1 is positive.
        rule_set: the rules in force.
    """
    if MISUSE_SCALES.get(instrument) != scale or value is None or value < rule_set.value("R10.use"):
        return ()
    return (Sign(MISUSE, instrument, scale, value),)


def _is_short(night: Night, hours: float) -> bool:
    return night.hours is not None and night.hours <= hours


def _rows(nights: Mapping[date, Night], on: date, number: int) -> Iterator[list[Night]]:
    """Yield every so many days in a row that hold `on` and are known, each day of them."""
    for first in range(1 - number, 1):
        row = [nights.get(on + timedelta(days=first + step)) for step in range(number)]
        known = [one for one in row if one is not None]
        if len(known) == number:
            yield known
