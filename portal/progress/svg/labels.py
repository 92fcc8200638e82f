"""Where words may stand without covering anything."""

from collections.abc import Iterable
from typing import NamedTuple

COLUMN, ROW = 16.0, 32.0
Cell = tuple[int, int]


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
    """The room left on a sheet: everything drawn takes its own, later labels look for theirs.

    What is taken is kept by cells, so that a crowded sheet costs no more to label than an empty one.
    """

    def __init__(self, bounds: Box) -> None:
        self.bounds = bounds
        self._taken: dict[Cell, list[Box]] = {}
        self._crossed: dict[Cell, list[Box]] = {}

    def take(self, box: Box) -> None:
        """Keep the rectangle free of labels."""
        for cell in _cells(box):
            self._taken.setdefault(cell, []).append(box)

    def take_lightly(self, box: Box) -> None:
        """Prefer labels elsewhere, but let them cross if there is no other room."""
        for cell in _cells(box):
            self._crossed.setdefault(cell, []).append(box)

    def is_free(self, box: Box) -> bool:
        """Whether the rectangle is on the sheet and covers nothing."""
        within = (
            box.left >= self.bounds.left
            and box.right <= self.bounds.right
            and box.top >= self.bounds.top
            and box.bottom <= self.bounds.bottom
        )
        return within and not _meets_any(box, self._taken)

    def first_free(self, boxes: Iterable[Box]) -> int | None:
        """Take the best rectangle and return its number: the first that crosses nothing, else the first free.

        None if all are covered.
        """
        chosen: tuple[int, Box] | None = None
        for number, box in enumerate(boxes):
            if self.is_free(box):
                if not _meets_any(box, self._crossed):
                    chosen = (number, box)
                    break
                chosen = chosen or (number, box)
        if chosen is None:
            return None
        self.take(chosen[1])
        return chosen[0]


def _cells(box: Box) -> list[Cell]:
    rows = range(int(box.top // ROW), int(box.bottom // ROW) + 1)
    return [(column, row) for column in range(int(box.left // COLUMN), int(box.right // COLUMN) + 1) for row in rows]


def _meets_any(box: Box, among: dict[Cell, list[Box]]) -> bool:
    # Spelled out, because a long record asks this millions of times.
    left, top, right, bottom = box
    for cell in _cells(box):
        for other in among.get(cell, ()):
            if left < other[2] and other[0] < right and top < other[3] and other[1] < bottom:
                return True
    return False
