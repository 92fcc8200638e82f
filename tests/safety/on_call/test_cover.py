"""When somebody is there: examples over nights, weekends and changes of the clock, and properties in six zones."""

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.clinic import hours
from portal.clinic.hours import WEEKDAYS, OnCall, Opening
from portal.safety.on_call import cover as rota
from portal.safety.on_call.cover import Cover, Shift, Span
from portal.safety.targets import Running, Target, due_at

BEA, CAL = uuid.UUID(int=1), uuid.UUID(int=2)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OFFICE = dict.fromkeys(WEEKDAYS[:5], (time(9), time(17)))
THANKSGIVING = frozenset({date(2026, 11, 26)})
NEW_YORK = Opening("America/New_York", OFFICE, THANKSGIVING)
NEVER_OPEN = Opening("America/New_York")
ZONES = (
    *("America/New_York", "America/Phoenix", "Europe/London"),
    *("Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"),
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def shift(start: str, end: str, who: uuid.UUID = BEA) -> Shift:
    return Shift(who, utc(start), utc(end))


def cover(*shifts: Shift, opening: Opening = NEW_YORK, on_call: OnCall = OnCall.WHEN_CLOSED) -> Cover:
    return Cover(opening, on_call, shifts)


FRIDAY_NIGHT = shift("2026-11-27 22:00", "2026-11-28 13:00")
CALS_EVENING = shift("2026-11-27 20:00", "2026-11-28 02:00", CAL)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-27 19:59", ()),
        ("2026-11-27 20:00", (CAL,)),
        ("2026-11-27 22:00", (CAL, BEA)),
        ("2026-11-28 02:00", (BEA,)),
        ("2026-11-28 13:00", ()),
    ],
    ids=["before", "first minute", "both", "one has gone home", "the end is not included"],
)
def test_who_is_on_call_is_who_has_begun_and_not_ended(at: str, expected: tuple[uuid.UUID, ...]) -> None:
    assert rota.who(cover(CALS_EVENING, FRIDAY_NIGHT), utc(at)) == expected


def test_somebody_with_two_shifts_at_once_is_one_person() -> None:
    assert rota.who(cover(FRIDAY_NIGHT, FRIDAY_NIGHT), utc("2026-11-28 00:00")) == (BEA,)


@pytest.mark.parametrize(
    ("at", "hours_", "expected"),
    [
        ("2026-11-27 15:00", 4, "2026-11-27 19:00"),
        ("2026-11-27 21:00", 4, "2026-11-28 01:00"),
        ("2026-11-28 12:00", 4, "2026-11-30 17:00"),
        ("2026-11-28 13:00", 0, "2026-11-30 14:00"),
        ("2026-11-29 03:00", 1, "2026-11-30 15:00"),
        ("2026-11-26 15:00", 4, "2026-11-27 18:00"),
    ],
    ids=["open", "into the shift", "shift, then Monday", "nothing, closed", "from a hole", "holiday"],
)
def test_covered_time_runs_while_the_clinic_works_or_somebody_is_on_call(at: str, hours_: int, expected: str) -> None:
    assert rota.add_covered(cover(FRIDAY_NIGHT), utc(at), hours_ * HOUR) == utc(expected)


def test_a_moment_told_on_another_clock_is_the_same_moment() -> None:
    there = datetime.fromisoformat("2026-11-01T01:30-04:00")
    always = cover(shift("2026-11-01 00:00", "2026-11-02 00:00"))
    assert rota.add_covered(always, there, 4 * HOUR) == utc("2026-11-01 09:30")


def test_where_nobody_is_ever_there_no_covered_time_passes() -> None:
    assert rota.add_covered(cover(opening=NEVER_OPEN), utc("2026-11-27 15:00"), 4 * HOUR) is None


def test_a_rota_that_ends_too_soon_does_not_cover_what_is_asked() -> None:
    alone = cover(FRIDAY_NIGHT, opening=NEVER_OPEN)
    assert rota.add_covered(alone, utc("2026-11-27 15:00"), 15 * HOUR) == FRIDAY_NIGHT.ends_at
    assert rota.add_covered(alone, utc("2026-11-27 15:00"), 15 * HOUR + MINUTE) is None


def test_a_clinic_that_is_open_one_minute_a_week_still_covers_four_hours_one_day() -> None:
    hardly = Opening("America/New_York", {"mon": (time(9), time(9, 1))})
    found = rota.add_covered(cover(opening=hardly), utc("2026-11-27 15:00"), 4 * HOUR)
    assert found is not None
    assert found > utc("2031-01-01 00:00")


@pytest.mark.parametrize(
    ("on_call", "shifts", "expected"),
    [
        (OnCall.NEVER, (), []),
        (OnCall.WHEN_CLOSED, (), [("2026-11-27 22:00", "2026-11-30 14:00")]),
        (OnCall.WHEN_CLOSED, (FRIDAY_NIGHT,), [("2026-11-28 13:00", "2026-11-30 14:00")]),
        (OnCall.WHEN_CLOSED, (CALS_EVENING, FRIDAY_NIGHT), [("2026-11-28 13:00", "2026-11-30 14:00")]),
        (
            OnCall.WHEN_CLOSED,
            (CALS_EVENING, shift("2026-11-28 02:00", "2026-11-30 15:00")),
            [],
        ),
        (
            OnCall.ALWAYS,
            (FRIDAY_NIGHT,),
            [("2026-11-27 15:00", "2026-11-27 22:00"), ("2026-11-28 13:00", "2026-11-30 16:00")],
        ),
        (OnCall.ALWAYS, (shift("2026-11-20 00:00", "2026-12-20 00:00"),), []),
        (OnCall.ALWAYS, (shift("2026-12-20 00:00", "2026-12-21 00:00"),), [("2026-11-27 15:00", "2026-11-30 16:00")]),
    ],
    ids=["never", "weekend", "after the shift", "overlapping", "touching", "day and night", "one long", "later"],
)
def test_a_hole_is_where_somebody_is_to_be_on_call_and_nobody_is(
    on_call: OnCall, shifts: tuple[Shift, ...], expected: list[tuple[str, str]]
) -> None:
    found = rota.holes(cover(*shifts, on_call=on_call), utc("2026-11-27 15:00"), utc("2026-11-30 16:00"))
    assert found == [(utc(start), utc(end)) for start, end in expected]


def test_no_time_has_no_hole() -> None:
    assert rota.holes(cover(on_call=OnCall.ALWAYS), utc("2026-11-27 15:00"), utc("2026-11-27 15:00")) == []


@pytest.mark.parametrize(
    ("target", "at", "expected"),
    [
        (Target(Running.ALWAYS, minutes=15), "2026-11-28 20:00", "2026-11-28 20:15"),
        (Target(Running.COVERED, minutes=240), "2026-11-28 20:00", "2026-11-30 18:00"),
        (Target(Running.COVERED, minutes=240), "2026-11-27 23:00", "2026-11-28 03:00"),
        (Target(Running.WORKING_DAYS, days=0), "2026-11-27 15:00", "2026-11-27 22:00"),
        (Target(Running.WORKING_DAYS, days=0), "2026-11-27 23:00", "2026-11-30 22:00"),
        (Target(Running.WORKING_DAYS, days=2), "2026-11-25 15:00", "2026-11-30 22:00"),
        (Target(Running.WORKING_DAYS, days=3), "2026-11-28 15:00", "2026-12-03 22:00"),
    ],
    ids=["at once", "weekend", "on call", "same day", "evening", "over a holiday", "from a weekend"],
)
def test_a_target_runs_while_its_time_runs(target: Target, at: str, expected: str) -> None:
    assert due_at(target, cover(FRIDAY_NIGHT), utc(at)) == utc(expected)


@pytest.mark.parametrize(
    ("target", "length"),
    [
        (Target(Running.ALWAYS, minutes=15), 15 * MINUTE),
        (Target(Running.COVERED, minutes=240), 4 * HOUR),
        (Target(Running.WORKING_DAYS, days=0), DAY),
        (Target(Running.WORKING_DAYS, days=2), 3 * DAY),
    ],
)
def test_where_the_clinic_has_not_said_when_it_works_an_alert_is_due_all_the_same(
    target: Target, length: timedelta
) -> None:
    at = utc("2026-11-27 15:00")
    assert due_at(target, cover(opening=NEVER_OPEN), at) == at + length


# Around both changes of the clock of every zone, and the day that Samoa left out.
_STARTS = st.one_of(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1), timezones=st.just(UTC)),
    st.datetimes(datetime(2011, 12, 20), datetime(2012, 1, 10), timezones=st.just(UTC)),
)
_CLOCKS = st.tuples(st.times(), st.times()).filter(lambda span: span[0] < span[1])
_OPENINGS = st.builds(
    Opening, st.sampled_from(ZONES), st.dictionaries(st.sampled_from(WEEKDAYS), _CLOCKS), st.just(frozenset())
)
_LENGTHS = st.timedeltas(timedelta(), timedelta(days=3))


@st.composite
def covers(draw: st.DrawFn) -> tuple[Cover, datetime]:
    at = draw(_STARTS)
    spans = draw(st.lists(st.tuples(_LENGTHS, st.timedeltas(MINUTE, 2 * DAY)), max_size=5))
    shifts = sorted(((at - DAY + later, length) for later, length in spans), key=lambda one: one[0])
    who = st.sampled_from([BEA, CAL])
    return (
        Cover(
            draw(_OPENINGS),
            draw(st.sampled_from(OnCall)),
            tuple(Shift(draw(who), start, start + length) for start, length in shifts),
        ),
        at,
    )


def union(spans: Sequence[Span], start: datetime, end: datetime) -> list[Span]:
    """Return the time that spans share with one, none touching the next."""
    found: list[Span] = []
    for first, last in sorted((max(one[0], start), min(one[1], end)) for one in spans):
        if first >= last:
            continue
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


@given(covers())
def test_working_hours_are_in_order_and_share_no_time(drawn: tuple[Cover, datetime]) -> None:
    found, at = drawn
    spans = list(hours.spans(found.opening, at, at + 30 * DAY))
    assert all(start < end for start, end in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))


@given(covers(), _LENGTHS, _LENGTHS)
def test_more_covered_time_never_ends_sooner(drawn: tuple[Cover, datetime], length: timedelta, more: timedelta) -> None:
    found, at = drawn
    first, second = (rota.add_covered(found, at, one) for one in (length, length + more))
    assert first is None or first >= at + length
    assert second is None or (first is not None and first <= second)


@given(covers(), _LENGTHS, _LENGTHS)
def test_who_begins_to_wait_later_is_not_served_sooner(
    drawn: tuple[Cover, datetime], length: timedelta, later: timedelta
) -> None:
    found, at = drawn
    first, second = (rota.add_covered(found, one, length) for one in (at, at + later))
    assert second is None or (first is not None and first <= second)


@given(covers(), _LENGTHS, _LENGTHS, st.timedeltas(MINUTE, 2 * DAY))
def test_another_shift_never_delays(
    drawn: tuple[Cover, datetime], length: timedelta, later: timedelta, long: timedelta
) -> None:
    found, at = drawn
    before = rota.add_covered(found, at, length)
    extra = Shift(CAL, at + later, at + later + long)
    more = sorted([*found.shifts, extra], key=lambda one: one.starts_at)
    after = rota.add_covered(Cover(found.opening, found.on_call, tuple(more)), at, length)
    assert before is None or (after is not None and after <= before)


@given(covers(), st.timedeltas(MINUTE, 7 * DAY))
def test_just_as_much_time_is_covered_as_was_asked_for(drawn: tuple[Cover, datetime], length: timedelta) -> None:
    found, at = drawn
    end = rota.add_covered(found, at, length)
    if end is not None:
        spans = [(one.starts_at, one.ends_at) for one in found.shifts] + list(hours.spans(found.opening, at, end))
        assert sum((last - first for first, last in union(spans, at, end)), timedelta()) == length


@given(covers(), st.timedeltas(MINUTE, 20 * DAY))
def test_holes_are_just_what_shifts_and_hours_leave_open(drawn: tuple[Cover, datetime], ahead: timedelta) -> None:
    found, at = drawn
    until = at + ahead
    holes = rota.holes(found, at, until)
    taken = [(one.starts_at, one.ends_at) for one in found.shifts]
    if found.on_call is OnCall.WHEN_CLOSED:
        taken += hours.spans(found.opening, at, until)
    if found.on_call is OnCall.NEVER:
        assert holes == []
        return
    assert union([*taken, *holes], at, until) == [(at, until)]
    assert holes == union(holes, at, until)
    for start, end in holes:
        assert union(taken, start, end) == []


def is_covered(found: Cover, at: datetime) -> bool:
    return hours.is_open(found.opening, at) or bool(rota.who(found, at))


@given(covers())
def test_somebody_is_there_at_the_end_of_covered_time_and_nobody_in_a_hole(drawn: tuple[Cover, datetime]) -> None:
    found, at = drawn
    first = rota.add_covered(found, at, timedelta())
    assert first is None or is_covered(found, first)
    assert first is None or first == at or not is_covered(found, at)
    for start, _ in rota.holes(found, at, at + 14 * DAY):
        assert rota.who(found, start) == ()


@given(covers(), st.integers(0, 5))
def test_a_working_day_ends_when_the_clinic_closes_and_each_more_is_later(
    drawn: tuple[Cover, datetime], days: int
) -> None:
    found, at = drawn
    end = hours.end_of_working_day(found.opening, at, days)
    assert (end is None) == (not found.opening.week)
    if end is not None:
        assert at < end <= at + timedelta(days=7 * (days + 2))
        assert not hours.is_open(found.opening, end) or hours.next_open(found.opening, end) == end
        assert end < hours.end_of_working_day(found.opening, at, days + 1)


@given(covers(), st.sampled_from(Running), st.integers(0, 600), st.integers(0, 5))
def test_an_alert_is_always_due_and_never_before_it_was_raised(
    drawn: tuple[Cover, datetime], running: Running, minutes: int, days: int
) -> None:
    found, at = drawn
    assert due_at(Target(running, minutes, days), found, at) >= at
