"""R11, silence is a sign: what a patient was asked and did not answer, and what follows from it when. Pure.

"Daily check-ins missed in a row" are askings of the daily check-in, in whatever rhythm the plan has it, whose window
closed since anything was heard of the patient. "A questionnaire past its window" is the first asking of any other
instrument, not answered since, whose window closed so many of the patient's own days ago. What is asked once after an
infusion (side effects) cannot be made up for and is no such questionnaire.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from portal.checkins.occurrences import Anchors, Occurrence, merged, start_of_day
from portal.checkins.rhythm import Anchor, PlanLine
from portal.checkins.standing import Last, still_asked

DAILY = "daily"
LOOK_BACK_DAYS = 60
"""What was asked longer ago than this is no sign any more: it is the past. Interval default [D]."""
CIVIL_HOURS = range(9, 20)
"""The hours of the patient's own day in which they are reminded, from 9:00 to 19:59. Interval default [D]."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When the rule is met: so many daily check-ins in a row, or so many days past a questionnaire's window."""

    missed: int
    scale_days: int

    def after_a_sign(self, days: int) -> "Limits":
        """Return the limits for somebody of whom there was a sign of danger lately."""
        return Limits(min(self.missed, days), min(self.scale_days, days))


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a patient.

    Args:
        time_zone: where they live, an IANA time zone.
        anchors: what their plan hangs on.
        last: of each instrument the latest check-in.
        since: what was asked before does not count: enrolled, back in care, outreach done; aware UTC.
        heard_at: when the last check-in of any kind came in, aware UTC; None where there is none.
    """

    time_zone: str
    anchors: Anchors
    last: dict[str, Last]
    since: datetime
    heard_at: datetime | None

    @property
    def zone(self) -> ZoneInfo:
        """Where they live."""
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True)
class Missed:
    """An instrument that meets the rule.

    Args:
        instrument: its id.
        since: the patient's day on which the first asking opened that was not answered.
        askings: how many were not answered and are over.
        met_at: from when on it meets the rule, aware UTC.
    """

    instrument: str
    since: date
    askings: int
    met_at: datetime


class Ending(StrEnum):
    """Why a spell of silence is over: heard again, or nothing that was asked is missing any more."""

    HEARD = "heard"
    MOOT = "moot"


@dataclass(frozen=True, slots=True)
class Spell:
    """A spell of silence that goes on; all moments are aware UTC.

    Args:
        began_at: when the rule was met.
        reminded_at, reminded_again_at: when the patient was reminded.
        has_alert: whether the care team has it on its list.
        is_dealt_with: whether somebody closed that alert.
    """

    began_at: datetime
    reminded_at: datetime | None = None
    reminded_again_at: datetime | None = None
    has_alert: bool = False
    is_dealt_with: bool = False


@dataclass(frozen=True, slots=True)
class Waits:
    """How long a spell lasts before the first reminder, and before the second one and the outreach list."""

    first: timedelta
    second: timedelta


@dataclass(frozen=True, slots=True)
class Steps:
    """What is to be done now; `reminder` is 1, 2, or 0 for none."""

    ends: Ending | None = None
    opens: bool = False
    reminder: int = 0
    alerts: bool = False

    def __bool__(self) -> bool:
        return self != Steps()


def missing(lines: Iterable[PlanLine], known: Known, limits: Limits, now: datetime) -> tuple[Missed, ...]:
    """Return what meets the rule, the one first that did so first.

    Args:
        lines: what the patient is or was asked, lines that ended in the last `LOOK_BACK_DAYS` too.
        known: what else is known of them.
        limits: the clinic's.
        now: aware.
    """
    today = now.astimezone(known.zone).date()
    asked: dict[str, list[PlanLine]] = {}
    for line in lines:
        asked.setdefault(line.instrument, []).append(line)
    current = (of_one for of_one in asked.values() if any(not line.is_over(today) for line in of_one))
    found = (_missed(of_one, known, limits, now) for of_one in current)
    return tuple(sorted((one for one in found if one is not None), key=lambda one: (one.met_at, one.instrument)))


def steps(
    met: Sequence[Missed], spell: Spell | None, known: Known, waits: Waits, now: datetime, *, is_pressing: bool
) -> Steps:
    """Return what is to be done about a patient in care.

    Args:
        met: what meets the rule now.
        spell: the spell that goes on, None where none does.
        known: what is known of them.
        waits: the clinic's.
        now: aware.
        is_pressing: whether there was a sign of danger lately: the care team then need not wait for reminders.
    """
    if spell is not None and (not met or spell.is_dealt_with):
        has_spoken = known.heard_at is not None and known.heard_at > spell.began_at
        return Steps(ends=Ending.HEARD if has_spoken and not spell.is_dealt_with else Ending.MOOT)
    if not met:
        return Steps()
    going_on = spell or Spell(met[0].met_at)
    silent_for = now - going_on.began_at
    return Steps(
        opens=spell is None,
        reminder=_reminder(going_on, silent_for, waits, now.astimezone(known.zone)),
        alerts=not going_on.has_alert and (is_pressing or silent_for >= waits.second),
    )


def details(met: Sequence[Missed], known: Known) -> dict[str, Any]:
    """Return what was missed as a spell and its concern keep it: instruments, days and counts."""
    heard_on = known.heard_at.astimezone(known.zone).date().isoformat() if known.heard_at else None
    rows = [{"instrument": one.instrument, "since": one.since.isoformat(), "askings": one.askings} for one in met]
    return {"missed": rows, "heard_on": heard_on}


def _missed(lines: Sequence[PlanLine], known: Known, limits: Limits, now: datetime) -> Missed | None:
    name = lines[0].instrument
    since = known.since
    if name == DAILY:
        since = max(since, known.heard_at) if known.heard_at else since
        over = [one for one in _asked_since(since, lines, known, now) if one.closes_at <= now]
        if len(over) < limits.missed:
            return None
        return Missed(name, over[0].due_on, len(over), over[limits.missed - 1].closes_at)
    last = known.last.get(name)
    since = max(since, last.moment(known.zone)) if last else since
    over = [one for one in _asked_since(since, lines, known, now) if one.closes_at <= now and _comes_round(one)]
    met_at = _days_later(over[0].closes_at, limits.scale_days, known.zone) if over else None
    return Missed(name, over[0].due_on, len(over), met_at) if met_at is not None and met_at <= now else None


def _asked_since(since: datetime, lines: Sequence[PlanLine], known: Known, now: datetime) -> list[Occurrence]:
    zone = known.zone
    today = now.astimezone(zone).date()
    first = max(since.astimezone(zone).date(), today - timedelta(days=LOOK_BACK_DAYS))
    if first > today:
        return []
    found = merged(lines, known.anchors, first, today, known.time_zone)
    return [one for one in still_asked(found, lines, known.last.get(lines[0].instrument), zone) if one.opens_at > since]


def _comes_round(asking: Occurrence) -> bool:
    return asking.anchor is not Anchor.INFUSION or asking.trigger.every_days is not None


def _days_later(moment: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the same time of day so many of the patient's days later, whatever the clocks did."""
    local = moment.astimezone(zone)
    if local == start_of_day(local.date().toordinal(), zone):
        return start_of_day(local.date().toordinal() + days, zone)
    return (local + timedelta(days=days)).astimezone(UTC)


def _reminder(spell: Spell, silent_for: timedelta, waits: Waits, local: datetime) -> int:
    if local.hour not in CIVIL_HOURS:
        return 0
    if spell.reminded_at is None:
        return 1 if silent_for >= waits.first else 0
    if spell.reminded_again_at is not None or spell.reminded_at.astimezone(local.tzinfo).date() >= local.date():
        return 0
    return 2 if silent_for >= waits.second else 0
