"""How long it held after each infusion, as bars in their order: solid as far as it was seen, open where it is not."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.progress import telling
from portal.progress.response import Hold, Response
from portal.progress.svg.labels import Box, Places
from portal.progress.svg.pen import BOLD, clean, element, line, polyline, shortened, text, title, width
from portal.progress.timeline import InstrumentView, Timeline
from portal.progress.words import Message, Words, message

WIDTH, LEFT, TOP, HEIGHT, SIZE, SMALL = 360.0, 26.0, 60.0, 112.0, 12.0, 11.0
MOST = 12
"""How many of the newest bars there is room for."""
WIDEST, SHARE = 22.0, 0.62
STEPS = (7, 14, 28, 56, 91, 182, 364, 728, 1820)
Key = tuple[str, Message]


@dataclass(frozen=True, slots=True)
class Field:
    """Where the bars stand: `longest` days are as high as the field, `slot` is what each may take of the width."""

    timeline: Timeline
    instrument: InstrumentView
    words: Words
    longest: float
    slot: float
    places: Places

    @property
    def bottom(self) -> float:
        return TOP + HEIGHT

    @property
    def bar(self) -> float:
        return min(WIDEST, self.slot * SHARE)

    def x(self, place: int) -> float:
        """Return the middle of a bar, the oldest one at place 0."""
        return LEFT + 6 + (place + 0.5) * self.slot

    def y(self, days: float) -> float:
        return self.bottom - days / self.longest * HEIGHT


def can_draw(instrument: InstrumentView | None, found: Sequence[Response]) -> bool:
    """Whether there are two or more to compare, a line to compare them by, and anything on its good side."""
    known = [one.held for one in found if one.held.days is not None]
    return instrument is not None and instrument.line is not None and len(known) > 1 and any(h.last_good for h in known)


def draw(timeline: Timeline, found: Sequence[Response], words: Words) -> str:
    """Return the picture as markup that is safe to put on a page; "" where there is nothing to compare.

    Args:
        timeline: whose infusions these are.
        found: its responses, in order of time.
        words: how the reader is spoken to.
    """
    instrument = timeline.instrument
    if instrument is None or not can_draw(instrument, found):
        return ""
    shown = found[-MOST:]
    longest = max(7.0, *(one.held.days or 0 for one in shown))
    slot = (WIDTH - LEFT - 12) / max(len(shown), 6)
    field = Field(timeline, instrument, words, longest, slot, Places(Box(0, 0, WIDTH, TOP + HEIGHT + 30)))
    bars = "".join(_bar(field, place, one, is_last=one is found[-1]) for place, one in enumerate(shown))
    keys, bottom = _keys(field, shown, len(found))
    name = words.say(message("How long %(scale)s stayed %(side)s", **_side(instrument)))
    about = ". ".join(f"{words.say(telling.which(one))}: {_said(field, one)}" for one in shown)
    head = element("title", clean(name), id="held-title") + element("desc", clean(about), id="held-about")
    return element(
        "svg",
        head + _ground(field, name) + bars + keys,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH:g} {bottom:g}",
        class_="chart chart-held",
        role="img",
        aria_labelledby="held-title held-about",
    )


def _side(instrument: InstrumentView) -> dict[str, object]:
    return {"scale": instrument.label or instrument.short_title, "side": telling.good_side(instrument)}


def _said(field: Field, one: Response) -> str:
    return field.words.say(telling.held(field.timeline, field.instrument, one))


def _ground(field: Field, name: str) -> str:
    days = field.words.say(message("days after the infusion"))
    parts = [text(shortened(name, WIDTH / BOLD, SIZE), 0, 13, "c-name"), text(days, 0, 31, "c-small")]
    step = next((step for step in STEPS if field.longest / step <= 4), STEPS[-1])
    for tick in range(0, int(field.longest) + 1, step):
        y = field.y(tick)
        parts.append(line(LEFT, y, WIDTH, y, "c-axis"))
        parts.append(text(field.words.number(tick), LEFT - 6, y + 4, "c-scale", "end"))
    return "".join(parts)


def _bar(field: Field, place: int, one: Response, *, is_last: bool) -> str:
    held, x = one.held, field.x(place)
    seen = held.last_good or 0
    parts = [title(f"{field.words.say(telling.which(one))}: {_said(field, one)}")]
    if seen:
        parts.append(_rect(field, x, 0, seen, "h-seen"))
    if held.how is Hold.BACK and held.days is not None:
        parts.append(_rect(field, x, seen, held.days, "h-until"))
    top = held.days or 0 if held.how is Hold.BACK else seen
    parts.append(_end(field, x, top, one))
    parts.append(text(_number(one), x, field.bottom + SIZE + 4, "c-now-name" if is_last else "c-scale", "middle"))
    return element("g", "".join(parts), class_="h-last" if is_last else "h-before")


def _rect(field: Field, x: float, low: float, high: float, class_: str) -> str:
    top, bottom = field.y(high), field.y(low)
    return element("rect", x=x - field.bar / 2, y=top, width=field.bar, height=bottom - top, class_=class_)


def _end(field: Field, x: float, top: float, one: Response) -> str:
    """What stands at the top of a bar: how many days, with an arrow where it was not back when it was last seen."""
    how, y, half = one.held.how, field.y(top), field.bar / 2
    if how in (Hold.STILL, Hold.UNTIL_NEXT):
        arrow = element("path", d=polyline([(x - half, y - 3), (x, y - 9), (x + half, y - 3)]) + "z", class_="h-open")
        return arrow + _label(field, f"{field.words.number(top)}+", x, y - 12)
    if how is Hold.NOT_KNOWN:
        return _label(field, "?", x, y - 4)
    return _label(field, field.words.number(top), x, y - 4)


def _label(field: Field, words: str, x: float, y: float) -> str:
    half = BOLD * width(words, SMALL) / 2
    if field.places.first_free([Box(x - half, y - SMALL + 2, x + half, y + 2)]) is None:
        return ""
    return text(words, x, y, "h-days", "middle")


def _number(one: Response) -> str:
    first, last = one.infusions[0].number, one.infusions[-1].number
    return str(first) if first == last else f"{first}\N{EN DASH}{last}"


def _keys(field: Field, shown: Sequence[Response], of: int) -> tuple[str, float]:
    """What the signs mean, those that are there, and where the picture ends."""
    y, parts = field.bottom + SIZE + 22, []
    below = message("number of the infusion, the last one in bold")
    if of > len(shown):
        below = message("number of the infusion: the newest %(n)s of %(of)s", n=len(shown), of=of)
    parts.append(text(field.words.say(below), LEFT, y, "c-small"))
    for class_, words in _signs(field, shown):
        y += 18
        parts.append(_sign(class_, y) + text(field.words.say(words), LEFT + 20, y, "c-small"))
    return "".join(parts), y + 8


def _signs(field: Field, shown: Sequence[Response]) -> list[Key]:
    hows = {one.held.how for one in shown}
    values = _side(field.instrument)
    signs: list[tuple[bool, Key]] = [
        (True, ("h-seen", message("seen %(side)s", **values))),
        (Hold.BACK in hows, ("h-until", message("until a score was back", **values))),
        (bool(hows & {Hold.STILL, Hold.UNTIL_NEXT}), ("h-open", message("not back when last seen"))),
        (Hold.NEVER in hows, ("0", message("not %(side)s after it", **values))),
        (Hold.NOT_KNOWN in hows, ("?", message("not known from there on"))),
    ]
    return [key for is_there, key in signs if is_there]


def _sign(class_: str, y: float) -> str:
    if class_ == "h-open":
        return element("path", d=polyline([(LEFT, y - 1), (LEFT + 6, y - 8), (LEFT + 12, y - 1)]) + "z", class_=class_)
    if class_ in ("0", "?"):
        return text(class_, LEFT + 6, y, "h-days", "middle")
    return element("rect", x=LEFT, y=y - 9, width=12.0, height=9.0, class_=class_)
