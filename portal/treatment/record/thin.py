"""Which readings stand in the table of a printed record, where there are more than a page holds. Pure."""

from collections.abc import Collection, Sequence
from typing import TypeVar

One = TypeVar("One")


def chosen(readings: Sequence[One], kept: Collection[int], most: int) -> list[One]:
    """Return the readings for the table, in their order.

    Args:
        readings: in order of time.
        kept: places of readings that always stay, as flagged ones do, even where they alone are more than `most`.
        most: how many rows there are room for, 2 or more; the first and the last reading always stay.

    Returns:
        All of them where they fit; else those that stay, and of the others as many as there is room for, spread evenly.
    """
    if len(readings) <= most:
        return list(readings)
    stay = {place for place in kept if 0 <= place < len(readings)} | {0, len(readings) - 1}
    others = [place for place in range(len(readings)) if place not in stay]
    room = max(0, most - len(stay))
    stay |= {others[(2 * number + 1) * len(others) // (2 * room)] for number in range(min(room, len(others)))}
    return [readings[place] for place in sorted(stay)]
