"""The sheet a provider reads before a booster: thirteen elements in a fixed order, each a few lines of words. Pure.

The order is that of the clinic's reference for a one-page booster review. A line is a message, so that it can be said
in the reader's language; the pictures (elements 2 and 5) are drawn from the same timeline by whoever shows the sheet.
"""

from dataclasses import dataclass
from enum import StrEnum

from portal.progress.words import Message


class Tone(StrEnum):
    """How a line asks to be read."""

    PLAIN = "plain"
    ATTENTION = "attention"
    DANGER = "danger"
    MISSING = "missing"
    """Something is not known, not asked or not on record, which is never the same as well."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an element. `words` are somebody's own, shown as they are below what is said of them."""

    said: Message
    tone: Tone = Tone.PLAIN
    words: str = ""


@dataclass(frozen=True, slots=True)
class Element:
    """One of the elements; `number` from 1 to 12 (13 is the decision), `name` its heading."""

    number: int
    name: Message
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The twelve elements that come before the decision, in order."""

    elements: tuple[Element, ...]
