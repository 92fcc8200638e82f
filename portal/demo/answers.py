"""What a demo patient answers to each instrument on a day, in step with how the days were."""

import random
from collections.abc import Callable, Mapping, Sequence

from portal.demo import course_of_illness as illness
from portal.demo.course_of_illness import PHQ9_MAX, Day
from portal.instruments import catalogue, skips
from portal.instruments.definition import Definition

Answers = dict[str, float]
COMMON = {"nausea": 0.35, "dizziness": 0.3, "sleepiness": 0.4, "detached": 0.3, "headache": 0.15, "low_mood": 0.1}
STRONG, LINGERING = 0.2, 0.03
BY_SEVERITY: Mapping[str, float] = {"pcl-5-month": 1.3, "pcl-5-week": 1.1, "peg": 1.6, "madrs": 0.8}
"""How strongly the answers follow the severity of the days, as a share of each question's range."""


def give(instrument: str, days: Sequence[Day], number: int, *, seed: str, is_worried: bool) -> Answers:
    """Return the answers a patient gives on a day, questions that these answers rule out left aside.

    Args:
        instrument: its id.
        days: the days of the story.
        number: the day of answering.
        seed: what repeats the dice.
        is_worried: whether thoughts of death are there, as the story says.
    """
    if instrument == "phq-9":
        return illness.phq9(days, number, seed=seed, last_item=int(is_worried))
    if instrument == "gad-7":
        return _read(illness.gad7(days, number, seed=seed))
    dice = random.Random(f"{seed}:{instrument}")  # noqa: S311
    definition = catalogue.current().get(instrument)
    calm = {item.code: item.minimum for item in definition.asked()}
    if instrument == "asq":
        given = calm | {"q1": float(is_worried)}
    elif instrument in BY_SEVERITY:
        given = _read(_by_severity(definition, days, number, dice))
    else:
        given = calm | OTHERS.get(instrument, _nothing)(dice)
    return {code: given[code] for code in skips.shown(definition, given)}


def straight_lined(instrument: str, value: float) -> Answers:
    """Return the same answer to every question."""
    return {item.code: value for item in catalogue.current().get(instrument).asked()}


def _read(given: Answers) -> Answers:
    """Somebody who reads the questions does not answer all of them alike, unless there is nothing to report."""
    first, *_ = given
    return (
        given | {first: given[first] - 1}
        if len(given) > 1 and len(set(given.values())) == 1 and given[first]
        else given
    )


def _by_severity(definition: Definition, days: Sequence[Day], number: int, dice: random.Random) -> Answers:
    window = [day.severity for day in days[max(0, number - (definition.recall_days or 7)) : number + 1]]
    share = min(1.0, sum(window) / len(window) / PHQ9_MAX * BY_SEVERITY[definition.id])
    answers = {}
    for item in definition.asked():
        span = item.maximum - item.minimum
        answers[item.code] = float(min(item.maximum, max(item.minimum, round(share * span + dice.gauss(0, 0.9)))))
    return answers


def _side_effects(dice: random.Random) -> Answers:
    had = {code: 1.0 + (dice.random() < STRONG) for code, chance in COMMON.items() if dice.random() < chance}
    return had | {f"{code}_still": float(dice.random() < LINGERING) for code in had}


def _altered(dice: random.Random) -> Answers:
    intensity, distress = dice.gauss(6, 1.4), dice.gauss(1.8, 1.2)
    return {"intensity": float(min(10, max(1, round(intensity)))), "distress": float(min(6, max(0, round(distress))))}


def _activation(dice: random.Random) -> Answers:
    codes = ("less_sleep", "high_mood", "racing", "talking", "restless")
    return {code: float(dice.random() < 0.15) for code in codes}


def _urinary(dice: random.Random) -> Answers:
    return {"more_often": float(dice.random() < 0.12), "urgency": float(dice.random() < 0.08)}


def _misuse(dice: random.Random) -> Answers:
    return {"craving": float(dice.random() < 0.15), "other_use": 1.0}


def _nothing(dice: random.Random) -> Answers:
    return {}


OTHERS: Mapping[str, Callable[[random.Random], Answers]] = {
    "side-effects": _side_effects,
    "altered-experience": _altered,
    "activation": _activation,
    "urinary": _urinary,
    "misuse": _misuse,
}
