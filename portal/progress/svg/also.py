"""The last lane: medicines, events, visits and messages, each with its sign, packed into a few rows."""

from typing import NamedTuple

from portal.progress import describe
from portal.progress.svg.frame import ROW, Frame
from portal.progress.svg.layers import Layers
from portal.progress.svg.pen import element, number, text, title, width
from portal.progress.timeline import Mark
from portal.progress.words import Span, message

MOST_ROWS = 4
SIGNS = {
    "medicine": "m-4-3h8v6h-8z",
    "event": "m0-4.5l5 8.5h-10z",
    "visit": "m-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z",
    "message": "m-5-4h10v6.5h-6l-2.5 2.5v-2.5h-1.5z",
    "alert": "m0-5l5 5-5 5-5-5z",
}


class Spot(NamedTuple):
    """Where a mark stands: its row, its stretch of the axis, and where its label begins (None: no room for one)."""

    mark: Mark
    row: int
    left: float
    right: float
    label_at: float | None


def pack(frame: Frame) -> list[Spot]:
    """Give every mark the first row with room for it and its label; the last row takes what is left, unlabelled."""
    ends: list[float] = []
    spots = []
    for mark in frame.timeline.shown_marks:
        left, right, long = _reach(frame, mark)
        at = right + 8 if mark.until is None else left + 5
        if mark.until is None and at + long > frame.sheet.width:
            at = left - 8 - long
        begins, stops = min(left - 5, at), max(right + 5, at + long)
        row = next((row for row, end in enumerate(ends) if end + 6 <= begins), len(ends))
        if row < MOST_ROWS:
            ends[row:] = [stops, *ends[row + 1 :]]
            spots.append(Spot(mark, row, left, right, at))
        else:
            spots.append(Spot(mark, MOST_ROWS - 1, left, right, None))
    return spots


def _reach(frame: Frame, mark: Mark) -> tuple[float, float, float]:
    left = max(frame.x_on(mark.on), frame.left)
    right = min(frame.x_on(mark.until), frame.right) if mark.until else left
    return left, max(left, right), width(mark.label, frame.sheet.small)


def draw(frame: Frame, spots: list[Spot]) -> Layers:
    """Return the marks where `pack` put them, and their labels."""
    labels = [
        text(spot.mark.label, spot.label_at, _y(frame, spot) + 4, "c-small c-halo")
        for spot in spots
        if spot.label_at is not None
    ]
    stretches = [_stretch(frame, spot) for spot in spots if spot.mark.until]
    signs = [_sign(frame, spot) for spot in spots if not spot.mark.until]
    return Layers(marks="".join(signs), words="".join(stretches) + "".join(labels))


def _y(frame: Frame, spot: Spot) -> float:
    return frame.also_top + spot.row * ROW + ROW / 2


def _about(frame: Frame, mark: Mark) -> str:
    said = [message("%(kind)s: %(what)s", kind=describe.MARK[mark.kind], what=mark.label)]
    said.append(message("%(days)s", days=Span(mark.on, mark.until or mark.on)))
    return title(", ".join(frame.words.say(part) for part in said))


def _stretch(frame: Frame, spot: Spot) -> str:
    wide, y = max(spot.right - spot.left, 3.0), _y(frame, spot) - 7
    about = _about(frame, spot.mark)
    return element("rect", about, x=spot.left, y=y, width=wide, height=14.0, rx=3, class_="c-stretch")


def _sign(frame: Frame, spot: Spot) -> str:
    path = f"M{number(spot.left)} {number(_y(frame, spot))}{SIGNS[spot.mark.kind]}"
    return element("path", _about(frame, spot.mark), d=path, class_=f"c-mark c-{spot.mark.kind}")
