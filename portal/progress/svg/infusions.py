"""Infusions: a line through all lanes at each, open where words stand, and above it which one it was and how much."""

from itertools import pairwise

from portal.progress import describe
from portal.progress.svg.frame import Frame
from portal.progress.svg.labels import Box
from portal.progress.svg.layers import Layers
from portal.progress.svg.pen import element, number, text, title, width
from portal.progress.timeline import InfusionMark
from portal.progress.words import message

WORDS_ROW, SIGN_ROW = 12.0, 28.0
BIG, SMALL, FEW = 10.0, 4.5, 16
APART, TOGETHER, WIDE_GROUP = 21.0, 26.0, 130.0
ASIDE = (0.0, 6.0, 12.0, -6.0, -12.0, 20.0, 30.0)


Placed = tuple[InfusionMark, float]


def labels(frame: Frame) -> Layers:
    """Return the labels of every infusion in the range; later ones are kept off its line where there is other room."""
    marks = frame.timeline.shown_infusions
    at = [frame.x(mark.at) for mark in marks]
    for mark, x in zip(marks, at, strict=True):
        if not _was_dropped(mark):
            frame.places.take_lightly(Box(x - 1, SIGN_ROW, x + 1, frame.bottom))
    big = _big(at)
    groups = sorted(_groups(marks, at, big), key=_weight, reverse=True)
    return Layers(words="".join(_label(frame, group, big[marks.index(group[0][0])]) for group in groups))


def lines(frame: Frame) -> Layers:
    """Return lines and signs, once all words have their places: the lines leave them alone."""
    marks = frame.timeline.shown_infusions
    at = [frame.x(mark.at) for mark in marks]
    crowd = (at[-1] - at[0]) / len(at) if len(at) > FEW else SMALL * 3
    half = [BIG if is_big else max(1.5, min(SMALL, crowd * 0.45)) for is_big in _big(at)]
    drawn = [_infusion(frame, mark, x, size) for mark, x, size in zip(marks, at, half, strict=True)]
    return Layers(marks="".join(drawn))


def _big(at: list[float]) -> list[bool]:
    """Which signs have room for their number."""
    near = [float("inf"), *(b - a for a, b in pairwise(at)), float("inf")]
    return [min(near[i], near[i + 1]) >= APART for i in range(len(at))]


def _was_dropped(mark: InfusionMark) -> bool:
    return mark.status in ("cancelled", "missed")


def _groups(marks: tuple[InfusionMark, ...], at: list[float], big: list[bool]) -> list[list[Placed]]:
    """Infusions drawn small share a label with their neighbours of the same kind, unless they span half the sheet."""
    groups: list[list[Placed]] = []
    for index, placed in enumerate(zip(marks, at, strict=True)):
        before = groups[-1][-1] if groups else None
        joins = (
            before is not None
            and not (big[index] or big[index - 1])
            and placed[1] - before[1] < TOGETHER
            and (placed[0].kind, placed[0].status) == (before[0].kind, before[0].status)
        )
        if joins:
            groups[-1].append(placed)
        else:
            groups.append([placed])
    kept = []
    for group in groups:
        kept += [group] if group[-1][1] - group[0][1] <= WIDE_GROUP else [[placed] for placed in group]
    return kept


def _weight(group: list[Placed]) -> tuple[bool, bool, float]:
    """Which label is placed first: what did not go as planned, then what is planned, then the newest."""
    mark, x = group[-1]
    return (mark.status in ("stopped-early", "missed", "cancelled"), mark.status == "planned", x)


def _infusion(frame: Frame, mark: InfusionMark, x: float, half: float) -> str:
    words = [frame.words.say(part) for part in describe.infusion(mark)]
    about = title(", ".join([*words, frame.words.day(mark.on)]))
    kind = f"c-infusion c-{mark.kind} c-{mark.status}"
    if _was_dropped(mark):
        return element("g", about + _cross(x), class_=kind)
    pieces = frame.places.upright(x, SIGN_ROW + half, frame.bottom)
    path = "".join(f"M{number(x)} {number(top)}L{number(x)} {number(end)}" for top, end in pieces)
    stem = element("path", d=path, class_="c-stem" if half >= SMALL else "c-stem c-fine")
    if half == BIG:
        sign = element("circle", cx=x, cy=SIGN_ROW, r=BIG, class_="c-sign")
        sign += text(str(mark.number), x, SIGN_ROW + 4, "c-number", "middle")
    else:
        sign = _small(mark, x, half)
    return element("g", about + stem + sign, class_=kind)


def _small(mark: InfusionMark, x: float, half: float) -> str:
    if mark.kind == "booster":
        size = number(half)
        path = f"M{number(x)} {number(SIGN_ROW - half)}l{size} {size}-{size} {size}-{size}-{size}z"
        return element("path", d=path, class_="c-sign")
    return element("circle", cx=x, cy=SIGN_ROW, r=half, class_="c-sign")


def _cross(x: float) -> str:
    return element("path", d=f"M{number(x - 4)} {number(SIGN_ROW - 4)}l8 8m0-8l-8 8", class_="c-sign")


def _label(frame: Frame, group: list[Placed], is_big: bool) -> str:
    middle = (group[0][1] + group[-1][1]) / 2
    size = frame.sheet.small
    for words in _candidates(frame, [mark for mark, _ in group], is_big):
        half = width(words, size) / 2
        spots = [min(max(middle + aside, half + 1), frame.sheet.width - half - 1) for aside in ASIDE]
        chosen = frame.places.first_free(
            [Box(x - half - 5, WORDS_ROW - size, x + half + 5, WORDS_ROW + 3) for x in spots]
        )
        if chosen is not None:
            return text(words, spots[chosen], WORDS_ROW, "c-small", "middle")
    return ""


def _candidates(frame: Frame, marks: list[InfusionMark], is_big: bool) -> list[str]:
    """What a label could say, the longest first; a sign with its number in it needs no number below."""
    say, first, last = frame.words.say, marks[0], marks[-1]
    status = "" if first.status == "completed" else say(describe.STATUS[first.status])
    if first.status == "stopped-early" and not frame.sheet.has_pointer:
        status = say(message("stopped"))
    if first.status == "planned":
        on = frame.words.short_day(first.on)
        planned = [mark for mark in frame.timeline.shown_infusions if mark.status == "planned"]
        full = [say(message("planned %(on)s", on=on))] if len(planned) == 1 else []
        return [*full, on] if is_big else [f"{first.number}: {on}", str(first.number)]
    dose = _dose(frame, marks) if first.was_given else ""
    if is_big:
        return [words for words in (f"{status} {dose}".strip(), status) if words]
    name = str(first.number) if len(marks) == 1 else f"{first.number}–{last.number}"
    if first.kind == "induction" and len(marks) > 1:
        name = say(message("series %(numbers)s", numbers=name))
    both = [f"{name}: {extra}" for extra in (f"{status} {dose}".strip(), status) if extra]
    return [*dict.fromkeys(both), name, *([] if len(marks) == 1 else [f"{first.number}–{last.number}"])]


def _dose(frame: Frame, marks: list[InfusionMark]) -> str:
    doses = [mark.dose_mg for mark in marks if mark.dose_mg is not None]
    if not doses:
        return ""
    low, high = frame.words.number(min(doses)), frame.words.number(max(doses))
    return frame.words.say(message("%(dose)s mg", dose=low if low == high else f"{low}–{high}"))
