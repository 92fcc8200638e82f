"""Progress: the trend against the infusions, the same page for the patient and for the care team."""

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from flask import Blueprint, Response, abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission, Relation
from portal.progress import describe, export, figures, pattern, queries, reading, response, sentence, table, treatments
from portal.progress.baseline import compared
from portal.progress.export import Line
from portal.progress.queries import Choice
from portal.progress.svg import chart, held, overlay
from portal.progress.svg.standalone import standalone
from portal.progress.timeline import InstrumentView, Timeline
from portal.progress.words import Words, message
from portal.web import follow_up_box, speech
from portal.web.tables import Cell, as_csv

blueprint = Blueprint("progress", __name__)

MOST_CHOICES = 100
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


@dataclass(frozen=True, slots=True)
class Treated:
    """What each infusion did: rows with the newest first, the pattern in words and as a picture, whose the line is."""

    rows: tuple[treatments.Row, ...]
    said: list[str]
    held: Markup
    line: str


@blueprint.get("/patients/<uuid:patient_id>/progress")
@requires(Permission.PROGRESS_VIEW)
def show(patient_id: uuid.UUID) -> ResponseReturnValue:
    is_own = _is_own()
    whole, shown, choice = _progress()
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
        asked=_asked(),
        treated=_treated(whole, words),
        compared_with=[] if is_own else compared.said(whole),
        notes=_notes(shown, for_team=not is_own),
        amount=lambda points: _amount(shown, points),
        describe=describe,
        words=words,
        follow_up=follow_up_box.beside(),
        follow_up_thread=follow_up_box.thread_address,
    )


@blueprint.get("/patients/<uuid:patient_id>/progress.svg")
@requires(Permission.PROGRESS_VIEW)
def picture(patient_id: uuid.UUID) -> ResponseReturnValue:
    whole, shown, _choice = _progress()
    words = speech.words()
    if whole.is_empty:
        abort(404)
    about = " ".join(words.say(message) for message in sentence.sentences(whole))
    drawn = chart.draw(shown, words, chart.WIDE, about=about)
    css = (Path(str(current_app.static_folder)) / "css" / "chart.css").read_text(encoding="utf-8")
    headers = {"Content-Disposition": f'attachment; filename="{_file_name(whole)}.svg"'}
    return Response(standalone(drawn, css, size=chart.WIDE.font), content_type="image/svg+xml", headers=headers)


@blueprint.get("/patients/<uuid:patient_id>/progress.csv")
@requires(Permission.PROGRESS_VIEW)
def numbers(patient_id: uuid.UUID) -> ResponseReturnValue:
    """Answer with a table: day, moment and last day (ISO 8601), what it is, its value and what that could have been."""
    whole, shown, _choice = _progress()
    words = speech.words()
    head = [_("Day"), _("Time"), _("Until"), _("Kind"), _("What"), _("Value"), _("Lowest"), _("Highest")]
    head += [_("Meaning"), _("Details")]
    lines = (_cells(line, words, whole.time_zone) for line in export.lines(shown))
    return as_csv(_file_name(whole), head, lines)


def _progress() -> tuple[Timeline, Timeline, Choice]:
    """Return the patient's timeline, the part of it that the address asks for, and what there is to choose."""
    return queries.get_progress(
        guard.patient(),
        at=guard.at(),
        wanted_range=request.args.get("range", ""),
        instrument=request.args.get("scale", 0, type=int),
        part=request.args.get("part", 0, type=int),
        lanes=request.args.getlist("lane", type=int),
        for_team=not _is_own(),
    )


def _is_own() -> bool:
    return guard.patient().relation is Relation.SELF


def _file_name(timeline: Timeline) -> str:
    """Return a name that tells nobody on a shared device what is in the file."""
    return f"progress-{timeline.today.isoformat()}"


def _cells(line: Line, words: Words, zone: ZoneInfo) -> list[Cell]:
    return [
        line.on.isoformat(),
        line.at.astimezone(zone).isoformat(timespec="minutes") if line.at else None,
        line.until.isoformat() if line.until else None,
        words.say(line.kind),
        words.say(line.name),
        *(_plain(value) for value in (line.value, line.low, line.high)),
        words.say(line.meaning) if line.meaning else None,
        "; ".join(words.say(part) for part in line.details) or None,
    ]


def _plain(value: float | None) -> Cell:
    return int(value) if value is not None and value == int(value) else value


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


def _treated(timeline: Timeline, words: Words) -> Treated | None:
    """Return the section about each infusion; None where none was given, or the scores are no amounts."""
    found, instrument = response.responses(timeline), timeline.instrument
    if instrument is None or not found:
        return None
    return Treated(
        rows=treatments.rows(timeline, found),
        said=[words.say(message) for message in pattern.say(found, instrument)],
        held=Markup(held.draw(timeline, found, words)),  # noqa: S704 - the drawing escapes its words
        line="" if instrument.line is None else _line(instrument),
    )


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
        overlay=Markup("".join(overlay.draw(timeline, words, sheet) for sheet in (overlay.WIDE, overlay.NARROW))),  # noqa: S704
        figure=Markup(figure.replace("<", "\\u003c")),  # noqa: S704 - nothing can end the script element
    )


def _here(endpoint: str = ".show", **changed: Any) -> str:
    """Return this page's address with something else chosen; another choice begins at the first page of the table."""
    return url_for(endpoint, patient_id=guard.patient().id, **_asked() | changed)


def _asked() -> dict[str, Any]:
    """Return what the address asks for, read and written anew: nothing comes back as somebody else wrote it."""
    numbers = {name: request.args.get(name, type=int) for name in ("scale", "part")}
    asked: dict[str, Any] = {name: value for name, value in numbers.items() if value in range(MOST_CHOICES)}
    if request.args.get("range") in RANGES:
        asked["range"] = request.args["range"]
    lanes = [one for one in request.args.getlist("lane", type=int) if one in range(MOST_CHOICES)]
    return asked | ({"lane": lanes[: queries.MOST_STRIPS]} if lanes else {})
