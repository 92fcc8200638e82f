"""Vital signs: what cannot be, and what the clinic's limits say of what can. Pure.

There is no single accepted threshold (Yip 2022): every limit is the clinic's, or the order's for one infusion.
`static/js/flowsheet-judge.js` judges in the same way; `tests/treatment/flowsheet/judge_cases.json` proves both.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from portal.messages import N_
from portal.treatment.flowsheet.kinds import Level
from portal.treatment.orders.limits import effective
from portal.treatment.problems import Problem
from portal.treatment.rules.values import Limits, Point, Rules

RANGES = {"systolic": (40, 300), "diastolic": (10, 200), "pulse": (0, 300), "spo2": (30, 100), "breaths": (0, 80)}
"""What a reading can be at all, lowest and highest, in the units of `Reading`. Interval default [D]."""

OUT_OF_RANGE = N_("%(value)s cannot be right. Enter a number from %(lowest)s to %(highest)s.")
UPSIDE_DOWN = N_("%(diastolic)s is not below %(systolic)s. The lower number of the pressure goes here.")
HALF_A_PRESSURE = N_("Enter both numbers of the pressure.")
NOTHING_READ = N_("Enter at least one reading.")


@dataclass(frozen=True, slots=True)
class Reading:
    """One set of vital signs; None where it was not taken.

    Args:
        systolic, diastolic: blood pressure in mmHg.
        pulse, breaths: a minute.
        spo2: oxygen saturation in percent.
    """

    systolic: int | None = None
    diastolic: int | None = None
    pulse: int | None = None
    spo2: int | None = None
    breaths: int | None = None


class Side(StrEnum):
    """In which way a reading is past a limit."""

    AT_LEAST = "at-least"
    BELOW = "below"
    ABOVE_BASELINE = "above-baseline"
    OFF_BASELINE = "off-baseline"


class Reason(NamedTuple):
    """One reading past one limit: which sign, its value, and the limit (in percent beside a baseline)."""

    level: Level
    sign: str
    side: Side
    value: int
    limit: int


class Judgement(NamedTuple):
    """The gravest level that was reached, and every reason, the gravest first."""

    level: Level
    reasons: tuple[Reason, ...]


def problems(reading: Reading) -> list[Problem]:
    """Return why a reading cannot be, each at its field; empty where it can."""
    values = {name: getattr(reading, name) for name in RANGES}
    if all(value is None for value in values.values()):
        return [Problem("systolic", NOTHING_READ, {})]
    found = [
        Problem(name, OUT_OF_RANGE, {"value": value, "lowest": RANGES[name][0], "highest": RANGES[name][1]})
        for name, value in values.items()
        if value is not None and not RANGES[name][0] <= value <= RANGES[name][1]
    ]
    if (reading.systolic is None) != (reading.diastolic is None):
        found.append(Problem("systolic" if reading.systolic is None else "diastolic", HALF_A_PRESSURE, {}))
    elif reading.systolic is not None and reading.diastolic is not None and reading.diastolic >= reading.systolic:
        said = {"systolic": reading.systolic, "diastolic": reading.diastolic}
        found.append(Problem("diastolic", UPSIDE_DOWN, said))
    return found


def judge(reading: Reading, point: Point, rules: Rules, limits: Limits, baseline: Reading | None) -> Judgement:
    """Return what the limits say of a reading.

    Args:
        point: when it was taken.
        rules: the clinic's.
        limits: the order's own hard stops, from the start on; `Limits()` where the clinic's hold.
        baseline: the reading before treatment; without one nothing is compared with it.
    """
    stage = rules.stage(point)
    hard = stage.hard if point is Point.BEFORE else effective(limits, stage.hard)
    reasons = [*_past(reading, hard, Level.HARD, point, baseline)]
    stopped = {one.sign for one in reasons}
    reasons += [one for one in _past(reading, stage.soft, Level.SOFT, point, baseline) if one.sign not in stopped]
    return Judgement(reasons[0].level if reasons else Level.NONE, tuple(reasons))


def _past(reading: Reading, limits: Limits, level: Level, point: Point, baseline: Reading | None) -> Iterator[Reason]:
    least = (
        ("systolic", limits.systolic),
        ("diastolic", limits.diastolic),
        ("pulse", limits.pulse_high),
        ("breaths", limits.breaths_high),
    )
    for sign, limit in least:
        value = getattr(reading, sign)
        if value is not None and limit is not None and value >= limit:
            yield Reason(level, sign, Side.AT_LEAST, value, limit)
    for sign, limit in (("pulse", limits.pulse_low), ("spo2", limits.spo2), ("breaths", limits.breaths_low)):
        value = getattr(reading, sign)
        if value is not None and limit is not None and value < limit:
            yield Reason(level, sign, Side.BELOW, value, limit)
    yield from _beside_baseline(reading, limits.percent, level, point, baseline)


def _beside_baseline(
    reading: Reading, percent: int | None, level: Level, point: Point, baseline: Reading | None
) -> Iterator[Reason]:
    """Compare the systolic pressure: `percent` or more above while it runs, further off than that afterwards."""
    now, before = reading.systolic, baseline.systolic if baseline else None
    if percent is None or now is None or before is None or point is Point.BEFORE:
        return
    if point is Point.DURING and 100 * (now - before) >= percent * before:
        yield Reason(level, "systolic", Side.ABOVE_BASELINE, now, percent)
    if point is Point.AFTER and 100 * abs(now - before) > percent * before:
        yield Reason(level, "systolic", Side.OFF_BASELINE, now, percent)
