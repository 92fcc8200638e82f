"""What the progress pages say, before anybody's language is chosen.

Pure files build messages; the edge hands in `Words`, which knows the reader's language, dates and numbers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class Span(NamedTuple):
    """The days from `start` to `end`, both included."""

    start: date
    end: date


class Points(NamedTuple):
    """A number that is always written with so many decimals, 1 or more: a mean of 5 is 5.0."""

    value: float
    decimals: int


class Message(NamedTuple):
    """An English message id with the values it needs.

    `plural` is given where the wording depends on `values["n"]`. A value is a string, a number, `Points`, a `date`, a
    `Span` or a message itself: the edge writes each as the reader is used to.
    """

    msgid: str
    values: Mapping[str, object]
    plural: str | None = None


def message(msgid: str, **values: object) -> Message:
    """Return a message whose wording does not depend on a count."""
    return Message(msgid, values)


def counted(singular: str, plural: str, n: int, **values: object) -> Message:
    """Return a message worded by the count `n` (0 or more), which is also its value `n`."""
    return Message(singular, {**values, "n": n}, plural)


@dataclass(frozen=True, slots=True)
class Words:
    """How one reader is spoken to: every string that a chart shows comes through here.

    `day` is a full date ("6 March 2026"), `short_day` a short one ("6 Mar"), `month` a short month name;
    `number` writes a score or a dose without a needless fraction.
    """

    say: Callable[[Message], str]
    day: Callable[[date], str]
    short_day: Callable[[date], str]
    month: Callable[[date], str]
    number: Callable[[float], str]
