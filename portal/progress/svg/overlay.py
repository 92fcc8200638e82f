"""Every interval between infusions laid over the others: is it lasting longer?"""

from dataclasses import dataclass, replace

from portal.progress.reading import Interval, intervals, unbroken
from portal.progress.svg import bands
from portal.progress.svg.frame import Lane
from portal.progress.svg.labels import Box, Places
from portal.progress.svg.pen import BOLD, clean, dots, element, line, polyline, text, width
from portal.progress.timeline import InstrumentView, Timeline
from portal.progress.words import Words, message

WIDTH, LEFT, RIGHT, TOP, HEIGHT, SIZE = 360.0, 24.0, 58.0, 24.0, 170.0, 12.0
STEPS = (7, 14, 28, 56, 91, 182, 364)
NAMED = 6
"""How many of the newest intervals carry their number: more cannot be told apart."""
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Field:
    """Where the intervals are drawn: `longest` is how many days it is wide."""

    words: Words
    instrument: InstrumentView
    lane: Lane
    longest: float
    gap_days: int
    places: Places

    def x(self, days: float) -> float:
        return LEFT + 4 + days / self.longest * (WIDTH - RIGHT - LEFT - 8)

    def points(self, interval: Interval) -> list[Point]:
        pairs = zip(interval.days, interval.scores, strict=True)
        return [(self.x(days), self.lane.y(point.value)) for days, point in pairs if point.value is not None]


def can_compare(timeline: Timeline) -> bool:
    """Whether at least two intervals have scores that are amounts."""
    if timeline.instrument is None or timeline.instrument.has_levels:
        return False
    return len(_comparable(timeline)) > 1


def _comparable(timeline: Timeline) -> list[Interval]:
    """The intervals with scores of the newest version: older ones are not laid over them."""
    newest = timeline.scores[-1].version if timeline.scores else ""
    scores = tuple(point for point in timeline.scores if point.version == newest)
    return [interval for interval in intervals(replace(timeline, scores=scores)) if interval.scores]


def draw(timeline: Timeline, words: Words) -> str:
    """Return the picture by days since infusion, as markup that is safe to put on a page.

    "" without an instrument or without two intervals to compare.
    """
    instrument = timeline.instrument
    if instrument is None or not can_compare(timeline):
        return ""
    found = _comparable(timeline)
    longest = max(14.0, *(interval.days[-1] for interval in found))
    lane = Lane(TOP, HEIGHT, instrument.minimum, instrument.maximum)
    places = Places(Box(0, 0, WIDTH, lane.bottom + 60))
    field = Field(words, instrument, lane, longest, timeline.expected_gap_days, places)
    ground = _ground(field)
    lines = [_line(field, interval) for interval in found]
    names = [_name(field, interval) for interval in reversed(found[-NAMED:])]
    title = words.say(message("%(scale)s by days since the infusion", scale=instrument.short_title))
    head = element("title", clean(title)) + text(title, 0, 13, "c-name")
    return element(
        "svg",
        head + ground + _axis(field) + "".join(lines) + "".join(names),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH:g} {lane.bottom + 44:g}",
        class_="chart chart-overlay",
        role="img",
        aria_label=title,
    )


def _ground(field: Field) -> str:
    instrument, lane, right = field.instrument, field.lane, WIDTH - RIGHT
    parts = [bands.shades(instrument, lane, LEFT, right - LEFT)]
    for value, y in bands.scale(instrument, lane, field.words, SIZE):
        parts.append(text(value, LEFT - 6, y + 4, "c-scale", "end"))
    if instrument.line is not None:
        y = lane.y(instrument.line)
        name = field.words.say(message("line: %(value)s", value=instrument.line))
        field.places.take(Box(right + 5, y - SIZE + 2, right + 5 + width(name, SIZE), y + 5))
        parts.append(line(LEFT, y, right, y, "c-threshold") + text(name, right + 5, y + 4, "c-small"))
    return "".join(parts)


def _axis(field: Field) -> str:
    bottom, words = field.lane.bottom, field.words
    step = next((step for step in STEPS if field.longest / step <= 6), STEPS[-1])
    parts = [line(LEFT, bottom, WIDTH - RIGHT, bottom, "c-axis")]
    for days in range(0, int(field.longest) + 1, step):
        parts.append(text(words.number(days), field.x(days), bottom + 16, None, "middle"))
    parts.append(text(words.say(message("days since the infusion")), LEFT, bottom + 36, "c-small"))
    return "".join(parts)


def _line(field: Field, interval: Interval) -> str:
    points = field.points(interval)
    for x, y in points:
        field.places.take(Box(x - 3, y - 3, x + 3, y + 3))
    kind = "c-now" if interval.is_current else "c-before"
    runs = (field.points(one) for one in unbroken(interval, field.gap_days))
    path = "".join(polyline(run) for run in runs if len(run) > 1)
    joined = element("path", d=path, class_=f"c-line {kind}") if path else ""
    return joined + element("path", d=dots(points), class_=f"c-line c-ends {kind}")


def _name(field: Field, interval: Interval) -> str:
    count = interval.infusion.number
    name = field.words.say(message("%(number)s, now", number=count)) if interval.is_current else str(count)
    x, y = field.points(interval)[-1]
    long = width(name, SIZE) * (BOLD if interval.is_current else 1)
    spots = [
        (x + aside, y + 4 + shift) for aside in (7.0, -7 - long) for shift in (0.0, -8.0, 8.0, -14.0, 14.0, -20.0, 20.0)
    ]
    spots += [(x - long / 2, y + shift) for shift in (-9.0, 19.0, -24.0, 34.0)]
    chosen = field.places.first_free([Box(a, b - SIZE + 2, a + long, b + 1) for a, b in spots])
    if chosen is None:
        return ""
    x, y = spots[chosen]
    kind = "c-now-name" if interval.is_current else "c-before-name"
    shade = bands.halo(field.instrument, field.lane, y - SIZE / 2) if x < WIDTH - RIGHT else "c-halo"
    return text(name, x, y, f"{kind} {shade}")
