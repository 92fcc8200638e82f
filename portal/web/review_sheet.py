"""The review sheet as markup: on the page, on paper, and as it is kept with a signature."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from flask import get_template_attribute
from flask_babel import get_timezone
from markupsafe import Markup

from portal.patients.queries import PatientRef
from portal.progress.response import responses
from portal.progress.svg import chart, held, overlay
from portal.progress.svg.frame import NARROW, Sheet
from portal.progress.timeline import Timeline
from portal.progress.words import Words
from portal.review.booster import meanwhile
from portal.review.booster.fit import Fit, fit
from portal.review.booster.gather import Gathered
from portal.review.booster.meanwhile import Place
from portal.review.booster.queries import Signed
from portal.review.booster.service import Drawn
from portal.review.booster.sheet import Element, Tone
from portal.web import filters, speech

BESIDE = Sheet("wide", 480.0, 28.0, 80.0, 13.0, 300, False)
"""A chart for half a page: drawn narrower, so that its words can be read there."""
YEAR, LEAD = timedelta(days=365), timedelta(days=28)
NO_LINES: frozenset[Place] = frozenset()
MOST_BELOW = 400
"""So much of a reason is printed; the whole of it is in the portal."""
LEADING, APART = {1: 0, 2: 0, 3: 1}, " · "
"""Which part of their first line some elements lead with, and what stands between the parts of a line."""


@dataclass(frozen=True, slots=True)
class About:
    """Whose sheet it is: the clinic, the patient, the names of their providers, and the last decision that stands."""

    clinic: str
    patient: PatientRef
    providers: tuple[str, ...]
    last: Signed | None


class Said(NamedTuple):
    """One line as it is read, with the part of it that says most; `in_print`: whether the paper has room for it."""

    before: str
    lead: str
    after: str
    words: str
    tone: Tone
    is_new: bool
    in_print: bool


class Part(NamedTuple):
    """One element as it is read: `left_out` counts the lines that the paper leaves to the portal."""

    number: int
    name: str
    said: tuple[Said, ...]
    pictures: tuple[Markup, ...]
    left_out: int
    tone: Tone


def markup(
    gathered: Gathered, about: About, as_of: datetime, *, new: frozenset[Place] = NO_LINES, reason: str = ""
) -> Markup:
    """Return a sheet in the reader's language; the lines `new` are marked as such, `reason` is signed below it."""
    words = speech.words()
    pictures = _pictures(gathered, words)
    below = [min(len(one), MOST_BELOW) for one in (reason, about.last.reason if about.last else "")]
    printed = fit(_sizes(gathered, words), len(pictures), below)
    parts = [_part(element, words, pictures, printed, new) for element in gathered.sheet.elements]
    draw = get_template_attribute("booster/parts.html", "sheet")
    return Markup(draw(about, as_of, str(get_timezone()), parts, printed.size))  # noqa: S704 - our macro escapes


def kept(gathered: Gathered, about: About, as_of: datetime, reason: str) -> Drawn:
    """Return a sheet as a signature keeps it, with that reason."""
    digest = meanwhile.fingerprint(gathered.sheet, gathered.timeline, as_of)
    return Drawn(str(markup(gathered, about, as_of, reason=reason)), filters.language(), digest, as_of)


def _sizes(gathered: Gathered, words: Words) -> dict[Place, tuple[int, Tone]]:
    return {
        (element.number, at): (len(words.say(line.said)) + len(line.words) + 4, line.tone)
        for element in gathered.sheet.elements
        for at, line in enumerate(element.lines)
    }


def _part(
    element: Element, words: Words, pictures: Mapping[int, tuple[Markup, ...]], printed: Fit, new: frozenset[Place]
) -> Part:
    said = tuple(
        Said(
            *_led(words.say(line.said), LEADING.get(element.number) if at == 0 else None),
            line.words,
            line.tone,
            (element.number, at) in new,
            (element.number, at) not in printed.left_out,
        )
        for at, line in enumerate(element.lines)
    )
    tones = [line.tone for line in element.lines]
    loudest = next((tone for tone in (Tone.DANGER, Tone.ATTENTION) if tone in tones), Tone.PLAIN)
    left_out = sum(not one.in_print for one in said)
    return Part(element.number, words.say(element.name), said, pictures.get(element.number, ()), left_out, loudest)


def _led(text: str, part: int | None) -> tuple[str, str, str]:
    """Return a line in three: up to the part of it that says most, that part, and the rest."""
    found = text.split(APART)
    if part is None or part >= len(found):
        return (text, "", "")
    before, after = (APART.join(found[:part]), APART.join(found[part + 1 :]))
    return (before + APART if before else "", found[part], APART + after if after else "")


def _pictures(gathered: Gathered, words: Words) -> dict[int, tuple[Markup, ...]]:
    timeline = gathered.timeline
    if timeline.instrument is None or not timeline.scores:
        return {}
    shown = replace(timeline, start=_start(timeline), daily=(), marks=())
    told = [line.said for one in gathered.sheet.elements[1:3] for line in one.lines[:2]]
    about = " ".join(words.say(said) for said in told)
    drawn = [chart.draw(shown, words, size, about=about, has_table=False) for size in (BESIDE, NARROW)]
    found = {2: drawn, 5: [overlay.draw(timeline, words), held.draw(timeline, responses(timeline), words)]}
    return {number: tuple(Markup(one) for one in each) for number, each in found.items() if each[0]}  # noqa: S704


def _start(timeline: Timeline) -> date:
    """The last year, or since shortly before the newest course where that is less."""
    given = [mark for mark in timeline.infusions if mark.was_given]
    of_course = [mark.on for mark in given if mark.course_id == given[-1].course_id]
    began = min(of_course) - LEAD if of_course else timeline.start
    if timeline.baseline is not None:
        began = min(began, timeline.baseline.on)
    return max(timeline.start, began, timeline.today - YEAR)
