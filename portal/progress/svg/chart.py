"""The whole chart by date, as one SVG element."""

from portal.progress.svg import also, axis, bands, daily, infusions, legend, remarks, scores
from portal.progress.svg.frame import NARROW, WIDE, Frame, Sheet, lay_out
from portal.progress.svg.labels import Box
from portal.progress.svg.pen import clean, element, number, text, width
from portal.progress.timeline import Timeline
from portal.progress.words import Words, message

__all__ = ["NARROW", "WIDE", "draw"]


def draw(timeline: Timeline, words: Words, sheet: Sheet, *, about: str = "") -> str:
    """Return the chart of a timeline already narrowed to its range, as markup that is safe to put on a page.

    `about` says in words what the chart shows; a screen reader reads it instead of the picture.
    """
    frame, spots = framed(timeline, words, sheet)
    plot = element("g", _lanes(frame) + also.draw(frame, spots) + axis.draw(frame), class_="c-plot")
    explained, bottom = legend.draw(frame, frame.bottom + 2 * sheet.font + 14)
    name = f"chart-{sheet.name}"
    head = element("title", clean(words.say(message("Progress chart"))), id=f"{name}-title")
    head += element("desc", clean(f"{about} {words.say(message('The same numbers are in the table below.'))}".strip()),
                    id=f"{name}-about")  # fmt: skip
    return element(
        "svg",
        head + plot + explained,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {number(sheet.width)} {number(bottom + 4)}",
        class_=f"chart chart-{sheet.name}",
        role="img",
        aria_labelledby=f"{name}-title {name}-about",
    )


def framed(timeline: Timeline, words: Words, sheet: Sheet) -> tuple[Frame, list[also.Spot]]:
    """Return the sheet laid out, and where the other marks stand on it."""
    spots = also.pack(lay_out(timeline, words, sheet, 0))
    return lay_out(timeline, words, sheet, max((spot.row + 1 for spot in spots), default=0)), spots


def _lanes(frame: Frame) -> str:
    instrument, lane = frame.timeline.instrument, frame.scores
    strips = "".join(daily.draw(frame, series, strip) for series, strip in frame.strips)
    if instrument is None or lane is None:
        return infusions.draw(frame) + strips
    name, size = instrument.short_title, frame.sheet.font
    frame.places.take(Box(0, 0, width(name, size) + 12, size + 2))
    scores.take_room(frame, lane)
    under = bands.draw(frame, instrument, lane) + infusions.draw(frame) + text(name, 0, size, "c-name")
    drawn = scores.draw(frame, instrument, lane)
    if frame.timeline.shown_scores:
        newest = remarks.newest(frame, lane)
        drawn = remarks.thresholds(frame, instrument, lane) + drawn + newest + remarks.changes(frame, lane)
        drawn += remarks.silent(frame, lane)
    return under + drawn + strips
