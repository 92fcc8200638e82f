"""Where words may stand without covering anything."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

COLUMN, ROW = 16.0, 32.0
CLEAR = 2.0
"""Pixels that a line through words stops short of them."""
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
        self._words: list[Box] = []

    def take(self, box: Box) -> None:
        """Keep the rectangle free of labels."""
        for cell in _cells(box):
            self._taken.setdefault(cell, []).append(box)

    def take_words(self, box: Box) -> None:
        """Keep the rectangle free of labels, and of the lines that are drawn with gaps."""
        self.take(box)
        self._words.append(box)

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
        return within and not any(_met(box, self._taken))

    def first_free(self, boxes: Iterable[Box]) -> int | None:
        """Take the best rectangle for words and return its number: the first of those that cross the least.

        None if all are covered.
        """
        chosen: tuple[int, int, Box] | None = None
        for number, box in enumerate(boxes):
            if self.is_free(box):
                crossed = len(set(_met(box, self._crossed)))
                if chosen is None or crossed < chosen[0]:
                    chosen = (crossed, number, box)
                if not crossed:
                    break
        if chosen is None:
            return None
        self.take_words(chosen[2])
        return chosen[1]

    def upright(self, x: float, top: float, bottom: float) -> list[tuple[float, float]]:
        """Return the pieces of an upright line that leave the words in its way alone, from above."""
        pieces = []
        for box in sorted(self._words, key=lambda box: box.top):
            if box.left - CLEAR < x < box.right + CLEAR and top < box.bottom and box.top < bottom:
                pieces.append((top, box.top))
                top = box.bottom
        return [(start, end) for start, end in [*pieces, (top, bottom)] if end - start > CLEAR]


def _cells(box: Box) -> list[Cell]:
    rows = range(int(box.top // ROW), int(box.bottom // ROW) + 1)
    return [(column, row) for column in range(int(box.left // COLUMN), int(box.right // COLUMN) + 1) for row in rows]


def _met(box: Box, among: dict[Cell, list[Box]]) -> Iterator[Box]:
    # Spelled out, because a long record asks this millions of times.
    left, top, right, bottom = box
    for cell in _cells(box):
        for other in among.get(cell, ()):
            if left < other[2] and other[0] < right and top < other[3] and other[1] < bottom:
                yield other
