"""Every interval between infusions laid over the others: is it lasting longer?"""

from dataclasses import dataclass, replace
from itertools import pairwise
from math import hypot

from portal.progress.reading import Interval, intervals, unbroken
from portal.progress.svg import bands
from portal.progress.svg.frame import Lane
from portal.progress.svg.labels import Box, Places
from portal.progress.svg.pen import BOLD, clean, dots, element, line, polyline, text, title, width
from portal.progress.timeline import InstrumentView, Timeline
from portal.progress.words import Words, counted, message

LEFT, TOP = 24.0, 24.0
STEPS = (7, 14, 28, 56, 91, 182, 364)
ROWS = (0.0, 1.0, -1.0, 2.0, -2.0, 3.0, -3.0, 4.0, -4.0)
"""How many rows of text a name may stand above or below the end of its line, the nearest first."""
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Spread:
    """A drawing of one width; `named` is how many of the newest intervals carry their number beside the first series:
    more cannot be told apart."""

    name: str
    width: float
    right: float
    height: float
    size: float
    named: int


NARROW = Spread("small", 360.0, 62.0, 170.0, 12.0, 4)
WIDE = Spread("large", 760.0, 84.0, 220.0, 12.5, 7)


@dataclass(frozen=True, slots=True)
class Field:
    """Where the intervals are drawn: `longest` is how many days it is wide."""

    sheet: Spread
    words: Words
    instrument: InstrumentView
    lane: Lane
    longest: float
    gap_days: int
    places: Places

    @property
    def right(self) -> float:
        """The right edge of the lane."""
        return self.sheet.width - self.sheet.right

    def x(self, days: float) -> float:
        return LEFT + 4 + days / self.longest * (self.right - LEFT - 8)

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


def draw(timeline: Timeline, words: Words, sheet: Spread = NARROW) -> str:
    """Return the picture by days since infusion, as markup that is safe to put on a page.

    "" without an instrument or without two intervals to compare.
    """
    instrument = timeline.instrument
    if instrument is None or not can_compare(timeline):
        return ""
    found = _comparable(timeline)
    longest = max(14.0, *(interval.days[-1] for interval in found))
    lane = Lane(TOP, sheet.height, instrument.minimum, instrument.maximum)
    places = Places(Box(0, TOP - 8, sheet.width, lane.bottom))
    field = Field(sheet, words, instrument, lane, longest, timeline.expected_gap_days, places)
    ground = _ground(field)
    lines = [_line(field, interval) for interval in found]
    names = [_name(field, interval) for interval in _named(found, sheet.named)]
    heading = words.say(message("%(scale)s by days since the infusion", scale=instrument.short_title))
    head = element("title", clean(heading)) + text(heading, 0, 13, "c-name")
    return element(
        "svg",
        head + ground + _axis(field) + "".join(lines) + "".join(names) + _line_name(field),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {sheet.width:g} {lane.bottom + 44:g}",
        class_=f"chart chart-overlay chart-{sheet.name}",
        role="img",
        aria_label=heading,
    )


def _named(found: list[Interval], most: int) -> list[Interval]:
    """The intervals that carry their name: the newest, the newest first, and what came after the first series."""
    newest = found[: -most - 1 : -1]
    return newest if found[0] in newest or found[0].infusion.kind != "induction" else [*newest[:-1], found[0]]


def _ground(field: Field) -> str:
    instrument, lane, size = field.instrument, field.lane, field.sheet.size
    parts = [bands.shades(instrument, lane, LEFT, field.right - LEFT)]
    for value, y in bands.scale(instrument, lane, field.words, size):
        parts.append(text(value, LEFT - 6, y + 4, "c-scale", "end"))
    if instrument.line is not None:
        parts.append(line(LEFT, lane.y(instrument.line), field.right, lane.y(instrument.line), "c-threshold"))
    return "".join(parts)


def _line_name(field: Field) -> str:
    """Write what the line is beside its end, or where the intervals leave room along it."""
    instrument, size = field.instrument, field.sheet.size
    if instrument.line is None:
        return ""
    y, words = field.lane.y(instrument.line), field.words.say(message("line: %(value)s", value=instrument.line))
    long = width(words, size)
    spots = [(field.right + 6, y + 4), (field.sheet.width - long, y + 4)]
    spots += [(LEFT + 4 + 16 * step, y + drop) for drop in (-5.0, size + 3) for step in range(int(field.right / 16))]
    chosen = field.places.first_free([Box(x, b - size + 2, x + long, b + 2) for x, b in spots])
    if chosen is None:
        return ""
    x, y = spots[chosen]
    shade = bands.halo(instrument, field.lane, y - size / 2) if x < field.right else "c-halo"
    return text(words, x, y, f"c-small {shade}")


def _axis(field: Field) -> str:
    bottom, words = field.lane.bottom, field.words
    step = next((step for step in STEPS if field.longest / step <= field.sheet.width / 60), STEPS[-1])
    parts = [line(LEFT, bottom, field.right, bottom, "c-axis")]
    for days in range(0, int(field.longest) + 1, step):
        parts.append(text(words.number(days), field.x(days), bottom + 16, None, "middle"))
    parts.append(text(words.say(message("days since the infusion")), LEFT, bottom + 36, "c-small"))
    return "".join(parts)


def _line(field: Field, interval: Interval) -> str:
    points = field.points(interval)
    for x, y in points:
        field.places.take(Box(x - 3, y - 3, x + 3, y + 3))
    kind = "c-now" if interval.is_current else "c-before"
    runs = [field.points(one) for one in unbroken(interval, field.gap_days)]
    for run in runs:
        _keep_clear(field, run)
    path = "".join(polyline(run) for run in runs if len(run) > 1)
    joined = element("path", d=path, class_=f"c-line {kind}") if path else ""
    ends = element("path", d=dots(points), class_=f"c-line c-ends {kind}")
    return element("g", title(_about(field, interval)) + joined + ends, class_="c-interval")


def _keep_clear(field: Field, run: list[Point]) -> None:
    for (x1, y1), (x2, y2) in pairwise(run):
        steps = max(1, int(hypot(x2 - x1, y2 - y1) / 8))
        for step in range(1, steps):
            x, y = x1 + (x2 - x1) * step / steps, y1 + (y2 - y1) * step / steps
            field.places.take_lightly(Box(x - 1, y - 2, x + 1, y + 2))


def _about(field: Field, interval: Interval) -> str:
    infusion, last = interval.infusion, interval.scores[-1]
    after = message("After infusion %(number)s on %(on)s", number=infusion.number, on=infusion.on)
    if infusion.kind == "induction":
        after = message("After the first series, from infusion %(number)s on %(on)s", **after.values)
    over, count = (last.on - infusion.on).days, len(interval.scores)
    scores = counted("%(n)s score over %(days)s days", "%(n)s scores over %(days)s days", count, days=over)
    return ", ".join(field.words.say(part) for part in (after, scores))


def _name(field: Field, interval: Interval) -> str:
    """Write which interval it is beside the end of its line; where that is taken, above or below it with a leader."""
    number = interval.infusion.number
    name = message("%(number)s", number=number)
    if interval.infusion.kind == "induction":
        name = message("first series")
    if interval.is_current:
        name = message("%(what)s, now", what=name)
    words, (end, level) = field.words.say(name), field.points(interval)[-1]
    size = field.sheet.size
    long = width(words, size) * (BOLD if interval.is_current else 1)
    spots = [(end + aside, level + 4 + size * row) for aside in (8.0, 22.0, -8 - long) for row in ROWS]
    spots = [(x, y) for x, y in spots if x >= LEFT + 2]
    chosen = field.places.first_free([Box(x - 2, y - size + 1, x + long + 2, y + 3) for x, y in spots])
    if chosen is None:
        return ""
    x, y = spots[chosen]
    near = x - 2 if x > end else x + long + 2
    leader = line(end, level, near, y - 4, "c-leader") if abs(y - 4 - level) > 4 or x > end + 10 else ""
    kind = "c-now-name" if interval.is_current else "c-before-name"
    shade = bands.halo(field.instrument, field.lane, y - size / 2) if x < field.right else "c-halo"
    return leader + text(words, x, y, f"{kind} {shade}")
