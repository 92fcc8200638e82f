"""What counts as changed after a signature."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.treatment.after_signature import Change, Kind, changes_after
from tests.cast import NOW

HOUR = timedelta(hours=1)


def change(hours: float, kind: Kind = Kind.ADDED) -> Change:
    return Change(kind, NOW + hours * HOUR, "Nia Achebe", "vitals")


@pytest.mark.parametrize(
    ("signed_after", "hours", "found"),
    [
        (None, [1, 2], []),
        (0, [], []),
        (0, [-1, 0], []),
        (0, [-1, 0.001], [0.001]),
        (0, [3, -2, 1], [1, 3]),
        (2, [3, -2, 1], [3]),
    ],
)
def test_only_what_came_after_the_latest_signature_counts(
    signed_after: float | None, hours: list[float], found: list[float]
) -> None:
    signed_at = None if signed_after is None else NOW + signed_after * HOUR
    said = changes_after(signed_at, [change(one) for one in hours])
    assert [one.at for one in said] == [NOW + one * HOUR for one in found]


@given(hours=st.lists(st.integers(-50, 50)), signed=st.integers(-50, 50))
def test_before_and_after_are_all_there_is(hours: list[int], signed: int) -> None:
    changes = [change(one) for one in hours]
    later = changes_after(NOW + signed * HOUR, changes)
    assert len(later) == sum(one > signed for one in hours)
    assert list(later) == sorted(later, key=lambda one: one.at)
