"""A drawing in three layers, because a live chart laid over it takes the place of some and keeps the others."""

from collections.abc import Iterable
from typing import NamedTuple


class Layers(NamedTuple):
    """Markup by what becomes of it under a live chart.

    `ground` stays: bands, scales, names of lanes. `marks` are drawn live instead. `words` stand among the marks of
    this one range, and stay until somebody zooms.
    """

    ground: str = ""
    marks: str = ""
    words: str = ""


def join(layers: Iterable[Layers]) -> Layers:
    """Return all of them as one, in their order."""
    grounds, marks, words = zip(*layers, strict=True)
    return Layers("".join(grounds), "".join(marks), "".join(words))
