"""The last lane: medicines, events, visits and messages, each with its sign, packed into a few rows."""

from typing import NamedTuple

from portal.progress import describe
from portal.progress.svg.frame import ROW, Frame
from portal.progress.svg.layers import Layers
from portal.progress.svg.pen import element, number, shortened, text, title, width
from portal.progress.timeline import Mark

MOST_ROWS = 4
LABEL_SHARE = 0.3
"""How much of the width one label may take."""
STRETCH_HIGH, ALERT_HIGH = 14.0, 6.0
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
    at = right + 8 if mark.until is None else left + 5
    if mark.until is None and at + long > frame.sheet.width:
        at = left - 8 - long
    begins, stops = min(left - 5, at), max(right + 5, at + long)
    row = next((row for row, end in enumerate(ends) if end + 6 <= begins), len(ends))
    if row >= MOST_ROWS:
        return Spot(mark, MOST_ROWS - 1, left, right, label, None)
    ends[row:] = [stops, *ends[row + 1 :]]
    return Spot(mark, row, left, right, label, at)


def _reach(frame: Frame, mark: Mark) -> tuple[float, float]:
    left = max(frame.x_on(mark.on), frame.left)
    right = min(frame.x_on(mark.until), frame.right) if mark.until else left
    return left, max(left, right)


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
    is_before = not spot.mark.until and at < spot.left
    x = spot.left - 9 if is_before else at
    return text(spot.label, x, _y(frame, spot) + 4, "c-small c-halo", "end" if is_before else None)


def _y(frame: Frame, spot: Spot) -> float:
    return frame.also_top + spot.row * ROW + ROW / 2


def _about(frame: Frame, mark: Mark) -> str:
    return title(", ".join(frame.words.say(part) for part in describe.other(mark)))


def _stretch(frame: Frame, spot: Spot) -> str:
    is_alert = spot.mark.kind == "alert"
    wide, high, y = max(spot.right - spot.left, 6.0), ALERT_HIGH if is_alert else STRETCH_HIGH, _y(frame, spot)
    return element(
        "rect",
        _about(frame, spot.mark),
        x=spot.left,
        y=y - high / 2,
        width=wide,
        height=high,
        rx=3,
        class_="c-alert" if is_alert else "c-stretch",
    )


def _sign(frame: Frame, spot: Spot) -> str:
    path = f"M{number(spot.left)} {number(_y(frame, spot))}{SIGNS[spot.mark.kind]}"
    return element("path", _about(frame, spot.mark), d=path, class_=f"c-mark c-{spot.mark.kind}")
