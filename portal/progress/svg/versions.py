"""Where the questions of a scale or their scoring changed: a line across the scores, and what it says."""

from portal.progress import describe
from portal.progress.reading import VersionChange, version_changes
from portal.progress.svg.frame import Frame, Lane
from portal.progress.svg.labels import Box
from portal.progress.svg.layers import Layers
from portal.progress.svg.pen import element, line, text, title, width

APART = 4.0


def draw(frame: Frame, lane: Lane) -> Layers:
    """Return a line at the beginning of the first day of each version shown, with its name where there is room."""
    timeline = frame.timeline
    changes = [one for one in version_changes(timeline) if timeline.start <= one.point.on <= timeline.end]
    marks = "".join(_mark(frame, lane, change) for change in changes)
    return Layers(marks=marks, words="".join(_name(frame, lane, change) for change in changes))


def _x(frame: Frame, change: VersionChange) -> float:
    return frame.x_on(change.point.on, 0)


def _mark(frame: Frame, lane: Lane, change: VersionChange) -> str:
    x = _x(frame, change)
    words = [frame.words.say(describe.version_change(change)), frame.words.day(change.point.on)]
    frame.places.take(Box(x - 1, lane.top, x + 1, lane.bottom))
    return element("g", title(", ".join(words)) + line(x, lane.top, x, lane.bottom, "c-version"))


def _name(frame: Frame, lane: Lane, change: VersionChange) -> str:
    size, x = frame.sheet.small, _x(frame, change)
    words = frame.words.say(describe.version(change.point.version))
    long = width(words, size)
    heights = [lane.top + size + 2 + 14 * row for row in range(3)] + [lane.bottom - 6 - 14 * row for row in range(3)]
    spots = [(left, y) for y in heights for left in (x + APART, x - APART - long)]
    spots = [(left, y) for left, y in spots if frame.left <= left and left + long <= frame.right]
    chosen = frame.places.first_free([Box(left, y - size, left + long, y + 2) for left, y in spots])
    if chosen is None:
        return ""
    left, y = spots[chosen]
    return text(words, left, y, "c-small")
