"""Progress: the trend against the infusions, the same page for the patient and for the care team."""

import uuid
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission, Relation
from portal.progress import describe, figures, queries, reading, sentence, table
from portal.progress.baseline import compared
from portal.progress.svg import chart, overlay
from portal.progress.timeline import InstrumentView, Timeline
from portal.progress.words import Words, message
from portal.web import speech

blueprint = Blueprint("progress", __name__)

RANGES = {
    "interval": _l("Since the last treatment"),
    "3-months": _l("3 months"),
    "1-year": _l("1 year"),
    "all": _l("All"),
    "imported": _l("Earlier diary"),
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """The chart in every form the page carries."""

    wide: Markup
    narrow: Markup
    overlay: Markup
    figure: Markup


@blueprint.get("/patients/<uuid:patient_id>/progress")
@requires(Permission.PROGRESS_VIEW)
def show(patient_id: uuid.UUID) -> ResponseReturnValue:
    is_own = guard.patient().relation is Relation.SELF
    whole, shown, choice = queries.get_progress(
        guard.patient(),
        at=guard.at(),
        wanted_range=request.args.get("range", ""),
        instrument=request.args.get("scale", 0, type=int),
        part=request.args.get("part", 0, type=int),
        lanes=request.args.getlist("lane", type=int),
        for_team=not is_own,
    )
    words = speech.words()
    said = [words.say(message) for message in sentence.sentences(whole)]
    number = request.args.get("page", 1, type=int)
    return render_template(
        "progress/show.html",
        said=said,
        drawn=None if whole.is_empty else _draw(shown, words, said),
        timeline=shown,
        choice=choice,
        ranges=[(RANGES[one], _here(range=one), one == choice.range) for one in choice.ranges],
        scores=table.page(table.rows(shown), number),
        daily=table.daily_page(shown, number),
        here=_here,
        compared_with=[] if is_own else compared.said(whole),
        notes=_notes(shown, for_team=not is_own),
        amount=lambda points: _amount(shown, points),
        describe=describe,
        words=words,
    )


def _notes(timeline: Timeline, *, for_team: bool) -> list[str]:
    """Return what stands below the chart: which questions, whose thresholds, and how several answers a day combine."""
    instrument, notes = timeline.instrument, list[str]()
    if instrument is not None:
        versions = ", ".join(instrument.versions)
        notes.append(_("%(scale)s, version %(version)s.", scale=instrument.title, version=versions))
        if not instrument.is_validated:
            notes.append(_("Our own questions, not a validated scale."))
        if for_team and instrument.staff_note:
            notes.append(instrument.staff_note)
        if for_team and instrument.sources:
            notes.append(_("Thresholds: %(sources)s.", sources="; ".join(instrument.sources)))
        if for_team and instrument.line is not None:
            notes.append(_line(instrument))
    if reading.has_crowded_days(timeline):
        notes.append(_("Several answers on one day: each is drawn, and the median takes them all."))
    return notes


def _line(instrument: InstrumentView) -> str:
    """Return whose line it is, and of which version."""
    line = describe.amount(instrument, instrument.line)
    if not instrument.line_version:
        said = message("Line %(line)s: Interval’s default, not yet confirmed by the clinic.", line=line)
    else:
        said = message("Line %(line)s: the clinic’s, rules version %(n)s.", line=line, n=instrument.line_version)
    return speech.say(said)


def _amount(timeline: Timeline, points: float) -> str:
    written = points if timeline.instrument is None else describe.amount(timeline.instrument, points)
    return speech.say(message("%(value)s", value=written))


def _draw(timeline: Timeline, words: Words, said: list[str]) -> Drawn:
    about = " ".join(said)
    figure = orjson.dumps(figures.by_date(timeline, words)).decode()
    return Drawn(
        wide=Markup(chart.draw(timeline, words, chart.WIDE, about=about)),  # noqa: S704 - the drawing escapes its words
        narrow=Markup(chart.draw(timeline, words, chart.NARROW, about=about)),  # noqa: S704
        overlay=Markup(overlay.draw(timeline, words)),  # noqa: S704
        figure=Markup(figure.replace("<", "\\u003c")),  # noqa: S704 - nothing can end the script element
    )


def _here(**changed: Any) -> str:
    """Return this page's address with something else chosen; another choice begins at the first page of the table."""
    named = [name for name in ("range", "scale", "part", "lane") if name in request.args]
    kept: dict[str, Any] = {name: request.args.getlist(name) for name in named}
    return url_for(".show", patient_id=guard.patient().id, **kept | changed)
