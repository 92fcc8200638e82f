"""The daily lane: one strip for each question, on its own scale, small dots with a seven-day median."""

from datetime import date

from portal.progress import describe
from portal.progress.ranges import shown
from portal.progress.reading import Median, daily_medians
from portal.progress.svg.frame import Frame, Lane
from portal.progress.svg.pen import dots, element, line, number, polyline, text
from portal.progress.thinning import thin
from portal.progress.timeline import DailyPoint, DailySeries, Timeline

WEEKLY_FROM_DAYS = 3 * 365
FEW = 3


def points_shown(series: DailySeries, start: date, limit: int) -> tuple[DailyPoint, ...]:
    """Return the points of the range, thinned to `limit` with their extremes."""
    points = shown(series.points, start)
    return thin(points, limit, position=lambda p: p[1].timestamp(), value=lambda p: p[2])


def medians_shown(timeline: Timeline, series: DailySeries, limit: int) -> list[tuple[Median, ...]]:
    """Return the stretches of the median in the range; over many years one is worked out for each week only."""
    every = 7 if (timeline.end - timeline.start).days > WEEKLY_FROM_DAYS else 1
    runs = [tuple(m for m in run if m[0] >= timeline.start) for run in daily_medians(series.points, every=every)]
    total = sum(map(len, runs)) or 1
    return [
        thin(run, max(4, limit * len(run) // total), position=lambda m: m[0].toordinal(), value=lambda m: m[1])
        for run in runs
        if run
    ]


def draw(frame: Frame, series: DailySeries, lane: Lane) -> str:
    """Return one strip; answers brought along from another diary are open squares."""
    words = frame.words
    limit = frame.sheet.limit if len(frame.strips) <= FEW else frame.sheet.limit * 3 // 5
    name = f"{series.label} · {series.scale_name}" if series.scale_name else series.label
    parts = [
        text(name, frame.left, lane.top - 5, "c-name"),
        line(frame.left, lane.bottom, frame.right, lane.bottom, "c-axis"),
    ]
    top, bottom = describe.ends(series)
    parts.append(text(words.say(top), frame.right + 6, lane.top + 8, "c-soft"))
    parts.append(text(words.say(bottom), frame.right + 6, lane.bottom + 1, "c-soft"))
    points = points_shown(series, frame.timeline.start, limit)
    answered = [(frame.x(p.at), lane.y(p.value)) for p in points if p.source == "check-in"]
    imported = [(frame.x(p.at), lane.y(p.value)) for p in points if p.source == "import"]
    if answered:
        parts.append(element("path", d=dots(answered), class_="c-daily"))
    if imported:
        parts.append(_hollow(imported, f"chart-{frame.sheet.name}-{number(lane.top)}"))
    runs = medians_shown(frame.timeline, series, limit)
    joined = [[(frame.x_on(m.on), lane.y(m.value)) for m in run] for run in runs if len(run) > 1]
    if joined:
        parts.append(element("path", d="".join(map(polyline, joined)), class_="c-median"))
    return "".join(parts)


def _hollow(points: list[tuple[float, float]], name: str) -> str:
    """Open squares, twice from one path: a shape of their own for each point would treble the bytes."""
    shape = element("path", d="".join(f"M{number(x - 1.9)} {number(y)}h3.8" for x, y in points), id=name)
    again = element("use", href=f"#{name}", class_="c-imported-inside")
    return element("defs", shape) + element("use", href=f"#{name}", class_="c-imported") + again
