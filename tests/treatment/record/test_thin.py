"""Which readings stand in the table of a printed record."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.treatment.record.thin import chosen


@pytest.mark.parametrize(
    ("count", "kept", "most", "expected"),
    [
        (0, (), 4, []),
        (4, (), 4, [0, 1, 2, 3]),
        (10, (), 4, [0, 3, 7, 9]),
        (10, (5,), 4, [0, 4, 5, 9]),
        (10, (1, 2, 3, 4, 5), 4, [0, 1, 2, 3, 4, 5, 9]),
        (10, (0, 9), 4, [0, 3, 7, 9]),
        (5, (99,), 2, [0, 4]),
    ],
)
def test_what_does_not_fit_is_left_out_evenly(
    count: int, kept: tuple[int, ...], most: int, expected: list[int]
) -> None:
    assert chosen(range(count), kept, most) == expected


@given(st.integers(0, 200), st.sets(st.integers(0, 199), max_size=60), st.integers(2, 60))
def test_flagged_readings_and_both_ends_always_stay(count: int, kept: set[int], most: int) -> None:
    found = chosen(range(count), kept, most)
    stay = {place for place in kept if place < count}
    assert found == sorted(set(found))
    assert stay <= set(found)
    assert not count or {0, count - 1} <= set(found)
    needed = len(stay | {0, count - 1}) if count else 0
    assert len(found) == min(count, max(most, needed))
