"""When an alert goes further, and how far: tables of cases, and what holds whatever the clocks do."""

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.clinic.hours import WEEKDAYS, OnCall, Opening
from portal.safety.escalation import next as clockwork
from portal.safety.escalation.next import CARE_TEAM, EVERYBODY, ON_CALL, Further
from portal.safety.on_call.cover import Cover, Shift
from portal.safety.targets import Running, Target

NEW_YORK = "America/New_York"
CAL = uuid.UUID(int=1)
AT_ONCE, COVERED = Target(Running.ALWAYS, minutes=15), Target(Running.COVERED, minutes=240)
TODAY, TOMORROW = Target(Running.WORKING_DAYS, days=0), Target(Running.WORKING_DAYS, days=1)
NINE_TO_FIVE = {day: (time(9), time(17)) for day in WEEKDAYS[:5]}
# A day of a change of the clocks, forward or back, and one of a place that left a whole day out.
TURNS = {
    NEW_YORK: (date(2026, 3, 8), date(2026, 11, 1)),
    "America/Phoenix": (date(2026, 3, 8), date(2026, 11, 1)),
    "Europe/London": (date(2026, 3, 29), date(2026, 10, 25)),
    "Asia/Kathmandu": (date(2026, 3, 29), date(2026, 10, 25)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
    "Pacific/Apia": (date(2011, 12, 30), date(2021, 4, 4)),
}


def local(text: str, zone: str = NEW_YORK) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def cover(
    *shifts: tuple[str, str], zone: str = NEW_YORK, holidays: frozenset[date] = frozenset(), closed: bool = False
) -> Cover:
    opening = Opening(zone, {} if closed else NINE_TO_FIVE, holidays)
    rota = tuple(Shift(CAL, local(start, zone), local(end, zone)) for start, end in shifts)
    return Cover(opening, OnCall.WHEN_CLOSED, rota)


@pytest.mark.parametrize(
    ("target", "at", "due"),
    [
        (AT_ONCE, "2026-11-22T10:00", "2026-11-22T10:15"),  # a Sunday: all time counts
        (COVERED, "2026-11-20T16:00", "2026-11-23T12:00"),  # an hour of Friday, three of Monday
        (TODAY, "2026-11-20T10:00", "2026-11-20T17:00"),
        (TODAY, "2026-11-20T17:00", "2026-11-23T17:00"),  # closed in this minute
        (TOMORROW, "2026-11-20T10:00", "2026-11-23T17:00"),
        (TODAY, "2026-03-07T10:00", "2026-03-09T17:00"),  # the clocks went forward in between
    ],
)
def test_by_when_it_is_due(target: Target, at: str, due: str) -> None:
    assert clockwork.due(target, cover(), local(at)) == local(due)


def test_the_next_visit_comes_before_the_day_it_is_due() -> None:
    visit = local("2026-11-23T08:00")
    assert clockwork.due(TOMORROW, cover(), local("2026-11-20T10:00"), before=visit) == visit
    late = local("2026-12-23T08:00")
    runs = clockwork.due(TOMORROW, cover(), local("2026-11-20T10:00"), before=late)
    assert runs == local("2026-11-23T17:00")


@pytest.mark.parametrize(
    ("ring", "target", "at", "shift", "expected"),
    [
        (CARE_TEAM, AT_ONCE, "2026-11-22T10:15", True, (ON_CALL, "2026-11-22T10:30")),
        (CARE_TEAM, AT_ONCE, "2026-11-22T10:15", False, (EVERYBODY, "2026-11-22T10:45")),
        (ON_CALL, AT_ONCE, "2026-11-22T10:30", True, (EVERYBODY, "2026-11-22T11:00")),
        (EVERYBODY, AT_ONCE, "2026-11-22T11:00", True, (EVERYBODY, "2026-11-22T11:30")),
        (CARE_TEAM, COVERED, "2026-11-23T12:00", False, (EVERYBODY, "2026-11-23T13:00")),
        (EVERYBODY, COVERED, "2026-11-23T16:30", False, (EVERYBODY, "2026-11-24T09:30")),
        (EVERYBODY, COVERED, "2026-11-22T10:00", True, (EVERYBODY, "2026-11-22T11:00")),
        (CARE_TEAM, TODAY, "2026-11-20T17:00", False, (EVERYBODY, "2026-11-23T09:00")),
        (EVERYBODY, TODAY, "2026-11-23T09:00", False, (EVERYBODY, "2026-11-23T17:00")),
        (EVERYBODY, TODAY, "2026-11-23T11:00", False, (EVERYBODY, "2026-11-23T17:00")),
        (EVERYBODY, TODAY, "2026-11-25T17:00", False, (EVERYBODY, "2026-11-27T09:00")),  # Thanksgiving between
    ],
)
def test_whoever_is_on_call_comes_first_then_everybody_then_everybody_again(
    ring: int, target: Target, at: str, shift: bool, expected: tuple[int, str]
) -> None:
    rota = [("2026-11-21T17:00", "2026-11-23T09:00")] if shift else []
    found = clockwork.further(ring, target, cover(*rota, holidays=frozenset({date(2026, 11, 26)})), local(at))
    assert found == Further(expected[0], local(expected[1]))


@pytest.mark.parametrize("target", [AT_ONCE, COVERED, TODAY])
def test_a_clinic_without_hours_and_rota_is_told_all_the_same(target: Target) -> None:
    at = local("2026-11-22T10:00")
    begun = clockwork.due(target, cover(closed=True), at)
    assert at < begun <= at + timedelta(days=1)
    found = clockwork.further(CARE_TEAM, target, cover(closed=True), at)
    assert found.ring == EVERYBODY
    assert at < found.escalate_at <= at + timedelta(days=1)


@pytest.mark.parametrize("days", [7, 40])
def test_after_a_week_without_a_worker_one_step_is_taken_and_not_all_that_were_missed(days: int) -> None:
    back = local("2026-11-23T10:07") + timedelta(days=days)
    assert clockwork.further(EVERYBODY, AT_ONCE, cover(), back) == Further(EVERYBODY, back + timedelta(minutes=30))
    assert clockwork.further(CARE_TEAM, TODAY, cover(), back).escalate_at > back


def test_what_may_wait_some_days_is_told_again_once_a_working_day() -> None:
    found = clockwork.further(EVERYBODY, TOMORROW, cover(), local("2026-11-20T17:00"))
    assert found == Further(EVERYBODY, local("2026-11-23T17:00"))
    assert clockwork.further(EVERYBODY, TODAY, cover(), local("2026-11-20T17:00")).escalate_at == local(
        "2026-11-23T09:00"
    )


# What holds whatever the clocks do


def covers() -> st.SearchStrategy[tuple[str, Cover, datetime]]:
    """Clinics near a change of their clocks, with holidays and a rota, and a moment some days before it."""

    def build(zone: str, turn: int, opens: int, length: int, closed: set[int], shifts: list[tuple[int, int]], ago: int):  # type: ignore[no-untyped-def]
        day = TURNS[zone][turn]
        midday = datetime.combine(day, time(12), ZoneInfo("UTC"))
        week = {name: (time(opens), time(opens + length)) for name in WEEKDAYS[:5]}
        holidays = frozenset(day + timedelta(days=one) for one in closed)
        rota = [
            Shift(CAL, midday + timedelta(minutes=15 * start), midday + timedelta(minutes=15 * (start + long)))
            for start, long in sorted(shifts)
        ]
        at = midday - timedelta(minutes=5 * ago)
        return zone, Cover(Opening(zone, week, holidays), OnCall.WHEN_CLOSED, tuple(rota)), at

    return st.builds(
        build,
        zone=st.sampled_from(sorted(TURNS)),
        turn=st.integers(0, 1),
        opens=st.integers(5, 10),
        length=st.integers(1, 10),
        closed=st.sets(st.integers(-4, 6), max_size=4),
        shifts=st.lists(st.tuples(st.integers(-300, 300), st.integers(1, 96)), max_size=4),
        ago=st.integers(0, 700),
    )


def is_open(found: Cover, at: datetime) -> bool:
    """Whether the clinic works, read off its wall clock."""
    wall = at.astimezone(ZoneInfo(found.opening.time_zone))
    hours = found.opening.week.get(WEEKDAYS[wall.weekday()])
    return hours is not None and wall.date() not in found.opening.holidays and hours[0] <= wall.time() < hours[1]


def is_covered(found: Cover, at: datetime) -> bool:
    return is_open(found, at) or any(one.starts_at <= at < one.ends_at for one in found.shifts)


def grid(from_at: datetime, until: datetime) -> Iterator[datetime]:
    """Every five minutes, which is as fine as the clinics above are drawn."""
    while from_at < until:
        yield from_at
        from_at += timedelta(minutes=5)


def steps_of(
    target: Target, found: Cover, at: datetime, until: datetime, away: timedelta
) -> list[tuple[datetime, Further]]:
    """What a worker does that looks every five minutes and is away once, after the first step, for so long."""
    due = clockwork.due(target, found, at)
    assert due is not None
    taken: list[tuple[datetime, Further]] = []
    now, ring = due, CARE_TEAM
    while now < until:
        step = clockwork.further(ring, target, found, now)
        assert step.escalate_at > now, "an alert that goes further at once would go round and round"
        taken.append((now, step))
        ring = step.ring
        now = max(step.escalate_at, now + away if len(taken) == 1 else now)
    return taken


@settings(max_examples=60, deadline=None)
@given(covers(), st.sampled_from([timedelta(), timedelta(hours=1), timedelta(days=7)]))
def test_what_may_not_wait_is_told_every_half_hour_through_every_change_of_the_clocks(
    drawn: tuple[str, Cover, datetime], away: timedelta
) -> None:
    _, found, at = drawn
    taken = steps_of(AT_ONCE, found, at, at + timedelta(days=9), away)
    gaps = [after[0] - before[0] for before, after in pairwise(taken)]
    assert taken[0][0] == at + timedelta(minutes=15)
    assert gaps[0] == max(away, timedelta(minutes=15 if taken[0][1].ring == ON_CALL else 30))
    assert set(gaps[1:]) == {timedelta(minutes=30)}
    assert [step.ring for _, step in taken[1:]] == [EVERYBODY] * (len(taken) - 1)


@settings(max_examples=40, deadline=None)
@given(covers())
def test_an_hour_of_covered_time_lies_between_two_steps_no_more_and_no_less(drawn: tuple[str, Cover, datetime]) -> None:
    _, found, at = drawn
    for now in (at, at + timedelta(days=2, hours=3)):
        due = clockwork.due(COVERED, found, now)
        again = clockwork.further(EVERYBODY, COVERED, found, now).escalate_at
        for minutes, until in ((240, due), (60, again)):
            assert until is not None
            inside = sum(is_covered(found, one) for one in grid(now, until))
            assert inside == minutes // 5, (now, until)
            assert is_covered(found, until - timedelta(minutes=5)), "as soon as it is full"


@settings(max_examples=40, deadline=None)
@given(covers())
def test_the_rest_is_told_when_a_working_day_begins_and_ends_each_once(drawn: tuple[str, Cover, datetime]) -> None:
    _, found, at = drawn
    until = at + timedelta(days=12)
    taken = [one for one, _ in steps_of(TODAY, found, at, until, timedelta())]
    edges = [one for one in grid(at, until) if is_open(found, one) != is_open(found, one - timedelta(minutes=5))]
    ends = [one for one in edges if not is_open(found, one) and one > at]
    assert taken == [one for one in edges if one >= ends[0]]


@settings(max_examples=40, deadline=None)
@given(covers(), st.sampled_from([AT_ONCE, COVERED, TODAY]), st.sampled_from(sorted(TURNS)))
def test_it_makes_no_difference_in_whose_clock_a_moment_is_written(
    drawn: tuple[str, Cover, datetime], target: Target, other: str
) -> None:
    _, found, at = drawn
    there = at.astimezone(ZoneInfo(other))
    assert clockwork.due(target, found, there) == clockwork.due(target, found, at)
    for ring in (CARE_TEAM, ON_CALL, EVERYBODY):
        further = clockwork.further(ring, target, found, there)
        assert further == clockwork.further(ring, target, found, at)
        assert further.escalate_at.utcoffset() == timedelta()
