"""The sheet as it is now, and whether it is still the one that somebody read."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from portal.patients.queries import PatientRef
from portal.review.booster import meanwhile, queries
from portal.review.booster.gather import Gathered, get_sheet
from portal.review.booster.meanwhile import Meanwhile, Opened
from portal.review.booster.queries import Signed

COMPARED_FOR = timedelta(days=31)
"""What is new is marked on a sheet that was read no longer ago: an older one is new as a whole."""


class Changed(Exception):
    """The sheet is not the one that was read; nothing was written."""


@dataclass(frozen=True, slots=True)
class Live:
    """The sheet now.

    Args:
        last: the last decision that stands.
        opened: what a page shows that is drawn from it.
        since: what differs from the sheet that was read; None where nobody has read one.
    """

    gathered: Gathered
    last: Signed | None
    opened: Opened
    since: Meanwhile | None


def get_live(patient: PatientRef, read: Opened | None, *, at: datetime) -> Live:
    """Return a patient's sheet at a moment, compared with the one that somebody read before."""
    gathered, last = get_sheet(patient, at=at), queries.last_standing(patient.id)
    told = meanwhile.digests(gathered.sheet, gathered.timeline)
    opened = Opened(at, told, last.id if last else None)
    return Live(gathered, last, opened, _since(patient, read, gathered, opened) if read else None)


def as_read(patient: PatientRef, read: Opened | None, *, at: datetime) -> tuple[Gathered, Signed | None]:
    """Return the sheet that was read, and the last decision that stands.

    Raises:
        Changed: it was read too long ago, or what is on record now makes another one.
    """
    if read is None or meanwhile.is_too_old(read.as_of, at):
        raise Changed
    gathered, last = get_sheet(patient, at=read.as_of), queries.last_standing(patient.id)
    if _compare(read, gathered, last.id if last else None).is_any:
        raise Changed
    return gathered, last


def _compare(read: Opened, gathered: Gathered, last: uuid.UUID | None) -> Meanwhile:
    found = meanwhile.compare(read.lines, gathered.sheet, gathered.timeline)
    return replace(found, is_decided=last != read.last)


def _since(patient: PatientRef, read: Opened, now: Gathered, opened: Opened) -> Meanwhile:
    is_too_old = meanwhile.is_too_old(read.as_of, opened.as_of)
    if not timedelta() <= opened.as_of - read.as_of <= COMPARED_FOR:
        return Meanwhile(is_decided=opened.last != read.last, is_too_old=is_too_old)
    then = get_sheet(patient, at=read.as_of)
    found = _compare(read, then, opened.last)
    new = meanwhile.carried(found.new, then.sheet, now.sheet, read.lines)
    return replace(found, new=new, is_too_old=is_too_old)
