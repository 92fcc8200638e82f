"""Which part of the time axis is shown."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal, get_args

from portal.progress.medians import MEDIAN_DAYS, daily_medians
from portal.progress.reading import given
from portal.progress.timeline import DailySeries, Timeline

Range = Literal["interval", "3-months", "1-year", "all", "imported"]
RANGES: tuple[Range, ...] = get_args(Range)

WEEKLY_FROM_DAYS = 3 * 365
LEAD = timedelta(days=14)
"""What is shown before the last infusion, so that its effect has something to be compared with."""


def available(timeline: Timeline) -> tuple[Range, ...]:
    """Return the ranges worth a button, in the order of `RANGES`."""
    if timeline.is_empty:
        return ()
    first, last = ((timeline.today - day).days for day in (min(_days(timeline)), max(_days(timeline))))
    worth: dict[Range, bool] = {
        "interval": bool(given(timeline)),
        "3-months": first > 31 and last <= 91,
        "1-year": first > 92 and last <= 365,
        "all": True,
        "imported": any(_imported(timeline)),
    }
    return tuple(name for name in RANGES if worth[name])


def suggested(timeline: Timeline) -> Range:
    """Return the range to open with: a year, or all of less, or the diary where only the diary has anything."""
    days = list(_days(timeline))
    if days and max(days) < timeline.today - timedelta(days=365):
        return "imported" if any(_imported(timeline)) else "all"
    return "1-year" if "1-year" in available(timeline) else "all"


def select(timeline: Timeline, chosen: Range) -> Timeline:
    """Return the timeline with the chosen range as what is shown.

    Scores, infusions and marks stay whole, because what is said of those shown depends on the earlier ones. Of the
    daily points only those of the range stay, with their medians. A range that this timeline does not have
    ("interval" without an infusion, "imported" without a diary) is "all".
    """
    if timeline.is_empty:
        return timeline
    start, end = _bounds(timeline, chosen)
    return replace(timeline, start=start, end=end, daily=tuple(_cut(series, start, end) for series in timeline.daily))


def _cut(series: DailySeries, start: date, end: date) -> DailySeries:
    """The first medians look back to days before the range; over many years one median a week is worked out."""
    lead = start - timedelta(days=MEDIAN_DAYS - 1)
    points = tuple(point for point in series.points if lead <= point[0] <= end)
    runs = daily_medians(points, every=7 if (end - start).days > WEEKLY_FROM_DAYS else 1)
    medians = (tuple(median for median in run if median[0] >= start) for run in runs)
    return replace(
        series,
        points=tuple(point for point in points if point[0] >= start),
        medians=tuple(run for run in medians if run),
    )


def _bounds(timeline: Timeline, chosen: Range) -> tuple[date, date]:
    today = timeline.today
    imported = list(_imported(timeline))
    if chosen == "imported" and imported:
        return _at_least_a_fortnight(min(imported), max(imported))
    if chosen == "interval" and given(timeline):
        start = given(timeline)[-1].on - LEAD
    elif chosen in ("3-months", "1-year"):
        start = max(today - timedelta(days=91 if chosen == "3-months" else 365), min(_days(timeline)))
    else:
        start = min(_days(timeline))
    room = max(timedelta(days=21), (today - start) / 4)
    ahead = [mark.on for mark in timeline.infusions if mark.status == "planned" and mark.on - today <= room]
    end = max([today, *ahead])
    return _at_least_a_fortnight(min(start, end), end)


def _at_least_a_fortnight(start: date, end: date) -> tuple[date, date]:
    return (min(start, end - timedelta(days=14)), end)


def _days(timeline: Timeline) -> Iterator[date]:
    """A medicine of ten years ago adds no ten empty years: other marks count where there is nothing else."""
    found = [point.on for point in timeline.scores] + [infusion.on for infusion in timeline.infusions]
    for series in timeline.daily:
        if series.points:
            found += [series.points[0].on, series.points[-1].on]
    yield from found or (mark.on for mark in timeline.marks)


def _imported(timeline: Timeline) -> Iterator[date]:
    for series in timeline.daily:
        yield from (point.on for point in series.points if point.source == "import")
