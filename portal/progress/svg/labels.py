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

    def take(self, box: Box) -> None:
        """Keep the rectangle free of labels."""
        self.taken.append(box)

    def is_free(self, box: Box) -> bool:
        """Whether the rectangle is on the sheet and touches nothing."""
        within = (
            box.left >= self.bounds.left
            and box.right <= self.bounds.right
            and box.top >= self.bounds.top
            and box.bottom <= self.bounds.bottom
        )
        return within and not any(box.meets(other) for other in self.taken)

    def first_free(self, boxes: Iterable[Box]) -> int | None:
        """Take the first rectangle that is free and return its number; None if all are covered."""
        for number, box in enumerate(boxes):
            if self.is_free(box):
                self.take(box)
                return number
        return None
