"""The small drawing of the pressure: everything lies inside it, in order, and says what was measured."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.treatment.flowsheet.sparkline import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Pressure, draw
from portal.treatment.rules.values import Limits

NOON = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
HARD = Limits(systolic=180, diastolic=110)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def taken(minutes: float, systolic: int = 120, diastolic: int = 80) -> Pressure:
    return Pressure(at(minutes), systolic, diastolic)


READINGS = st.lists(
    st.builds(taken, st.floats(-600, 4_000), st.integers(60, 300), st.integers(20, 59)), max_size=60, unique=True
)


@given(READINGS, st.none() | st.integers(-30, 30), st.none() | st.integers(31, 4_000), st.sampled_from([HARD, None]))
def test_everything_lies_inside_the_drawing(
    readings: list[Pressure], started: int | None, ended: int | None, limits: Limits | None
) -> None:
    line = draw(readings, None if started is None else at(started), None if ended is None else at(ended), limits)
    places = [bar.x for bar in line.bars] + [one for one in (line.started, line.ended) if one is not None]
    assert all(LEFT <= x <= WIDTH - RIGHT for x in places + [tick.place for tick in line.times])
    assert all(TOP <= y <= HEIGHT - BOTTOM for bar in line.bars for y in (bar.top, bar.bottom))
    assert all(TOP <= tick.place <= HEIGHT - BOTTOM for tick in (*line.limits, *line.pressures))
    assert [bar.x for bar in line.bars] == sorted(bar.x for bar in line.bars)
    assert sorted(line.bars, key=lambda bar: bar.reading.at) == list(line.bars)
    assert len(line.bars) == len(readings)
    assert len(line.times) <= 7


def test_a_higher_pressure_lies_higher_and_a_later_one_further_right() -> None:
    line = draw([taken(30, 150, 90), taken(0, 120, 80)], at(5), at(45), HARD)
    first, second = line.bars
    assert second.x > first.x
    assert second.top < first.top < first.bottom
    assert first.x < (line.started or 0) < second.x < (line.ended or 0)
    assert line.path.startswith("M")


@pytest.mark.parametrize(
    ("systolic", "diastolic", "limits", "is_over"),
    [
        (180, 90, HARD, True),
        (179, 109, HARD, False),
        (150, 110, HARD, True),
        (250, 130, Limits(), False),
        (250, 130, None, False),
    ],
)
def test_a_reading_at_the_limit_is_marked(systolic: int, diastolic: int, limits: Limits | None, is_over: bool) -> None:
    line = draw([taken(0, systolic, diastolic)], limits=limits)
    assert [bar.is_over for bar in line.bars] == [is_over]


def test_the_band_ends_with_treatment_and_with_the_last_reading_while_it_runs() -> None:
    running = draw([taken(0), taken(20)], at(0))
    assert running.band == (running.bars[0].x, round(running.bars[1].x - running.bars[0].x, 1))
    done = draw([taken(0), taken(20), taken(90)], at(0), at(40))
    assert done.ended is not None
    assert done.band == (done.bars[0].x, round(done.ended - done.bars[0].x, 1))
    assert draw([taken(0)]).band is None


def test_nothing_taken_draws_nothing_and_one_reading_no_line() -> None:
    nothing = draw([], limits=HARD)
    assert (nothing.bars, nothing.path, nothing.times, nothing.limits) == ((), "", (), ())
    assert draw([taken(0)]).path == ""


def test_first_highest_and_last_are_told_apart() -> None:
    line = draw([taken(40, 130), taken(0, 118), taken(20, 171)])
    assert (line.first.systolic, line.highest.systolic, line.last.systolic) == (118, 171, 130)
