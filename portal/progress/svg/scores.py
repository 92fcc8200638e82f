"""The first lane: severity bands, thresholds and the scores of one instrument."""

from datetime import date
from itertools import pairwise

from portal.progress import describe
from portal.progress.reading import Crossing, crossings, response_at, scored, segments, silences
from portal.progress.svg.frame import Frame, Lane
from portal.progress.svg.labels import Box
from portal.progress.svg.pen import dots, element, line, polyline, text, title, width
from portal.progress.thinning import thin
from portal.progress.timeline import Band, InstrumentView, ScorePoint
from portal.progress.words import Message, message

DOT = 4.0


def ground(frame: Frame, instrument: InstrumentView, lane: Lane) -> str:
    """Return what lies under everything: bands with their names, and the scale at the left."""
    if not frame.timeline.scores:
        return element(
            "rect", x=frame.left, y=lane.top, width=frame.right - frame.left, height=lane.height, class_="c-band c-b0"
        )
    bands = instrument.bands or (Band(instrument.minimum, instrument.maximum, ""),)
    parts = []
    for index, (band, (low, high)) in enumerate(zip(bands, _edges(bands, lane), strict=True)):
        shade = f"c-band c-b{min(index, 4)}"
        parts.append(
            element("rect", x=frame.left, y=high, width=frame.right - frame.left, height=low - high, class_=shade)
        )
        parts.append(_band_name(frame, band.label, (low + high) / 2))
    values = [band.low for band in bands] + [instrument.maximum]
    last = None
    for value in reversed(values):
        if last is None or lane.y(value) - last >= frame.sheet.font:
            last = lane.y(value)
            parts.append(text(frame.words.number(value), frame.left - 6, last + 4, "c-scale", "end"))
    return "".join(parts)


def _edges(bands: tuple[Band, ...], lane: Lane) -> list[tuple[float, float]]:
    inner = [lane.y((a.high + b.low) / 2) for a, b in pairwise(bands)]
    return list(zip([lane.bottom, *inner], [*inner, lane.top], strict=True))


def _band_name(frame: Frame, label: str, y: float) -> str:
    size, x = frame.sheet.font, frame.right + 6
    lines = [label] if width(label, size) <= frame.sheet.right - 6 else label.split(" ")
    first = y + 4 - (len(lines) - 1) * size / 2
    return "".join(text(words, x, first + row * size, "c-soft") for row, words in enumerate(lines))


def thresholds(frame: Frame, instrument: InstrumentView, lane: Lane) -> str:
    """Return the lines of response and remission with their names, where the instrument has them."""
    wanted: list[tuple[float, Message, float]] = []
    response = response_at(instrument, frame.timeline.baseline)
    if response is not None:
        wanted.append((response, message("response: %(value)s or less", value=response), -5.0))
    if instrument.remission_below is not None and not instrument.higher_is_better:
        below = instrument.remission_below
        wanted.append((below - 0.5, message("remission: below %(value)s", value=below), frame.sheet.small + 2))
    parts = []
    for value, name, drop in wanted:
        y, words = lane.y(value), frame.words.say(name)
        parts.append(line(frame.left, y, frame.right, y, "c-threshold"))
        long = width(words, frame.sheet.small)
        starts = [frame.left + 6, frame.right - 6 - long, (frame.left + frame.right - long) / 2]
        boxes = [Box(x, y + drop - frame.sheet.small, x + long, y + drop + 2) for x in starts]
        chosen = frame.places.first_free(boxes)
        parts.append(text(words, starts[chosen or 0], y + drop, "c-small c-halo"))
    return "".join(parts)


def take_room(frame: Frame, lane: Lane) -> None:
    """Keep labels off the scores and off the lines between them."""
    points = [(frame.x(point.at), lane.y(point.value)) for point in scored(frame.timeline.scores)
              if point.value is not None]  # fmt: skip
    for x, y in points:
        frame.places.take(Box(x - 6, y - 6, x + 6, y + 6))
    for (x1, y1), (x2, y2) in pairwise(points):
        steps = int((x2 - x1) // 12)
        for step in range(1, min(steps, 12)):
            x, y = x1 + (x2 - x1) * step / steps, y1 + (y2 - y1) * step / steps
            frame.places.take(Box(x - 3, y - 3, x + 3, y + 3))


def draw(frame: Frame, instrument: InstrumentView, lane: Lane) -> str:
    """Return the scores: joined within the expected gap, open where there were no answers."""
    timeline = frame.timeline
    if not timeline.scores:
        words = frame.words.say(message("no %(scale)s answers here", scale=instrument.short_title))
        return text(words, (frame.left + frame.right) / 2, lane.top + lane.height / 2 + 4, "c-soft", "middle")
    parts = [silent(frame, lane)]
    runs = [
        [(frame.x(p.at), lane.y(p.value)) for p in run if p.value is not None]
        for run in segments(timeline.scores, timeline.expected_gap_days)
    ]
    parts.append(element("path", d="".join(polyline(run) for run in runs if len(run) > 1), class_="c-score"))
    parts += _points(frame, instrument, lane)
    parts += [_crossing(frame, lane, crossing) for crossing in crossings(timeline)]
    parts.append(_last_value(frame, lane))
    return "".join(parts)


def _points(frame: Frame, instrument: InstrumentView, lane: Lane) -> list[str]:
    points = thin(
        frame.timeline.scores, frame.sheet.limit, position=lambda p: p.at.timestamp(), value=lambda p: p.value or 0
    )
    if frame.sheet.name == "narrow":
        complete = [(frame.x(p.at), lane.y(p.value)) for p in points if p.value is not None and p.state == "complete"]
        rest = [_point(frame, instrument, lane, p) for p in points if p.state != "complete"]
        return [element("path", d=dots(complete), class_="c-dots"), *rest]
    return [_point(frame, instrument, lane, point) for point in points]


def _point(frame: Frame, instrument: InstrumentView, lane: Lane, point: ScorePoint) -> str:
    words = [frame.words.say(part) for part in describe.score(instrument, point)]
    about = title(", ".join([*words, frame.words.day(point.on)]))
    x = frame.x(point.at)
    if point.value is None:
        y = lane.bottom - 6
        return element("path", about, d=f"M{x - 3:.1f} {y - 3:.1f}l6 6m0-6l-6 6", class_="c-unscored")
    class_ = "c-point" if point.state == "complete" else "c-point c-prorated"
    return element("circle", about, cx=x, cy=lane.y(point.value), r=DOT, class_=class_)


def _crossing(frame: Frame, lane: Lane, crossing: Crossing) -> str:
    x, y = frame.x(crossing.point.at), lane.y(crossing.point.value or 0)
    ring = element("circle", cx=x, cy=y, r=DOT + 3.5, class_="c-ring")
    words = frame.words.say(describe.CHANGE[crossing.change])
    size = frame.sheet.small
    long = width(words, size)
    spots = [(x + 10, y + 4), (x + 10, y - 8), (x - 10 - long, y + 4), (x + 10, y + 16), (x - 10 - long, y + 16),
             (x - 10 - long, y - 8), (x - long / 2, y + 22), (x - long / 2, y - 14)]  # fmt: skip
    boxes = [Box(a, b - size, a + long, b + 2) for a, b in spots if frame.left <= a and a + long <= frame.right]
    chosen = frame.places.first_free(boxes)
    if chosen is None:
        return ring
    return ring + text(words, boxes[chosen].left, boxes[chosen].bottom - 2, "c-change c-halo")


def _last_value(frame: Frame, lane: Lane) -> str:
    points = scored(frame.timeline.scores)
    if not points or points[-1].value is None:
        return ""
    words, x, y = frame.words.number(points[-1].value), frame.x(points[-1].at), lane.y(points[-1].value)
    long = width(words, frame.sheet.font + 1)
    spots = [(x + 8, y + 4.0), (x - long / 2, y - 9), (x - long / 2, y + 19), (x - long - 9, y + 4)]
    boxes = [Box(a, b - frame.sheet.font, a + long, b + 1) for a, b in spots if a + long <= frame.right]
    chosen = frame.places.first_free(boxes)
    return "" if chosen is None else text(words, boxes[chosen].left, boxes[chosen].bottom - 1, "c-value c-halo")


def silent(frame: Frame, lane: Lane) -> str:
    """Return what stands where no scale was answered for longer than expected."""
    parts = []
    for start, end in silences(frame.timeline):
        left, right = frame.x_on(start), frame.x_on(end)
        words = _silence_words(frame, start, end, right - left - 12)
        middle, size = (left + right) / 2, frame.sheet.small
        if not words:
            continue
        half = width(words, size) / 2
        heights = [lane.top + lane.height * share for share in (0.5, 0.62, 0.38, 0.75, 0.25, 0.9)]
        chosen = frame.places.first_free([Box(middle - half, y - size, middle + half, y + 2) for y in heights])
        if chosen is not None:
            parts.append(text(words, middle, heights[chosen], "c-small c-halo", "middle"))
    return "".join(parts)


def _silence_words(frame: Frame, start: date, end: date, room: float) -> str:
    said = [message("no answers")]
    if end >= frame.timeline.today:
        said.insert(0, message("no answers since %(on)s", on=start))
    words = (frame.words.say(part) for part in said)
    return next((one for one in words if width(one, frame.sheet.small) <= room), "")
