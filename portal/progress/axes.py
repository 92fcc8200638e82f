"""How high a lane of scores reaches and what is written beside it: the same for the picture and the live chart."""

from itertools import pairwise

from portal.progress.timeline import InstrumentView, ScorePoint, Timeline

SHADES = 5
STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 500)
MOST_STEPS = 5
HALF = 0.5


def reach(timeline: Timeline, instrument: InstrumentView) -> tuple[float, float]:
    """Return the lowest and the highest value of the lane.

    Outcomes in an order get a row each, and answers without a result a row below them.
    """
    if not instrument.has_levels:
        return instrument.minimum, instrument.maximum
    below = 1 if has_unscored(timeline) else 0
    return instrument.minimum - HALF - below, instrument.maximum + HALF


def rows(timeline: Timeline, instrument: InstrumentView) -> int:
    """Return how many rows a lane of outcomes has."""
    low, high = reach(timeline, instrument)
    return round(high - low)


def unscored_at(instrument: InstrumentView) -> float:
    """Return where an answer without a score stands: at the lower edge, or in the row below the outcomes."""
    return instrument.minimum - 1 if instrument.has_levels else instrument.minimum


def has_unscored(timeline: Timeline) -> bool:
    """Return whether anything shown was answered without coming to a score."""
    return any(point.value is None for point in timeline.shown_scores)


def ticks(instrument: InstrumentView) -> list[float]:
    """Return the values written beside the lane, the lowest first: where bands begin, else even steps; none of levels.

    The highest value of the scale is the last.
    """
    if instrument.has_levels:
        return []
    if instrument.bands:
        return [*(band.low for band in instrument.bands), instrument.maximum]
    span = instrument.maximum - instrument.minimum
    step = next((step for step in STEPS if span / step <= MOST_STEPS), STEPS[-1])
    count = int(span // step)
    values = [instrument.minimum + step * number for number in range(count + 1)]
    return values if values[-1] == instrument.maximum else [*values, instrument.maximum]


def edges(instrument: InstrumentView, low: float, high: float) -> list[float]:
    """Return where the ground changes, from the lower edge of the lane to the upper.

    Whole-number bands leave a step between them; the ground changes in the middle of it.
    """
    if instrument.has_levels:
        low = instrument.minimum - HALF
    return [low, *((a.high + b.low) / 2 for a, b in pairwise(instrument.bands)), high]


def shade(instrument: InstrumentView, number: int) -> int:
    """Return which shade the band of this number (from 0, the lowest) has; the darker, the worse."""
    if instrument.higher_is_better:
        number = max(len(instrument.bands), 1) - 1 - number
    return min(number, SHADES - 1)


def is_staffed(point: ScorePoint) -> bool:
    """Return whether somebody of the staff wrote the answers down."""
    return point.mode != "self"
