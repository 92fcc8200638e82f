"""Where words may stand without covering anything."""

from collections.abc import Iterable
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle on the sheet."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


class Places:
    """The room left on a sheet: everything drawn takes its own, later labels look for theirs."""

    def __init__(self, bounds: Box) -> None:
        self.bounds = bounds
        self.taken: list[Box] = []
        self.crossed: list[Box] = []

    def take(self, box: Box) -> None:
        """Keep the rectangle free of labels."""
        self.taken.append(box)

    def take_lightly(self, box: Box) -> None:
        """Prefer labels elsewhere, but let them cross if there is no other room."""
        self.crossed.append(box)

    def is_free(self, box: Box) -> bool:
        """Whether the rectangle is on the sheet and covers nothing."""
        within = (
            box.left >= self.bounds.left
            and box.right <= self.bounds.right
            and box.top >= self.bounds.top
            and box.bottom <= self.bounds.bottom
        )
        return within and not any(box.meets(other) for other in self.taken)

    def first_free(self, boxes: Iterable[Box]) -> int | None:
        """Take the best rectangle and return its number: the first that crosses nothing, else the first free.

        None if all are covered.
        """
        free = [(number, box) for number, box in enumerate(boxes) if self.is_free(box)]
        clear = (spot for spot in free if not any(spot[1].meets(other) for other in self.crossed))
        chosen = next(clear, free[0] if free else None)
        if chosen is None:
            return None
        self.take(chosen[1])
        return chosen[0]
