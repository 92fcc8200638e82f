"""What can be read off a timeline: unbroken stretches, thresholds, crossings, intervals after infusions, standing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal, NamedTuple

from portal.instruments import change
from portal.instruments.change import Trend
from portal.progress.standing import Slope, State, best_of, slope_of, state_of
from portal.progress.timeline import InfusionMark, InstrumentView, ScorePoint, Timeline

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


def has_crowded_days(timeline: Timeline) -> bool:
    """Return whether any daily question shown was answered several times on one day."""
    return any(len({point[0] for point in series.points}) < len(series.points) for series in timeline.daily)


def response_at(instrument: InstrumentView, baseline: ScorePoint | None) -> float | None:
    """Return the score at which enough of the baseline is gone for a response, or None.

    Only where the scale publishes such a share and low is good (PHQ-9: McInnes 2022); from 0 nothing can fall.
    """
    if baseline is None or not baseline.value or not instrument.response_fraction or instrument.higher_is_better:
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
    fall = round(baseline.value - point.value, 6)
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
    """Whether the point can be called "now": it is young, and the patient has not gone silent since."""
    return timeline.unheard is None and (timeline.today - point.on).days <= timeline.expected_gap_days


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
        if point.value is None or (point.state == "prorated" and is_good(instrument, point.value)):
            continue
        if run and (run[-1].on - point.on).days > timeline.expected_gap_days:
            break
        if point.version != newest.version:
            break
        if not is_good(instrument, point.value):
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


def is_good(instrument: InstrumentView, value: float) -> bool:
    """Whether a score is on the good side of the line that the clinic chose; at the line it is not."""
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


def course(timeline: Timeline) -> list[InfusionMark]:
    """Return the infusions given of the current course: the one that the last infusion given belongs to."""
    marks = given(timeline)
    return [mark for mark in marks if mark.course_id == marks[-1].course_id]


def complete(timeline: Timeline) -> list[ScorePoint]:
    """Return the complete scores that can be compared with the newest one: those of its version, in order of time."""
    newest = latest(timeline)
    if newest is None or timeline.instrument is None or timeline.instrument.has_levels:
        return []
    return [point for point in timeline.scores if point.state == "complete" and point.version == newest.version]


def best(timeline: Timeline) -> ScorePoint | None:
    """Return the best complete score of the newest version since the first infusion of the current course.

    Of equals the newest: it was as good as ever on that day. None before any infusion.
    """
    marks = course(timeline)
    points = [point for point in complete(timeline) if marks and point.at > marks[0].at]
    return best_of(timeline.instrument, points[::-1]) if timeline.instrument else None


def trend(timeline: Timeline) -> Trend | None:
    """Return where the scores are heading, by the rule of `instruments.change.trend`; None with nothing to compare."""
    points, instrument = complete(timeline), timeline.instrument
    if instrument is None or not points:
        return None
    top, previous = best(timeline), points[-2] if len(points) > 1 else None
    return change.trend(
        instrument.reliable_change,
        higher_is_better=instrument.higher_is_better,
        latest=points[-1].value or 0,
        previous=previous.value if previous else None,
        best=None if top is None or top is points[-1] else top.value,
    )


def slope(timeline: Timeline) -> Slope | None:
    """Return how fast the complete scores have moved since the last infusion; None with fewer than three.

    Once the best of them is past, what came before it would hide that it wears off: then it is the slope from the best
    one on. Where too few came after that one, a slope for the better is none either.
    """
    marks = given(timeline)
    since = [point for point in complete(timeline) if marks and point.at > marks[-1].at]
    if timeline.instrument is None or not since:
        return None
    whole, top = slope_of(since), best_of(timeline.instrument, since[::-1])
    if whole is None or top is None or top is since[-1]:
        return whole
    is_better = whole.per_week > 0 if timeline.instrument.higher_is_better else whole.per_week < 0
    return slope_of(since[since.index(top) :]) or (None if is_better else whole)


def response_state(timeline: Timeline) -> State:
    """Return whether there is a response or a remission now, and since the baseline the first day of each."""
    instrument, points, start = timeline.instrument, complete(timeline), timeline.baseline
    if instrument is None or not points:
        return State()
    is_comparable = start is not None and start.version == points[-1].version
    begins = start.at if start else next((mark.at for mark in course(timeline)), None)
    since = [point for point in points if begins is not None and point.at > begins]
    return state_of(instrument, since, response_at(instrument, start) if is_comparable else None)
