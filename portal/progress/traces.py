"""What a live chart draws with points and lines: scores, daily answers, infusions and other marks.

No colour is in it: every trace carries a role in `meta`, which the page paints from its own style sheet.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from portal.progress import describe
from portal.progress.axes import is_staffed, reach, unscored_at
from portal.progress.reading import crossings, version_changes
from portal.progress.svg.also import Spot
from portal.progress.svg.daily import medians_shown, points_shown
from portal.progress.svg.frame import HEADER
from portal.progress.svg.infusions import SIGN_ROW
from portal.progress.svg.scores import runs_shown, unscored_shown
from portal.progress.thinning import LIMIT
from portal.progress.timeline import DailySeries, InfusionMark, InstrumentView, Mark, ScorePoint, Timeline
from portal.progress.words import Words

Trace = dict[str, Any]
MARKS = {
    "medicine": "square",
    "event": "triangle-up",
    "visit": "circle-open",
    "message": "square-open",
    "alert": "diamond",
}
SIGNS = {"induction": "circle-open", "booster": "circle"}


def plain(words: object) -> str:
    """Return text that Plotly shows as it is: its own small HTML and its templates mean nothing in it."""
    escaped = str(words).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("%{", "%\u200b{")


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Return an instant as the patient's clock showed it, because Plotly has no time zones."""
    return at.astimezone(zone).isoformat(" ")[:16]


def noon(on: date) -> str:
    """Return the middle of a day."""
    return f"{on.isoformat()} 12:00"


def scores(timeline: Timeline, instrument: InstrumentView, words: Words, axis: str) -> list[Trace]:
    """Return the scores, open at gaps, with rings at reliable changes and crosses for answers without a score."""
    x: list[str] = []
    y: list[float | None] = []
    said: list[str] = []
    covered: list[list[str] | None] = []
    symbols: list[str] = []
    for run in runs_shown(timeline, LIMIT):
        x += [moment(point.at, timeline.time_zone) for point in run] + [moment(run[-1].at, timeline.time_zone)]
        y += [*(point.value for point in run), None]
        said += [*(_score_words(instrument, point, words) for point in run), ""]
        covered += [*(_window(instrument, point) for point in run), None]
        symbols += [*map(_symbol, run), "circle"]
    if not x:
        return _unscored(timeline, instrument, words, axis)
    trace = _trace("score", axis, x, y, "markers" if instrument.has_levels else "lines+markers", said)
    trace |= {"name": plain(instrument.short_title), "connectgaps": False, "customdata": covered}
    trace["marker"] = {"symbol": symbols}
    rings = [] if instrument.has_levels else _rings(timeline, words, axis)
    return [trace, *rings, *_unscored(timeline, instrument, words, axis)]


def _symbol(point: ScorePoint) -> str:
    shape = "square" if is_staffed(point) else "circle"
    return shape if point.state == "complete" else f"{shape}-open"


def versions(timeline: Timeline, words: Words, axis: str) -> list[Trace]:
    """Return a line across the scores where the questions or their scoring changed."""
    instrument, x, said = timeline.instrument, list[str](), list[str]()
    shown = [one for one in version_changes(timeline) if timeline.start <= one.point.on <= timeline.end]
    if instrument is None or not shown:
        return []
    for change in shown:
        about = f"{plain(words.say(describe.version_change(change)))}<br>{plain(words.day(change.point.on))}"
        x += [f"{change.point.on.isoformat()} 00:00"] * 3
        said += [about, about, ""]
    low, high = reach(timeline, instrument)
    trace = _trace("version", axis, x, [low, high, None] * len(shown), "lines", said)
    return [trace | {"connectgaps": False}]


def _trace(role: str, axis: str, x: list[str], y: list[Any], mode: str, said: list[str] | None) -> Trace:
    trace: Trace = {"type": "scatter", "mode": mode, "meta": {"role": role}, "x": x, "y": y, "yaxis": axis}
    return trace | ({"hoverinfo": "skip"} if said is None else {"hoverinfo": "text", "hovertext": said})


def _score_words(instrument: InstrumentView, point: ScorePoint, words: Words) -> str:
    said = [words.say(part) for part in describe.score(instrument, point)]
    return "<br>".join(plain(part) for part in [*said, words.day(point.on)])


def _window(instrument: InstrumentView, point: ScorePoint) -> list[str] | None:
    window = describe.recall_window(instrument, point)
    return None if window is None else [f"{window[0].isoformat()} 00:00", f"{window[1].isoformat()} 23:59"]


def _rings(timeline: Timeline, words: Words, axis: str) -> list[Trace]:
    shown = set(timeline.shown_scores)
    crossed = [crossing.point for crossing in crossings(timeline) if crossing.point in shown]
    if not crossed:
        return []
    x = [moment(point.at, timeline.time_zone) for point in crossed]
    trace = _trace("ring", axis, x, [point.value for point in crossed], "markers", None)
    return [trace | {"marker": {"symbol": "circle-open"}}]


def _unscored(timeline: Timeline, instrument: InstrumentView, words: Words, axis: str) -> list[Trace]:
    points = unscored_shown(timeline, LIMIT)
    if not points:
        return []
    x = [moment(point.at, timeline.time_zone) for point in points]
    said = [_score_words(instrument, point, words) for point in points]
    trace = _trace("unscored", axis, x, [unscored_at(instrument)] * len(points), "markers", said)
    return [trace | {"marker": {"symbol": "x-thin-open"}}]


def daily(timeline: Timeline, series: DailySeries, axis: str, words: Words) -> list[Trace]:
    """Return one daily question: its answers, those from an earlier diary as open squares, and the median."""
    points = points_shown(series, LIMIT)
    found = []
    for source, role, symbol in (("check-in", "daily", "circle"), ("import", "imported", "square-open")):
        of_source = [point for point in points if point.source == source]
        if of_source:
            x = [moment(point.at, timeline.time_zone) for point in of_source]
            trace = _trace(role, axis, x, [point.value for point in of_source], "markers", None)
            del trace["hoverinfo"]
            # One template for all: ten years of sentences would be most of the page.
            trace["hovertemplate"] = f"{plain(series.label)} %{{y}}<br>%{{x|%-d %B %Y}}<extra></extra>"
            found.append(trace | {"name": series.label, "marker": {"symbol": symbol}})
    x, y = [], list[float | None]()
    for run in medians_shown(series, LIMIT):
        x += [noon(median.on) for median in run] + [noon(run[-1].on)]
        y += [*(median.value for median in run), None]
    if x:
        found.append(_trace("median", axis, x, y, "lines", None) | {"connectgaps": False})
    return found


def infusions(timeline: Timeline, words: Words, axis: str) -> list[Trace]:
    """Return the heads of the infusion lines, with their numbers, and under the pointer what is known of each."""
    found = []
    for role in ("induction", "booster", "planned", "stopped-early", "not-given"):
        marks = [mark for mark in timeline.shown_infusions if infusion_role(mark) == role]
        if marks:
            x = [moment(mark.at, timeline.time_zone) for mark in marks]
            height = [1 - SIGN_ROW / HEADER] * len(marks)
            trace = _trace(role, axis, x, height, "markers+text", [_infusion(mark, words) for mark in marks])
            trace["text"] = ["" if role == "not-given" else str(mark.number) for mark in marks]
            trace["meta"] = {"role": role, "numbers": trace["text"]}
            symbol = "x-thin-open" if role == "not-given" else SIGNS.get(role, "circle-open")
            found.append(trace | {"textposition": "middle center", "marker": {"symbol": symbol}, "cliponaxis": False})
    return found


def infusion_role(mark: InfusionMark) -> str:
    """Return how an infusion is painted: by its kind where all went as planned, else by what became of it."""
    if mark.status == "completed":
        return mark.kind
    return "not-given" if mark.status in ("cancelled", "missed") else mark.status


def _infusion(mark: InfusionMark, words: Words) -> str:
    said = [words.say(part) for part in describe.infusion(mark)]
    return "<br>".join(plain(part) for part in [*said, words.day(mark.on)])


def marks(timeline: Timeline, sheets: list[list[Spot]], words: Words, axis: str) -> list[Trace]:
    """Return the other marks. `meta.rows` has the rows that each picture gives them, counted from the top."""
    found = []
    numbered = list(enumerate(sheets[0]))
    for kind in MARKS:
        of_kind = [(number, spot.mark) for number, spot in numbered if spot.mark.kind == kind and not spot.mark.until]
        if of_kind:
            x, said = [noon(mark.on) for _, mark in of_kind], [_mark(mark, words) for _, mark in of_kind]
            rows = [[spots[number].row for number, _ in of_kind] for spots in sheets]
            trace = _trace(f"mark-{kind}", axis, x, [-row for row in rows[0]], "markers", said)
            trace["meta"]["rows"] = rows
            found.append(trace | {"marker": {"symbol": MARKS[kind]}})
    for number, spot in numbered:
        if spot.mark.until:
            x = [noon(max(spot.mark.on, timeline.start)), noon(min(spot.mark.until, timeline.end))]
            # A day with an alert is a dot in the picture, which a line of no length would not be.
            role, mode = ("stretch-alert", "lines+markers") if spot.mark.kind == "alert" else ("stretch", "lines")
            trace = _trace(role, axis, x, [-spot.row] * 2, mode, [_mark(spot.mark, words)] * 2)
            trace["meta"]["rows"] = [[spots[number].row] * 2 for spots in sheets]
            found.append(trace)
    return found


def _mark(mark: Mark, words: Words) -> str:
    return "<br>".join(plain(words.say(part)) for part in describe.other(mark))
