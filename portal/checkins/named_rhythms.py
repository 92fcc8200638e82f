"""The rhythms a provider chooses by name, and the triggers they stand for, both ways.

Pure. A rhythm is a name with whole numbers; each stands for one to four triggers. What no name stands for is handed
back, so that a plan made elsewhere loses nothing in the editor.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from portal.checkins.rhythm import Anchor, Trigger

Numbers = tuple[int, ...]
WEEK = 7
TIMES_A_WEEK = {2: (0, 3), 3: (0, 2, 4), 4: (0, 2, 4, 5)}


class Rhythm(StrEnum):
    """The names, in the order they are offered."""

    EVERY = "every"
    EVERY_THEN = "every-then"
    TIMES_A_WEEK = "times-a-week"
    ON_DAYS = "on-days"
    MORNING_OF = "morning-of"
    HOURS_BEFORE = "hours-before"
    HOURS_AFTER = "hours-after"
    MORNING_AFTER = "morning-after"
    DAYS_AFTER = "days-after"
    DAILY_AFTER = "daily-after"


def triggers(rhythm: Rhythm, numbers: Numbers = ()) -> tuple[Trigger, ...]:
    """Return what a rhythm stands for.

    Args:
        rhythm: its name.
        numbers: EVERY days; EVERY_THEN days, for days, then every days (0: then no more); TIMES_A_WEEK 2 to 4; ON_DAYS
            any days after the line starts, 0 the first; HOURS_BEFORE and HOURS_AFTER hours; DAYS_AFTER any days after
            an infusion; DAILY_AFTER for days, then every days (0: then no more). The others take none.
    """
    match rhythm, numbers:
        case Rhythm.EVERY, (days,):
            return (Trigger(Anchor.START, every_days=days),)
        case Rhythm.EVERY_THEN, (days, until, later):
            first = Trigger(Anchor.START, every_days=days, until_day=until - 1)
            return (first, *_then(Anchor.START, until, later))
        case Rhythm.TIMES_A_WEEK, (times,):
            return tuple(Trigger(Anchor.START, from_day=day, every_days=WEEK) for day in TIMES_A_WEEK[times])
        case Rhythm.ON_DAYS, days_:
            return tuple(Trigger(Anchor.START, from_day=day) for day in days_)
        case Rhythm.MORNING_OF, ():
            return (Trigger(Anchor.PLANNED_INFUSION),)
        case Rhythm.HOURS_BEFORE, (hours,):
            return (Trigger(Anchor.PLANNED_INFUSION, hours=-hours),)
        case Rhythm.HOURS_AFTER, (hours,):
            return (Trigger(Anchor.INFUSION, hours=hours),)
        case Rhythm.MORNING_AFTER, ():
            return (Trigger(Anchor.INFUSION, from_day=1),)
        case Rhythm.DAYS_AFTER, days_:
            return tuple(Trigger(Anchor.INFUSION, from_day=day) for day in days_)
        case Rhythm.DAILY_AFTER, (until, later):
            first = Trigger(Anchor.INFUSION, from_day=1, every_days=1, until_day=until)
            return (first, *_then(Anchor.INFUSION, until + later, later))
    raise ValueError(f"{rhythm.value} does not take {numbers}")


def read(found: Sequence[Trigger]) -> tuple[dict[Rhythm, Numbers], tuple[Trigger, ...]]:
    """Return the rhythms that triggers stand for, each with its numbers, and the triggers that no name stands for."""
    rest = list(dict.fromkeys(found))
    named: dict[Rhythm, Numbers] = {}
    for rhythm, numbers in _guesses(rest):
        wanted = triggers(rhythm, numbers)
        if wanted and rhythm not in named and all(one in rest for one in wanted):
            named[rhythm] = numbers
            rest = [one for one in rest if one not in wanted]
    return named, tuple(rest)


def all_triggers(chosen: Mapping[Rhythm, Numbers]) -> tuple[Trigger, ...]:
    """Return what several rhythms stand for together, in the order of their names, each trigger once."""
    return tuple(
        dict.fromkeys(one for rhythm in Rhythm if rhythm in chosen for one in triggers(rhythm, chosen[rhythm]))
    )


def _then(anchor: Anchor, first: int, every_days: int) -> tuple[Trigger, ...]:
    """Return what goes on from day `first` every so many days; nothing for 0."""
    return (Trigger(anchor, from_day=first, every_days=every_days),) if every_days else ()


def _guesses(found: Sequence[Trigger]) -> Iterator[tuple[Rhythm, Numbers]]:
    """Yield rhythms that these triggers could stand for, those that stand for most triggers first."""
    later = [*sorted({one.every_days for one in found if one.every_days}), 0]
    limited = [(one.every_days, one.until_day) for one in found if one.every_days and one.until_day is not None]
    for every, until in limited:
        for days in later:
            yield Rhythm.DAILY_AFTER, (until, days)
            yield Rhythm.EVERY_THEN, (every, until + 1, days)
    for times in sorted(TIMES_A_WEEK, reverse=True):
        yield Rhythm.TIMES_A_WEEK, (times,)
    for one in found:
        if one.every_days and one.until_day is None:
            yield Rhythm.EVERY, (one.every_days,)
    yield Rhythm.MORNING_OF, ()
    yield Rhythm.MORNING_AFTER, ()
    hours = [one.hours for one in found if one.hours is not None]
    yield from ((Rhythm.HOURS_BEFORE, (-hour,)) for hour in hours if hour < 0)
    yield from ((Rhythm.HOURS_AFTER, (hour,)) for hour in hours if hour >= 0)
    yield Rhythm.ON_DAYS, _single_days(found, Anchor.START)
    yield Rhythm.DAYS_AFTER, tuple(day for day in _single_days(found, Anchor.INFUSION) if day != 1)


def _single_days(found: Sequence[Trigger], anchor: Anchor) -> Numbers:
    return tuple(sorted(one.from_day for one in found if one == Trigger(anchor, from_day=one.from_day)))
