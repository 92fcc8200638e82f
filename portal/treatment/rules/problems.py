"""What of a clinic's rules for treatment cannot be right, or would not be safe. Pure."""

from collections.abc import Iterable, Iterator, Mapping

from portal.messages import N_
from portal.treatment.problems import Problem
from portal.treatment.rules.values import DEFAULTS, Class, Limits, Lined, Point, Rules

RANGES: Mapping[str, tuple[int, int]] = {
    "systolic": (50, 300),
    "diastolic": (20, 200),
    "pulse_high": (30, 250),
    "pulse_low": (20, 120),
    "spo2": (50, 100),
    "breaths_high": (6, 80),
    "breaths_low": (2, 30),
    "percent": (1, 200),
}
"""What a limit can be at all: mmHg, beats and breaths a minute, percent."""

BOUNDS: Mapping[str, tuple[int, int]] = {"systolic": (140, 200), "diastolic": (90, 120), "spo2": (85, 96)}
"""Stops during treatment that must stay, and from where to where they may be set. Interval default [D].

No source gives one accepted threshold (Yip 2022); one of 24 patients was stopped at up to 180/115 (Murrough 2013).
"""

LOW = frozenset({"pulse_low", "spo2", "breaths_low"})
"""Limits that are crossed downwards: further out is less."""
MINUTES, READINGS, AFTER_AT, MONTHS = (1, 60), 12, (1, 480), (1, 60)
SILENT_DAYS = (1, 60)

OUT_OF_RANGE = N_("Enter a number from %(least)s to %(most)s")
STOP_NEEDED = N_("This stop cannot be left out. Enter a number from %(least)s to %(most)s")
STOP_BOUNDS = N_("During treatment this stop may be from %(least)s to %(most)s")
STOP_ABOVE_FLAG = N_("A stop must be at the flag (%(soft)s) or above it")
STOP_BELOW_FLAG = N_("A stop must be at the flag (%(soft)s) or below it")
NOT_BELOW_SYSTOLIC = N_("The diastolic limit must be below the systolic one (%(systolic)s)")
NOT_BELOW_HIGH = N_("This must be below the upper limit (%(high)s)")
NOT_RISING = N_("Enter minutes in rising order, each once, like 15, 30, 60")
TOO_MANY = N_("Enter up to %(most)s readings")
MINUTES_AFTER = N_("Each reading is due from %(least)s to %(most)s minutes after the end")
NO_REASON = N_("Say why. It is kept with this version.")
NO_REASON_TO_CLEAR = N_("You let an answer that stops treatment by default count as clear. Say why this is safe here.")
CALL_INCOMPLETE = N_("Enter the phone number as well, or clear the name")


def name_of(point: Point, level: str, limit: str) -> str:
    """Return what a limit is called in a form: "during_hard_systolic"."""
    return f"{point.value}_{level}_{limit}"


def name_of_line(instrument: str) -> str:
    """Return what the line of an instrument is called in a form: "line_phq-9"."""
    return f"line_{instrument}"


def is_out(limit: str, soft: int, hard: int) -> bool:
    """Return whether a stop lies at its flag or further out."""
    return hard <= soft if limit in LOW else hard >= soft


def find(rules: Rules, scales: Iterable[Lined] = ()) -> Iterator[Problem]:
    """Yield everything that keeps these rules from being laid down, each with the field it stands at.

    Args:
        rules: what is to be laid down.
        scales: those that a line can be drawn on.
    """
    for point in Point:
        stage = rules.stage(point)
        for level, limits in (("soft", stage.soft), ("hard", stage.hard)):
            yield from _limits(point, level, limits)
        yield from _levels(point, stage.soft, stage.hard)
    yield from _bounds(rules.during.hard)
    yield from _readings(rules)
    yield from _scores(rules, scales)
    if rules.call_name and not rules.call_phone:
        yield Problem("call_phone", CALL_INCOMPLETE, {})


def lowered_to_clear(rules: Rules, defaults: Mapping[str, Class]) -> list[str]:
    """Return the answers that stop treatment by default and count as clear here.

    Args:
        defaults: Interval's class of each "item:answer".
    """
    return sorted(
        name for name, one in rules.classes.items() if one is Class.CLEAR and defaults.get(name) is Class.STOP
    )


def _limits(point: Point, level: str, limits: Limits) -> Iterator[Problem]:
    for limit, (least, most) in RANGES.items():
        value = getattr(limits, limit)
        if value is not None and not least <= value <= most:
            yield Problem(name_of(point, level, limit), OUT_OF_RANGE, {"least": least, "most": most})
    upper, lower = limits.systolic, limits.diastolic
    if upper is not None and lower is not None and lower >= upper:
        yield Problem(name_of(point, level, "diastolic"), NOT_BELOW_SYSTOLIC, {"systolic": upper})
    for kind in ("pulse", "breaths"):
        high, low = getattr(limits, f"{kind}_high"), getattr(limits, f"{kind}_low")
        if high is not None and low is not None and low >= high:
            yield Problem(name_of(point, level, f"{kind}_low"), NOT_BELOW_HIGH, {"high": high})


def _levels(point: Point, softs: Limits, hards: Limits) -> Iterator[Problem]:
    for limit in RANGES:
        soft, hard = getattr(softs, limit), getattr(hards, limit)
        if soft is not None and hard is not None and not is_out(limit, soft, hard):
            said = STOP_BELOW_FLAG if limit in LOW else STOP_ABOVE_FLAG
            yield Problem(name_of(point, "hard", limit), said, {"soft": soft})


def _bounds(hard: Limits) -> Iterator[Problem]:
    for limit, (least, most) in BOUNDS.items():
        value = getattr(hard, limit)
        if value is None or not least <= value <= most:
            said = STOP_NEEDED if value is None else STOP_BOUNDS
            yield Problem(name_of(Point.DURING, "hard", limit), said, {"least": least, "most": most})


def _readings(rules: Rules) -> Iterator[Problem]:
    if not MINUTES[0] <= rules.during_every <= MINUTES[1]:
        yield Problem("during_every", OUT_OF_RANGE, {"least": MINUTES[0], "most": MINUTES[1]})
    minutes = rules.after_at
    if list(minutes) != sorted(set(minutes)):
        yield Problem("after_at", NOT_RISING, {})
    elif len(minutes) > READINGS:
        yield Problem("after_at", TOO_MANY, {"most": READINGS})
    elif any(not AFTER_AT[0] <= one <= AFTER_AT[1] for one in minutes):
        yield Problem("after_at", MINUTES_AFTER, {"least": AFTER_AT[0], "most": AFTER_AT[1]})
    for kind in DEFAULTS.months:
        if not MONTHS[0] <= rules.months.get(kind, 0) <= MONTHS[1]:
            yield Problem(f"months_{kind}", OUT_OF_RANGE, {"least": MONTHS[0], "most": MONTHS[1]})


def _scores(rules: Rules, scales: Iterable[Lined]) -> Iterator[Problem]:
    for scale in scales:
        line, (least, most) = rules.lines.get(scale.instrument), scale.bounds
        if line is not None and not least <= line <= most:
            yield Problem(name_of_line(scale.instrument), OUT_OF_RANGE, {"least": least, "most": most})
    if not SILENT_DAYS[0] <= rules.silent_days <= SILENT_DAYS[1]:
        yield Problem("silent_days", OUT_OF_RANGE, {"least": SILENT_DAYS[0], "most": SILENT_DAYS[1]})
