"""Timelines at their edges: what a chart has to bear."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache

from portal.progress.timeline import Mark, Timeline
from tests.progress import kinds, stories
from tests.progress.stories import TODAY, infusion, mood, score, series_of_six, timeline


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@cache
def edges() -> dict[str, Timeline]:
    """Return them by name."""
    on_the_minute = replace(score(ago(9), 12), at=infusion(ago(9), 1).at)
    return {
        "no data": timeline(instrument=None),
        "an instrument and no answer": timeline(),
        "one point": timeline([score(TODAY, 9)]),
        "only declined": timeline([score(ago(3), None), score(TODAY, None)]),
        "another version": kinds.another_version(),
        "two on one day": timeline([score(TODAY, 9, hour=8), score(TODAY, 11, hour=18)]),
        "exactly on an infusion": timeline([score(ago(30), 20), on_the_minute], [infusion(ago(9), 1)]),
        "nothing before the infusion": timeline([score(ago(2), 9)], [infusion(ago(9), 1)]),
        "only an infusion": timeline(infusions=[infusion(TODAY, 1)]),
        "only planned": timeline(infusions=[infusion(TODAY + timedelta(days=9), 1, status="planned", dose=None)]),
        "only days": timeline(daily=[mood({TODAY: 5.0})], instrument=None),
        "only marks": timeline(marks=[Mark(ago(9), "medicine", "sertraline 50 mg", change="started")], instrument=None),
        "ten years with a gap of two": stories.ten_years(),
        "crowded marks": crowded(),
    }


def crowded() -> Timeline:
    """A month in which everything happened at once."""
    marks = [Mark(ago(30 - n), "medicine", f"medicine number {n} 100 mg", change="changed") for n in range(0, 30, 2)]
    marks += [Mark(ago(29 - n), "event", "a very long story " * 9, ago(27 - n)) for n in range(0, 24, 4)]
    marks += [Mark(ago(20), "alert", "", ago(20)), Mark(ago(5), "alert", "", TODAY, goes_on=True)]
    points = [score(ago(n), n % 27) for n in range(30, 0, -1)]
    return timeline(points, series_of_six(ago(25)), marks=sorted(marks, key=lambda mark: mark.on))
