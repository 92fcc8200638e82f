"""Infusions: a line through all lanes at each, and above it which one it was and how much."""

from itertools import pairwise

from portal.progress import describe
from portal.progress.svg.frame import HEADER, Frame
from portal.progress.svg.labels import Box
from portal.progress.svg.pen import element, line, number, text, title, width
from portal.progress.timeline import InfusionMark
from portal.progress.words import message

ROW_ONE, ROW_TWO = 13.0, 35.0
BIG, SMALL = 10.0, 4.0
APART, TOGETHER, WIDE_GROUP = 21.0, 26.0, 130.0


def draw(frame: Frame) -> str:
    """Return lines, signs and labels of every infusion in the range."""
    marks = frame.timeline.infusions
    if not marks:
        return ""
    at = [frame.x(mark.at) for mark in marks]
    near = [float("inf"), *(b - a for a, b in pairwise(at)), float("inf")]
    big = [min(near[i], near[i + 1]) >= APART for i in range(len(marks))]
    parts = [_infusion(frame, mark, x, is_big) for mark, x, is_big in zip(marks, at, big, strict=True)]
    groups = _groups(marks, at, big)
    for group in sorted(groups, key=_weight, reverse=True):
        parts.append(_label(frame, group, big[marks.index(group[0][0])]))
    return "".join(parts)


Placed = tuple[InfusionMark, float]


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
    mark, x = group[-1]
    return (mark.status in ("stopped-early", "missed", "cancelled"), mark.status == "planned", x)


def _infusion(frame: Frame, mark: InfusionMark, x: float, is_big: bool) -> str:
    words = [frame.words.say(part) for part in describe.infusion(mark)]
    about = title(", ".join([*words, frame.words.day(mark.on)]))
    kind = f"c-infusion c-{mark.kind} c-{mark.status}"
    if mark.status in ("cancelled", "missed"):
        return element("g", about + _cross(x), class_=kind)
    stem = line(x, ROW_ONE + (BIG if is_big else SMALL), x, frame.bottom, "c-stem")
    if is_big:
        sign = element("circle", cx=x, cy=ROW_ONE, r=BIG, class_="c-sign")
        sign += text(str(mark.number), x, ROW_ONE + 4, "c-number", "middle")
    else:
        sign = _small(mark, x)
    frame.places.take(Box(x - (BIG if is_big else SMALL), 0, x + (BIG if is_big else SMALL), ROW_ONE + BIG))
    return element("g", about + stem + sign, class_=kind)


def _small(mark: InfusionMark, x: float) -> str:
    if mark.kind == "booster":
        return element("path", d=f"M{number(x)} {number(ROW_ONE - 5.5)}l5 5.5-5 5.5-5-5.5z", class_="c-sign")
    return element("circle", cx=x, cy=ROW_ONE, r=SMALL, class_="c-sign")


def _cross(x: float) -> str:
    return element("path", d=f"M{number(x - 4)} {number(ROW_ONE - 4)}l8 8m0-8l-8 8", class_="c-sign")


def _label(frame: Frame, group: list[Placed], is_big: bool) -> str:
    middle = (group[0][1] + group[-1][1]) / 2
    size = frame.sheet.small
    for words in _candidates(frame, [mark for mark, _ in group], is_big):
        half = width(words, size) / 2
        x = min(max(middle, half + 1), frame.sheet.width - half - 1)
        if frame.places.first_free([Box(x - half - 3, ROW_TWO - size, x + half + 3, HEADER)]) is not None:
            return text(words, x, ROW_TWO, "c-small", "middle")
    return ""


def _candidates(frame: Frame, marks: list[InfusionMark], is_big: bool) -> list[str]:
    """What a label could say, the longest first; a sign with its number in it needs no number below."""
    say, first, last = frame.words.say, marks[0], marks[-1]
    status = "" if first.status == "completed" else say(describe.STATUS[first.status])
    if first.status == "planned":
        full = [say(message("planned %(on)s", on=frame.words.short_day(first.on))), status]
        return full if is_big else [f"{first.number} {words}" for words in full]
    dose = _dose(frame, marks)
    if is_big:
        return [words for words in (f"{status} {dose}".strip(), status or dose) if words]
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
