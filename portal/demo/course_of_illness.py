"""How a demo patient feels on each day: fast relief after an infusion, fading with time, and ordinary ups and downs.

Relief saturates, holds and then washes out, with an AR(1) day-to-day wobble, and a PHQ-9 is the mean of the last
fourteen days (Feder 2021, McInnes 2022 for size and durability). It makes a demo, not a forecast.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from portal.demo.people import SERIES, Story

PHQ9_MAX = 27
WINDOW_DAYS = 14
PHQ9_WEIGHTS = (0.9, 1.1, 1.0, 1.2, 0.8, 1.1, 0.9, 0.5)


@dataclass(frozen=True, slots=True)
class Day:
    """How one day was, in the terms of the daily check-in; None where nothing was answered."""

    number: int
    severity: float
    answers: dict[str, float] | None


def infusion_days(story: Story) -> tuple[int, ...]:
    """Return the days of the infusions given, the series first."""
    return tuple(story.series_from + day for day in SERIES[: story.series_given]) + story.boosters


def live(story: Story, seed: int) -> list[Day]:
    """Return every day of a story up to today; the same seed gives the same days."""
    dice = random.Random(f"{seed}:{story.key}")  # noqa: S311 - a demo needs repeatable dice, not secret ones
    wobble, days = 0.0, []
    for number in range(story.days + 1):
        wobble = 0.5 * wobble + dice.gauss(0, 1.3)
        severity = min(PHQ9_MAX, max(0.0, story.severity - _relief(story, number) + wobble))
        unsafe = dict(story.unsafe).get(story.days - number)
        answered = (dice.random() < story.completion and not _in_gap(story, number)) or unsafe is not None
        given = _daily(story, severity, dice) | {"safe": float(unsafe or 0)} if answered else None
        days.append(Day(number, severity, given))
    return days


def phq9(days: Sequence[Day], number: int, *, seed: str, last_item: int) -> dict[str, float]:
    """Return the nine answers a patient gives on a day, about the fourteen days before it.

    Args:
        days: the days of the story.
        number: the day of answering.
        seed: what repeats the dice.
        last_item: the answer to the ninth item, 0 to 3, which the story decides.
    """
    dice = random.Random(seed)  # noqa: S311
    window = [day.severity for day in days[max(0, number - WINDOW_DAYS) : number + 1]]
    total = round(min(PHQ9_MAX - 3, max(0.0, sum(window) / len(window) + dice.gauss(0, 0.7))))
    answers = [0] * len(PHQ9_WEIGHTS)
    for _ in range(max(0, total - last_item)):
        open_items = [item for item, value in enumerate(answers) if value < 3]
        chosen = max(open_items, key=lambda item: PHQ9_WEIGHTS[item] * (3 - answers[item]) + dice.random())
        answers[chosen] += 1
    return {f"q{item}": float(value) for item, value in enumerate([*answers, last_item], start=1)}


def gad7(days: Sequence[Day], number: int, *, seed: str) -> dict[str, float]:
    """Return the seven answers about worry a patient gives on a day, in step with how the days were."""
    dice = random.Random(seed)  # noqa: S311
    window = [day.severity for day in days[max(0, number - WINDOW_DAYS) : number + 1]]
    mean = sum(window) / len(window) / PHQ9_MAX * 2.6
    return {f"q{item}": float(min(3, max(0, round(mean + dice.gauss(0, 0.6))))) for item in range(1, 8)}


def _relief(story: Story, number: int) -> float:
    total = 0.0
    for order, given in enumerate(infusion_days(story)):
        since = number - given
        if since >= 0:
            boosters_before = max(0, order - len(SERIES) + 1)
            fades = story.fades[min(boosters_before, len(story.fades) - 1)]
            total += (1 - math.exp(-(since + 0.3) / 0.6)) * math.exp(-((since / fades) ** 2))
    return story.relief * (1 - math.exp(-total / 0.55))


def _in_gap(story: Story, number: int) -> bool:
    if story.forgot_yesterday and number == story.days - 1:
        return True
    return story.is_silent(story.days - number)


def _daily(story: Story, severity: float, dice: random.Random) -> dict[str, float]:
    share = severity / PHQ9_MAX

    def step(value: float) -> float:
        return float(min(10, max(0, round(value + dice.gauss(0, 0.9)))))

    answers = {
        "mood": step(8.8 - 8.2 * share),
        "anxiety": step(1.2 + 7.5 * share),
        "energy": step(6.5 - 5.2 * share),
        "sleep_h": min(10.0, max(3.0, round(2 * (7.4 - 1.6 * share + dice.gauss(0, 0.8))) / 2)),
        "safe": 0.0,
    }
    if "pain" in story.extra_items:
        answers["pain"] = step(2.0 + 9.0 * share)
    if "ocd_time" in story.extra_items:
        answers["ocd_time"] = float(min(4, round(4.5 * share)))
    if "sleep_need" in story.extra_items:
        answers["sleep_need"] = 0.0
    return answers
