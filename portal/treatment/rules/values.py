"""What a clinic has laid down for treatment: limits of vital signs, classes of answers, texts, intervals. Pure.

There is no single accepted threshold for blood pressure during treatment (Yip 2022), so every number is the clinic's;
the defaults [D] wait for its medical director's signature.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Class(StrEnum):
    """What an answer of the screening means for treatment."""

    CLEAR = "clear"
    CAUTION = "caution"
    STOP = "stop"


class Point(StrEnum):
    """When vital signs are taken."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on a reading is flagged; None where nothing is laid down.

    Args:
        systolic, diastolic: in mmHg, this or more.
        pulse_high, pulse_low: beats a minute, this or more, less than this.
        spo2: oxygen saturation in percent, less than this.
        breaths_high, breaths_low: breaths a minute, this or more, less than this.
        percent: systolic pressure this many percent or more above the one before treatment.
    """

    systolic: int | None = None
    diastolic: int | None = None
    pulse_high: int | None = None
    pulse_low: int | None = None
    spo2: int | None = None
    breaths_high: int | None = None
    breaths_low: int | None = None
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """The limits at one point: a soft flag is shown, a hard stop needs the supervising provider."""

    soft: Limits
    hard: Limits


@dataclass(frozen=True, slots=True)
class Lined:
    """A scale on which a clinic can draw a line.

    Args:
        instrument: its id.
        title: what it is called.
        minimum, maximum: what a score can be.
        higher_is_better: at the line or below it is then the wrong side, else at it or above.
        decimals: how many a score is written with.
        cutoff, published: the cutoff that was published for it and its source, None and "" where there is none.
    """

    instrument: str
    title: str
    minimum: float
    maximum: float
    higher_is_better: bool = False
    decimals: int = 0
    cutoff: float | None = None
    published: str = ""

    @property
    def bounds(self) -> tuple[float, float]:
        """Where a line can be, so that a score can stand on either side of it."""
        step = 10**-self.decimals
        if self.higher_is_better:
            return plain(self.minimum), plain(self.maximum - step)
        return plain(self.minimum + step), plain(self.maximum)


def plain(value: float) -> float:
    """Return a number without a needless fraction: 10.0 as 10."""
    return int(value) if float(value).is_integer() else float(value)


@dataclass(frozen=True, slots=True)
class Rules:
    """One version of everything a clinic has laid down for treatment.

    Args:
        before, during, after: the limits of vital signs.
        during_every: minutes between readings during treatment.
        after_at: minutes after the end at which readings are due.
        classes: of screening items, "item:answer" to class, where the clinic differs from the default.
        months: of each long-term check ("urinary" …), after how many months it is due again.
        evening_text, day_text, after_text: what the patient reads on preparing, on the day, and afterwards; the
            clinic's own words, "" where it has given none.
        lines: of an instrument ("phq-9"), the score of its primary scale from which on a patient is not well; above it
            or, where more is better, below it. What is not named has no line.
        silent_days: days without a word from a patient after which the caseload calls them silent.
        call_name, call_phone: whom a nurse calls where the portal cannot be reached.
    """

    before: Stage
    during: Stage
    after: Stage
    during_every: int = 15
    after_at: tuple[int, ...] = (15, 30, 60)
    classes: Mapping[str, Class] = field(default_factory=dict)
    months: Mapping[str, int] = field(default_factory=dict)
    lines: Mapping[str, float] = field(default_factory=dict)
    silent_days: int = 7
    evening_text: str = ""
    day_text: str = ""
    after_text: str = ""
    call_name: str = ""
    call_phone: str = ""

    def stage(self, point: Point) -> Stage:
        """Return the limits at one point."""
        return {Point.BEFORE: self.before, Point.DURING: self.during, Point.AFTER: self.after}[point]


_HARD_DURING = Limits(systolic=180, diastolic=110, spo2=90)
DEFAULTS = Rules(
    before=Stage(
        soft=Limits(systolic=140, diastolic=90, pulse_high=100, spo2=95),
        hard=Limits(systolic=160, diastolic=100, pulse_high=110, pulse_low=50, spo2=93),
    ),
    during=Stage(soft=Limits(systolic=160, diastolic=100, percent=20), hard=_HARD_DURING),
    after=Stage(soft=Limits(percent=20), hard=_HARD_DURING),
    months={"urinary": 1, "liver": 6, "cognition": 6, "misuse": 1},
    lines={"phq-9": 10, "gad-7": 10, "pcl-5-week": 33, "pcl-5-month": 33},
)
"""Interval's defaults [D], to be confirmed by the clinic's medical director; in force as version 0."""


def to_json(rules: Rules) -> dict[str, Any]:
    """Return the rules in plain values, whole."""
    return asdict(rules)


def from_json(values: Mapping[str, Any]) -> Rules:
    """Return the rules that were kept as plain values; what an older version did not know has its default."""
    found = dict(values)
    found |= {name: _stage(values[name]) for name in ("before", "during", "after")}
    found["after_at"] = tuple(values.get("after_at", DEFAULTS.after_at))
    found["classes"] = {name: Class(one) for name, one in values.get("classes", {}).items()}
    found.setdefault("lines", DEFAULTS.lines)
    return Rules(**found)


def _stage(values: Mapping[str, Any]) -> Stage:
    return Stage(Limits(**values["soft"]), Limits(**values["hard"]))
