"""Which reminder on which of a person's own days, and at which hour of it. Pure.

A check-in is told of on the day it falls due, and at most twice more; then nothing, until it was answered or something
new is asked. What comes round every few days counts as one series: whoever leaves three of its mails unanswered gets no
fourth, and the round of silence (R11) takes over. A day has one such mail at the most, whatever the clocks do.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.checkins.occurrences import Occurrence, start_of_day
from portal.checkins.standing import Due, Last

HOUR = time(9)
"""When a person is reminded who chose no hour. Interval default [D]."""
LATEST = time(20)
"""Until when on the same day what was missed at its hour is made up for, or for so long after it."""
GRACE = timedelta(hours=3)
STEP_DAYS = (0, 1, 3)
"""How many days after it fell due each mail goes out at the earliest. Interval default [D]."""
MOST = len(STEP_DAYS)
OWN_SERIES_DAYS = 5
"""What can be answered for at least so long is a series of its own each time it is asked."""


@dataclass(frozen=True, slots=True)
class Given:
    """The mails about one instrument so far: in which series, how many, and the last one's day and moment."""

    series: str
    given: int
    last_on: date
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is told of today: the due item, in which series, and the how manieth mail it is."""

    due: Due
    series: str
    number: int


def moment(day: date, clock: time, zone: ZoneInfo) -> datetime | None:
    """Return when a day's clock first shows a time, as aware UTC.

    A time that the clocks skip is when it would have been, or, where that is another day, an hour before the day ends.

    Args:
        day: a day in the zone.
        clock: a time of day.
        zone: where.

    Returns:
        None for a day that a place left out, as Samoa did in 2011.
    """
    found = datetime.combine(day, clock, zone).astimezone(UTC)
    if found.astimezone(zone).date() == day:
        return found
    last_hour = start_of_day(day.toordinal() + 1, zone) - timedelta(hours=1)
    return last_hour if last_hour.astimezone(zone).date() == day else None


def is_time(at: datetime, clock: time, zone: ZoneInfo) -> bool:
    """Return whether a person is to be told now of what their day brings.

    Args:
        at: now, aware.
        clock: the hour they chose.
        zone: where they live.
    """
    day = at.astimezone(zone).date()
    opens, latest = moment(day, clock, zone), moment(day, LATEST, zone)
    return opens is not None and opens <= at < max(opens + GRACE, latest or opens)


def steps(
    due: Iterable[Due], given: Mapping[str, Given], last: Mapping[str, Last], since: datetime | None, today: date
) -> tuple[Step, ...]:
    """Return what a patient is told of today, what is due first first; nothing where they were told today already.

    Args:
        due: how each instrument of the plan stands.
        given: by instrument what was sent so far.
        last: by instrument the latest check-in.
        since: when they were taken back into care: mails from before do not count; None where they never left it.
        today: their day.
    """
    if any(one.last_on >= today for one in given.values()):
        return ()
    found = (_step(one, given.get(one.line.instrument), last, since, today) for one in due if one.is_now)
    return tuple(one for one in found if one is not None)


def series_of(asking: Occurrence) -> str:
    """Return what the mails about an asking are counted by."""
    if asking.closes_at - asking.opens_at >= timedelta(days=OWN_SERIES_DAYS) - timedelta(hours=2):
        return asking.due_on.isoformat()
    return asking.anchor_id.hex if asking.anchor_id else "rhythm"


def _step(one: Due, before: Given | None, last: Mapping[str, Last], since: datetime | None, today: date) -> Step | None:
    series = series_of(one.occurrence)
    number = 1
    if before is not None and before.series == series and _counts(before, one, last.get(one.line.instrument), since):
        number = before.given + 1
    if number > MOST:
        return None
    is_own = series == one.occurrence.due_on.isoformat()
    if is_own and (today - one.occurrence.due_on).days < STEP_DAYS[number - 1]:
        return None
    return Step(one, series, number)


def _counts(before: Given, one: Due, answered: Last | None, since: datetime | None) -> bool:
    """Return whether the mails so far still count: nothing was answered, begun anew or taken up again after them."""
    is_answered = answered is not None and answered.received_at > before.last_at
    is_back = since is not None and since > before.last_at
    return not is_answered and not is_back and one.line.starts_on <= before.last_on
