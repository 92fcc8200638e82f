"""What a number made from answers is: how it comes about, what its values are called and whose thresholds judge it.

Values only, made and checked by `loader`.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Method(StrEnum):
    """How a scale comes from its items.

    A sum, a mean, the sum of the greatest answer of each group, or the highest of some levels whose conditions are met.
    """

    SUM = "sum"
    MEAN = "mean"
    MAXIMUM = "maximum"
    TRIAGE = "triage"


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds where any of these items was answered with `at_least` or more; a hidden item counts as 0."""

    items: tuple[str, ...]
    at_least: float


@dataclass(frozen=True, slots=True)
class Band:
    """A named range of scores, both edges inside. Bands of a scale are ordered and leave no gap.

    The edges are whole numbers; those of a mean have one decimal, like the mean itself.
    """

    code: str
    label: str
    minimum: float
    maximum: float


@dataclass(frozen=True, slots=True)
class Cutoff:
    """A published score from which a closer look is advised: `at_least` or more."""

    at_least: int
    source: str


@dataclass(frozen=True, slots=True)
class ResponseRule:
    """What counts as response (a fall by this `reduction` of the baseline, 0–1) and remission (below this score)."""

    reduction: float
    remission_below: int
    source: str


@dataclass(frozen=True, slots=True)
class ReliableChange:
    """The smallest change in points that is more than noise, and the smallest that matters to people, if known."""

    points: float
    source: str
    important_points: float | None = None
    important_source: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Items of a scale that belong together.

    For the method "maximum" the greatest answer counts; `needs_all` is False where any one answered item will do, and
    of each set in `one_of` any one will do (QIDS: loss or gain of appetite). For a sum it is the cluster whose mean
    fills unanswered items, of which it takes at most `missing_allowed`.
    """

    items: tuple[str, ...]
    needs_all: bool = True
    missing_allowed: int = 0
    one_of: tuple[tuple[str, ...], ...] = ()

    @property
    def needs(self) -> tuple[tuple[str, ...], ...]:
        """Sets of items, of each of which one has to be answered."""
        if not self.needs_all:
            return (self.items,)
        paired = {code for codes in self.one_of for code in codes}
        return self.one_of + tuple((code,) for code in self.items if code not in paired)


@dataclass(frozen=True, slots=True)
class Level:
    """One outcome of a triage: its `value`, and the conditions of which any one is enough; the lowest has none."""

    value: int
    code: str
    label: str
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Scale:
    """A number made from items, as its `method` says: by default their sum, which for one item is its answer.

    `higher_is_better` is None where neither end is the good one. Up to `missing_allowed` unanswered items are filled
    with the mean of the answered ones (of their group, where there are groups). Answers to `reversed_items` count from
    the other end; the result is multiplied by `times`. A triage has `levels`, from the highest to the lowest, which are
    its bands too. `loinc` is the code of the total, never of the panel.
    """

    code: str
    title: str
    items: tuple[str, ...]
    minimum: float
    maximum: float
    higher_is_better: bool | None
    unit: str = ""
    missing_allowed: int = 0
    missing_source: str = ""
    bands: tuple[Band, ...] = ()
    bands_source: str = ""
    cutoff: Cutoff | None = None
    response: ResponseRule | None = None
    reliable_change: ReliableChange | None = None
    loinc: str | None = None
    method: Method = Method.SUM
    times: int = 1
    reversed_items: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    levels: tuple[Level, ...] = ()

    @property
    def digits(self) -> int | None:
        """How many decimals its values are always written with: one for a mean; None for as many as they have."""
        return 1 if self.method is Method.MEAN else None

    def band(self, value: float | Decimal | None) -> Band | None:
        """Return the band that holds `value`, or None if there is no score or the scale has no bands."""
        if value is None:
            return None
        number = float(value) if isinstance(value, Decimal) else value
        return next((band for band in self.bands if band.minimum <= number <= band.maximum), None)
