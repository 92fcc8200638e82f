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
    UNANSWERED = "unanswered"
    DUE = "due"
    WORSENING = "worsening"
    SILENT = "silent"
    INDUCTION = "induction"
    OTHERS = "others"


FILTERS = (Show.MINE, Show.UNANSWERED, Show.DUE, Show.WORSENING, Show.SILENT, Show.INDUCTION)


class Clock(NamedTuple):
    """What the lists are drawn up by that only time changes: the reader's today, and since when silence is long.

    `silent_days` are the clinic's: without a word for so many, a patient is called silent. An answer owed since
    `overdue_since` or longer is overdue by the clinic's target; None where the clinic has no hours to count by.
    """

    today: date
    silent_since: datetime
    silent_days: int
    overdue_since: datetime | None = None

    @classmethod
    def of(cls, today: date, at: datetime, silent_days: int, overdue_since: datetime | None = None) -> "Clock":
        """Return the clock for a day and a moment, and the days after which the clinic calls a patient silent."""
        return cls(today, at - timedelta(days=silent_days), silent_days, overdue_since)

    def is_overdue(self, owed_since: datetime | None) -> bool:
        """Return whether an answer owed since then should have been given by now."""
        return owed_since is not None and self.overdue_since is not None and owed_since <= self.overdue_since


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
            Show.UNANSWERED: ENTRY.c.owed_since.is_not(None),
            Show.DUE: ENTRY.c.review_on <= clock.today,
            Show.SILENT: ENTRY.c.heard_at <= clock.silent_since,
        }[show]
    )


def order_of(show: Show) -> tuple[str, ...]:
    """Return the columns that a list is sorted by: need, or, where time decides, who has waited longest."""
    first = {Show.DUE: "review_on", Show.SILENT: "heard_at", Show.UNANSWERED: "owed_since"}.get(show)
    return (first, "sort_name", "patient_id") if first else ("rank", "waits_from", "sort_name", "patient_id")


def count(user_id: uuid.UUID, clock: Clock) -> dict[Show, int]:
    """Return how many patients each filter finds, but no more than `COUNTED`: the cost stays the same."""

    def most(show: Show) -> Any:
        some = listed(user_id, show, clock).with_only_columns(literal(1)).limit(COUNTED).subquery()
        return select(func.count()).select_from(some).scalar_subquery().label(show)

    row = session.execute(select(*(most(show) for show in FILTERS))).one()
    return dict(zip(FILTERS, row, strict=True))


def list_ids(user_id: uuid.UUID, show: Show, clock: Clock, *, most: int) -> list[uuid.UUID]:
    """Return the patients of a list in its order, but no more than `most`."""
    order = [ENTRY.c[name] for name in order_of(show)]
    found = listed(user_id, show, clock).with_only_columns(ENTRY.c.patient_id)
    return list(session.scalars(found.order_by(*order).limit(most)))
