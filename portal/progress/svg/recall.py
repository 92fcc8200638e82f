"""The days that the newest score is about, shaded across the scores."""

from portal.progress import describe
from portal.progress.reading import scored
from portal.progress.svg.frame import Frame, Lane
from portal.progress.svg.layers import Layers
from portal.progress.svg.pen import element, width
from portal.progress.svg.remarks import write
from portal.progress.svg.scores import window_edges, window_path
from portal.progress.timeline import InstrumentView, ScorePoint
from portal.progress.words import Span

LEAST = 3.0
"""A narrower window cannot be seen."""


def shade(frame: Frame, instrument: InstrumentView, lane: Lane) -> Layers:
    """Return the window of the newest score shown; it stands under everything else that is drawn."""
    point = newest(frame)
    window = describe.recall_window(instrument, point) if point else None
    if window is None or _wide(frame, window) < LEAST:
        return Layers()
    return Layers(marks=element("path", d=window_path(frame, lane, window), class_="c-window"))


def words(frame: Frame, instrument: InstrumentView, lane: Lane) -> Layers:
    """Return what the shading says, where there is room for it."""
    point = newest(frame)
    said = describe.covers(instrument, point) if point else None
    window = describe.recall_window(instrument, point) if point else None
    if said is None or window is None or _wide(frame, window) < LEAST:
        return Layers()
    left, right = window_edges(frame, window)
    written, small = frame.words.say(said), frame.sheet.small
    long = width(written, small)
    inside = frame.right - 3 - long
    columns = [min((left + right - long) / 2, inside), min(left, inside), min(right - long, inside), left - long - 4]
    rows = [lane.top + small + 3, lane.bottom - 5, lane.top + 2 * small + 6, lane.bottom - small - 8]
    return Layers(words=write(frame, lane, written, [(x, y) for y in rows for x in columns], "c-small c-covers"))


def newest(frame: Frame) -> ScorePoint | None:
    """Return the newest score shown that has a value."""
    points = scored(frame.timeline.shown_scores)
    return points[-1] if points else None


def _wide(frame: Frame, window: Span) -> float:
    left, right = window_edges(frame, window)
    return right - left
