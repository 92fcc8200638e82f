"""Figures of alerts: worked examples, and what holds for any."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.safety.measures import figures
from portal.safety.measures.figures import Answered

AT = datetime(2026, 11, 22, 15, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def alert(rule: str = "R1", *, after: timedelta | None = None, **changed: Any) -> Answered:
    opened_at = changed.pop("opened_at", AT - 48 * HOUR)
    values = {
        "due_at": opened_at + HOUR,
        "is_open": after is None,
        "on_worklist": False,
        "went_further": False,
        "closed_as": "",
    }
    return Answered(rule, opened_at, None if after is None else opened_at + after, **values | changed)


@pytest.mark.parametrize(
    ("minutes", "percent", "expected"),
    [
        ([], 50, None),
        ([7], 50, 7),
        ([7], 95, 7),
        ([1, 2], 50, 1),
        ([3, 1, 2], 50, 2),
        ([4, 3, 2, 1], 50, 2),
        (list(range(1, 21)), 95, 19),
        (list(range(1, 101)), 95, 95),
        ([1] * 19 + [600], 95, 1),
        ([1] * 18 + [600, 600], 95, 600),
    ],
)
def test_a_percentile_is_the_shortest_time_that_so_many_do_not_exceed(
    minutes: list[int], percent: int, expected: int | None
) -> None:
    found = figures.percentile([one * MINUTE for one in minutes], percent)
    assert found == (None if expected is None else expected * MINUTE)


def test_what_became_of_alerts_is_counted_apart() -> None:
    found = figures.of(
        [
            alert(after=10 * MINUTE, closed_as="safe"),
            alert(after=90 * MINUTE, closed_as="false-alarm", went_further=True),
            alert(after=20 * MINUTE),
            alert(),
            alert(opened_at=AT - MINUTE),
            alert(on_worklist=True, due_at=None),
            alert(is_open=False, closed_as="heard-again"),
        ],
        AT,
    )
    assert (found.alerts, found.worklist, found.by_itself, found.waiting, found.taken_on) == (7, 1, 1, 2, 3)
    assert (found.median, found.p95) == (20 * MINUTE, 90 * MINUTE)
    assert (found.late, found.went_further, found.closed, found.false_alarms) == (2, 1, 2, 1)
    assert found.false_share == 0.5


def test_an_alert_that_was_opened_again_waits_and_keeps_when_it_was_first_taken_on() -> None:
    found = figures.of([alert(after=10 * MINUTE, is_open=True)], AT)
    assert (found.waiting, found.taken_on, found.median, found.late) == (1, 1, 10 * MINUTE, 1)


def test_nothing_has_no_times_and_no_share() -> None:
    found = figures.of([], AT)
    assert (found.alerts, found.median, found.p95, found.false_share) == (0, None, None, None)


def test_rules_stand_in_their_order_without_those_that_opened_nothing() -> None:
    found = figures.by_rule([alert("R2"), alert("R1"), alert("R2"), alert("gone")], ["R1", "R8", "R2"], AT)
    assert [(code, one.alerts) for code, one in found.items()] == [("R1", 1), ("R2", 2), ("gone", 1)]


_ALERTS = st.lists(
    st.builds(
        alert,
        st.sampled_from(["R1", "R2", "R11"]),
        after=st.none() | st.timedeltas(timedelta(), timedelta(days=40)),
        on_worklist=st.booleans(),
        went_further=st.booleans(),
        due_at=st.none() | st.just(AT),
        closed_as=st.sampled_from(["", "safe", "false-alarm", "heard-again"]),
    ),
    max_size=40,
)


@given(_ALERTS)
def test_no_alert_is_counted_twice_or_lost(alerts: list[Answered]) -> None:
    found, by_rule = figures.of(alerts, AT), figures.by_rule(alerts, ["R1"], AT)
    for name in ("alerts", "worklist", "by_itself", "waiting", "taken_on", "late", "closed", "false_alarms"):
        assert sum(getattr(one, name) for one in by_rule.values()) == getattr(found, name)
    assert found.false_alarms <= found.closed
    assert (found.median is None) == (found.taken_on == 0)
    if found.median is not None:
        assert found.p95 is not None
        assert found.median <= found.p95
