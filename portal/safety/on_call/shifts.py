"""A shift as it is typed on the clinic's clock, once or week after week, as spans of time. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from portal.clinic import when
from portal.messages import N_
from portal.safety.on_call.cover import Span

LONGEST = timedelta(days=7)
FURTHEST = timedelta(days=366)
MOST_WEEKS = 53
"""Interval default [D]: one provider is on call for a week at most, and the rota reaches a year ahead."""

ENDS_BEFORE_START = N_("The shift must end after it starts.")
TOO_LONG = N_("One shift is %(days)s days at most. Divide it between several people, or add it in parts.")
IS_OVER = N_("This shift is over already. Check the day.")
TOO_FAR = N_("The rota reaches one year ahead. Check the day and the number of weeks.")
NO_SUCH_TIME = N_("The clocks go forward on %(day)s, and %(clock)s does not exist on that day. Choose another time.")
OVERLAPS = N_("%(name)s is on call already from %(start)s to %(end)s.")
SENT_ALREADY = N_("This page was saved before, with another shift. Check the rota below, then send this one again.")
CANNOT_BE_CALLED = N_("Choose a provider who can sign in.")


class Problem(NamedTuple):
    """Why a shift cannot be kept: the field it stands at, an English message id and its values."""

    field: str
    msgid: str
    values: Mapping[str, object]


class Refused(Exception):
    """What was typed cannot be kept; nothing was written."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(", ".join(problem.msgid for problem in problems))
        self.problems = problems


class Typed(NamedTuple):
    """A shift on the clinic's clock, and for how many weeks in a row."""

    starts_on: date
    starts: time
    ends_on: date
    ends: time
    weeks: int = 1


def spans(typed: Typed, zone: str, *, at: datetime) -> list[Span]:
    """Return the spans of a shift, week by week; each keeps its time on the clock when the clocks change.

    Args:
        typed: the first shift and the number of weeks, 1 to 53.
        zone: the clinic's, an IANA name.
        at: the present, aware.

    Returns:
        Spans in UTC, in order, none touching an earlier moment than the one before.

    Raises:
        Refused: it ends before it starts, is longer than a week, is over, reaches more than a year ahead, or falls into
            an hour that the clocks skip.
    """
    length = datetime.combine(typed.ends_on, typed.ends) - datetime.combine(typed.starts_on, typed.starts)
    if length <= timedelta():
        raise Refused(Problem("ends_on" if typed.ends_on < typed.starts_on else "ends", ENDS_BEFORE_START, {}))
    if length > LONGEST:
        raise Refused(Problem("ends_on", TOO_LONG, {"days": LONGEST.days}))
    found = list(_weekly(typed, zone))
    if found[0][1] <= at:
        raise Refused(Problem("ends_on", IS_OVER, {}))
    if found[-1][0] > at + FURTHEST:
        raise Refused(Problem("starts_on" if typed.weeks == 1 else "weeks", TOO_FAR, {}))
    if any(start >= end for start, end in found):
        raise Refused(Problem("ends", ENDS_BEFORE_START, {}))
    return found


def overlap(wanted: Iterable[Span], taken: Iterable[Span]) -> Span | None:
    """Return the first span that is taken and shares time with one that is wanted; touching is not sharing."""
    mine = list(wanted)
    return next((one for one in sorted(taken) if any(one[0] < end and start < one[1] for start, end in mine)), None)


def _weekly(typed: Typed, zone: str) -> Iterator[Span]:
    for week in range(typed.weeks):
        later = timedelta(weeks=week)
        yield (
            _moment(typed.starts_on + later, typed.starts, zone, "starts"),
            _moment(typed.ends_on + later, typed.ends, zone, "ends"),
        )


def _moment(on: date, clock: time, zone: str, field: str) -> datetime:
    try:
        return when.moment(on, clock, zone)
    except when.NoSuchTime:
        raise Refused(Problem(field, NO_SUCH_TIME, {"day": on, "clock": clock.strftime("%H:%M")})) from None
