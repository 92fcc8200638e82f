"""What a questionnaire is: its wording, how it is scored, what its scores mean and who allows us to ship it.

Values only. `loader` makes them from TOML files and is the one place that checks them; everything else may trust them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

WORDINGS_PER_VERSION = 1000
"""A clinic's n-th wording of version v of a shipped structure is version 1000 * v + n; shipped versions stay below."""


class LicenseStatus(StrEnum):
    """What the owner of the wording allows. Only the first two may be shipped with the portal."""

    PUBLIC_DOMAIN = "public-domain"
    PERMITTED = "permitted-with-attribution"
    NONCOMMERCIAL = "noncommercial"
    PERMISSION_REQUIRED = "permission-required"
    UNKNOWN = "unknown"

    @property
    def may_ship(self) -> bool:
        return self in (LicenseStatus.PUBLIC_DOMAIN, LicenseStatus.PERMITTED)


class ItemKind(StrEnum):
    """How an item is answered: one of its options, a strip of whole steps, hours with quick choices, or any number."""

    CHOICE = "choice"
    SCALE = "scale"
    HOURS = "hours"
    NUMBER = "number"


class FilledBy(StrEnum):
    """Who gives the answers: the person themselves, or a clinician who enters a total they arrived at elsewhere."""

    PATIENT = "patient"
    CLINICIAN = "clinician"


class Wording(StrEnum):
    """Whether the questions come with the portal, or are pasted by a clinic that has a licence for them."""

    SHIPPED = "shipped"
    CLINIC = "clinic"


class Method(StrEnum):
    """How a scale comes from its items.

    A sum, a mean, the sum of the greatest answer of each group, or the highest of some levels whose conditions are met.
    """

    SUM = "sum"
    MEAN = "mean"
    MAXIMUM = "maximum"
    TRIAGE = "triage"


class SafetyState(StrEnum):
    """What a safety item says. Unanswered and declined are unknown, never negative."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer a person can pick; `loinc` is its answer code (LA…) where one is confirmed."""

    value: int
    label: str
    loinc: str | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds where any of these items was answered with `at_least` or more."""

    items: tuple[str, ...]
    at_least: float


@dataclass(frozen=True, slots=True)
class Item:
    """One question.

    `options` are every possible answer of a choice or a scale, and the quick choices of hours. `minimum`, `maximum` and
    `step` bound scale and hours items; for a choice they span its values. `stem` is the sentence the text completes, ""
    if it stands alone. `positive_values` makes it a safety item: these answers are positive. `asked_if` hides it until
    earlier answers call for it; hidden, it is neither asked nor missing.
    """

    code: str
    text: str
    kind: ItemKind
    minimum: float
    maximum: float
    step: float
    stem: str = ""
    hint: str = ""
    options: tuple[Option, ...] = ()
    low_label: str = ""
    high_label: str = ""
    positive_values: tuple[int, ...] = ()
    is_required: bool = True
    is_default: bool = True
    loinc: str | None = None
    asked_if: Condition | None = None
    unit: str = ""

    @property
    def is_safety(self) -> bool:
        return bool(self.positive_values)

    def option(self, value: float | Decimal | None) -> Option | None:
        """Return the option with this value, or None."""
        return next((option for option in self.options if option.value == value), None)

    def safety_state(self, value: float | Decimal | None) -> SafetyState:
        """Return what `value` says about safety; None (unanswered or declined) is unknown.

        Raises ValueError if this is not a safety item.
        """
        if not self.is_safety:
            raise ValueError(f"{self.code} is not a safety item")
        if value is None:
            return SafetyState.UNKNOWN
        return SafetyState.POSITIVE if value in self.positive_values else SafetyState.NEGATIVE


@dataclass(frozen=True, slots=True)
class Band:
    """A named range of scores, both edges inside. Bands of a scale are ordered and leave no gap."""

    code: str
    label: str
    minimum: int
    maximum: int


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

    For the method "maximum" the greatest answer counts; `needs_all` is False where any one answered item will do. For a
    sum it is the cluster whose mean fills unanswered items, of which it takes at most `missing_allowed`.
    """

    items: tuple[str, ...]
    needs_all: bool = True
    missing_allowed: int = 0


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
    the other end; the result is multiplied by `times`. A triage has `levels`, which are its bands too. `loinc` is the
    code of the total, never of the panel.
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

    def band(self, value: float | Decimal | None) -> Band | None:
        """Return the band that holds `value`, or None if there is no score or the scale has no bands."""
        if value is None:
            return None
        return next((band for band in self.bands if band.minimum <= value <= band.maximum), None)


@dataclass(frozen=True, slots=True)
class Definition:
    """One version of one instrument.

    `neutral_title` names no illness and no instrument: for page titles, mail and shared screens. `recall_days` is how
    many days up to the answer the questions cover (14 for PHQ-9, 1 for a daily check-in). `minutes` is about how long
    it takes. The first of `scales` is the primary one. `language` is that of the wording. `guidance` is for clinicians:
    what to do with the result. `staff_note` says what the reader of a score has to know about how it came about.
    """

    id: str
    version: int
    title: str
    short_title: str
    neutral_title: str
    recall_days: int | None
    minutes: int
    is_validated: bool
    items: tuple[Item, ...]
    scales: tuple[Scale, ...]
    license: str
    license_status: LicenseStatus
    attribution: str
    source: str
    verified_on: date | None
    instruction: str = ""
    stem: str = ""
    copyright_notice: str = ""
    loinc: str | None = None
    filled_by: FilledBy = FilledBy.PATIENT
    wording: Wording = Wording.SHIPPED
    language: str = "en"
    guidance: str = ""
    staff_note: str = ""

    @property
    def has_wording(self) -> bool:
        """Whether every question and answer has its text; one without can be scored but not asked."""
        answers = (option.label for item in self.items for option in item.options)
        return all(item.text for item in self.items) and all(answers)

    @property
    def is_askable(self) -> bool:
        """Whether a patient can be asked it."""
        return self.filled_by is FilledBy.PATIENT and self.has_wording

    @property
    def structure_version(self) -> int:
        """The version of the questions and their scoring, whoever pasted the wording (see `WORDINGS_PER_VERSION`)."""
        return self.version // WORDINGS_PER_VERSION or self.version

    @property
    def primary(self) -> Scale:
        return self.scales[0]

    @property
    def default_items(self) -> tuple[str, ...]:
        """Codes of the items asked unless a plan says otherwise, in printed order."""
        return tuple(item.code for item in self.items if item.is_default)

    def item(self, code: str) -> Item:
        """Return the item with this code; raises KeyError."""
        return _named(self.items, code, self.id)

    def scale(self, code: str) -> Scale:
        """Return the scale with this code; raises KeyError."""
        return _named(self.scales, code, self.id)

    def asked(self, codes: Collection[str] | None = None) -> tuple[Item, ...]:
        """Return the items with these codes (None: the default ones) in printed order.

        Raises KeyError for a stranger.
        """
        wanted = self.default_items if codes is None else codes
        for code in wanted:
            self.item(code)
        return tuple(item for item in self.items if item.code in wanted)


Part = TypeVar("Part", Item, Scale)


def _named(parts: tuple[Part, ...], code: str, owner: str) -> Part:
    for part in parts:
        if part.code == code:
            return part
    raise KeyError(f"{owner} has no {code!r}")
