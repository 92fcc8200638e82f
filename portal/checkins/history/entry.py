"""One entry of a diary, from what a row says to something that can be kept."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from portal.checkins.history.cells import is_missing, number
from portal.checkins.history.mapping import Scale
from portal.checkins.history.problems import RowRefused, shown
from portal.checkins.history.when import Moment, Written
from portal.messages import N_

LONGEST_NOTE = 10_000
LONGEST_ACTIVITY = 100
MOST_ACTIVITIES = 100
MOST_DECIMALS = 12

OUT_OF_RANGE = N_("%(value)s in column “%(column)s” is outside %(minimum)s to %(maximum)s.")
TOO_PRECISE = N_("“%(value)s” in column “%(column)s” has more than %(limit)s decimals.")
NOTHING = N_("This row has a date but no answers.")
LONG_NOTE = N_("The note in this row is too long: %(found)s characters. The limit is %(limit)s.")
LONG_ACTIVITY = N_("An activity in this row is too long: “%(value)s”. The limit is %(limit)s characters.")
MANY_ACTIVITIES = N_("This row has more than %(limit)s activities.")


@dataclass(frozen=True, slots=True)
class Content:
    """What one row says.

    `said`: everything in it besides its time, as (column, text), whether the person wanted it or not.
    """

    written: Written
    values: dict[str, Decimal]
    note: str = ""
    activities: tuple[str, ...] = ()
    said: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry to keep.

    `line`: where it stood in the file. `occurred_at`: aware UTC. `on`: the day in `time_zone`. `time_known`: false
    where the file names only a day. `values`: by the scale's name, as written. `fingerprint`: 64 hexadecimal digits
    that are the same whenever the same entry is read again, in whatever order, file, encoding or time zone, and
    whichever of its columns the person wants and however they name them.
    """

    line: int
    occurred_at: datetime
    on: date
    time_zone: str
    time_known: bool
    values: dict[str, Decimal] = field(hash=False)
    note: str
    activities: tuple[str, ...]
    fingerprint: str


def answer(cell: str, scale: Scale, *, missing: tuple[str, ...] = (), decimal_comma: bool = False) -> Decimal | None:
    """Return the number in a scale's cell, exactly as written, or None where there is no answer.

    Raises:
        RowRefused: not a number, outside the scale's range, or with more than 12 decimals.
    """
    if is_missing(cell, missing):
        return None
    found = number(cell, scale.column, unit=scale.unit, decimal_comma=decimal_comma)
    where = {"value": shown(cell), "column": scale.column}
    if not scale.minimum <= found <= scale.maximum:
        raise RowRefused(OUT_OF_RANGE, **where, minimum=str(scale.minimum), maximum=str(scale.maximum))
    if -int(found.as_tuple().exponent) > MOST_DECIMALS:
        raise RowRefused(TOO_PRECISE, **where, limit=str(MOST_DECIMALS))
    return found


def checked(content: Content) -> Content:
    """Return the content unchanged.

    Raises:
        RowRefused: it says nothing, or more than can be kept; text is never cut.
    """
    if not (content.values or content.note or content.activities):
        raise RowRefused(NOTHING)
    if len(content.note) > LONGEST_NOTE:
        raise RowRefused(LONG_NOTE, found=str(len(content.note)), limit=str(LONGEST_NOTE))
    if len(content.activities) > MOST_ACTIVITIES:
        raise RowRefused(MANY_ACTIVITIES, limit=str(MOST_ACTIVITIES))
    for activity in content.activities:
        if len(activity) > LONGEST_ACTIVITY:
            raise RowRefused(LONG_ACTIVITY, value=shown(activity), limit=str(LONGEST_ACTIVITY))
    return content


def entry(content: Content, moment: Moment, line: int, zone: ZoneInfo) -> Entry:
    """Return the entry of one row that was placed in time."""
    return Entry(
        line=line,
        occurred_at=moment.at,
        on=moment.on,
        time_zone=zone.key,
        time_known=content.written.clock is not None,
        values=content.values,
        note=content.note,
        activities=content.activities,
        fingerprint=fingerprint(content),
    )


def fingerprint(content: Content) -> str:
    """Return a digest of a row: its time as written, and everything else that it says.

    The zone is left out on purpose: a patient who moved between two runs must not get every entry twice. So are the
    names and ranges of scales: whoever describes one more column must not get every entry twice either.
    """
    written = content.written
    parts = (
        written.day.isoformat(),
        written.clock.isoformat() if written.clock else "",
        str(written.offset.total_seconds()) if written.offset is not None else "",
        sorted(content.said),
    )
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
