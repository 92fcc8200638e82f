"""What can be read off a timeline: medians, unbroken stretches, thresholds, crossings, intervals after infusions."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise
from typing import Literal, NamedTuple

from portal.progress.timeline import DailyPoint, InfusionMark, InstrumentView, Median, ScorePoint, Timeline

MEDIAN_DAYS = 7
MEDIAN_NEEDS = 3
"""Days with an answer, among seven, below which a median would only repeat single answers."""

Change = Literal["improved", "worse"]


class Crossing(NamedTuple):
    """The score that first stands a reliable change away from the baseline, and in which direction."""

    point: ScorePoint
    change: Change


class VersionChange(NamedTuple):
    """The first answer to another version of the questions or their scoring, and the version `before` it."""

    point: ScorePoint
    before: str


@dataclass(frozen=True, slots=True)
class Interval:
    """The scored time after one infusion (or after the whole induction series), until the next one was given.

    `days` are days since the infusion, with decimals, one for each of `scores`.
    """

    infusion: InfusionMark
    scores: tuple[ScorePoint, ...]
    days: tuple[float, ...]
    is_current: bool


def baseline_of(scores: Iterable[ScorePoint], first_infusion_at: datetime) -> ScorePoint | None:
    """Return the last complete score before the first infusion of the course, or None.

    A score given at the very time of the infusion counts as before: it is about the days that led up to it.
    """
    before = [point for point in scores if point.state == "complete" and point.at <= first_infusion_at]
    return before[-1] if before else None


def scored(points: Iterable[ScorePoint]) -> list[ScorePoint]:
    """Return the points that have a value, complete or prorated."""
    return [point for point in points if point.value is not None]


def segments(points: Sequence[ScorePoint], gap_days: int) -> tuple[tuple[ScorePoint, ...], ...]:
    """Return the stretches within which points may be joined.

    A line breaks where the silence is longer than `gap_days`, at an answer without a score, and where the version of
    the instrument changes.
    """
    runs: list[list[ScorePoint]] = []
    previous: ScorePoint | None = None
    for point in points:
        if point.value is not None:
            if (
                previous is None
                or previous.value is None
                or previous.version != point.version
                or (point.on - previous.on).days > gap_days
            ):
                runs.append([])
            runs[-1].append(point)
        previous = point
    return tuple(tuple(run) for run in runs)


def stretches(timeline: Timeline) -> tuple[tuple[ScorePoint, ...], ...]:
    """Return the stretches shown within which points may be joined; outcomes in an order never are."""
    if timeline.instrument is not None and timeline.instrument.has_levels:
        return tuple((point,) for point in scored(timeline.shown_scores))
    return segments(timeline.shown_scores, timeline.expected_gap_days)


def version_changes(timeline: Timeline) -> tuple[VersionChange, ...]:
    """Return where one version of the instrument took the place of another, in order of time."""
    pairs = pairwise(timeline.scores)
    return tuple(VersionChange(after, before.version) for before, after in pairs if before.version != after.version)


def silences(timeline: Timeline) -> tuple[tuple[date, date], ...]:
    """Return the stretches shown without any answered scale, longer than expected, the one up to today included."""
    days = [point.on for point in timeline.scores]
    if days:
        days.append(timeline.today)
    long = [(a, b) for a, b in pairwise(days) if (b - a).days > timeline.expected_gap_days]
    return tuple(
        (max(a, timeline.start), min(b, timeline.end)) for a, b in long if a < timeline.end and timeline.start < b
    )


def daily_medians(points: Sequence[DailyPoint], *, every: int = 1) -> tuple[tuple[Median, ...], ...]:
    """Return the seven-day median in unbroken stretches; every answer counts, several of one day too.

    The seven days end on the day itself, so that nothing is shown before it was known. Fewer than three answered
    days give no median and break the line. With `every` above 1 only every so many answered days are worked out.
    """
    days = _days(points)
    ordinals = [on.toordinal() for on, _ in days]
    runs: list[list[Median]] = []
    low, last = 0, -1
    for index in range(0, len(days), every):
        while ordinals[low] <= ordinals[index] - MEDIAN_DAYS:
            low += 1
        if index + 1 - low < MEDIAN_NEEDS:
            continue
        if last < 0 or index - last > every or ordinals[index] - ordinals[last] > max(MEDIAN_DAYS, 2 * every):
            runs.append([])
        window = [value for _, values in days[low : index + 1] for value in values]
        runs[-1].append(Median(days[index][0], _middle(window)))
        last = index
    return tuple(tuple(run) for run in runs)


def _days(points: Sequence[DailyPoint]) -> list[tuple[date, list[float]]]:
    # Read by position, because ten years hold thousands of them.
    return [(on, [point[2] for point in group]) for on, group in groupby(points, key=lambda point: point[0])]


def has_crowded_days(timeline: Timeline) -> bool:
    """Return whether any daily question shown was answered several times on one day."""
    return any(len({point[0] for point in series.points}) < len(series.points) for series in timeline.daily)


def _middle(values: list[float]) -> float:
    values.sort()
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


def response_at(instrument: InstrumentView, baseline: ScorePoint | None) -> float | None:
    """Return the score at which enough of the baseline is gone for a response, or None.

    Only where the scale publishes such a share and low is good (PHQ-9: McInnes 2022).
    """
    if baseline is None or baseline.value is None or not instrument.response_fraction or instrument.higher_is_better:
        return None
    return baseline.value * (1 - instrument.response_fraction)


def response_line(timeline: Timeline) -> float | None:
    """Return `response_at` for the newest scores; None where they are of another version than the baseline."""
    newest, baseline = latest(timeline), timeline.baseline
    if timeline.instrument is None or newest is None or baseline is None or newest.version != baseline.version:
        return None
    return response_at(timeline.instrument, baseline)


def change_from(instrument: InstrumentView, baseline: ScorePoint | None, point: ScorePoint) -> Change | None:
    """Return "improved" or "worse" where the change from the baseline is reliable, else None.

    A prorated score is never called a change, nor are two versions of an instrument compared.
    """
    if baseline is None or baseline.value is None or point.value is None or instrument.reliable_change is None:
        return None
    if point.state != "complete" or point.version != baseline.version or point.at <= baseline.at:
        return None
    fall = baseline.value - point.value
    better = -fall if instrument.higher_is_better else fall
    if abs(fall) < instrument.reliable_change:
        return None
    return "improved" if better > 0 else "worse"


def crossings(timeline: Timeline) -> tuple[Crossing, ...]:
    """Return the points at which the change from the baseline becomes reliable (again), in order of time."""
    if timeline.instrument is None:
        return ()
    found, state = [], None
    for point in timeline.scores:
        if point.state == "complete":
            change = change_from(timeline.instrument, timeline.baseline, point)
            if change is not None and change != state:
                found.append(Crossing(point, change))
            state = change
    return tuple(found)


def latest(timeline: Timeline) -> ScorePoint | None:
    """Return the newest point with a value, or None."""
    return next((point for point in reversed(timeline.scores) if point.value is not None), None)


def is_current(timeline: Timeline, point: ScorePoint) -> bool:
    """Whether the point is young enough to be called "now": within the expected gap of today."""
    return (timeline.today - point.on).days <= timeline.expected_gap_days


def days_on_the_good_side(timeline: Timeline) -> int | None:
    """Return for how many days the complete scores have stood on the good side of the clinic's line, up to the newest.

    None without a line, where the newest score is on the wrong side or too old to speak for today, or where there is
    only one. A silence longer than expected starts the count again.
    """
    instrument, newest = timeline.instrument, latest(timeline)
    if instrument is None or instrument.line is None or newest is None or not is_current(timeline, newest):
        return None
    run: list[ScorePoint] = []
    for point in reversed(timeline.scores):
        if point.value is None or (point.state == "prorated" and _is_good(instrument, point.value)):
            continue
        if run and (run[-1].on - point.on).days > timeline.expected_gap_days:
            break
        if point.version != newest.version:
            break
        if not _is_good(instrument, point.value):
            break
        run.append(point)
    return (run[0].on - run[-1].on).days or None if run else None


def unbroken(interval: Interval, gap_days: int) -> Iterator[Interval]:
    """Yield the stretches of an interval within which its scores may be joined."""
    begins = 0
    for run in segments(interval.scores, gap_days):
        days = interval.days[begins : begins + len(run)]
        yield Interval(interval.infusion, run, days, interval.is_current)
        begins += len(run)


def _is_good(instrument: InstrumentView, value: float) -> bool:
    line = instrument.line or 0
    return value > line if instrument.higher_is_better else value < line


def given(timeline: Timeline) -> list[InfusionMark]:
    """Return the infusions of which any dose was given, in order of time."""
    return [infusion for infusion in timeline.infusions if infusion.was_given]


def next_planned(timeline: Timeline) -> InfusionMark | None:
    """Return the first infusion still planned for today or later."""
    return next((i for i in timeline.infusions if i.status == "planned" and i.on >= timeline.today), None)


def intervals(timeline: Timeline) -> tuple[Interval, ...]:
    """Return the scores after each infusion, by days since; the induction series counts as one, from its last infusion.

    A score at the very time of an infusion still belongs to the interval before it.
    """
    marks = given(timeline)
    anchors = [mark for mark, after in pairwise(marks) if (mark.kind, after.kind) != ("induction", "induction")]
    anchors += marks[-1:]
    found = []
    for index, anchor in enumerate(anchors):
        following = [mark.at for mark in marks if mark.at > anchor.at]
        points = [p for p in scored(timeline.scores) if p.at > anchor.at and (not following or p.at <= following[0])]
        days = tuple((p.at - anchor.at) / timedelta(days=1) for p in points)
        found.append(Interval(anchor, tuple(points), days, index == len(anchors) - 1))
    return tuple(found)
