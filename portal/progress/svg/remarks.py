"""Words among the scores: thresholds, a reliable change, the newest value, and silence."""

from collections.abc import Sequence
from datetime import date

from portal.progress import describe
from portal.progress.reading import Change, crossings, response_line, scored, silences
from portal.progress.svg.bands import halo
from portal.progress.svg.frame import Frame, Lane
from portal.progress.svg.labels import Box
from portal.progress.svg.layers import Layers, join
from portal.progress.svg.pen import element, line, text, width
from portal.progress.svg.scores import is_crowded
from portal.progress.timeline import InstrumentView, ScorePoint
from portal.progress.words import Message, message

RING = 7.5
APART = 7.0
"""Pixels below which two lines are drawn as one, named by both."""
Spot = tuple[float, float]
Said = tuple[str, float, float]


def thresholds(frame: Frame, instrument: InstrumentView, lane: Lane) -> Layers:
    """Return the lines of response, of the clinic and of remission, where there are such, and their names."""
    parts = []
    above, below_it = -5.0, frame.sheet.small + 2
    response, clinics = response_line(frame.timeline), instrument.line
    is_one = response is not None and clinics is not None and abs(lane.y(response) - lane.y(clinics)) < APART
    if response is not None:
        value = describe.amount(instrument, response)
        both = message("response: %(value)s or less, line: %(line)s", value=value, line=clinics)
        names = (message("response: %(value)s or less", value=value), message("response"))
        parts.append(_threshold(frame, lane, lane.y(response), (both, *names) if is_one else names, [above, below_it]))
    if clinics is not None and not is_one:
        name = message("line: %(value)s", value=describe.amount(instrument, clinics))
        parts.append(_threshold(frame, lane, lane.y(clinics), (name,), [above, below_it]))
    below = instrument.remission_below
    if below is not None and not instrument.higher_is_better:
        names = (message("remission: below %(value)s", value=below), message("remission"))
        parts.append(_threshold(frame, lane, lane.y(below - 0.5), names, [below_it, above]))
    return join(parts) if parts else Layers()


def _threshold(frame: Frame, lane: Lane, y: float, names: tuple[Message, ...], drops: list[float]) -> Layers:
    drawn = line(frame.left, y, frame.right, y, "c-threshold")
    spots: list[Said] = []
    for words in map(frame.words.say, names):
        room = frame.right - frame.left - 12 - width(words, frame.sheet.small)
        places = [frame.left + 6 + 12 * place for place in range(int(room // 12) + 1)]
        spots += [(words, x, y + drop) for drop in drops for x in places]
    written = write_one(frame, lane, spots, "c-small")
    if written:
        return Layers(ground=drawn, words=written)
    words = frame.words.say(names[-1])
    beside = Box(frame.right + 6, y - 7, frame.right + 6 + width(words, frame.sheet.small), y + 6)
    is_free = frame.places.first_free([beside]) is not None
    return Layers(ground=drawn, words=text(words, beside.left, y + 4, "c-small") if is_free else "")


def changes(frame: Frame, lane: Lane) -> Layers:
    """Return rings around the scores that crossed into reliable change, and the name of the first of each direction."""
    rings, names, named = [], [], set[Change]()
    shown, crowded = set(frame.timeline.shown_scores), is_crowded(frame)
    for crossing in crossings(frame.timeline):
        if crossing.point not in shown:
            continue
        x, y = _spot(frame, lane, crossing.point)
        is_first = crossing.change not in named
        if is_first or not crowded:
            rings.append(element("circle", cx=x, cy=y, r=RING, class_="c-ring"))
        if is_first:
            words = frame.words.say(describe.CHANGE[crossing.change])
            names.append(write(frame, lane, words, _around(x, y, width(words, frame.sheet.font)), "c-change"))
        named.add(crossing.change)
    return Layers(marks="".join(rings), words="".join(names))


def newest(frame: Frame, lane: Lane) -> Layers:
    """Return the newest score as a number beside its point."""
    points, instrument = scored(frame.timeline.shown_scores), frame.timeline.instrument
    if instrument is None or not points or points[-1].value is None:
        return Layers()
    words = frame.words.say(message("%(value)s", value=describe.amount(instrument, points[-1].value)))
    x, y = _spot(frame, lane, points[-1])
    return Layers(words=write(frame, lane, words, _around(x, y, width(words, frame.sheet.font + 1)), "c-value"))


def silent(frame: Frame, lane: Lane) -> Layers:
    """Return what stands where no scale was answered for longer than expected."""
    parts = []
    for start, end in silences(frame.timeline):
        left, right = frame.x_on(start), frame.x_on(end)
        words = _silence(frame, start, end, right - left - 12)
        x = (left + right - width(words, frame.sheet.small)) / 2
        spots = [(x, lane.top + lane.height * share) for share in (0.5, 0.62, 0.38, 0.75, 0.25, 0.9)]
        parts.append(write(frame, lane, words, spots, "c-small") if words else "")
    return Layers(words="".join(parts))


def _silence(frame: Frame, start: date, end: date, room: float) -> str:
    said = [message("no answers")]
    if end >= frame.timeline.today:
        said.insert(0, message("no answers since %(on)s", on=start))
    words = (frame.words.say(part) for part in said)
    return next((one for one in words if width(one, frame.sheet.small) <= room), "")


def _spot(frame: Frame, lane: Lane, point: ScorePoint) -> Spot:
    return frame.x(point.at), lane.y(point.value or 0)


def _around(x: float, y: float, long: float) -> list[Spot]:
    right, left, middle = x + 11, x - 11 - long, x - long / 2
    return [(right, y + 4), (right, y - 8), (middle, y - 12), (right, y + 16), (middle, y + 23), (left, y + 4),
            (left, y - 8), (left, y + 16)]  # fmt: skip


def write(frame: Frame, lane: Lane, words: str, spots: Sequence[Spot], class_: str) -> str:
    """Write the words at the best spot with room inside the lane; nowhere, if there is none."""
    return write_one(frame, lane, [(words, x, y) for x, y in spots], class_)


def write_one(frame: Frame, lane: Lane, said: Sequence[Said], class_: str) -> str:
    """Write that of several wordings, each at its spot, which has the best room inside the lane."""
    size = frame.sheet.font if class_ == "c-value" else frame.sheet.small
    sized = [(words, x, y, x + width(words, size)) for words, x, y in said]
    inside = [one for one in sized if frame.left <= one[1] and one[3] <= frame.right + 2 and one[2] - size > lane.top]
    chosen = frame.places.first_free([Box(x, y - size, end, y + 2) for _, x, y, end in inside])
    if chosen is None:
        return ""
    words, x, y, _ = inside[chosen]
    return text(words, x, y, f"{class_} {halo(frame.timeline.instrument, lane, y - size / 2)}")
