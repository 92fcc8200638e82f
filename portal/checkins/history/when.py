"""Dates and times as people and apps write them, and the instant they mean in a time zone."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from difflib import get_close_matches
from typing import Literal, get_args
from zoneinfo import ZoneInfo, available_timezones

from portal.checkins.history.problems import AmbiguousDates, HistoryError, RowRefused, shown
from portal.messages import N_

Order = Literal["ymd", "dmy", "mdy"]
ORDERS: tuple[Order, ...] = get_args(Order)
FORMATS: dict[str, Order] = {"YYYY-MM-DD": "ymd", "DD/MM/YYYY": "dmy", "MM/DD/YYYY": "mdy"}
LONGEST_DATE = 60
EARLIEST = date(1900, 1, 1)
NOON = time(12)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

NO_DATE = N_("This row has no date.")
NOT_A_DATE = N_("“%(value)s” is not a date that we can read.")
NOT_A_TIME = N_("“%(value)s” is not a time of day that we can read.")
TOO_EARLY = N_("The date %(value)s is too long ago.")
FUTURE = N_("The date and time %(value)s are in the future.")
TWO_WAYS = N_("The date “%(value)s” can be read in more than one way. Say which comes first: the day or the month.")
MIXED = N_("Some dates begin with the day, others with the month: “%(value)s”, “%(other)s”. Say which is right.")
SKIPPED = N_("The clocks went forward that night and %(value)s did not exist. It was moved forward.")
REPEATED = N_("The clocks went back that night and %(value)s came twice. The first one was taken.")
UNKNOWN_ZONE = N_("There is no time zone named “%(zone)s”.")
UNKNOWN_ZONE_BUT = N_("There is no time zone named “%(zone)s”. Did you mean “%(near)s”?")

_NUMERIC = re.compile(r"([0-9]{1,4})[-/. ]+([0-9]{1,2})[-/. ]+([0-9]{1,4})\.?")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[.,]?\s+", re.IGNORECASE)
_DAY_FIRST = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th|\.)?[- ]([a-z]{3,9})[.,]?[- ]([0-9]{4})", re.IGNORECASE)
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.?[- ]([0-9]{1,2})(?:st|nd|rd|th)?,?[- ]([0-9]{4})", re.IGNORECASE)
_TOGETHER = re.compile(r"(.+?)(?:[\s,]+(?:at\s+)?|T)([0-9]{1,2}(?:[:.hH][0-9]{2}(?![0-9])|\s*[aApP]\.?\s?[mM]\.?).*)")
_TIME = re.compile(
    r"([0-9]{1,2})(?:[:.h]([0-9]{2})(?:[:.]([0-9]{2})(?:[.,][0-9]{1,9})?)?)?"
    r"\s*(?:([ap])\.?\s?m\.?)?\s*(z|utc|gmt|[+-][0-9]{2}:?[0-9]{2})?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Written:
    """A date and time as they stand in the file; `clock` is None where only the day is known."""

    day: date
    clock: time | None = None
    offset: timedelta | None = None

    @property
    def text(self) -> str:
        """For messages."""
        return f"{self.day.isoformat()} {self.clock.isoformat('minutes')}" if self.clock else self.day.isoformat()


@dataclass(frozen=True, slots=True)
class Moment:
    """The instant (aware UTC), the day in the zone, and what had to be decided about it, if anything."""

    at: datetime
    on: date
    notice: str | None = None


def find_zone(name: str) -> ZoneInfo:
    """Return the IANA time zone of that name.

    Raises:
        HistoryError: there is none; the message has the nearest name.
    """
    if name in available_timezones():
        return ZoneInfo(name)
    folded = {zone.casefold(): zone for zone in available_timezones()}
    near = get_close_matches(name.casefold().replace(" ", "_"), list(folded), n=1, cutoff=0.6)
    if near:
        raise HistoryError(UNKNOWN_ZONE_BUT, zone=shown(name), near=folded[near[0]])
    raise HistoryError(UNKNOWN_ZONE, zone=shown(name))


def dates(text: str) -> dict[Order, date]:
    """Return every date that a text can mean, by the order of its parts; one and the same where it is plain."""
    if len(text) > LONGEST_DATE:
        return {}
    bare = _WEEKDAY.sub("", text, count=1) if text[:1].isalpha() else text
    if parts := _COMPACT.fullmatch(bare):
        return _same(_date(*parts.groups()))
    if parts := _NUMERIC.fullmatch(bare):
        return _numeric(*parts.groups())
    if parts := _DAY_FIRST.fullmatch(bare):
        return _same(_date(parts[3], _month(parts[2]), parts[1]))
    if parts := _MONTH_FIRST.fullmatch(bare):
        return _same(_date(parts[3], _month(parts[1]), parts[2]))
    return {}


def looks_like_a_date(text: str) -> bool:
    """Say whether a cell is a date, alone or with a time, in any order."""
    return bool(dates(split(text)[0]))


def split(text: str) -> tuple[str, str]:
    """Return the date part and the time part (maybe empty) of one cell."""
    # The pattern takes quadratic time, and this sees every cell of a stranger's file.
    together = _TOGETHER.fullmatch(text) if len(text) <= LONGEST_DATE else None
    return (together[1], together[2]) if together else (text, "")


def find_order(cells: Iterable[str]) -> Order:
    """Return the one order in which all dates make sense.

    Args:
        cells: the date cells, with or without a time; those that are no date at all are left to their rows.

    Raises:
        AmbiguousDates: more than one order, or no single one, fits; somebody has to say.
    """
    fits: Counter[Order] = Counter()
    count, undecided, samples = 0, "", dict.fromkeys(ORDERS, "")
    for cell in cells:
        possible = dates(split(cell)[0])
        count += bool(possible)
        fits.update(possible.keys())
        for order in possible:
            samples[order] = samples[order] or (cell if len(possible) == 1 else "")
        if len(set(possible.values())) > 1:
            undecided = undecided or cell
    fitting = [order for order in ORDERS if fits[order] == count]
    if not fitting:
        only = [shown(sample) for sample in samples.values() if sample] or [shown(undecided)]
        raise AmbiguousDates(MIXED, value=only[0], other=only[-1])
    if undecided and len(fitting) > 1:
        raise AmbiguousDates(TWO_WAYS, value=shown(undecided))
    return fitting[0]


def written(day: str, clock: str, order: Order) -> Written:
    """Return what a date cell and a time cell (empty: the date cell may hold both) say.

    Raises:
        RowRefused: no date, or one of them cannot be read.
    """
    if not day:
        raise RowRefused(NO_DATE)
    day_part, time_part = split(day)
    # Spreadsheets add midnight to a pure date; beside a time of its own it means nothing.
    if clock and time_part and _clock(time_part) not in ((time(0), None), (time(0), timedelta(0))):
        raise RowRefused(NOT_A_DATE, value=shown(day))
    found = dates(day_part).get(order)
    if found is None:
        raise RowRefused(NOT_A_DATE, value=shown(day))
    if not clock and not time_part:
        return Written(found)
    return Written(found, *_clock(clock or time_part))


def place(what: Written, zone: ZoneInfo, now: datetime) -> Moment:
    """Return the instant that a written date and time mean in a zone.

    A time that the clocks skipped is moved forward by what they skipped; of a time that came twice the first is taken;
    both are noted. A day without a time is put at noon, or now if it is not yet noon of today.

    Raises:
        RowRefused: in the future, or before 1900.
    """
    if what.day < EARLIEST:
        raise RowRefused(TOO_EARLY, value=what.text)
    # Two days cover every offset; the exact check below needs an instant, which the end of the calendar does not have.
    if what.day > now.date() + timedelta(days=2):
        raise RowRefused(FUTURE, value=what.text)
    if what.offset is not None:
        at = datetime.combine(what.day, what.clock or NOON, timezone(what.offset)).astimezone(UTC)
        moment = Moment(at, at.astimezone(zone).date())
    else:
        moment = _in_zone(what, zone)
    if what.clock is None and what.day == now.astimezone(zone).date():
        return Moment(min(moment.at, now.astimezone(UTC)), moment.on)
    if moment.at > now:
        raise RowRefused(FUTURE, value=what.text)
    return moment


def _in_zone(what: Written, zone: ZoneInfo) -> Moment:
    wall = datetime.combine(what.day, what.clock or NOON, zone)
    at = wall.astimezone(UTC)
    local = at.astimezone(zone)
    if local.replace(tzinfo=None) != wall.replace(tzinfo=None):
        return Moment(at, local.date(), SKIPPED)
    if wall.replace(fold=1).utcoffset() != wall.utcoffset():
        return Moment(at, local.date(), REPEATED)
    return Moment(at, local.date())


def _numeric(first: str, second: str, third: str) -> dict[Order, date]:
    if len(first) == 4:
        return _same(_date(first, second, third)) if len(third) <= 2 else {}
    if len(first) == 3 or len(third) not in (2, 4):
        return {}
    possible = {"dmy": _date(third, second, first), "mdy": _date(third, first, second)}
    if len(first) == len(third) == 2:
        possible["ymd"] = _date(first, second, third)
    return {order: found for order in ORDERS if (found := possible.get(order))}


def _same(found: date | None) -> dict[Order, date]:
    return dict.fromkeys(ORDERS, found) if found else {}


def _date(year: str, month: str | int, day: str) -> date | None:
    century = 2000 if len(year) == 2 else 0
    try:
        return date(century + int(year), int(month), int(day))
    except ValueError:
        return None


def _month(name: str) -> int:
    """Return 1 to 12, or 0 (which is no month) for any other word."""
    full = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october")
    folded = name.casefold()
    known = folded[:3] in MONTHS and (folded in {*MONTHS, *full, "november", "december", "sept"})
    return MONTHS.index(folded[:3]) + 1 if known else 0


def _clock(text: str) -> tuple[time, timedelta | None]:
    parts = _TIME.fullmatch(text.strip()) if len(text) <= LONGEST_DATE else None
    if not parts or not (parts[2] or parts[4]):
        raise RowRefused(NOT_A_TIME, value=shown(text))
    hour = int(parts[1])
    if parts[4]:
        if not 1 <= hour <= 12:
            raise RowRefused(NOT_A_TIME, value=shown(text))
        hour = hour % 12 + (12 if parts[4].casefold() == "p" else 0)
    try:
        return time(hour, int(parts[2] or 0), int(parts[3] or 0)), _offset(parts[5])
    except ValueError:
        raise RowRefused(NOT_A_TIME, value=shown(text)) from None


def _offset(text: str | None) -> timedelta | None:
    if text is None:
        return None
    if text[0] not in "+-":
        return timedelta(0)
    digits = text[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 14 or minutes > 59:
        raise ValueError("no place on earth is that far from UTC")
    size = timedelta(hours=hours, minutes=minutes)
    return -size if text[0] == "-" else size
