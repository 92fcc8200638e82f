"""What a line of a plan is: which instrument, and the triggers that say when it is asked."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

MOST_GAP_DAYS = 7
DEFAULT_WINDOW_DAYS = 7
KEYS = {"from": "from_day", "every": "every_days", "until": "until_day", "hours": "hours", "open": "open_days"}
"""How a plan item names the parts of a trigger."""


class Anchor(StrEnum):
    """What a trigger counts from.

    START is the first day of the line, so that the rhythm is the calendar's. INFUSION is each infusion that was given,
    whole or in part. PLANNED_INFUSION is each infusion that is planned, or was: what leads up to it.
    """

    START = "start"
    ENROLMENT = "enrolment"
    INFUSION = "infusion"
    PLANNED_INFUSION = "planned-infusion"


@dataclass(frozen=True, slots=True)
class Trigger:
    """When an instrument is asked, counted in the patient's own days from an anchor.

    Args:
        anchor: what is counted from.
        from_day: the first day it is asked; 0 is the anchor's day, and negative days lie before a planned infusion.
        every_days: repeated in this rhythm, 1 to 366; None: asked once for each anchor.
        until_day: the last day it may fall on; None: for an infusion given until the next one is given, for a planned
            one until its day, else for ever.
        hours: asked this many hours from the anchor's moment instead of on a day. Negative: within so many hours before
            a planned infusion, until it begins.
        open_days: how long it can be answered, 1 to 28 days, or until it is asked again; None: a day where it is asked
            every day or at an hour, else 7.
    """

    anchor: Anchor
    from_day: int = 0
    every_days: int | None = None
    until_day: int | None = None
    hours: int | None = None
    open_days: int | None = None

    @property
    def hangs_on_infusion(self) -> bool:
        """Whether it moves with an infusion."""
        return self.anchor in (Anchor.INFUSION, Anchor.PLANNED_INFUSION)

    @property
    def window_days(self) -> int:
        """How many days it can be answered unless it is asked again before."""
        is_short = self.every_days == 1 or self.hours is not None
        return self.open_days or (1 if is_short else DEFAULT_WINDOW_DAYS)


AT_ONCE: tuple[Trigger, ...] = (Trigger(Anchor.START, open_days=1),)
"""Asked once, on the first day of the line."""


@dataclass(frozen=True, slots=True)
class LineDraft:
    """A line as somebody wishes it: `planning.apply` makes a `PlanLine` of it.

    Args:
        instrument: the instrument's id.
        triggers: when it is asked.
        min_gap_days: at least so many days lie between two askings, 0 to 7.
        extra_items: codes of items asked besides the instrument's default ones.
    """

    instrument: str
    triggers: tuple[Trigger, ...]
    min_gap_days: int = 0
    extra_items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One instrument a patient is asked.

    Args:
        id: the plan item.
        instrument: the instrument's id.
        triggers: when it is asked.
        min_gap_days: at least so many days lie between two askings.
        minutes: about how long it takes.
        starts_on: the first day it is asked.
        ends_on: the first day it is asked no more; None while it goes on.
        extra_items: codes of items asked besides the instrument's default ones.
        is_for_team: whether the care team enters a total; the patient is neither asked nor told.
        is_at_once: whether the portal asks it on this one day because of an answer; it is no part of anybody's plan,
            and stands in place of the lines that ask the same.
        is_requested: whether the care team asked for it once, in a message; it is no part of the plan either, is never
            late, and stands in place of the lines that ask the same until it is answered or over.
    """

    id: uuid.UUID
    instrument: str
    triggers: tuple[Trigger, ...]
    min_gap_days: int
    minutes: int
    starts_on: date
    ends_on: date | None = None
    extra_items: tuple[str, ...] = ()
    is_for_team: bool = False
    is_at_once: bool = False
    is_requested: bool = False

    @property
    def draft(self) -> LineDraft:
        """The line as it would be wished again."""
        return LineDraft(self.instrument, self.triggers, self.min_gap_days, self.extra_items)

    def is_asked_on(self, day: date) -> bool:
        """Return whether the line stands in the plan on a day."""
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)

    def is_over(self, today: date) -> bool:
        """Return whether the line has ended, or was ended before it began."""
        return self.ends_on is not None and self.ends_on <= max(today, self.starts_on)


def every(days: int) -> tuple[Trigger, ...]:
    """Return the plainest rhythm: every so many days from the first day of the line on."""
    return (Trigger(Anchor.START, every_days=days),)


def shortest(triggers: Sequence[Trigger]) -> int | None:
    """Return the shortest rhythm among triggers in days; None where nothing repeats."""
    return min((one.every_days for one in triggers if one.every_days), default=None)


def to_json(triggers: Sequence[Trigger]) -> list[dict[str, Any]]:
    """Return triggers as a plan item keeps them; what is not set is left out."""
    rows = ({key: getattr(one, name) for key, name in KEYS.items()} for one in triggers)
    kept = ({key: value for key, value in row.items() if value is not None} for row in rows)
    return [{"anchor": one.anchor.value, **row} for one, row in zip(triggers, kept, strict=True)]


def from_json(rows: Sequence[Mapping[str, Any]]) -> tuple[Trigger, ...]:
    """Return the triggers a plan item keeps.

    Raises:
        ValueError: an anchor that does not exist.
    """
    return tuple(
        Trigger(Anchor(row["anchor"]), **{name: row[key] for key, name in KEYS.items() if row.get(key) is not None})
        for row in rows
    )
