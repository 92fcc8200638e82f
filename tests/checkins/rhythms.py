"""The rhythms the clinic uses, and shorthand for lines, anchors and days, for the tests of the plan."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from portal.checkins.plan import Anchor, Anchors, PlanLine, Trigger, merged

ZONE = "America/New_York"
DAY = date(2026, 11, 2)
"""A Monday, on which lines begin where nothing else is said."""
MINUTES = {"daily": 1, "gad-7": 2, "phq-9": 3}

EVERY_DAY = (Trigger(Anchor.START, every_days=1),)
WEEKLY = (Trigger(Anchor.START, every_days=7),)
WEEKLY_AND_THE_MORNING_OF_EACH = (*WEEKLY, Trigger(Anchor.PLANNED_INFUSION))
AFTER_EACH = (
    Trigger(Anchor.INFUSION, hours=2),
    Trigger(Anchor.INFUSION, from_day=1),
    Trigger(Anchor.INFUSION, from_day=3),
)
DAILY_FOR_7_THEN_WEEKLY = (
    Trigger(Anchor.INFUSION, from_day=1, every_days=1, until_day=7),
    Trigger(Anchor.INFUSION, from_day=14, every_days=7),
)
EVERY_7_FOR_28_THEN_14 = (
    Trigger(Anchor.START, every_days=7, until_day=27),
    Trigger(Anchor.START, from_day=28, every_days=14),
)
WITHIN_72_HOURS = (Trigger(Anchor.PLANNED_INFUSION, hours=-72),)


def line(
    triggers: Any = WEEKLY, instrument: str = "phq-9", gap: int = 0, starts: date = DAY, **values: Any
) -> PlanLine:
    return PlanLine(uuid.uuid4(), instrument, tuple(triggers), gap, MINUTES.get(instrument, 5), starts, **values)


def day(number: int) -> date:
    """Return a day counted from `DAY`, which is 0."""
    return DAY + timedelta(days=number)


def moment(number: int, hour: float = 10, zone: str = ZONE) -> datetime:
    """Return an hour of a day by the patient's clock, as aware UTC."""
    local = datetime(2026, 11, 2, tzinfo=ZoneInfo(zone)) + timedelta(days=number, hours=hour)
    return local.astimezone(UTC)


def anchors(given: Any = (), planned: Any = (), enrolled: int = 0) -> Anchors:
    """Return anchors from days, or from pairs of day and hour; what was given had been planned."""
    spread = [_moment(one) for one in given]
    ahead = [_moment(one) for one in planned]
    of_given = tuple((uuid.uuid5(uuid.NAMESPACE_OID, str(at)), at) for at in spread)
    of_planned = tuple((uuid.uuid5(uuid.NAMESPACE_OID, str(at)), at) for at in ahead)
    return Anchors(day(enrolled), of_given, tuple(sorted((*of_given, *of_planned), key=lambda one: one[1])))


def _moment(one: Any) -> datetime:
    return moment(*one) if isinstance(one, tuple) else moment(one)


def days(lines: Any, found: Anchors, first: int, last: int, zone: str = ZONE) -> list[int]:
    """Return the numbers of the days on which something is asked."""
    asked = merged(lines if isinstance(lines, list) else [lines], found, day(first), day(last), zone)
    return [(one.due_on - DAY).days for one in asked]
