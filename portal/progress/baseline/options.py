"""Which scores there are to compare with, the likeliest first. Pure."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from portal.progress.baseline.compared import default_baseline, first_of_course
from portal.progress.timeline import ScorePoint, Timeline


@dataclass(frozen=True, slots=True)
class Option:
    """One score to choose.

    `is_usual`: what applies where nobody chooses; `is_used`: what applies now; `is_before`: it lies before the first
    infusion of the course, or nothing was given yet.
    """

    check_in_id: uuid.UUID
    point: ScorePoint
    is_usual: bool
    is_used: bool
    is_before: bool


def list_options(timeline: Timeline, serving: Collection[uuid.UUID]) -> list[Option]:
    """Return the scores to choose from: those before the first infusion of the course, then the others, newest first.

    Args:
        timeline: with every score of the scale, and the baseline that applies now.
        serving: the check-ins whose scores can be compared with.
    """
    usual, first = default_baseline(timeline), first_of_course(timeline)
    found = [
        Option(
            check_in_id=point.check_in_id,
            point=point,
            is_usual=point is usual,
            is_used=point is timeline.baseline,
            is_before=first is None or point.at <= first,
        )
        for point in reversed(timeline.scores)
        if point.check_in_id in serving and point.check_in_id is not None
    ]
    return sorted(found, key=lambda one: not one.is_before)
