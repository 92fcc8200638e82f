"""Promise 4, in the database: clocks that change, holidays and a worker that is away lose no step and double none.

The arithmetic itself is proved in `tests/safety/escalation/test_next.py`.
"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from portal import db
from portal.clinic import queries as clinic_queries
from portal.clinic.models import Clinic, Holiday
from portal.notifications.models import OutboxMessage
from portal.safety.models import Alert
from tests.cast import Cast
from tests.safety.escalation.stage import NO, NOT_SURE, answer, everyone, hows, reload, step, told

HALF_AN_HOUR, A_DAY = timedelta(minutes=30), timedelta(days=1)
NINE_TO_FIVE = {day: ["09:00", "17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
# Each a Friday, ten in the morning, before a weekend in which the clocks change, or a day that never was.
FRIDAYS = [
    ("America/New_York", "2026-10-30"),
    ("America/New_York", "2027-03-12"),
    ("America/Phoenix", "2026-10-30"),
    ("Europe/London", "2027-03-26"),
    ("Asia/Kathmandu", "2026-10-30"),
    ("Australia/Lord_Howe", "2027-04-02"),
    ("Pacific/Apia", "2026-10-30"),
]


def settle(zone: str, *closed: date) -> None:
    """Move the clinic to a place, with these holidays."""
    clinic = db.session.get_one(Clinic, 1)
    clinic.time_zone, clinic.hours = zone, NINE_TO_FIVE
    db.session.add_all(Holiday(on=day, name="Closed") for day in closed)
    db.session.commit()
    clinic_queries.forget()


def local(zone: str, day: str, clock: str, *, later: int = 0) -> datetime:
    on = datetime.fromisoformat(f"{day}T{clock}") + later * A_DAY
    return on.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def steps(alert: Alert, *, looking: list[datetime]) -> list[datetime]:
    """Return the moments at which the alert was told further, while a worker looks at these."""
    taken = []
    for at in looking:
        while step(at):
            taken.append(at)
    assert hows(alert).count("escalated") == len(taken)
    return taken


@pytest.mark.parametrize(("zone", "day"), FRIDAYS)
def test_what_is_for_today_is_told_at_the_ends_of_working_days_each_once(cast: Cast, zone: str, day: str) -> None:
    monday = local(zone, day, "12:00", later=3).astimezone(ZoneInfo(zone)).date()
    settle(zone, monday)
    opened = local(zone, day, "10:00")
    alert = answer(cast.ada, NOT_SURE, at=opened)
    taken = steps(alert, looking=[opened + turn * HALF_AN_HOUR for turn in range(48 * 5 + 4)])
    assert taken == [
        local(zone, day, "17:00"),
        local(zone, day, "09:00", later=4),  # Monday is a holiday
        local(zone, day, "17:00", later=4),
        local(zone, day, "09:00", later=5),
    ]


@pytest.mark.parametrize(("zone", "day"), FRIDAYS[:2])
def test_what_may_not_wait_is_told_every_half_hour_all_through_the_night_of_the_change(
    cast: Cast, zone: str, day: str
) -> None:
    settle(zone)
    opened = local(zone, day, "22:00", later=1)
    alert = answer(cast.ada, NO, at=opened)
    quarter = timedelta(minutes=15)
    taken = steps(alert, looking=[opened + turn * quarter for turn in range(4 * 8)])
    assert taken == [opened + quarter + turn * HALF_AN_HOUR for turn in range(len(taken))]
    assert len(taken) == 16


def test_a_worker_that_was_away_for_a_week_takes_one_step_and_then_keeps_time_again(cast: Cast) -> None:
    zone, day = FRIDAYS[0]
    settle(zone)
    alert = answer(cast.ada, NO, at=local(zone, day, "10:00"))
    back = local(zone, day, "10:07", later=7)
    assert steps(alert, looking=[back, back, back + timedelta(minutes=29), back + HALF_AN_HOUR]) == [
        back,
        back + HALF_AN_HOUR,
    ]
    assert told(back) == sorted(2 * everyone(cast.bea, cast.cal))


def test_a_clock_that_is_set_back_repeats_nothing_and_one_set_forward_skips_nothing(cast: Cast) -> None:
    zone, day = FRIDAYS[0]
    settle(zone)
    opened = local(zone, day, "10:00")
    alert, first = answer(cast.ada, NO, at=opened), opened + timedelta(minutes=15)
    back, forward = first - timedelta(hours=1), first + timedelta(hours=30)
    looking = [first, back, back + HALF_AN_HOUR, first, first + HALF_AN_HOUR, forward, forward, first + HALF_AN_HOUR]
    assert steps(alert, looking=looking) == [first, first + HALF_AN_HOUR, forward]
    mails = db.session.execute(select(OutboxMessage.recipient_id, OutboxMessage.created_at)).all()
    assert set(Counter(map(tuple, mails)).values()) == {1}, "nobody is written to twice for one step"
    assert reload(alert).escalate_at == forward + HALF_AN_HOUR
