from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from portal.checkins import plan
from portal.checkins.plan import Anchor, Anchors, Due, Today, Trigger
from tests.checkins.rhythms import (
    AFTER_EACH,
    DAILY_FOR_7_THEN_WEEKLY,
    EVERY_DAY,
    WEEKLY,
    ZONE,
    anchors,
    day,
    line,
    moment,
)

TODAY = date(2026, 11, 22)
START = date(2026, 1, 1)
FORTNIGHTLY = (Trigger(Anchor.START, every_days=14),)


def back(days: Any) -> Any:
    return TODAY - timedelta(days=days)


def missed(one: Any, done: Any = (), past_days: Any = 7, enrolled_on: Any = START, given: Any = ()) -> Any:
    found = plan.missed_days(one, anchors(given), done, TODAY, ZONE, past_days=past_days, enrolled_on=enrolled_on)
    return [(TODAY - day).days for day in found]


@pytest.mark.parametrize(
    ("one", "more", "days_back"),
    [
        (line(EVERY_DAY, starts=START), {}, [1, 2, 3, 4, 5, 6, 7]),
        (line(EVERY_DAY, starts=START), {"past_days": 2}, [1, 2]),
        (line(EVERY_DAY, starts=START), {"past_days": 0}, []),
        (line(EVERY_DAY, starts=START), {"done": [back(1), back(3), TODAY]}, [2, 4, 5, 6, 7]),
        (line(EVERY_DAY, starts=START), {"enrolled_on": back(2)}, [1, 2]),
        (line(EVERY_DAY, starts=START), {"enrolled_on": TODAY}, []),
        (line(EVERY_DAY, starts=back(3)), {}, [1, 2, 3]),
        (line(FORTNIGHTLY, starts=START), {}, []),
        (line(AFTER_EACH, starts=START), {"given": [16]}, []),
        # daily for 7 days after an infusion on November 18, weekly after one on November 4
        (line(DAILY_FOR_7_THEN_WEEKLY, starts=START), {"given": [16]}, [1, 2, 3]),
        (line(DAILY_FOR_7_THEN_WEEKLY, starts=START), {"given": [2]}, []),
    ],
)
def test_days_that_can_be_added_are_those_asked_and_not_sent(one: Any, more: Any, days_back: Any) -> None:
    assert missed(one, **more) == days_back


@pytest.mark.parametrize(
    ("on", "said", "named"),
    [
        (TODAY, None, None),
        (back(7), None, None),
        (TODAY + timedelta(1), "still to come", {"day": TODAY + timedelta(1)}),
        (back(8), "too long ago", {"day": back(8), "num": 7}),
        (back(30), "before you joined", {"day": back(30), "first": back(20)}),
        (back(21), "before you joined", {"day": back(21), "first": back(20)}),
        (back(20), "too long ago", {"day": back(20), "num": 7}),
    ],
)
def test_a_day_that_cannot_be_is_refused_with_its_name(on: Any, said: Any, named: Any) -> None:
    problem = plan.day_problem(on, TODAY, past_days=7, enrolled_on=back(20))
    assert (problem is None) is (said is None)
    if problem is not None:
        assert said in problem.message
        assert dict(problem.values) == named
        assert all(f"%({name})s" in problem.message for name in named)


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        (datetime(2026, 11, 22, 4, 59, tzinfo=UTC), "America/New_York", date(2026, 11, 21)),
        (datetime(2026, 11, 22, 5, 0, tzinfo=UTC), "America/New_York", date(2026, 11, 22)),
        (datetime(2026, 11, 21, 18, 14, tzinfo=UTC), "Asia/Kathmandu", date(2026, 11, 21)),
        (datetime(2026, 11, 21, 18, 15, tzinfo=UTC), "Asia/Kathmandu", date(2026, 11, 22)),
        (datetime(2026, 11, 21, 11, 0, tzinfo=UTC), "Pacific/Apia", date(2026, 11, 22)),
        # the clocks go forward on 8 March 2026 and back on 1 November 2026 in New York
        (datetime(2026, 3, 8, 4, 59, tzinfo=UTC), "America/New_York", date(2026, 3, 7)),
        (datetime(2026, 3, 9, 3, 59, tzinfo=UTC), "America/New_York", date(2026, 3, 8)),
        (datetime(2026, 3, 9, 4, 0, tzinfo=UTC), "America/New_York", date(2026, 3, 9)),
        (datetime(2026, 11, 2, 4, 59, tzinfo=UTC), "America/New_York", date(2026, 11, 1)),
        (datetime(2026, 11, 2, 5, 0, tzinfo=UTC), "America/New_York", date(2026, 11, 2)),
    ],
)
def test_today_is_the_patients_today(moment: Any, zone: Any, day: Any) -> None:
    assert plan.local_day(moment, zone) == day


def today(lines: Any, begun: Any, now: datetime) -> tuple[Today, list[Due]]:
    due = plan.due_list(lines, Anchors(START), {}, now, ZONE)
    return Today(plan.local_day(now, ZONE), due, begun, [], []), due


@pytest.mark.parametrize(
    ("triggers", "begun_on", "resumed"),
    [(EVERY_DAY, 9, True), (EVERY_DAY, 8, False), (WEEKLY, 9, True), (WEEKLY, 7, True), (WEEKLY, 6, False)],
)
def test_what_was_begun_goes_on_until_its_window_closes(triggers: Any, begun_on: Any, resumed: Any) -> None:
    one = line(triggers)
    found, due = today([one], {one.instrument: day(begun_on)}, moment(9))
    assert found.resumed(due[0]) == (day(begun_on) if resumed else None)


def test_what_comes_next_is_what_is_asked_first_and_cannot_be_sent_yet() -> None:
    lines = [line(WEEKLY, "phq-9"), line(FORTNIGHTLY, "gad-7"), line(EVERY_DAY, "daily", starts=day(11))]
    found, _ = today(lines, {}, moment(8))
    assert [one.line.instrument for one in found.now] == ["phq-9"]
    assert found.next is not None
    assert (found.next.line.instrument, found.next.next_on) == ("daily", day(11))
