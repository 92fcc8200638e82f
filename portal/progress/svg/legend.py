"""What the signs mean: only those that this sheet shows."""

from collections.abc import Iterator

from portal.progress.reading import crossings
from portal.progress.svg.frame import Frame
from portal.progress.svg.pen import element, text, width
from portal.progress.words import Message, message

ROW = 20.0
IMPORTED = "M-8 2h3.8M-2-2h3.8M4 1h3.8"


def entries(frame: Frame) -> Iterator[tuple[Message, str]]:
    """Yield what needs explaining, each with its sign drawn around 0, 0."""
    timeline = frame.timeline
    states = {point.state for point in timeline.shown_scores}
    kinds = {(mark.kind, mark.status) for mark in timeline.shown_infusions}
    sources = {point.source for series in timeline.daily for point in series.points}
    if "complete" in states and timeline.instrument:
        yield (
            message("%(scale)s score", scale=timeline.instrument.short_title),
            element("path", d="M-8 0h16", class_="c-score") + element("circle", r=4, class_="c-point"),
        )
    if "prorated" in states:
        yield (message("score from part of the answers"), element("circle", r=4, class_="c-point c-prorated"))
    if "unscored" in states:
        yield (message("too few answers for a score"), element("path", d="M-3-3l6 6m0-6l-6 6", class_="c-unscored"))
    if any(crossing.point in timeline.shown_scores for crossing in crossings(timeline)):
        ring = element("circle", r=7.5, class_="c-ring")
        yield (message("reliable change from the start"), ring + element("circle", r=4, class_="c-point"))
    if "check-in" in sources:
        yield (message("daily answer"), element("path", d="M-5 2h0M0-2h0M5 1h0", class_="c-daily"))
    if "import" in sources:
        yield (
            message("from an earlier diary"),
            element("path", d=IMPORTED, class_="c-imported") + element("path", d=IMPORTED, class_="c-imported-inside"),
        )
    if sources:
        yield (message("typical over 7 days (median)"), element("path", d="M-8 1l5-2 6 1 5-2", class_="c-median"))
    for kind, name in (("induction", message("first series")), ("booster", message("booster"))):
        if any(kind == had and status in ("completed", "stopped-early") for had, status in kinds):
            yield name, _stem(f"c-{kind} c-completed")
    for status, name in (("planned", message("planned")), ("stopped-early", message("stopped early"))):
        if any(status == had for _, had in kinds):
            yield name, _stem(f"c-booster c-{status}")


def _stem(class_: str) -> str:
    head = element("circle", cy=-3, r=4, class_="c-sign")
    return element("g", element("path", d="M0 1v6", class_="c-stem") + head, class_=f"c-infusion {class_}")


def draw(frame: Frame, top: float) -> tuple[str, float]:
    """Return the legend from `top` down, and where it ends."""
    parts, x, y = [], frame.left, top + ROW / 2
    for name, sign in entries(frame):
        words = frame.words.say(name)
        long = 22 + width(words, frame.sheet.small)
        if x > frame.left and x + long > frame.sheet.width:
            x, y = frame.left, y + ROW
        parts.append(element("g", sign, transform=f"translate({x + 9:g} {y:g})"))
        parts.append(text(words, x + 22, y + 4, "c-small"))
        x += long + 14
    return "".join(parts), y + ROW / 2
