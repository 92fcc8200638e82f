"""The seven-day median of daily answers, in unbroken stretches."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from portal.progress.timeline import DailyPoint, Median

MEDIAN_DAYS = 7
MEDIAN_NEEDS = 3
"""Days with an answer, among seven, below which a median would only repeat single answers."""


def daily_medians(points: Sequence[DailyPoint], *, every: int = 1) -> tuple[tuple[Median, ...], ...]:
    """Return the seven-day median in unbroken stretches; every answer counts, several of one day too.

    The seven days end on the day itself, so that nothing is shown before it was known. Fewer than three answered
    days give no median and break the line. With `every` above 1 only every so many answered days are worked out.
    """
    days = _days(points)
    ordinals = [on.toordinal() for on, _ in days]
    runs: list[list[Median]] = []
    low, last = 0, -1
    for index in range(0, len(days), every):
        while ordinals[low] <= ordinals[index] - MEDIAN_DAYS:
            low += 1
        if index + 1 - low < MEDIAN_NEEDS:
            continue
        if last < 0 or index - last > every or ordinals[index] - ordinals[last] > max(MEDIAN_DAYS, 2 * every):
            runs.append([])
        window = [value for _, values in days[low : index + 1] for value in values]
        runs[-1].append(Median(days[index][0], _middle(window)))
        last = index
    return tuple(tuple(run) for run in runs)


def _days(points: Sequence[DailyPoint]) -> list[tuple[date, list[float]]]:
    # Read by position, because ten years hold thousands of them.
    return [(on, [point[2] for point in group]) for on, group in groupby(points, key=lambda point: point[0])]


def _middle(values: list[float]) -> float:
    values.sort()
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2
