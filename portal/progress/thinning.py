"""Fewer points than a screen has columns, with every peak and trough still there."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import TypeVar

P = TypeVar("P")

LIMIT = 500
"""Points of one series that a page carries: what a wide chart can show apart."""


def thin(points: Sequence[P], limit: int, positions: Sequence[float], values: Sequence[float]) -> tuple[P, ...]:
    """Return at most `limit` of the points (4 or more), in order, keeping what the eye would miss.

    The axis is cut into equal stretches; of each, the lowest and the highest point stay, and the first and the
    last of all. `positions` (never falling) and `values` are those of the points, which are not looked into.

    Raises:
        ValueError: `limit` is below 4.
    """
    if limit < 4:
        raise ValueError("at least four points are needed to keep both ends and both extremes")
    if len(points) <= limit:
        return tuple(points)
    stretches = (limit - 2) // 2
    step = (positions[-1] - positions[0]) / stretches
    edges = [bisect_left(positions, positions[0] + step * number) for number in range(1, stretches)]
    kept = {0, len(points) - 1}
    low = 0
    for high in [*edges, len(points)]:
        if low < high:
            among = values[low:high]
            kept.add(low + among.index(min(among)))
            kept.add(low + among.index(max(among)))
            low = high
    return tuple(points[index] for index in sorted(kept))


def thin_runs(
    runs: Sequence[Sequence[P]], limit: int, measure: Callable[[P], tuple[float, float]]
) -> tuple[tuple[P, ...], ...]:
    """Return unbroken stretches thinned to about `limit` points in all; each keeps its ends and its extremes.

    `measure` gives the position and the value of a point.
    """
    total = sum(map(len, runs))
    if total <= limit:
        return tuple(map(tuple, runs))
    thinned = []
    for run in runs:
        positions, values = zip(*map(measure, run), strict=True)
        thinned.append(thin(run, max(4, limit * len(run) // total), positions, values))
    return tuple(thinned)
