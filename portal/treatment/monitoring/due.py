"""When a check of long-term treatment is due again. Pure.

Urinary symptoms monthly, liver tests and cognition at the clinic's interval; the intervals are the clinic's own and
their defaults wait for its medical director (Interval default [D]).
"""

import calendar
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

SOON = timedelta(days=7)
"""So long before its day a check counts as due, so that it can be done in time (Interval default [D])."""


class State(StrEnum):
    """Where a check stands."""

    NOT_YET = "not-yet"
    DONE = "done"
    DUE = "due"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a check stands, and by which day it is to be done; no day where nothing was given or nothing is asked."""

    state: State
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A check-in that a patient sent and that counts as a check.

    Args:
        kind: which check, as its stored word.
        on: the day it is for.
        check_in_id: where to read it.
        is_positive: whether it says that something is there; None where that was left open.
        level: how much, in the instrument's own words; "" where it has none.
    """

    kind: str
    on: date
    check_in_id: uuid.UUID
    is_positive: bool | None
    level: str = ""


def add_months(day: date, months: int) -> date:
    """Return the same day some months later, or the last day of a month that is shorter.

    Args:
        day: where to begin.
        months: how many, 0 or more.
    """
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, calendar.monthrange(years, month + 1)[1]))


def standing(first_given_on: date | None, done_on: Iterable[date], months: int | None, today: date) -> Standing:
    """Return where a check stands.

    Args:
        first_given_on: the day of the first infusion that was given; None where there was none.
        done_on: the days on which it was done, in any order; days to come do not count.
        months: after how many months it is due again, 1 or more; None or 0 where the clinic does not ask for it.
        today: the day at the patient's.
    """
    done = max((day for day in done_on if day <= today), default=None)
    if first_given_on is None or first_given_on > today or not months:
        return Standing(State.NOT_YET if done is None else State.DONE)
    due_on = add_months(first_given_on if done is None else done, months)
    due_on = max(due_on, first_given_on)
    if today > due_on:
        return Standing(State.OVERDUE, due_on)
    if today >= due_on - SOON:
        return Standing(State.DUE, due_on)
    return Standing(State.NOT_YET if done is None else State.DONE, due_on)
