"""Thinning never hides a peak or a trough."""

from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.progress.thinning import thin, thin_runs

VALUES = st.lists(st.integers(-1000, 1000), max_size=60)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(-1000, 1000)), max_size=120), st.integers(4, 40))
def test_a_thinned_series_is_short_and_keeps_its_extremes_and_its_ends(
    steps: list[tuple[int, int]], limit: int
) -> None:
    positions = list(accumulate(step for step, _ in steps))
    values = [value for _, value in steps]
    points = list(enumerate(values))
    kept = thin(points, limit, positions, values)
    assert len(kept) <= max(limit, 0)
    assert list(kept) == sorted(kept)
    assert set(kept) <= set(points)
    if values:
        assert {max(values), min(values)} <= {value for _, value in kept}
        assert (kept[0], kept[-1]) == (points[0], points[-1])


@given(VALUES, st.integers(4, 60))
def test_nothing_is_dropped_that_fits(values: list[int], limit: int) -> None:
    fitting = values[:limit]
    assert thin(fitting, limit, range(len(fitting)), fitting) == tuple(fitting)


def test_each_stretch_keeps_its_own_peak() -> None:
    values = [9 if n in (250, 251, 700) else 5 for n in range(1000)]
    kept = thin(range(1000), 100, range(1000), values)
    assert {250, 700} <= set(kept)


def test_a_burst_in_one_place_does_not_cost_the_lonely_points_elsewhere() -> None:
    positions = [*range(0, 1000, 100), *(1000 + n / 1000 for n in range(5000))]
    kept = thin(positions, 200, positions, [0.0] * len(positions))
    assert set(positions[:10]) <= set(kept)


def test_a_limit_with_no_room_for_both_ends_and_both_extremes_is_refused() -> None:
    with pytest.raises(ValueError, match="four points"):
        thin([1, 2, 3, 4, 5], 3, range(5), range(5))


@settings(max_examples=50)
@given(st.lists(st.lists(st.integers(0, 27), min_size=1, max_size=40), max_size=5), st.integers(20, 100))
def test_runs_stay_apart_and_keep_their_extremes(runs: list[list[int]], limit: int) -> None:
    numbered = [list(enumerate(run)) for run in runs]
    kept = thin_runs(numbered, limit, lambda point: point)
    assert len(kept) == len(runs)
    for before, after in zip(numbered, kept, strict=True):
        assert (after[0], after[-1]) == (before[0], before[-1])
        assert {max(v for _, v in before), min(v for _, v in before)} <= {v for _, v in after}
    assert sum(map(len, kept)) <= limit + 4 * len(runs)
