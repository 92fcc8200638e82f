"""The scores of one instrument: points, joined within the expected gap and open where there were no answers."""

from itertools import pairwise
from math import hypot

from portal.progress import describe
from portal.progress.axes import is_staffed, unscored_at
from portal.progress.reading import stretches
from portal.progress.svg.frame import Frame, Lane
from portal.progress.svg.labels import Box
from portal.progress.svg.layers import Layers
from portal.progress.svg.pen import dots, element, number, polyline, title
from portal.progress.thinning import thin, thin_runs
from portal.progress.timeline import InstrumentView, ScorePoint, Timeline
from portal.progress.words import Span

DOT, FINE_DOT = 4.0, 2.0
CROWDED = 6.5
"""Less room than this for each score, in the units of the sheet, and they are drawn finer."""


def runs_shown(timeline: Timeline, limit: int) -> tuple[tuple[ScorePoint, ...], ...]:
    """Return the unbroken stretches of the scores shown, thinned to about `limit` points with their extremes."""
    return thin_runs(stretches(timeline), limit, lambda p: (p.at.timestamp(), p.value or 0))


def unscored_shown(timeline: Timeline, limit: int) -> tuple[ScorePoint, ...]:
    """Return the answers without a score, thinned likewise."""
    unscored = [point for point in timeline.shown_scores if point.value is None]
    return thin(unscored, limit, [p.at.timestamp() for p in unscored], [0] * len(unscored))


def runs(frame: Frame, lane: Lane) -> list[list[tuple[float, float]]]:
    """Return the unbroken stretches as places on the sheet."""
    shown = runs_shown(frame.timeline, frame.sheet.limit)
    return [[(frame.x(p.at), lane.y(p.value)) for p in run if p.value is not None] for run in shown]


def is_crowded(frame: Frame) -> bool:
    """Whether the scores stand too close for points of full size."""
    points = frame.timeline.shown_scores
    return len(points) > 2 and (frame.x(points[-1].at) - frame.x(points[0].at)) / len(points) < CROWDED


def take_room(frame: Frame, lane: Lane) -> None:
    """Keep labels off the scores and off the lines between them."""
    for run in runs(frame, lane):
        for x, y in run:
            frame.places.take(Box(x - 6, y - 6, x + 6, y + 6))
        for (x1, y1), (x2, y2) in pairwise(run):
            steps = int(hypot(x2 - x1, y2 - y1) / 8)
            for step in range(1, steps):
                x, y = x1 + (x2 - x1) * step / steps, y1 + (y2 - y1) * step / steps
                frame.places.take(Box(x - 2, y - 3, x + 2, y + 3))


def draw(frame: Frame, instrument: InstrumentView, lane: Lane) -> Layers:
    """Return the line and the points."""
    joined = "".join(polyline(run) for run in runs(frame, lane) if len(run) > 1)
    fine = " c-fine" if is_crowded(frame) else ""
    line = element("path", d=joined, class_=f"c-score{fine}") if joined else ""
    return Layers(marks=line + "".join(_points(frame, instrument, lane)))


def _points(frame: Frame, instrument: InstrumentView, lane: Lane) -> list[str]:
    limit, crowded = frame.sheet.limit, is_crowded(frame)
    size, each = FINE_DOT if crowded else DOT, frame.sheet.has_pointer and not crowded
    points = [point for run in runs_shown(frame.timeline, limit) for point in run]
    single = points if each else [point for point in points if point.state != "complete" or is_staffed(point)]
    drawn = [_point(frame, instrument, lane, p, size) for p in [*single, *unscored_shown(frame.timeline, limit)]]
    alone = set(single)
    together = [(frame.x(p.at), lane.y(p.value)) for p in points if p.value is not None and p not in alone]
    if each or not together:
        return drawn
    return [element("path", d=dots(together), class_="c-dots c-fine" if crowded else "c-dots"), *drawn]


def _point(frame: Frame, instrument: InstrumentView, lane: Lane, point: ScorePoint, size: float) -> str:
    words = [frame.words.say(part) for part in describe.score(instrument, point)]
    about = title(", ".join([*words, frame.words.day(point.on)]))
    if frame.sheet.has_pointer:
        about += _recall(frame, instrument, lane, point)
    x = frame.x(point.at)
    if point.value is None:
        y = lane.y(unscored_at(instrument)) - (0 if instrument.has_levels else 2)
        path = f"M{number(x - 3)} {number(y - 3)}l6 6m0-6l-6 6"
        return element("g", about + element("path", d=path, class_="c-unscored"))
    class_ = "c-point" if point.state == "complete" else "c-point c-prorated"
    y = lane.y(point.value)
    if is_staffed(point):
        return element("g", about + element("path", d=square(x, y, size), class_=class_))
    return element("g", about + element("circle", cx=x, cy=y, r=size, class_=class_))


def square(x: float, y: float, size: float) -> str:
    """Return the sign of a score that the care team wrote down, as path data."""
    side = number(2 * size)
    return f"M{number(x - size)} {number(y - size)}h{side}v{side}h-{side}z"


def _recall(frame: Frame, instrument: InstrumentView, lane: Lane, point: ScorePoint) -> str:
    """The days that the answers are about; the style sheet shows them while something points at the score."""
    window = describe.recall_window(instrument, point)
    if window is None or point.value is None:
        return ""
    return element("path", d=window_path(frame, lane, window), class_="c-recall")


def window_path(frame: Frame, lane: Lane, window: Span) -> str:
    """Return path data of a recall window, from the top of the lane to its bottom."""
    left, right = map(number, window_edges(frame, window))
    return f"M{left} {number(lane.top)}H{right}V{number(lane.bottom)}H{left}z"


def window_edges(frame: Frame, window: Span) -> tuple[float, float]:
    """Return where a recall window begins and ends, cut at the edges of the lane."""
    left, right = frame.x_on(window.start, 0), frame.x_on(window.end, 1)
    return max(left, frame.left), min(right, frame.right)
