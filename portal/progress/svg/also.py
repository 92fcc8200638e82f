"""The last lane: medicines, events, visits and messages, each with its sign, packed into a few rows."""

from collections.abc import Iterator
from typing import NamedTuple

from portal.progress import describe
from portal.progress.svg.frame import ROW, Frame
from portal.progress.svg.labels import Box
from portal.progress.svg.layers import Layers
from portal.progress.svg.pen import element, number, shortened, text, title, width
from portal.progress.timeline import Mark

MOST_ROWS = 4
LABEL_SHARE = 0.3
"""How much of the width one label may take."""
INSIDE, BESIDE = 5.0, 8.0
"""How far from its edges words stand in a stretch of days, and how far beside a sign or a stretch."""
STRETCH_HIGH, ALERT_HIGH = 14.0, 6.0
LEAST = 6.0
"""A shorter stretch is drawn so long: a day with an alert, in a year, is a dot."""
SIGNS = {
    "medicine": "m-4-3h8v6h-8z",
    "event": "m0-4.5l5 8.5h-10z",
    "visit": "m-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z",
    "message": "m-5-4h10v6.5h-6l-2.5 2.5v-2.5h-1.5z",
    "alert": "m0-5l5 5-5 5-5-5z",
}


class Spot(NamedTuple):
    """Where a mark stands: its row, its stretch of the axis, and its label with where that begins (None: no room)."""

    mark: Mark
    row: int
    left: float
    right: float
    label: str
    label_at: float | None


def pack(frame: Frame) -> list[Spot]:
    """Give every mark the first row with room for it and its label; the last row takes what is left, unlabelled.

    Days with an open alert, which never overlap, have a row of their own below.
    """
    ends: list[float] = []
    marks = frame.timeline.shown_marks
    spots = [_spot(frame, mark, ends) for mark in marks if mark.kind != "alert" or mark.label]
    below = len(ends)
    alerts = [mark for mark in marks if mark.kind == "alert" and not mark.label]
    return spots + [Spot(mark, below, *_reach(frame, mark), "", None) for mark in alerts]


def _spot(frame: Frame, mark: Mark, ends: list[float]) -> Spot:
    """Find the row; `ends` is where each row so far ends, and is carried on."""
    left, right = _reach(frame, mark)
    label = _label(frame, mark)
    long = width(label, frame.sheet.small)
    for at in _sides(frame, left, right, long):
        begins, stops = min(left - 5, at), max(right + 5, at + long)
        row = next((row for row, end in enumerate(ends) if end + 6 <= begins), len(ends))
        if row < MOST_ROWS:
            ends[row:] = [stops, *ends[row + 1 :]]
            return Spot(mark, row, left, right, label, at)
    return Spot(mark, MOST_ROWS - 1, left, right, label, None)


def _sides(frame: Frame, left: float, right: float, long: float) -> Iterator[float]:
    """Yield where words so long could begin, the best first: in a stretch, beside it in the plot, and out of it."""
    if long <= right - left - 2 * INSIDE:
        yield left + INSIDE
    if long <= frame.right - right - BESIDE:
        yield right + BESIDE
    if long <= left - BESIDE - frame.left:
        yield left - BESIDE - long
    if long <= frame.sheet.width - right - BESIDE:
        yield right + BESIDE


def _reach(frame: Frame, mark: Mark) -> tuple[float, float]:
    left = max(frame.x_on(mark.on), frame.left)
    right = max(left + LEAST, min(frame.x_on(mark.until), frame.right)) if mark.until else left
    return left, right


def is_dot(frame: Frame, mark: Mark) -> bool:
    """Whether a stretch is drawn as short as any."""
    left, right = _reach(frame, mark)
    return right - left <= LEAST


def _label(frame: Frame, mark: Mark) -> str:
    """Somebody's own words can be long: beside the mark stand as many as have room, and never half a dose."""
    if not mark.label:
        return ""
    words, room, size = frame.words.say(describe.label(mark)), frame.sheet.width * LABEL_SHARE, frame.sheet.small
    if width(words, size) <= room:
        return words
    kept = words.split()
    while len(kept) > 1 and (width(f"{' '.join(kept)}…", size) > room or any(map(str.isdigit, kept[-1]))):
        kept.pop()
    return shortened(f"{' '.join(kept)}…", room, size)


def draw(frame: Frame, spots: list[Spot]) -> Layers:
    """Return the marks where `pack` put them, and their labels."""
    labels = [_name(frame, spot, spot.label_at) for spot in spots if spot.label and spot.label_at is not None]
    stretches = [_stretch(frame, spot) for spot in spots if spot.mark.until]
    signs = [_sign(frame, spot) for spot in spots if not spot.mark.until]
    return Layers(marks="".join(signs), words="".join(stretches) + "".join(labels))


def _name(frame: Frame, spot: Spot, at: float) -> str:
    """Before a sign the words end where it begins, however wide they turn out."""
    y, is_before = _y(frame, spot), at < spot.left
    frame.places.take_words(Box(at, y - ROW / 2, at + width(spot.label, frame.sheet.small), y + ROW / 2))
    x = spot.left - BESIDE - 1 if is_before else at
    return text(spot.label, x, y + 4, "c-small c-halo", "end" if is_before else None)


def _y(frame: Frame, spot: Spot) -> float:
    return frame.also_top + spot.row * ROW + ROW / 2


def _about(frame: Frame, mark: Mark) -> str:
    return title(", ".join(frame.words.say(part) for part in describe.other(mark)))


def _stretch(frame: Frame, spot: Spot) -> str:
    is_alert = spot.mark.kind == "alert"
    high, y = ALERT_HIGH if is_alert else STRETCH_HIGH, _y(frame, spot)
    return element(
        "rect",
        _about(frame, spot.mark),
        x=spot.left,
        y=y - high / 2,
        width=spot.right - spot.left,
        height=high,
        rx=3,
        class_="c-alert" if is_alert else "c-stretch",
    )


def _sign(frame: Frame, spot: Spot) -> str:
    path = f"M{number(spot.left)} {number(_y(frame, spot))}{SIGNS[spot.mark.kind]}"
    return element("path", _about(frame, spot.mark), d=path, class_=f"c-mark c-{spot.mark.kind}")
