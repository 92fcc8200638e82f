"""How a medicine is taken after its changes."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.treatment.medication.taking import CHANGED, STARTED, STOPPED, Step, Taking, out_of_order, taking

MAY = date(2026, 5, 1)
DAYS = st.dates(date(2000, 1, 1), date(2030, 1, 1))


def day(number: int) -> date:
    return MAY + timedelta(days=number)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([Step(STARTED, None, "5 mg")], Taking("5 mg", None, None)),
        ([Step(STARTED, MAY, "5 mg")], Taking("5 mg", MAY, None)),
        ([Step(STARTED, MAY, "5 mg"), Step(CHANGED, day(3), "10 mg")], Taking("10 mg", MAY, None)),
        (
            [Step(STARTED, MAY, "5"), Step(CHANGED, day(9), "20"), Step(CHANGED, day(3), "10")],
            Taking("20", MAY, None),
        ),
        ([Step(STARTED, MAY, "5"), Step(CHANGED, day(3), "10"), Step(CHANGED, day(3), "15")], Taking("15", MAY, None)),
        ([Step(STARTED, None, "5"), Step(STOPPED, day(4))], Taking("5", None, day(4))),
        ([Step(STARTED, MAY, "5"), Step(STOPPED, MAY), Step(CHANGED, MAY, "7")], Taking("7", MAY, MAY)),
    ],
)
def test_the_last_dose_counts_and_the_days_are_those_of_start_and_stop(steps: list[Step], expected: Taking) -> None:
    assert taking(steps) == expected


@pytest.mark.parametrize(
    ("steps", "wrong"),
    [
        ([Step(STARTED, None), Step(STOPPED, MAY)], None),
        ([Step(STARTED, MAY), Step(STOPPED, MAY)], None),
        ([Step(STARTED, MAY), Step(CHANGED, day(-1))], day(-1)),
        ([Step(STARTED, MAY), Step(STOPPED, day(-1))], day(-1)),
        ([Step(STARTED, None), Step(CHANGED, day(5)), Step(STOPPED, day(4))], day(4)),
        ([Step(STARTED, MAY), Step(CHANGED, day(2)), Step(CHANGED, day(1)), Step(STOPPED, day(2))], None),
    ],
)
def test_a_change_before_the_start_or_after_the_stop_cannot_be(steps: list[Step], wrong: date | None) -> None:
    assert out_of_order(steps) == wrong


@settings(deadline=None)
@given(DAYS, st.lists(DAYS, max_size=6), DAYS)
def test_changes_fit_exactly_where_all_lie_between_start_and_stop(start: date, changes: list[date], stop: date) -> None:
    steps = [Step(STARTED, start), *(Step(CHANGED, one) for one in changes), Step(STOPPED, stop)]
    fits = start <= stop and all(start <= one <= stop for one in changes)
    assert (out_of_order(steps) is None) == fits
