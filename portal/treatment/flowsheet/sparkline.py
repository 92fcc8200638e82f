"""The blood pressure of one treatment as a small drawing: where each reading, the limits, start and end lie. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from portal.treatment.rules.values import Limits

WIDTH, HEIGHT = 640.0, 150.0
LEFT, RIGHT, TOP, BOTTOM = 34.0, 56.0, 8.0, 22.0
LOWEST, HIGHEST, STEP = 60, 160, 20
SHORTEST = timedelta(minutes=60)
TICKS_EVERY = (15, 30, 60, 120, 240, 480, 1440)
MOST_TICKS = 7


@dataclass(frozen=True, slots=True)
class Pressure:
    """One reading in mmHg and when it was taken."""

    at: datetime
    systolic: int
    diastolic: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One reading, from the systolic pressure at the top to the diastolic at the bottom."""

    x: float
    top: float
    bottom: float
    reading: Pressure
    is_over: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark beside the drawing, with what it stands for: a pressure, or a moment."""

    place: float
    value: int
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A drawing of `width` by `height`; `started` and `ended` are None where that has not happened.

    Args:
        path: the systolic readings, joined in order of time, as an SVG path; "" for fewer than two.
        band: where treatment ran, as (left, width); up to the last reading while it runs.
        limits: the lines from where on a reading is a hard stop.
    """

    bars: tuple[Bar, ...]
    path: str
    band: tuple[float, float] | None
    started: float | None
    ended: float | None
    limits: tuple[Tick, ...]
    pressures: tuple[Tick, ...]
    times: tuple[Tick, ...]
    width: float = WIDTH
    right: float = WIDTH - RIGHT
    height: float = HEIGHT

    @property
    def first(self) -> Pressure:
        """The first reading; ask only where there are `bars`."""
        return self.bars[0].reading

    @property
    def last(self) -> Pressure:
        """The last reading; ask only where there are `bars`."""
        return self.bars[-1].reading

    @property
    def highest(self) -> Pressure:
        """The reading with the highest systolic pressure, the first of equal ones."""
        return max((bar.reading for bar in self.bars), key=lambda one: one.systolic)


@dataclass(frozen=True, slots=True)
class _Scale:
    begin: datetime
    end: datetime
    low: int
    high: int

    def x(self, at: datetime) -> float:
        share = (at - self.begin) / (self.end - self.begin)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(self, pressure: float) -> float:
        share = (pressure - self.low) / (self.high - self.low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def draw(
    readings: Sequence[Pressure],
    started_at: datetime | None = None,
    ended_at: datetime | None = None,
    limits: Limits | None = None,
) -> Sparkline:
    """Return where everything lies. One reading is a bar; readings are never drawn where none was taken.

    Args:
        readings: systolic and diastolic pressure in mmHg, in any order; may be empty.
        started_at, ended_at: when treatment ran; None where it has not started or ended.
        limits: the hard stops in force; None or an empty pressure draws no line.
    """
    taken = sorted(readings, key=lambda one: one.at)
    marks = [one.at for one in taken] + [at for at in (started_at, ended_at) if at]
    scale = _scale(taken, marks, limits or Limits())
    bars = tuple(_bar(one, scale, limits or Limits()) for one in taken)
    started = scale.x(started_at) if started_at else None
    ended = scale.x(ended_at) if ended_at else None
    return Sparkline(
        bars=bars,
        path="M" + "L".join(f"{bar.x:g} {bar.top:g}" for bar in bars) if len(bars) > 1 else "",
        band=_band(started, ended, bars),
        started=started,
        ended=ended,
        limits=_limits(scale, limits or Limits()) if marks else (),
        pressures=tuple(Tick(scale.y(one), one) for one in range(scale.low, scale.high + 1, 2 * STEP)),
        times=_times(scale) if marks else (),
    )


def _scale(taken: Sequence[Pressure], marks: Sequence[datetime], limits: Limits) -> _Scale:
    begin = min(marks, default=datetime(2000, 1, 1, tzinfo=UTC))
    end = max([*marks, begin + SHORTEST])
    values = [value for one in taken for value in (one.systolic, one.diastolic)]
    top = max([HIGHEST, *values, *([limits.systolic] if limits.systolic else [])])
    low = min([LOWEST, *values])
    return _Scale(begin, end, low // STEP * STEP, -(-(top + 1) // STEP) * STEP)


def _bar(one: Pressure, scale: _Scale, limits: Limits) -> Bar:
    over = limits.systolic is not None and one.systolic >= limits.systolic
    over = over or (limits.diastolic is not None and one.diastolic >= limits.diastolic)
    return Bar(scale.x(one.at), scale.y(one.systolic), scale.y(one.diastolic), one, over)


def _band(started: float | None, ended: float | None, bars: Sequence[Bar]) -> tuple[float, float] | None:
    if started is None:
        return None
    until = ended if ended is not None else max([started, *(bar.x for bar in bars)])
    return started, round(max(0.0, until - started), 1)


def _limits(scale: _Scale, limits: Limits) -> tuple[Tick, ...]:
    return tuple(Tick(scale.y(value), value) for value in (limits.systolic, limits.diastolic) if value)


def _times(scale: _Scale) -> tuple[Tick, ...]:
    """Return evenly spaced moments, from the first thing drawn on; at most seven."""
    length = scale.end - scale.begin
    every = next((one for one in TICKS_EVERY if length / timedelta(minutes=one) < MOST_TICKS), None)
    step = timedelta(minutes=every) if every else length / (MOST_TICKS - 1)
    found = [scale.begin + step * number for number in range(MOST_TICKS)]
    return tuple(Tick(scale.x(at), 0, at) for at in found if at <= scale.end)
