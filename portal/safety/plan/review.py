"""When a safety plan is to be looked at again. Pure."""

from calendar import monthrange
from datetime import date, timedelta

MONTHS = 3
"""Between two looks at a plan; Interval default [D]."""
FARTHEST = timedelta(days=366)


def default_day(today: date) -> date:
    """Return the day `MONTHS` months on; the month's last where it has no such day.

    Args:
        today: the patient's day.
    """
    year, month = divmod(today.month - 1 + MONTHS, 12)
    year, month = today.year + year, month + 1
    return date(year, month, min(today.day, monthrange(year, month)[1]))


def days(today: date) -> tuple[date, date]:
    """Return the first and the last day that can be chosen."""
    return today + timedelta(days=1), today + FARTHEST
