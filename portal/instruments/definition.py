"""What a questionnaire is: its wording, how it is scored, what its scores mean and who allows us to ship it.

Values only. `loader` makes them from TOML files and is the one place that checks them; everything else may trust them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import TypeVar

from portal.instruments.scale import (
    Band,
    Condition,
    Cutoff,
    Group,
    Level,
    Method,
    ReliableChange,
    ResponseRule,
    Scale,
)

__all__ = [
    "WORDINGS_PER_VERSION",
    "Band",
    "Condition",
    "Cutoff",
    "Definition",
    "FilledBy",
    "Group",
    "Item",
    "ItemKind",
    "Level",
    "LicenseStatus",
    "Method",
    "Option",
    "ReliableChange",
    "ResponseRule",
    "SafetyState",
    "Scale",
    "Wording",
]

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
class Item:
    """One question.

    `options` are every possible answer of a choice or a scale, and the quick choices of hours. `minimum`, `maximum` and
    `step` bound scales, hours and numbers, which are counted in `unit`; for a choice they span its values. `stem` is
    the sentence the text completes, "" if it stands alone. `positive_values` makes it a safety item: these answers are
    positive. `asked_if` hides it until earlier answers call for it; hidden, it is neither asked nor missing.
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

    def __hash__(self) -> int:
        return hash((self.id, self.version))

    @property
    def has_wording(self) -> bool:
        """Whether every question and answer has its text; one without can be scored but not asked."""
        answers = (option.label for item in self.items for option in item.options)
        ends = (item.low_label and item.high_label for item in self.items if item.kind is ItemKind.SCALE)
        return all(item.text for item in self.items) and all(answers) and all(ends)

    @property
    def is_askable(self) -> bool:
        """Whether a patient can be asked it."""
        return self.filled_by is FilledBy.PATIENT and self.has_wording

    @property
    def key(self) -> str:
        """What stands for the instrument in an address, which must not say what somebody is asked about."""
        return key_of(self.id)

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


def key_of(instrument: str) -> str:
    """Return what stands for an instrument's id in an address."""
    return sha256(instrument.encode()).hexdigest()[:10]


Part = TypeVar("Part", Item, Scale)


def _named(parts: tuple[Part, ...], code: str, owner: str) -> Part:
    for part in parts:
        if part.code == code:
            return part
    raise KeyError(f"{owner} has no {code!r}")
