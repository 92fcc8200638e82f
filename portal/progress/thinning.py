"""Fewer points than a screen has columns, with every peak and trough still there."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import TypeVar

P = TypeVar("P")

LIMIT = 500
"""Points of one series that a page carries: what a wide chart can show apart."""


def thin(
    points: Sequence[P], limit: int, *, position: Callable[[P], float], value: Callable[[P], float]
) -> tuple[P, ...]:
    """Return at most `limit` of the points (4 or more), in order, keeping what the eye would miss.

    The axis is cut into equal stretches; of each, the lowest and the highest point stay, and the first and the
    last of all. `points` are in order of `position`.

    Raises:
        ValueError: `limit` is below 4.
    """
    if limit < 4:
        raise ValueError("at least four points are needed to keep both ends and both extremes")
    if len(points) <= limit:
        return tuple(points)
    where = [position(point) for point in points]
    stretches = (limit - 2) // 2
    step = (where[-1] - where[0]) / stretches
    edges = [bisect_left(where, where[0] + step * number) for number in range(1, stretches)]
    kept = {0, len(points) - 1}
    for low, high in zip([0, *edges], [*edges, len(points)], strict=True):
        if low < high:
            values = [value(point) for point in points[low:high]]
            kept.add(low + values.index(min(values)))
            kept.add(low + values.index(max(values)))
    return tuple(points[index] for index in sorted(kept))
