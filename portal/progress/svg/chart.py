"""The whole chart by date, as one SVG element."""

from portal.progress.svg import also, axis, bands, daily, infusions, legend, recall, remarks, scores, versions
from portal.progress.svg.frame import NARROW, WIDE, Frame, Sheet, lay_out
from portal.progress.svg.labels import Box
from portal.progress.svg.layers import Layers, join
from portal.progress.svg.pen import BOLD, clean, element, number, shortened, text, width
from portal.progress.timeline import Timeline
from portal.progress.words import Words, message

NAME_SHARE = 0.4
"""How much of the width the name of the scores may take from the doses beside it."""

__all__ = ["NARROW", "WIDE", "draw"]


def draw(timeline: Timeline, words: Words, sheet: Sheet, *, about: str = "", has_table: bool = True) -> str:
    """Return the chart of a timeline with its range selected, as markup that is safe to put on a page.

    `about` says in words what the chart shows; a screen reader reads it instead of the picture. With `has_table` it is
    told that the same numbers are in a table below.
    """
    frame, spots = framed(timeline, words, sheet)
    layers = join([*_lanes(frame, spots), axis.draw(frame)])
    explained, bottom = legend.draw(frame, frame.bottom + 2 * sheet.font + 14)
    name = f"chart-{sheet.name}"
    below = words.say(message("The same numbers are in the table below.")) if has_table else ""
    about = f"{about} {below}".strip()
    parts = [
        element("title", clean(words.say(message("Progress chart"))), id=f"{name}-title"),
        element("desc", clean(about), id=f"{name}-about"),
        layers.ground,
        element("g", layers.marks, class_="c-plot"),
        element("g", layers.words, class_="c-words"),
        explained,
    ]
    return element(
        "svg",
        "".join(parts),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {number(sheet.width)} {number(bottom + 4)}",
        class_=f"chart {name}",
        role="img",
        aria_labelledby=f"{name}-title {name}-about",
    )


def framed(timeline: Timeline, words: Words, sheet: Sheet) -> tuple[Frame, list[also.Spot]]:
    """Return the sheet laid out, and where the other marks stand on it."""
    spots = also.pack(lay_out(timeline, words, sheet, 0))
    return lay_out(timeline, words, sheet, max((spot.row + 1 for spot in spots), default=0)), spots


def _lanes(frame: Frame, spots: list[also.Spot]) -> list[Layers]:
    """What stands in the lanes, from the ground up. What asks for room for its words first gets it."""
    instrument, lane = frame.timeline.instrument, frame.scores
    strips = [*(daily.draw(frame, series, strip) for series, strip in frame.strips), also.draw(frame, spots)]
    if instrument is None or lane is None:
        return [infusions.labels(frame), infusions.lines(frame), *strips]
    name = shortened(instrument.label or instrument.short_title, frame.sheet.width * NAME_SHARE, frame.sheet.font)
    frame.places.take(Box(0, 0, BOLD * width(name, frame.sheet.font) + 12, frame.sheet.font + 2))
    scores.take_room(frame, lane)
    ground = [Layers(text(name, 0, frame.sheet.font, "c-name")), bands.draw(frame, instrument, lane)]
    ground.append(recall.shade(frame, instrument, lane))
    drawn = [infusions.labels(frame)]
    if frame.timeline.shown_scores:
        drawn += [versions.draw(frame, lane), scores.draw(frame, instrument, lane)]
        if not instrument.has_levels:
            drawn += [remarks.newest(frame, lane), remarks.thresholds(frame, instrument, lane)]
            drawn.append(remarks.changes(frame, lane))
        drawn += [remarks.silent(frame, lane), recall.words(frame, instrument, lane)]
    return [*ground, infusions.lines(frame), *drawn, *strips]
