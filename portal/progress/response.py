"""What each infusion did: before and best, how long the score stayed on the good side of the line, and to the next.

The series counts as one. Nothing is guessed: where the time on the good side goes on, it is given as so many days so
far; where the recall window of a score holds another infusion (the PHQ-9 asks about 14 days), no change is worked out.
"""

from dataclasses import dataclass
from enum import StrEnum

from portal.progress.reading import Change
from portal.progress.timeline import InfusionMark, ScorePoint


class Hold(StrEnum):
    """How the time on the good side of the line ended, or why it cannot be said."""

    BACK = "back"
    """The score was back on the wrong side of the line: `days` after the infusion it was first seen there."""
    STILL = "still"
    """It has not been: the newest score, `days` after the infusion, is on the good side. Right-censored."""
    UNTIL_NEXT = "until-next"
    """It had not been when the next infusion was given; the last score before that was `days` after this one."""
    NEVER = "never"
    """It was on the wrong side from the first score after the infusion on."""
    NOT_KNOWN = "not-known"
    """No complete score of this version of the questions, no line, or a gap too long to speak for what lies in it."""


@dataclass(frozen=True, slots=True)
class Held:
    """How long it held: whole days from the (last) infusion; `last_good` is the last such day on the good side."""

    how: Hold
    days: int | None = None
    last_good: int | None = None


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
