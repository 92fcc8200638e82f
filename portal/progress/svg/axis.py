"""The time axis: days, weeks, months or years, whichever can be read at this width."""

from collections.abc import Iterator
from datetime import date, timedelta

from portal.progress.svg.frame import Frame
from portal.progress.svg.labels import Box
from portal.progress.svg.layers import Layers
from portal.progress.svg.pen import line, text, width
from portal.progress.words import message

DAY_STEPS = (1, 2, 7, 14)
MONTH_STEPS = (1, 2, 3, 6)
YEAR_STEPS = (1, 2, 5, 10)


def ticks(frame: Frame) -> list[tuple[date, str]]:
    """Return the days to be named, in order, with their names."""
    start, end, font = frame.timeline.start, frame.timeline.end, frame.sheet.font
    for days in DAY_STEPS:
        if days * frame.per_day >= 4.6 * font:
            return [(on, frame.words.short_day(on)) for on in _every(start, end, days)]
    for months in MONTH_STEPS:
        if months * 28 * frame.per_day >= 3 * font:
            return [(on, frame.words.month(on)) for on in _months(start, end, months)]
    years = next((years for years in YEAR_STEPS if years * 365 * frame.per_day >= 3.4 * font), YEAR_STEPS[-1])
    return [(on, str(on.year)) for on in _months(start, end, 12 * years)]


def draw(frame: Frame) -> Layers:
    """Return the axis under the lanes, with years in a row of their own and today where the axis goes beyond it."""
    parts = [line(frame.left, frame.bottom, frame.right, frame.bottom, "c-axis")]
    row, years_row = (frame.bottom + 4 + frame.sheet.font, frame.bottom + 6 + 2 * frame.sheet.font)
    year = None
    parts.append(_today(frame, years_row))
    for on, name in ticks(frame):
        x = frame.x_on(on, 0)
        parts.append(line(x, frame.bottom, x, frame.bottom + 4, "c-axis"))
        parts.append(_label(frame, name, x, row))
        if on.year != year and name != str(on.year):
            parts.append(_label(frame, str(on.year), x, years_row, "c-year"))
            year = on.year
    return Layers(marks="".join(parts))


def _today(frame: Frame, y: float) -> str:
    timeline = frame.timeline
    if not timeline.start <= timeline.today < timeline.end:
        return ""
    x = frame.x_on(timeline.today)
    name = _label(frame, frame.words.say(message("today")), x, y, "c-year")
    return line(x, frame.bottom - 4, x, y - frame.sheet.font, "c-axis") + name if name else ""


def _label(frame: Frame, name: str, x: float, y: float, class_: str | None = None) -> str:
    half = width(name, frame.sheet.font) / 2
    x = min(max(x, half), frame.sheet.width - half)
    if frame.places.first_free([Box(x - half - 3, y - frame.sheet.font, x + half + 3, y + 2)]) is None:
        return ""
    return text(name, x, y, class_, "middle")


def _every(start: date, end: date, days: int) -> Iterator[date]:
    on = start if days < 7 else start + timedelta(days=-start.weekday() % 7)
    while on <= end:
        yield on
        on += timedelta(days=days)


def _months(start: date, end: date, step: int) -> Iterator[date]:
    month = start.year * 12 + start.month - 1 + (start.day > 1)
    month += -month % step
    while (on := date(month // 12, month % 12 + 1, 1)) <= end:
        yield on
        month += step
