"""The daily lane: one strip for each question, on its own scale, small dots with a seven-day median."""

from portal.progress import describe
from portal.progress.svg.frame import Frame, Lane
from portal.progress.svg.labels import Box
from portal.progress.svg.layers import Layers
from portal.progress.svg.pen import BOLD, dots, element, line, number, polyline, text, width
from portal.progress.thinning import thin, thin_runs
from portal.progress.timeline import DailyPoint, DailySeries, Median

FEW = 3


def points_shown(series: DailySeries, limit: int) -> tuple[DailyPoint, ...]:
    """Return the points, thinned to `limit` with their extremes."""
    return thin(series.points, limit, [p[0].toordinal() for p in series.points], [p[2] for p in series.points])


def medians_shown(series: DailySeries, limit: int) -> tuple[tuple[Median, ...], ...]:
    """Return the stretches of the median, thinned to about `limit` points."""
    return thin_runs(series.medians, limit, lambda m: (m[0].toordinal(), m[1]))


def draw(frame: Frame, series: DailySeries, lane: Lane) -> Layers:
    """Return one strip; answers brought along from another diary are open squares."""
    limit = frame.sheet.limit if len(frame.strips) <= FEW else frame.sheet.limit * 3 // 5
    points = points_shown(series, limit)
    answered = [(frame.x(p.at), lane.y(p.value)) for p in points if p.source == "check-in"]
    imported = [(frame.x(p.at), lane.y(p.value)) for p in points if p.source == "import"]
    runs = medians_shown(series, limit)
    joined = "".join(polyline([(frame.x_on(m.on), lane.y(m.value)) for m in run]) for run in runs if len(run) > 1)
    marks = element("path", d=dots(answered), class_="c-daily") if answered else ""
    marks += _hollow(imported, f"chart-{frame.sheet.name}-{number(lane.top)}") if imported else ""
    marks += element("path", d=joined, class_="c-median") if joined else ""
    return Layers(_ground(frame, series, lane), marks)


def strip_name(series: DailySeries) -> str:
    """Return the label of a strip, with the name its scale had in an earlier diary where that was another."""
    return f"{series.label} · {series.scale_name}" if series.scale_name not in ("", series.label) else series.label


def _ground(frame: Frame, series: DailySeries, lane: Lane) -> str:
    name = strip_name(series)
    long, y = BOLD * width(name, frame.sheet.font), lane.top - 5
    frame.places.take_words(Box(frame.left, y - frame.sheet.font, frame.left + long, y + 3))
    top, bottom = (frame.words.say(end) for end in describe.ends(series))
    return (
        text(name, frame.left, y, "c-name")
        + line(frame.left, lane.bottom, frame.right, lane.bottom, "c-axis")
        + text(top, frame.right + 6, lane.top + 8, "c-soft")
        + text(bottom, frame.right + 6, lane.bottom + 1, "c-soft")
    )


def _hollow(points: list[tuple[float, float]], name: str) -> str:
    """Open squares, twice from one path: a shape of their own for each point would treble the bytes."""
    shape = element("path", d="".join(f"M{number(x - 1.9)} {number(y)}h3.8" for x, y in points), id=name)
    again = element("use", href=f"#{name}", class_="c-imported-inside")
    return element("defs", shape) + element("use", href=f"#{name}", class_="c-imported") + again
