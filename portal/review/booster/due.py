"""When a patient is to be reviewed before a booster. Pure."""

from datetime import date, datetime, timedelta

BEFORE_BOOSTER = timedelta(days=3)
"""A score is asked for within 72 hours before a booster (Interval default [D], cadence); it is looked at then."""


def review_due_on(
    *,
    next_review_on: date | None,
    decided_at: datetime | None,
    last_given_at: datetime | None,
    next_booster_on: date | None,
) -> date | None:
    """Return the day from which on a review is due; None where none is.

    It is the day that the last standing decision names, or, where a booster is planned and nobody has decided since
    the last infusion, three days before that booster: whichever is earlier.

    Args:
        next_review_on: the day that the last standing decision names; None without one.
        decided_at: when that was signed; None without one.
        last_given_at: when the last infusion was given; None before any.
        next_booster_on: the patient's day of the next planned booster; None where none is planned.
    """
    is_decided = decided_at is not None and (last_given_at is None or decided_at > last_given_at)
    before = None if next_booster_on is None or is_decided else next_booster_on - BEFORE_BOOSTER
    return min((day for day in (next_review_on, before) if day is not None), default=None)
