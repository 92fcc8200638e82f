"""Element 11: how much of what was asked was done, when the patient was last heard of, what is overdue. Pure.

An asking counts once its window has closed: it was done, or it was not. What is missing is never well.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from portal.checkins.occurrences import Anchors, Occurrence, merged
from portal.checkins.rhythm import PlanLine
from portal.checkins.standing import Last
from portal.progress.words import Message, counted, message
from portal.review.booster.elements import parts
from portal.review.booster.sheet import Element, Line

DAYS = 28
MOST_SCALES, MOST_OVERDUE = 5, 4


@dataclass(frozen=True, slots=True)
class Count:
    """How often one instrument was asked with a window that has closed, and how often it was done."""

    name: str
    asked: int
    done: int


@dataclass(frozen=True, slots=True)
class Overdue:
    """An instrument that the care team waits for, and since which day."""

    name: str
    since: date


@dataclass(frozen=True, slots=True)
class Adherence:
    """What was asked and done.

    Args:
        today: the patient's day.
        since: the first day that was looked at.
        counts: by instrument, those asked at all.
        last_on: the day the last check-in came in; None where there never was one.
        silent_days: after how many days without a word the clinic calls a patient silent.
        overdue: what is late now, the longest first.
        is_in_care: whether anything is asked now.
    """

    today: date
    since: date
    counts: tuple[Count, ...] = ()
    last_on: date | None = None
    silent_days: int = 7
    overdue: tuple[Overdue, ...] = ()
    is_in_care: bool = True


def adherence(found: Adherence) -> Element:
    """Return the share of the check-ins that were done, when the last one came, and what is overdue."""
    return parts.element(11, _lines(found))


def count(
    lines: Sequence[PlanLine],
    anchors: Anchors,
    done: Sequence[Last],
    since: date,
    at: datetime,
    time_zone: str,
) -> tuple[int, int]:
    """Return how many askings of one instrument have closed from a day on, and how many of them were done.

    An asking that an earlier check-in made needless, because it came closer than the least gap, is not counted.

    Args:
        lines: every line of the plan that asks it, ended ones too.
        anchors: what they hang on.
        done: its check-ins from some days before `since` on.
        since: the first day on which an asking may open.
        at: now, aware.
        time_zone: where the patient lives, an IANA time zone.
    """
    zone = ZoneInfo(time_zone)
    gap = max((line.min_gap_days for line in lines), default=0)
    askings = merged(lines, anchors, since, at.astimezone(zone).date(), time_zone)
    closed = [one for one in askings if one.closes_at <= at]
    moments = [(one.moment(zone), one.for_on) for one in done]
    answered = [one for one in closed if any(one.opens_at <= moment < one.closes_at for moment, _ in moments)]
    needless = [one for one in closed if one not in answered and _is_needless(one, moments, gap)]
    return len(closed) - len(needless), len(answered)


def _is_needless(asking: Occurrence, moments: Sequence[tuple[datetime, date]], gap: int) -> bool:
    return any(moment < asking.opens_at and asking.due_on < for_on + timedelta(days=gap) for moment, for_on in moments)


def counts(asked: Mapping[str, tuple[int, int]], names: Mapping[str, str]) -> tuple[Count, ...]:
    """Return the counts of the instruments that were asked at all, the most often asked first."""
    found = [Count(names[one], *asked[one]) for one in asked if asked[one][0]]
    return tuple(sorted(found, key=lambda one: -one.asked))


def _lines(found: Adherence) -> Iterator[Line]:
    if not found.is_in_care:
        yield parts.missing(message("Not in care now: nothing is asked."))
    elif found.counts:
        yield from _share(found)
    else:
        yield parts.missing(message("Nothing was asked since %(on)s.", on=parts.on(found.since)))
    yield _last(found)
    if found.overdue:
        late = [_late(one, found.today) for one in found.overdue]
        yield parts.attention(message("Overdue now: %(what)s", what=parts.listed(late, MOST_OVERDUE)))
    elif found.is_in_care and found.counts:
        yield parts.plain(message("Nothing is overdue."))


def _share(found: Adherence) -> Iterator[Line]:
    asked, done = sum(one.asked for one in found.counts), sum(one.done for one in found.counts)
    said = message(
        "%(percent)s %% of the check-ins asked since %(on)s were done: %(done)s of %(asked)s",
        percent=100 * done // asked,
        on=parts.on(found.since),
        done=done,
        asked=asked,
    )
    yield parts.plain(said) if done == asked else parts.missing(said)
    if len(found.counts) > 1:
        each = [
            message("%(scale)s %(done)s of %(asked)s", scale=one.name, done=one.done, asked=one.asked)
            for one in found.counts
        ]
        yield parts.plain(parts.listed(each, MOST_SCALES))


def _last(found: Adherence) -> Line:
    if found.last_on is None:
        return parts.missing(message("There is no check-in yet."))
    days = (found.today - found.last_on).days
    if not days:
        return parts.plain(message("The last check-in came today."))
    said = counted(
        "The last check-in came on %(on)s, %(n)s day ago",
        "The last check-in came on %(on)s, %(n)s days ago",
        days,
        on=parts.on(found.last_on),
    )
    if days < found.silent_days:
        return parts.plain(said)
    line = counted("the clinic’s line is %(n)s day", "the clinic’s line is %(n)s days", found.silent_days)
    return parts.attention(parts.row([said, line]))


def _late(one: Overdue, today: date) -> Message:
    days = counted("%(n)s day", "%(n)s days", (today - one.since).days)
    if one.since >= today:
        return message("%(scale)s since today", scale=one.name)
    return message("%(scale)s since %(on)s (%(days)s)", scale=one.name, on=parts.on(one.since), days=days)
