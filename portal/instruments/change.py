"""What a change from the baseline amounts to: percent, response, remission and reliable change, each with its source.

A clinician chooses the baseline; the first score of the current course unless another was chosen.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

from portal.instruments.definition import ReliableChange, ResponseRule, Scale
from portal.instruments.numbers import exact
from portal.instruments.scoring import Number, ScoreState


class Scored(Protocol):
    """A score as it was computed or as it was stored."""

    @property
    def value(self) -> Number | None: ...

    @property
    def state(self) -> str: ...


class Reliable(StrEnum):
    IMPROVED = "reliably-improved"
    UNCHANGED = "no-reliable-change"
    WORSE = "reliably-worse"


class Trend(StrEnum):
    """Where a score is heading, by the rule of `trend`."""

    BETTER = "better"
    STEADY = "steady"
    WORSE = "worse"


@dataclass(frozen=True, slots=True)
class Change:
    """A comparison. None means that it cannot be said: no score, a baseline of 0, or no published threshold.

    The thresholds that were used stand beside the verdicts, so that both can be shown and stored together.
    """

    percent_of_baseline: float | None
    is_response: bool | None
    is_remission: bool | None
    reliable: Reliable | None
    response_rule: ResponseRule | None
    reliable_rule: ReliableChange | None


def compare(scale: Scale, baseline: Scored, current: Scored, *, prorated_confirmed: bool = False) -> Change:
    """Return what the change from `baseline` to `current` amounts to on this scale.

    A prorated score gets no response or remission label unless a clinician has confirmed it.
    """
    before, now = baseline.value, current.value
    labelled = prorated_confirmed or current.state == ScoreState.COMPLETE
    comparable = prorated_confirmed or baseline.state == ScoreState.COMPLETE
    rule = scale.response
    return Change(
        percent_of_baseline=percent_of_baseline(before, now),
        is_response=is_response(rule, before, now) if labelled and comparable else None,
        is_remission=is_remission(rule, now) if labelled else None,
        reliable=reliable_change(scale, before, now),
        response_rule=rule,
        reliable_rule=scale.reliable_change,
    )


def percent_of_baseline(baseline: Number | None, current: Number | None) -> float | None:
    """Return `current` as a percentage of `baseline` (100 = unchanged).

    None without both, or with a baseline of 0.
    """
    if baseline is None or current is None or baseline <= 0:
        return None
    return float(exact(current) / exact(baseline) * 100)


def is_response(rule: ResponseRule | None, baseline: Number | None, current: Number | None) -> bool | None:
    """Tell whether the score fell by the rule's part of the baseline or more (PHQ-9: half; McInnes 2022).

    None without a rule, without both scores, or with a baseline of 0, from which nothing can fall.
    """
    if rule is None or baseline is None or current is None or baseline <= 0:
        return None
    return exact(baseline) - exact(current) >= exact(rule.reduction) * exact(baseline)


def is_remission(rule: ResponseRule | None, current: Number | None) -> bool | None:
    """Tell whether the score is below the rule's threshold (PHQ-9: below 5; McInnes 2022).

    None without rule or score.
    """
    if rule is None or current is None:
        return None
    return current < rule.remission_below


def reliable_change(scale: Scale, baseline: Number | None, current: Number | None) -> Reliable | None:
    """Label a change of at least the scale's reliable points (PHQ-9 and GAD-7: 6); None where it cannot be said."""
    rule, better = scale.reliable_change, scale.higher_is_better
    if rule is None or better is None or baseline is None or current is None:
        return None
    gain = (exact(current) - exact(baseline)) * (1 if better else -1)
    if abs(gain) < exact(rule.points):
        return Reliable.UNCHANGED
    return Reliable.IMPROVED if gain > 0 else Reliable.WORSE


def trend(
    points: Number | None, *, higher_is_better: bool, latest: Number, previous: Number | None, best: Number | None
) -> Trend | None:
    """Return where a score is heading; None without a threshold, or with nothing to compare the newest score with.

    Worse is a reliable change for the worse since the score before, or since the best score of the course (rule R5:
    reliable worsening against the last score, or that much away from the best one). Better is a reliable change for the
    better since the score before.

    Args:
        points: the smallest change of this scale that is reliable.
        latest, previous, best: the newest complete score, the one before it, and the best one of the course.
    """
    if points is None or (previous is None and best is None):
        return None
    sign = 1 if higher_is_better else -1

    def gain(since: Number | None) -> Fraction:
        return Fraction(0) if since is None else (exact(latest) - exact(since)) * sign

    if min(gain(previous), gain(best)) <= -exact(points):
        return Trend.WORSE
    return Trend.BETTER if gain(previous) >= exact(points) else Trend.STEADY
