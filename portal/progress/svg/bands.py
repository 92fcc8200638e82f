"""What lies under the scores: severity bands in quiet shades, their names, and the scale at the left."""

from itertools import pairwise

from portal.progress.svg.frame import Frame, Lane
from portal.progress.svg.labels import Box
from portal.progress.svg.layers import Layers
from portal.progress.svg.pen import element, text, width
from portal.progress.timeline import InstrumentView
from portal.progress.words import message

SHADES = 5


def draw(frame: Frame, instrument: InstrumentView, lane: Lane) -> Layers:
    """Return the bands of the instrument, or a word that there are no scores in this range."""
    wide = frame.right - frame.left
    if not frame.timeline.shown_scores:
        plain = element("rect", x=frame.left, y=lane.top, width=wide, height=lane.height, class_="c-band c-b0")
        none = frame.words.say(message("no %(scale)s answers here", scale=instrument.short_title))
        return Layers(plain + text(none, frame.left + wide / 2, lane.top + lane.height / 2 + 4, "c-soft", "middle"))
    middles = [(low + high) / 2 for low, high in pairwise(_edges(instrument, lane))]
    names = [_name(frame, band.label, y) for band, y in zip(instrument.bands, middles, strict=False)]
    return Layers(shades(instrument, lane, frame.left, wide) + "".join(names) + _scale(frame, instrument, lane))


def shades(instrument: InstrumentView, lane: Lane, left: float, wide: float) -> str:
    """Return the bands as rectangles, the lowest first; one where the instrument has none."""
    return "".join(
        element("rect", x=left, y=high, width=wide, height=low - high, class_=f"c-band c-b{min(index, SHADES - 1)}")
        for index, (low, high) in enumerate(pairwise(_edges(instrument, lane)))
    )


def halo(instrument: InstrumentView | None, lane: Lane, y: float) -> str:
    """Return the class that clears the ground behind words at this height, in the shade of the band there."""
    above = sum(edge >= y for edge in _edges(instrument, lane)[1:-1]) if instrument else 0
    return f"c-halo c-h{min(above, SHADES - 1)}"


def _edges(instrument: InstrumentView, lane: Lane) -> list[float]:
    """Whole-number bands leave a step between them; the ground changes in the middle of it."""
    inner = [lane.y((a.high + b.low) / 2) for a, b in pairwise(instrument.bands)]
    return [lane.bottom, *inner, lane.top]


def _name(frame: Frame, label: str, y: float) -> str:
    size, x = frame.sheet.font, frame.right + 6
    rows = [label] if width(label, size) <= frame.sheet.right - 6 else label.split(" ")
    first = y + 4 - (len(rows) - 1) * size / 2
    frame.places.take(Box(x, first - size, frame.sheet.width, first + (len(rows) - 1) * size + 2))
    return "".join(text(words, x, first + row * size, "c-soft") for row, words in enumerate(rows))


def _scale(frame: Frame, instrument: InstrumentView, lane: Lane) -> str:
    values = [band.low for band in instrument.bands] or [instrument.minimum]
    values.append(instrument.maximum)
    parts, last = [], float("-inf")
    for value in reversed(values):
        y = lane.y(value)
        if y - last >= frame.sheet.font:
            parts.append(text(frame.words.number(value), frame.left - 6, y + 4, "c-scale", "end"))
            last = y
    return "".join(parts)
