"""The chart as a plain Plotly figure, from the same timeline as the picture.

No colour is in it: traces and shapes carry roles, which the page paints from its own style sheet, light or dark.
`layout.meta` says where the picture has its lanes, so that the live chart stands exactly where the picture stood.
"""

from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Any

from portal.progress import describe, traces
from portal.progress.axes import edges, shade, ticks
from portal.progress.reading import response_line
from portal.progress.svg import chart
from portal.progress.svg.daily import strip_name
from portal.progress.svg.frame import HEADER, NARROW, PAD, WIDE, Frame, Lane
from portal.progress.svg.infusions import SIGN_ROW
from portal.progress.timeline import InfusionMark, InstrumentView, Timeline
from portal.progress.traces import infusion_role, moment, plain
from portal.progress.words import Words, message

Figure = dict[str, Any]
NEAR = 0.04
"""Share of the scale below which two lines are drawn as one, as in the picture."""
HEAD, ALSO, SCORES, FIRST_STRIP = 1, 2, 3, 4


def by_date(timeline: Timeline, words: Words) -> Figure:
    """Return the figure of a timeline with its range selected: lists, dicts, strings, numbers and None only."""
    (wide, spots), (narrow, narrow_spots) = (chart.framed(timeline, words, sheet) for sheet in (WIDE, NARROW))
    data = traces.infusions(timeline, words, axis(HEAD))
    shapes = []
    if timeline.instrument is not None:
        data += traces.versions(timeline, words, axis(SCORES))
        data += traces.scores(timeline, timeline.instrument, words, axis(SCORES))
        shapes = _grounds(timeline, timeline.instrument)
    for number, (series, _) in enumerate(wide.strips):
        data += traces.daily(timeline, series, axis(FIRST_STRIP + number), words)
    data += traces.marks(timeline, [spots, narrow_spots], words, axis(ALSO))
    shapes += [_rule(axis(FIRST_STRIP + number)) for number in range(len(wide.strips))]
    given = [mark for mark in timeline.shown_infusions if infusion_role(mark) != "not-given"]
    shapes += [_stem(timeline, mark) for mark in given]
    layout = _axes(timeline, wide, words) | {
        "shapes": shapes,
        "annotations": _names(wide, words),
        "showlegend": False,
        "hovermode": "closest",
        "meta": {"sheets": [_sheet(wide), _sheet(narrow)]},
    }
    return {"data": data, "layout": layout}


def axis(number: int) -> str:
    """Return what Plotly calls its vertical axis of this number, from 1."""
    return "y" if number == 1 else f"y{number}"


def _axes(timeline: Timeline, frame: Frame, words: Words) -> Figure:
    made: Figure = {}
    made["xaxis"] = {"type": "date", "range": _range(frame), "anchor": "free", "position": 0, "showgrid": False}
    rows = max(1, frame.also_rows)
    made["yaxis"] = _axis([0, 1], [])
    made["yaxis2"] = _axis([0.5 - rows, 0.5], [])
    if timeline.instrument is not None and frame.scores is not None:
        shown = ticks(timeline.instrument) if timeline.shown_scores else []
        made["yaxis3"] = _axis(_reach(frame.scores), shown)
    for number, (_, lane) in enumerate(frame.strips):
        made[f"yaxis{FIRST_STRIP + number}"] = _axis(_reach(lane), [])
    return made


def _axis(span: list[float], values: list[float]) -> Figure:
    return {
        "range": span,
        "tickmode": "array",
        "tickvals": values,
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
    }


def _reach(lane: Lane) -> list[float]:
    """The picture keeps a little room at both ends of a scale; the live axis keeps the same."""
    spare = (lane.high - lane.low) * 4 / (lane.height - 8)
    return [lane.low - spare, lane.high + spare]


def _grounds(timeline: Timeline, instrument: InstrumentView) -> list[Figure]:
    if not timeline.shown_scores:
        return []
    outer = (instrument.minimum - 1, instrument.maximum + 1)
    found = [
        _shape("rect", f"band-{shade(instrument, number)}", "below", y0=low, y1=high)
        for number, (low, high) in enumerate(pairwise(edges(instrument, *outer)))
    ]
    response = response_line(timeline)
    near = (instrument.maximum - instrument.minimum) * NEAR
    is_one = response is not None and instrument.line is not None and abs(response - instrument.line) < near
    lines = [response, None if is_one else instrument.line]
    if instrument.remission_below is not None and not instrument.higher_is_better:
        lines.append(instrument.remission_below - 0.5)
    return found + [_shape("line", "threshold", "below", y0=y, y1=y) for y in lines if y is not None]


def _shape(kind: str, name: str, layer: str, **edges: float) -> Figure:
    return {"type": kind, "name": name, "layer": layer, "xref": "paper", "x0": 0, "x1": 1, "yref": "y3", **edges}


def _rule(of_axis: str) -> Figure:
    return {"type": "line", "name": "rule", "layer": "below", "xref": "paper", "x0": 0, "x1": 1,
            "yref": f"{of_axis} domain", "y0": 0, "y1": 0}  # fmt: skip


def _stem(timeline: Timeline, mark: InfusionMark) -> Figure:
    at = moment(mark.at, timeline.time_zone)
    role = infusion_role(mark)
    return {"type": "line", "name": role, "layer": "below", "xref": "x", "x0": at, "x1": at, "yref": "paper",
            "y0": 0, "y1": 1}  # fmt: skip


def _names(frame: Frame, words: Words) -> list[Figure]:
    timeline = frame.timeline
    found = []
    if timeline.instrument is not None and timeline.shown_scores:
        for band in timeline.instrument.bands:
            name = plain(band.label).replace(" ", "<br>", 1)
            found.append(_name(name, "soft", 1, "left", y=(band.low + band.high) / 2, yref="y3", xshift=6))
    for number, (series, lane) in enumerate(frame.strips):
        name = plain(strip_name(series))
        ref = axis(FIRST_STRIP + number)
        found.append(_name(name, "name", 0, "left", y=lane.high, yref=ref, yanchor="bottom", yshift=4))
        for end, y in zip(describe.ends(series), (lane.high, lane.low), strict=True):
            found.append(_name(plain(words.say(end)), "soft", 1, "left", y=y, yref=ref, xshift=6))
    if not timeline.shown_scores and timeline.instrument is not None:
        none = words.say(message("no %(scale)s answers here", scale=timeline.instrument.short_title))
        middle = (timeline.instrument.minimum + timeline.instrument.maximum) / 2
        found.append(_name(plain(none), "soft", 0.5, "center", y=middle, yref="y3"))
    return found


def _name(words: str, role: str, x: float, anchor: str, **where: Any) -> Figure:
    return {"text": words, "name": role, "x": x, "xref": "paper", "xanchor": anchor, "showarrow": False, **where}


def _range(frame: Frame) -> list[str]:
    """The time axis of one picture from edge to edge, with the room that it keeps at both ends."""
    timeline = frame.timeline
    midnight = datetime.combine(timeline.start, time())
    room, days = timedelta(days=PAD / frame.per_day), timedelta(days=(timeline.end - timeline.start).days + 1)
    return [(midnight - room).isoformat(" ")[:16], (midnight + days + room).isoformat(" ")[:16]]


def _sheet(frame: Frame) -> Figure:
    """Where the lanes of one picture are, in its own units; the page scales them to what it is shown at."""
    lanes = {"yaxis": [0.0, HEADER if frame.timeline.shown_infusions else 0.0]}
    if frame.also_rows:
        lanes["yaxis2"] = [frame.also_top, frame.bottom]
    if frame.scores is not None:
        lanes["yaxis3"] = [frame.scores.top, frame.scores.bottom]
    for number, (_, lane) in enumerate(frame.strips):
        lanes[f"yaxis{FIRST_STRIP + number}"] = [lane.top, lane.bottom]
    return {
        "name": frame.sheet.name,
        "width": frame.sheet.width,
        "left": frame.left,
        "right": frame.sheet.right,
        "bottom": frame.bottom,
        "font": frame.sheet.font,
        "range": _range(frame),
        "lanes": lanes,
        "sign": SIGN_ROW,
        "rows": frame.also_rows,
    }
