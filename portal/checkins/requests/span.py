"""Which days a questionnaire can be asked for once. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from portal.messages import N_

MOST_DAYS = 28
"""So many days a window may stay open, as everywhere in a plan."""


@dataclass(frozen=True, slots=True)
class SpanProblem:
    """Why a questionnaire cannot be asked like this: an English message id and its values; the edge translates both."""

    message: str
    values: Mapping[str, date | int] = field(default_factory=dict)


def first_day(today: date, *, answered_today: bool) -> date:
    """Return from when on it is asked: today, or tomorrow where it was filled in today already."""
    return today + timedelta(days=1) if answered_today else today


def problem(before_on: date, today: date, *, answered_today: bool) -> SpanProblem | None:
    """Return why a questionnaire cannot be asked for until the day before `before_on`; None where it can.

    Args:
        before_on: the first day on which it is too late.
        today: the patient's day.
        answered_today: whether the patient has filled it in today already.
    """
    first = first_day(today, answered_today=answered_today)
    if before_on <= today:
        return SpanProblem(N_("%(day)s is too soon: choose a day after today."), {"day": before_on})
    if before_on <= first:
        message = N_("It was filled in today already. Choose %(day)s or later.")
        return SpanProblem(message, {"day": first + timedelta(days=1)})
    if (before_on - first).days > MOST_DAYS:
        last = first + timedelta(days=MOST_DAYS)
        return SpanProblem(N_("%(day)s is too far ahead. Choose %(last)s or before."), {"day": before_on, "last": last})
    return None
