"""Which patients of a caseload a list shows, in which order, and how many each filter finds."""

import uuid
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Select, func, literal, select

from portal.db import session
from portal.review.models import CaseloadEntry
from portal.review.need import Need

COUNTED = 100
ENTRY: Any = CaseloadEntry.__table__


class Show(StrEnum):
    """The lists a caseload is looked at in. No filter finds somebody who is not in care."""

    IN_CARE = ""
    MINE = "mine"
    DUE = "due"
    WORSENING = "worsening"
    SILENT = "silent"
    INDUCTION = "induction"
    OTHERS = "others"


FILTERS = (Show.MINE, Show.DUE, Show.WORSENING, Show.SILENT, Show.INDUCTION)


class Clock(NamedTuple):
    """What the lists are drawn up by that only time changes: the reader's today, and since when silence is long.

    `silent_days` are the clinic's: without a word for so many, a patient is called silent.
    """

    today: date
    silent_since: datetime
    silent_days: int

    @classmethod
    def of(cls, today: date, at: datetime, silent_days: int) -> "Clock":
        """Return the clock for a day and a moment, and the days after which the clinic calls a patient silent."""
        return cls(today, at - timedelta(days=silent_days), silent_days)


def listed(user_id: uuid.UUID, show: Show, clock: Clock) -> Select[Any]:
    """Return the entries of a list, in no order."""
    mine = select(ENTRY).where(ENTRY.c.user_id == user_id)
    return mine.where(
        {
            Show.IN_CARE: ENTRY.c.rank < Need.NOT_IN_CARE,
            Show.OTHERS: ENTRY.c.rank >= Need.NOT_IN_CARE,
            Show.MINE: ENTRY.c.is_lead,
            Show.WORSENING: ENTRY.c.is_worsening,
            Show.INDUCTION: ENTRY.c.in_induction,
            Show.DUE: ENTRY.c.review_on <= clock.today,
            Show.SILENT: ENTRY.c.heard_at <= clock.silent_since,
        }[show]
    )


def order_of(show: Show) -> tuple[str, ...]:
    """Return the columns that a list is sorted by: need, or, where time decides, who has waited longest."""
    first = {Show.DUE: "review_on", Show.SILENT: "heard_at"}.get(show, "rank")
    return (first, "sort_name", "patient_id")


def count(user_id: uuid.UUID, clock: Clock) -> dict[Show, int]:
    """Return how many patients each filter finds, but no more than `COUNTED`: the cost stays the same."""

    def most(show: Show) -> Any:
        some = listed(user_id, show, clock).with_only_columns(literal(1)).limit(COUNTED).subquery()
        return select(func.count()).select_from(some).scalar_subquery().label(show)

    row = session.execute(select(*(most(show) for show in FILTERS))).one()
    return dict(zip(FILTERS, row, strict=True))
