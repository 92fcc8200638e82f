"""What each infusion did: before and best, how long the score stayed on the good side of the line, and to the next.

The series counts as one. Nothing is guessed: where the time on the good side goes on, it is given as so many days so
far; where the recall window of a score holds another infusion (the PHQ-9 asks about 14 days), no change is worked out.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from portal.progress.reading import Change, baseline_of, change_from, course, given, is_good
from portal.progress.standing import best_of
from portal.progress.timeline import InfusionMark, InstrumentView, ScorePoint, Timeline

Group = tuple[InfusionMark, ...]


class Hold(StrEnum):
    """How the time on the good side of the line ended, or why it cannot be said."""

    BACK = "back"
    """The score was back on the wrong side of the line: `days` after the infusion it was first seen there."""
    STILL = "still"
    """It has not been: the newest score, `days` after the infusion, is on the good side. Right-censored."""
    UNTIL_NEXT = "until-next"
    """It had not been when the next infusion was given; the last score before that was `days` after this one."""
    NEVER = "never"
    """It was on the wrong side at every score after the infusion, the first one `days` after it."""
    NOT_KNOWN = "not-known"
    """No complete score of this version of the questions, no line, or a gap too long to speak for what lies in it: from
    `last_good` (None: from the infusion) to `days`."""


class Unknown(StrEnum):
    """Why nobody can say how long it held."""

    LINE = "line"
    """The clinic has no line for this scale, or it is meant for a newer version of it."""
    SCORE = "score"
    """There is no complete score after the infusion."""
    SILENCE = "silence"
    """Nothing was answered for too long before day `days`."""
    VERSION = "version"
    """From day `days` on other questions were asked."""


@dataclass(frozen=True, slots=True)
class Held:
    """How long it held: whole days from the (last) infusion; `last_good` is the last such day on the good side."""

    how: Hold
    days: int | None = None
    last_good: int | None = None
    why: Unknown | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """What one infusion did, or the series as a whole.

    Attributes:
        infusions: the one infusion, or those of the series, in order of time.
        before: the last complete score before it (the baseline, for the series).
        best: the best complete score after it and before the next one was given.
        best_after: days from the (last) infusion to the best score.
        cannot_be_told_apart: the recall window of either holds another infusion; then there is no change.
        change: points from before to best, below 0 where the score fell; None where it cannot be said.
        percent: the same in percent of the score before; None from 0.
        reliable: "improved" or "worse" where that change is reliable, None where it is not or nobody says what is.
        knows_reliable: whether the scale has a published reliable change at all.
        held: how long it stayed on the good side of the line.
        next_after: whole days to the next infusion that was given; None for the last.
    """

    infusions: tuple[InfusionMark, ...]
    before: ScorePoint | None
    best: ScorePoint | None
    best_after: int | None
    cannot_be_told_apart: bool
    change: float | None
    percent: float | None
    reliable: Change | None
    knows_reliable: bool
    held: Held
    next_after: int | None

    @property
    def is_series(self) -> bool:
        """Whether this is the series as a whole."""
        return self.infusions[0].kind == "induction"


def responses(timeline: Timeline) -> tuple[Response, ...]:
    """Return what each infusion given did, in order of time; infusions of a series in a row count as one.

    Before is the last complete score since the infusion before (for the current series: the baseline), best is the best
    complete one until the next infusion given. A score at the very time of an infusion belongs before it. Nothing for
    outcomes that are no amounts. Source: the clinic's line and the scale's own reliable change; Interval default [D].
    """
    instrument = timeline.instrument
    if instrument is None or instrument.has_levels:
        return ()
    scores = sorted((p for p in timeline.scores if p.state == "complete"), key=lambda p: (p.at, p.value))
    times = [p.at for p in scores]
    groups = _groups(timeline)
    own = next((group for group in groups if group[0].kind == "induction" and group[0] in course(timeline)), None)
    found = []
    for number, group in enumerate(groups):
        earlier = groups[number - 1][-1] if number else None
        later = groups[number + 1][0] if number + 1 < len(groups) else None
        begins = bisect_right(times, group[0].at)
        earliest = bisect_right(times, earlier.at) if earlier else 0
        last = scores[begins - 1] if begins > earliest else None
        before = _baseline(timeline, group) if group is own else last
        window = scores[begins : bisect_right(times, later.at) if later else None]
        found.append(_response(timeline, instrument, group, later, before, window))
    return tuple(found)


def _groups(timeline: Timeline) -> list[Group]:
    groups: list[list[InfusionMark]] = []
    for mark in sorted(given(timeline), key=lambda mark: (mark.at, mark.number)):
        last = groups[-1][-1] if groups else None
        if last and last.kind == mark.kind == "induction" and last.course_id == mark.course_id:
            groups[-1].append(mark)
        else:
            groups.append([mark])
    return [tuple(group) for group in groups]


def _baseline(timeline: Timeline, series: Group) -> ScorePoint | None:
    """The baseline; where one was chosen from after the series, the last complete score before it all the same."""
    chosen = timeline.baseline
    if chosen is None or chosen.at <= series[-1].at:
        return chosen
    return baseline_of(timeline.scores, series[0].at)


def _response(
    timeline: Timeline,
    instrument: InstrumentView,
    group: Group,
    later: InfusionMark | None,
    before: ScorePoint | None,
    window: list[ScorePoint],
) -> Response:
    last = group[-1]
    best = _best(instrument, before, window)
    others = [mark for mark in given(timeline) if not any(mark is own for own in group)]
    is_mixed = any(_covers_another(instrument, point, others) for point in (before, best) if point)
    is_comparable = before is not None and best is not None and before.version == best.version and not is_mixed
    change = _difference(before, best) if is_comparable else None
    return Response(
        infusions=group,
        before=before,
        best=best,
        best_after=(best.on - last.on).days if best else None,
        cannot_be_told_apart=is_mixed,
        change=change,
        percent=change / before.value * 100 if change is not None and before and before.value else None,
        reliable=change_from(instrument, before, best) if is_comparable and best else None,
        knows_reliable=instrument.reliable_change is not None,
        held=_held(timeline, instrument, last, later, [p for p in window if p.at > last.at]),
        next_after=(later.on - last.on).days if later else None,
    )


def _difference(before: ScorePoint | None, best: ScorePoint | None) -> float | None:
    if before is None or best is None or before.value is None or best.value is None:
        return None
    return round(best.value - before.value, 6)


def _best(instrument: InstrumentView, before: ScorePoint | None, window: list[ScorePoint]) -> ScorePoint | None:
    """The best score of the questions asked before, where they were asked again; else of the newest ones asked."""
    after = [p for p in window if before is None or p.at > before.at]
    if not after:
        return None
    same = [p for p in after if before is not None and p.version == before.version]
    return best_of(instrument, same or [p for p in after if p.version == after[-1].version])


def _covers_another(instrument: InstrumentView, point: ScorePoint, others: list[InfusionMark]) -> bool:
    """Whether the days that the answers are about hold one of the other infusions (PHQ-9 and GAD-7: 14 days)."""
    days = instrument.recalled.get(point.version, instrument.recall_days)
    if not days:
        return False
    begins = point.on - timedelta(days=days)
    return any(mark.at < point.at and mark.on >= begins for mark in others)


def _held(
    timeline: Timeline,
    instrument: InstrumentView,
    infusion: InfusionMark,
    later: InfusionMark | None,
    scores: list[ScorePoint],
) -> Held:
    """Walk through the scores since the infusion until one is back on the wrong side of the line."""
    if not scores:
        return Held(Hold.NOT_KNOWN, why=Unknown.SCORE)
    if instrument.line is None or not _has_line(instrument, scores[0].at):
        return Held(Hold.NOT_KNOWN, why=Unknown.LINE)
    good: int | None = None
    days = [(p.on - infusion.on).days for p in scores]
    for before, day, point in zip([None, *days], days, scores, strict=False):
        is_fine = is_good(instrument, point.value or 0)
        if point.version != scores[0].version:
            return Held(Hold.NOT_KNOWN, day, good, Unknown.VERSION)
        if good is not None and not is_fine:
            return Held(Hold.BACK, day, good)
        if day - (before or 0) > timeline.expected_gap_days and (is_fine or before is None):
            return Held(Hold.NOT_KNOWN, day, good, Unknown.SILENCE)
        good = day if is_fine else None
    if good is None:
        return Held(Hold.NEVER, days[0])
    return Held(Hold.STILL if later is None else Hold.UNTIL_NEXT, days[-1], good)


def _has_line(instrument: InstrumentView, at: datetime) -> bool:
    """The line is meant for the scale as it is now: not for answers to one with other bands."""
    return instrument.bands_since is None or at >= instrument.bands_since
