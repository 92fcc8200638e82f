"""Whether it is wearing off, in words: only what the scores since the last infusion can say. Pure.

Worse is the rule of `instruments.change.trend`: a reliable change against the score before or the best one (rule R5).
The slope is described, not judged.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil

from portal.instruments.change import Trend
from portal.progress.describe import amount
from portal.progress.headline import finished_series, of_course
from portal.progress.pattern import ORDER, verdict
from portal.progress.reading import best, complete, is_current, latest, slope, trend
from portal.progress.response import Hold, Response
from portal.progress.standing import SLOPE_NEEDS, Slope
from portal.progress.timeline import InstrumentView, ScorePoint, Timeline
from portal.progress.words import Message, Points, message

A_WEEK, FAR_OFF = 7, 12
"""Days that a slope must be about; weeks within which it must come to a reliable change to be named. Default [D]."""


def sentences(timeline: Timeline, instrument: InstrumentView, found: Sequence[Response]) -> list[Message]:
    """Return what the scores can say of it wearing off, and of the order of the infusions."""
    direction = verdict(found).direction
    return [*_now(timeline, instrument, found), *([ORDER[direction]] if direction else [])]


def _now(timeline: Timeline, instrument: InstrumentView, found: Sequence[Response]) -> list[Message]:
    """Nothing where the newest score is old, or of answers given in part; of the silent only that it got worse."""
    newest = latest(timeline)
    if newest is None or newest.state != "complete" or not is_current(replace(timeline, unheard=None), newest):
        return []
    if timeline.unheard is not None:
        return _worse(timeline, instrument, newest)
    said = [*_worse(timeline, instrument, newest), *_slope(timeline, instrument)]
    if said or not _is_open(timeline, found):
        return said
    if slope(timeline) is not None:
        return [message("Whether it is wearing off cannot be said yet: the scores lie less than a week apart.")]
    return [
        message(
            "Whether it is wearing off cannot be said yet: that takes %(needs)s scores since the last infusion, "
            "or since the best one after it.",
            needs=SLOPE_NEEDS,
        )
    ]


def _worse(timeline: Timeline, instrument: InstrumentView, newest: ScorePoint) -> list[Message]:
    if trend(timeline) is not Trend.WORSE:
        return []
    top, previous = best(timeline), complete(timeline)[-2]
    far = _loss(instrument, top, newest) >= (instrument.reliable_change or 0)
    values = {"points": amount(instrument, _loss(instrument, top if far else previous, newest))}
    if far and top:
        return [
            message(
                "It is %(points)s points worse than at its best (%(score)s on %(on)s): a reliable change.",
                score=amount(instrument, top.value),
                on=top.on,
                **values,
            )
        ]
    if previous == timeline.baseline:
        return []
    return [
        message(
            "It is %(points)s points worse than the score before, from %(on)s: a reliable change.",
            on=previous.on,
            **values,
        )
    ]


def _loss(instrument: InstrumentView, earlier: ScorePoint | None, newest: ScorePoint) -> float:
    if earlier is None:
        return 0
    risen = round((newest.value or 0) - (earlier.value or 0), 6)
    return -risen if instrument.higher_is_better else risen


def _slope(timeline: Timeline, instrument: InstrumentView) -> list[Message]:
    found = slope(timeline)
    if found is None or found.days < A_WEEK:
        return []
    return [_moved(found, ceil((instrument.reliable_change or 1) * 10 / FAR_OFF) / 10)]


def _moved(found: Slope, little: float) -> Message:
    values = {"points": Points(abs(found.per_week), 1), "scores": found.scores, "since": found.since}
    if abs(found.per_week) < little:
        return message(
            "Since %(since)s it has moved by less than %(little)s points a week (%(scores)s scores).",
            little=Points(little, 1),
            **values,
        )
    if found.per_week > 0:
        return message(
            "Since %(since)s it has risen by about %(points)s points a week (%(scores)s scores).",
            **values,
        )
    return message(
        "Since %(since)s it has fallen by about %(points)s points a week (%(scores)s scores).",
        **values,
    )


def _is_open(timeline: Timeline, found: Sequence[Response]) -> bool:
    """Whether it was on the good side when last seen, after a series that is over, with nothing yet to judge it by."""
    own = of_course(timeline, found)
    is_running = bool(own) and own[-1].is_series and finished_series(timeline, found) is None
    return bool(own) and not is_running and own[-1].held.how is Hold.STILL
