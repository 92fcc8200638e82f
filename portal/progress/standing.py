"""Where a patient stands on one scale: the best score, the slope since the last infusion, response and remission."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal.progress.timeline import InstrumentView, ScorePoint

SLOPE_NEEDS = 3
"""Scores below which a slope would only repeat the difference between two of them. Interval default [D]."""


@dataclass(frozen=True, slots=True)
class Slope:
    """How fast a score moves: `per_week` points, below 0 where it falls, over `scores` complete scores in `days`.

    `since` is the day of the first of them.
    """

    per_week: float
    scores: int
    days: int
    since: date


@dataclass(frozen=True, slots=True)
class State:
    """Response and remission at the score `as_of`, and the days on which each was first reached.

    None as an answer means that it cannot be said: no baseline to compare with, or a scale that publishes neither.
    `response_on` and `remission_on` may be set where the answer is no: it was reached, and lost.
    """

    as_of: ScorePoint | None = None
    is_response: bool | None = None
    is_remission: bool | None = None
    response_on: date | None = None
    remission_on: date | None = None


def best_of(instrument: InstrumentView, points: Sequence[ScorePoint]) -> ScorePoint | None:
    """Return the best of some scores with values, the first of equals; None where there are none."""
    sign = -1 if instrument.higher_is_better else 1
    return min(points, key=lambda point: sign * (point.value or 0), default=None)


def slope_of(points: Sequence[ScorePoint]) -> Slope | None:
    """Return the slope of the least-squares line through scores with values; None from fewer than three, or one day.

    Args:
        points: complete scores of one version, in order of time.
    """
    days = [(point.on - points[0].on).days for point in points]
    if len(points) < SLOPE_NEEDS or not days[-1]:
        return None
    values = [point.value or 0 for point in points]
    middle, level = sum(days) / len(days), sum(values) / len(values)
    across = sum((day - middle) ** 2 for day in days)
    along = sum((day - middle) * (value - level) for day, value in zip(days, values, strict=True))
    return Slope(along / across * 7, len(points), days[-1], points[0].on)


def state_of(instrument: InstrumentView, points: Sequence[ScorePoint], response_at: float | None) -> State:
    """Return what the scores since the baseline come to (PHQ-9: half of the baseline, below 5; McInnes 2022).

    Args:
        instrument: the scale, with its published remission.
        points: complete scores of one version since the baseline, in order of time.
        response_at: the score at which a response is reached, None where that cannot be said.
    """
    if not points:
        return State()
    below = None if instrument.higher_is_better else instrument.remission_below
    responded = [p for p in points if response_at is not None and (p.value or 0) <= response_at]
    remitted = [p for p in points if below is not None and (p.value or 0) < below]
    newest = points[-1]
    return State(
        as_of=newest,
        is_response=None if response_at is None else newest in responded,
        is_remission=None if below is None else newest in remitted,
        response_on=responded[0].on if responded else None,
        remission_on=remitted[0].on if remitted else None,
    )
