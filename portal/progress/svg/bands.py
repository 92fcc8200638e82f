"""What lies under the scores: severity bands in quiet shades, their names, and the scale at the left."""

from itertools import pairwise

from portal.progress import axes, describe
from portal.progress.svg.frame import Frame, Lane
from portal.progress.svg.labels import Box
from portal.progress.svg.layers import Layers
from portal.progress.svg.pen import element, text, wrapped
from portal.progress.timeline import Band, InstrumentView
from portal.progress.words import Words, message

ASIDE = (0.0, -4.0, 4.0, -8.0, 8.0, -12.0, 12.0)


def draw(frame: Frame, instrument: InstrumentView, lane: Lane) -> Layers:
    """Return the bands of the instrument, or a word that there are no scores in this range."""
    wide = frame.right - frame.left
    if not frame.timeline.shown_scores:
        plain = element("rect", x=frame.left, y=lane.top, width=wide, height=lane.height, class_="c-band c-b0")
        none = frame.words.say(message("no %(scale)s answers here", scale=instrument.label or instrument.short_title))
        return Layers(plain + text(none, frame.left + wide / 2, lane.top + lane.height / 2 + 4, "c-soft", "middle"))
    begins = _begins(frame, instrument)
    before = begins - frame.left
    plain = element("rect", x=frame.left, y=lane.top, width=before, height=lane.height, class_="c-band c-b0")
    ground = (plain if before else "") + shades(instrument, lane, begins, frame.right - begins)
    return Layers(ground + _names(frame, instrument, lane) + _scale(frame, instrument, lane))


def shades(instrument: InstrumentView, lane: Lane, left: float, wide: float) -> str:
    """Return the bands as rectangles, the lowest first; one where the instrument has none."""
    return "".join(
        element("rect", x=left, y=high, width=wide, height=low - high, class_=f"c-band c-b{axes.shade(instrument, n)}")
        for n, (low, high) in enumerate(pairwise(_edges(instrument, lane)))
    )


def halo(instrument: InstrumentView | None, lane: Lane, y: float) -> str:
    """Return the class that clears the ground behind words at this height, in the shade of the band there."""
    above = sum(edge >= y for edge in _edges(instrument, lane)[1:-1]) if instrument else 0
    return f"c-halo c-h{axes.shade(instrument, above) if instrument else 0}"


def scale(instrument: InstrumentView, lane: Lane, words: Words, size: float) -> list[tuple[str, float]]:
    """Return the values beside a lane with their heights, the highest first, as many as have room."""
    found: list[tuple[str, float]] = []
    for value in reversed(axes.ticks(instrument)):
        y = lane.y(value)
        if not found or y - found[-1][1] >= size:
            found.append((words.number(value), y))
    return found


def _begins(frame: Frame, instrument: InstrumentView) -> float:
    """Bands of this version say nothing about answers to an older one."""
    if instrument.bands_since is None:
        return frame.left
    on = instrument.bands_since.astimezone(frame.timeline.time_zone).date()
    return min(max(frame.left, frame.x_on(on, 0)), frame.right)


def _edges(instrument: InstrumentView, lane: Lane) -> list[float]:
    bottom, *inner, _ = axes.edges(instrument, lane.low, lane.high)
    lowest = lane.y(bottom) if instrument.has_levels and bottom > lane.low else lane.bottom
    return [lowest, *map(lane.y, inner), lane.top]


def _names(frame: Frame, instrument: InstrumentView, lane: Lane) -> str:
    names = [(band.label, (low + high) / 2) for band, (low, high) in _banded(instrument, lane)]
    if instrument.has_levels and axes.has_unscored(frame.timeline):
        names.insert(0, (frame.words.say(describe.NO_RESULT), lane.y(axes.unscored_at(instrument))))
    return "".join(_name(frame, label, y) for label, y in names)


def _banded(instrument: InstrumentView, lane: Lane) -> list[tuple[Band, tuple[float, float]]]:
    return list(zip(instrument.bands, pairwise(_edges(instrument, lane)), strict=False))


def _name(frame: Frame, label: str, y: float) -> str:
    """Write the name of a band at its middle, or as near as other names let it."""
    size, x = frame.sheet.font, frame.right + 6
    rows = wrapped(label, frame.sheet.right - 6, size)
    first, long = y + 4 - (len(rows) - 1) * size / 2, (len(rows) - 1) * size
    boxes = [Box(x, first + by - size, frame.sheet.width, first + by + long + 2) for by in ASIDE]
    chosen = frame.places.first_free(boxes)
    if chosen is None:
        return ""
    first += ASIDE[chosen]
    return "".join(text(words, x, first + row * size, "c-soft") for row, words in enumerate(rows))


def _scale(frame: Frame, instrument: InstrumentView, lane: Lane) -> str:
    found = scale(instrument, lane, frame.words, frame.sheet.font)
    return "".join(text(words, frame.left - 6, y + 4, "c-scale", "end") for words, y in found)
