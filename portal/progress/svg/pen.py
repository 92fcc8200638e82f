"""Elements of an SVG as strings. Everything that is written passes through here and is escaped here."""

import re
from html import escape

# What XML forbids even when escaped; the picture must also be a file of its own.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_NARROW, _WIDE = frozenset("fijlrtI.,:;'!|()[]·- "), frozenset("mwMW@%")


def clean(value: object) -> str:
    """Return the value as text that is safe in an element and in a quoted attribute."""
    return escape(_FORBIDDEN.sub("", str(value)))


def number(value: float) -> str:
    """Return a coordinate to a tenth, without a needless fraction."""
    return f"{round(value, 1) + 0.0:g}"


def element(name: str, content: str = "", **attributes: object) -> str:
    """Return one element. `content` is markup already made here; every attribute is escaped.

    Names are written as Python can: `class_`, `text_anchor`. Floats become coordinates; None leaves the attribute out.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{number(value) if isinstance(value, float) else clean(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


def text(words: str, x: float, y: float, class_: str | None = None, anchor: str | None = None) -> str:
    """Return a line of text; `anchor` is "middle" or "end"."""
    return element("text", clean(words), x=float(x), y=float(y), class_=class_, text_anchor=anchor)


def title(words: str) -> str:
    """Return what a pointer that rests on the parent is told."""
    return f"<title>{clean(words)}</title>"


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> str:
    """Return a straight line as a path, which is shorter."""
    return element("path", d=f"M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}", class_=class_)


def polyline(points: list[tuple[float, float]]) -> str:
    """Return path data that joins the points."""
    return "M" + "L".join(f"{round(x, 1):g} {round(y, 1):g}" for x, y in points)


def dots(points: list[tuple[float, float]]) -> str:
    """Return path data of one dot at each point: stretches of no length, which round line ends make visible."""
    return "".join(f"M{round(x, 1):g} {round(y, 1):g}h0" for x, y in points)


def wrapped(words: str, room: float, size: float) -> list[str]:
    """Return the words in rows no wider than `room`; a single word that is longer stands alone."""
    rows: list[str] = []
    for word in words.split():
        longer = f"{rows[-1]} {word}" if rows else word
        if rows and width(longer, size) <= room:
            rows[-1] = longer
        else:
            rows.append(word)
    return rows


def shortened(words: str, room: float, size: float) -> str:
    """Return the words, or as many of their letters as fit into `room`, with a sign that there are more."""
    if width(words, size) <= room:
        return words
    kept = words
    while kept and width(f"{kept}…", size) > room:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


BOLD = 1.12
"""How much wider than other words bold ones are."""


def width(words: str, size: float) -> float:
    """Return about how wide the text is at a font size, in the units of `size`; rather too wide than too narrow."""
    return size * sum(0.33 if c in _NARROW else 0.9 if c in _WIDE or c > "\u2e7f" else 0.58 for c in words)
