"""The sheet: how wide it is, which lanes it has, and where a day and a value stand on it."""

from dataclasses import dataclass
from datetime import date, datetime, time

from portal.progress.axes import reach, rows
from portal.progress.svg.labels import Box, Places
from portal.progress.timeline import DailySeries, Timeline
from portal.progress.words import Words

HEADER, NAME_ONLY = 43.0, 20.0
"""Two rows above the lanes, for the doses and the numbers of the infusions; one row where there are none."""
PAD = 6.0
"""Room inside a lane at each side, so that a mark on the first day is not cut."""
SCORES_HIGH, SCORES_LOW, LEVEL = 204.0, 48.0, 40.0
STRIP_TITLE, STRIP_GAP = 18.0, 10.0
ROW = 18.0
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Sheet:
    """A drawing of one width; its text is sized for being shown at about that many pixels.

    `limit` is how many points of one series it can show apart; `has_pointer` whether it is meant for a screen where
    something can rest on a point and be told about it.
    """

    name: str
    width: float
    left: float
    right: float
    font: float
    limit: int
    has_pointer: bool

    @property
    def small(self) -> float:
        return self.font - 1


WIDE = Sheet("wide", 760.0, 32.0, 84.0, 12.5, 400, True)
NARROW = Sheet("narrow", 360.0, 24.0, 74.0, 12.0, 250, False)


@dataclass(frozen=True, slots=True)
class Lane:
    """A stretch of the sheet's height that shows values from `low` to `high`."""

    top: float
    height: float
    low: float
    high: float

    @property
    def bottom(self) -> float:
        return self.top + self.height

    def y(self, value: float) -> float:
        """Return the height of a value; what lies outside of the scale is drawn at its edge."""
        share = (min(max(value, self.low), self.high) - self.low) / ((self.high - self.low) or 1)
        return self.bottom - 4 - share * (self.height - 8)


@dataclass(frozen=True, slots=True)
class Frame:
    """A sheet laid out for one timeline: everything that draws asks it where.

    `origin` is the patient's midnight before the first day, in seconds since 1970; `per_day` is how wide a day is.
    """

    sheet: Sheet
    timeline: Timeline
    words: Words
    scores: Lane | None
    strips: tuple[tuple[DailySeries, Lane], ...]
    also_top: float
    also_rows: int
    origin: float
    per_day: float
    places: Places

    @property
    def left(self) -> float:
        return self.sheet.left

    @property
    def right(self) -> float:
        """The right edge of the lanes."""
        return self.sheet.width - self.sheet.right

    @property
    def bottom(self) -> float:
        """The lower edge of the last lane, where the time axis begins."""
        return self.also_top + self.also_rows * ROW

    def x(self, at: datetime) -> float:
        """Return where an instant stands."""
        return self.left + PAD + (at.timestamp() - self.origin) * self.per_day / DAY

    def x_on(self, on: date, part: float = 0.5) -> float:
        """Return where a day stands: its middle, or its beginning with `part` 0."""
        return self.left + PAD + ((on - self.timeline.start).days + part) * self.per_day


def lay_out(timeline: Timeline, words: Words, sheet: Sheet, also_rows: int) -> Frame:
    """Return the frame for a timeline with so many rows of other marks (0 or more)."""
    top = HEADER if timeline.shown_infusions else NAME_ONLY
    scores = None
    if timeline.instrument is not None:
        high = LEVEL * rows(timeline, timeline.instrument) if timeline.instrument.has_levels else SCORES_HIGH
        height = min(high, SCORES_HIGH) if timeline.shown_scores else SCORES_LOW
        scores = Lane(top, height, *reach(timeline, timeline.instrument))
        top = scores.bottom + STRIP_GAP
    shown = [series for series in timeline.daily if series.points]
    height = 50.0 if len(shown) <= 3 else 36.0
    strips = []
    for series in shown:
        strips.append((series, Lane(top + STRIP_TITLE, height, series.minimum, series.maximum)))
        top += STRIP_TITLE + height + STRIP_GAP
    return Frame(
        sheet=sheet,
        timeline=timeline,
        words=words,
        scores=scores,
        strips=tuple(strips),
        also_top=top,
        also_rows=also_rows,
        origin=datetime.combine(timeline.start, time(), timeline.time_zone).timestamp(),
        per_day=(sheet.width - sheet.left - sheet.right - 2 * PAD) / ((timeline.end - timeline.start).days + 1),
        places=Places(Box(0, 0, sheet.width, 10_000)),
    )
