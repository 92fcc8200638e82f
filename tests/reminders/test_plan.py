"""Which reminder on which day and hour: tables of cases, and once a day in every zone, whatever its clocks do."""

import uuid
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.checkins.occurrences import Anchors
from portal.checkins.rhythm import Anchor, PlanLine, Trigger
from portal.checkins.standing import Last, due_list
from portal.notifications.choosing import Choices, Wish
from portal.notifications.quiet import Hours
from portal.notifications.topics import Topic
from portal.reminders import hours
from portal.reminders.plan import HOUR, Given, is_time, moment, steps

ZONES = (
    *("America/New_York", "America/Phoenix", "Europe/London", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"),
    *("America/Nuuk", "America/Sao_Paulo", "Africa/Casablanca"),
)
FIVE = timedelta(minutes=5)
START = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("zone", "day", "clock", "expected"),
    [
        ("America/New_York", date(2026, 3, 8), time(9), "2026-03-08T13:00"),
        ("America/New_York", date(2026, 3, 8), time(2, 30), "2026-03-08T07:30"),
        ("America/New_York", date(2026, 11, 1), time(1, 30), "2026-11-01T05:30"),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-03T15:45"),
        ("Asia/Kathmandu", date(2026, 5, 1), time(9), "2026-05-01T03:15"),
        ("Pacific/Apia", date(2011, 12, 29), time(9), "2011-12-29T19:00"),
        ("Pacific/Apia", date(2011, 12, 30), time(9), None),
        ("Pacific/Apia", date(2011, 12, 31), time(9), "2011-12-30T19:00"),
        ("America/Nuuk", date(2026, 3, 28), time(23, 30), "2026-03-29T00:00"),
    ],
)
def test_when_a_day_s_clock_first_shows_a_time(zone: str, day: date, clock: time, expected: str | None) -> None:
    found = moment(day, clock, ZoneInfo(zone))
    assert (found and found.strftime("%Y-%m-%dT%H:%M")) == expected


def days_told(zone: ZoneInfo, clock: time, start: datetime, days: int) -> dict[date, list[datetime]]:
    """Go through some days as the worker does, every five minutes; return on which days somebody is told, and when."""
    told: dict[date, list[datetime]] = {}
    at = start
    while at < start + timedelta(days=days):
        today = at.astimezone(zone).date()
        if today not in told and is_time(at, clock, zone):
            told.setdefault(today, []).append(at)
        at += FIVE
    return told


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    clock=st.times(time(0), time(23, 45)).map(
        lambda one: one.replace(second=0, microsecond=0, minute=15 * (one.minute // 15))
    ),
    on=st.dates(date(2011, 1, 1), date(2027, 12, 1)),
)
@example("America/New_York", time(2, 30), date(2026, 3, 6))
@example("America/New_York", time(1, 30), date(2026, 10, 30))
@example("Europe/London", time(1, 30), date(2026, 3, 27))
@example("Australia/Lord_Howe", time(2, 15), date(2026, 10, 2))
@example("Australia/Lord_Howe", time(1, 45), date(2026, 4, 3))
@example("Pacific/Apia", time(9), date(2011, 12, 28))
@example("America/Nuuk", time(23, 30), date(2026, 3, 26))
@example("America/Sao_Paulo", time(0), date(2018, 11, 2))
def test_every_day_that_there_is_has_its_hour_and_no_other_day(zone: str, clock: time, on: date) -> None:
    place = ZoneInfo(zone)
    start = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    told = days_told(place, clock, start, 5)
    whole = {at.astimezone(place).date() for at in (start + timedelta(hours=h) for h in range(24, 97))}
    inner = sorted(whole)[1:-1]
    assert [day for day in inner if day not in told] == []
    for day in inner:
        (at,) = told[day]
        wanted = moment(day, clock, place)
        assert wanted is not None
        assert timedelta() <= at - wanted < FIVE


@given(zone=st.sampled_from(ZONES), clock=st.times(), at=st.datetimes(datetime(2011, 1, 1), datetime(2027, 1, 1)))
def test_nobody_is_told_before_their_hour_of_that_day(zone: str, clock: time, at: datetime) -> None:
    now, place = at.replace(tzinfo=UTC), ZoneInfo(zone)
    opens = moment(now.astimezone(place).date(), clock, place)
    if is_time(now, clock, place):
        assert opens is not None
        assert opens <= now


@pytest.mark.parametrize(
    ("clock", "at", "expected"),
    [
        (time(9), "08:59", False),
        (time(9), "09:00", True),
        (time(9), "19:55", True),
        (time(9), "20:00", False),
        (time(21), "21:00", True),
        (time(21), "23:55", True),
        (time(22), "00:10", False),
    ],
)
def test_what_was_missed_is_made_up_for_on_the_same_day_until_the_evening(clock: time, at: str, expected: bool) -> None:
    now = datetime.fromisoformat(f"2026-05-05T{at}:00+00:00")
    assert is_time(now, clock, ZoneInfo("UTC")) is expected


def line(every: int | None, instrument: str = "daily", **more: object) -> PlanLine:
    trigger = Trigger(Anchor.START, every_days=every, open_days=more.pop("open_days", None))
    return PlanLine(uuid.uuid4(), instrument, (trigger,), 0, 3, START, **more)


def walked(
    lines: list[PlanLine], days: int, answers: dict[int, str] | None = None, back: int | None = None
) -> list[int]:
    """Live through some days, one look a day at nine; return on which days a mail was written."""
    anchors, last, given_so_far, sent = Anchors(START), dict[str, Last](), dict[str, Given](), list[int]()
    since = None
    for day in range(days):
        at = datetime(START.year, START.month, START.day, 9, tzinfo=UTC) + timedelta(days=day)
        if back == day:
            since = at
        found = steps(due_list(lines, anchors, last, at, "UTC"), given_so_far, last, since, at.date())
        for one in found:
            given_so_far[one.due.line.instrument] = Given(one.series, one.number, at.date(), at)
        sent += [day] if found else []
        if name := (answers or {}).get(day):
            last[name] = Last(at.date(), at + timedelta(hours=3))
    return sent


@pytest.mark.parametrize(
    ("every", "answered", "expected"),
    [
        (1, {}, [0, 1, 2]),
        (1, {0: "daily", 1: "daily", 2: "daily"}, [0, 1, 2, 3, 4, 5]),
        (1, {5: "daily"}, [0, 1, 2, 6, 7, 8]),
        (2, {}, [0, 1, 2]),
        (7, {}, [0, 1, 3, 7, 8, 10]),
        (7, {0: "daily"}, [0, 7, 8, 10]),
        (14, {1: "daily"}, [0, 1]),
        (14, {}, [0, 1, 3]),
    ],
)
def test_the_day_itself_then_two_more_then_nothing(every: int, answered: dict[int, str], expected: list[int]) -> None:
    found = walked([line(every)], 14, answered)
    assert found[: len(expected)] == expected
    if every in (2, 14) or not answered:
        assert found == expected


def test_what_is_taken_up_again_is_told_of_again() -> None:
    assert walked([line(1)], 12, back=8) == [0, 1, 2, 8, 9, 10]


def test_two_instruments_share_one_mail_a_day() -> None:
    weekly = line(7, "phq-9")
    assert walked([line(1), weekly], 7, dict.fromkeys(range(7), "daily")) == list(range(7))
    assert walked([line(1), weekly], 7) == [0, 1, 2, 3]


def test_a_day_on_which_somebody_was_told_has_nothing_more() -> None:
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    found = due_list([line(1), line(7, "phq-9")], Anchors(START), {}, at, "UTC")
    earlier = {"gad-7": Given("rhythm", 1, at.date(), at)}
    assert steps(found, earlier, {}, None, at.date()) == ()
    assert len(steps(found, {}, {}, None, at.date())) == 2


@pytest.mark.parametrize(
    ("within", "quiet", "expected"),
    [
        (None, None, HOUR),
        (None, Hours(21, 8), HOUR),
        (None, Hours(8, 11), time(11)),
        (Hours(18, 21), None, time(18)),
        (Hours(18, 21), Hours(17, 19), time(19)),
        (Hours(22, 2), Hours(21, 1), time(1)),
        (Hours(18, 21), Hours(17, 22), HOUR),
    ],
)
def test_the_hour_is_the_one_that_was_chosen_and_never_a_quiet_one(
    within: Hours | None, quiet: Hours | None, expected: time
) -> None:
    choices = Choices({Topic.CHECK_INS: Wish(within=within)} if within else {}, quiet)
    assert hours.hour(choices, Topic.CHECK_INS) == expected
