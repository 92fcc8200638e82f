"""What the signs mean: only those that this sheet shows."""

from collections.abc import Iterator

from portal.progress import describe
from portal.progress.axes import is_staffed
from portal.progress.reading import crossings, version_changes
from portal.progress.svg.also import ALERT_HIGH, SIGNS, is_dot
from portal.progress.svg.frame import Frame
from portal.progress.svg.pen import element, text, width
from portal.progress.svg.scores import square
from portal.progress.timeline import InstrumentView, Timeline
from portal.progress.words import Message, message

ROW = 20.0
IMPORTED = "M-8 2h3.8M-2-2h3.8M4 1h3.8"


def entries(frame: Frame) -> Iterator[tuple[Message, str]]:
    """Yield what needs explaining, each with its sign drawn around 0, 0."""
    timeline = frame.timeline
    states = {point.state for point in timeline.shown_scores}
    kinds = {(mark.kind, mark.status) for mark in timeline.shown_infusions}
    sources = {point.source for series in timeline.daily for point in series.points}
    if timeline.instrument:
        yield from _scores(timeline, timeline.instrument)
    if "prorated" in states:
        yield (message("score from part of the answers"), element("circle", r=4, class_="c-point c-prorated"))
    if "unscored" in states:
        none = message("no result") if timeline.instrument and timeline.instrument.has_levels else describe.TOO_FEW
        yield (none, element("path", d="M-3-3l6 6m0-6l-6 6", class_="c-unscored"))
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
    # A mark with a label beside it explains itself.
    for unnamed in sorted({mark.kind for mark in timeline.shown_marks if not mark.label}):
        sign = element("path", d=f"M0 0{SIGNS[unnamed]}", class_=f"c-mark c-{unnamed}")
        yield describe.MARK[unnamed], _alert(frame) if unnamed == "alert" else sign


def _scores(timeline: Timeline, instrument: InstrumentView) -> Iterator[tuple[Message, str]]:
    name, points = instrument.label or instrument.short_title, timeline.shown_scores
    is_joined = "" if instrument.has_levels else element("path", d="M-8 0h16", class_="c-score")
    said = message("%(scale)s result", scale=name) if instrument.has_levels else message("%(scale)s score", scale=name)
    if any(point.state == "complete" and not is_staffed(point) for point in points):
        yield said, is_joined + element("circle", r=4, class_="c-point")
    if any(is_staffed(point) and point.value is not None for point in points):
        by_team = message("entered by the care team")
        yield by_team, is_joined + element("path", d=square(0, 0, 4), class_="c-point")
    if any(timeline.start <= change.point.on <= timeline.end for change in version_changes(timeline)):
        yield message("another version of the questions"), element("path", d="M0-7v14", class_="c-version")


def _alert(frame: Frame) -> str:
    """A dot where all are dots, else a stretch, as they are drawn."""
    shown = [mark for mark in frame.timeline.shown_marks if mark.kind == "alert" and not mark.label]
    wide = ALERT_HIGH if all(is_dot(frame, mark) for mark in shown) else 2 * ALERT_HIGH
    return element("rect", x=-wide / 2, y=-ALERT_HIGH / 2, width=wide, height=ALERT_HIGH, rx=3, class_="c-alert")


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
