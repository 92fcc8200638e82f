"""Reading the scores of one scale, each as the version of the questions it was given to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, case, select, type_coerce

from portal.accounts.models import User
from portal.checkins.models import CheckIn, ScoreRow, ScoreState
from portal.checkins.reading import is_for_clinicians
from portal.db import session
from portal.instruments import catalogue, own_words
from portal.instruments.definition import Definition, Method, Scale
from portal.patients.queries import PatientRef
from portal.progress.timeline import Band, InstrumentView, ScorePoint, true_at

DAILY = "daily"
NO_LINES: Mapping[str, float] = {}
_SCORE: Any = ScoreRow.__table__
_CHECK_IN: Any = CheckIn.__table__
_STATES = {"complete": "complete", "prorated": "prorated", "not-scorable": "unscored"}


@dataclass(frozen=True, slots=True)
class Offer:
    """An instrument with anything on record: its newest answered definition, and the scales there are to choose from.

    `definitions` are those that were answered, by version; `scales` are in printed order, the primary one first.
    """

    definition: Definition
    scales: tuple[Scale, ...]
    definitions: Mapping[int, Definition]


def list_offers(patient: PatientRef, *, for_team: bool, language: str = "en") -> tuple[Offer, ...]:
    """Return what can be charted of a patient: the primary instrument, then published scales, then our own checks.

    Outcomes of a screening are for the care team's eyes only: without `for_team` they are not among them. The levels of
    a check of the house's own, such as the strongest side effect, are the patient's words. Interval's own words come in
    `language`; published scales keep their names.
    """
    mine = select(_SCORE.c.instrument, _SCORE.c.version, _SCORE.c.scale).where(_SCORE.c.patient_id == patient.id)
    found: dict[str, dict[int, set[str]]] = {}
    for name, version, scale in session.execute(mine.where(_SCORE.c.instrument != DAILY).distinct()):
        found.setdefault(name, {}).setdefault(version, set()).add(scale)
    offers = [_offer(name, versions, for_team, language) for name, versions in found.items()]
    shown = [offer for offer in offers if offer.scales]
    return tuple(sorted(shown, key=lambda offer: _place(offer.definition, patient.primary_instrument)))


def _place(definition: Definition, primary: str) -> tuple[bool, bool, str]:
    return (definition.id != primary, not definition.is_validated, definition.short_title.casefold())


def _offer(name: str, versions: Mapping[int, set[str]], for_team: bool, language: str) -> Offer:
    get, said = catalogue.current().get, own_words.worded
    definitions = {version: said(get(name, version), language) for version in versions}
    newest_first = sorted(definitions.values(), key=lambda one: (one.structure_version, one.version), reverse=True)
    scales: dict[str, Scale] = {}
    for definition in newest_first:
        for scale in definition.scales:
            if scale.code in versions[definition.version] and (for_team or not is_for_clinicians(definition, scale)):
                scales.setdefault(scale.code, scale)
    return Offer(newest_first[0], tuple(scales.values()), definitions)


def list_scores(patient: PatientRef, offer: Offer, scale: Scale, *, for_team: bool) -> tuple[ScorePoint, ...]:
    """Return the scores of one scale in order of time; what is for clinicians only comes with `for_team`."""
    # Answers are many times larger than scores: read only where some of them are not there.
    answers = case((_SCORE.c.state != ScoreState.COMPLETE, _CHECK_IN.c.answers))
    rows = session.execute(
        select(
            *(_SCORE.c.at, _SCORE.c.for_on, _SCORE.c.value, _SCORE.c.state, _SCORE.c.version, _SCORE.c.check_in_id),
            *(_SCORE.c.answered, _SCORE.c.asked, _CHECK_IN.c.mode, _CHECK_IN.c.quality, User.name),
            _CHECK_IN.c.time_zone,
            type_coerce(answers, JSON()).label("answers"),
        )
        .join(_CHECK_IN, _CHECK_IN.c.id == _SCORE.c.check_in_id)
        .outerjoin(User, User.id == _CHECK_IN.c.entered_by_id)
        .where(_SCORE.c.patient_id == patient.id, _SCORE.c.instrument == offer.definition.id)
        .where(_SCORE.c.scale == scale.code, _SCORE.c.is_current)
        .order_by(_SCORE.c.for_on, _SCORE.c.at)
    )
    points = (_point(row, offer.definitions[row.version], scale.code, for_team) for row in rows)
    return tuple(sorted(points, key=lambda point: point.at))


def _point(row: Any, definition: Definition, code: str, for_team: bool) -> ScorePoint:
    scale = definition.scale(code)
    left_out = [item for item in scale.items if (row.answers or {}).get(item, "") is None]
    return ScorePoint(
        at=true_at(row.at, row.for_on, ZoneInfo(row.time_zone)),
        on=row.for_on,
        value=row.value,
        state=_STATES[row.state],  # type: ignore[arg-type]
        band=_label(band.label) if (band := scale.band(row.value)) else "",
        version=str(definition.structure_version),
        check_in_id=row.check_in_id,
        answered=row.answered,
        of=row.asked,
        declined=len(left_out),
        mode=row.mode.value,
        entered_by=row.name or "",
        quality=tuple(row.quality) if for_team else (),
    )


def view_of(
    offer: Offer,
    scale: Scale,
    scores: Sequence[ScorePoint] = (),
    *,
    lines: Mapping[str, float] = NO_LINES,
    rules_version: int = 0,
) -> InstrumentView:
    """Return one scale of an instrument as the chart needs it, with room for what older versions could come to.

    Args:
        offer: the instrument.
        scale: which of its scales.
        scores: what was answered, in order of time.
        lines: of an instrument, the clinic's line on its primary scale; no other scale has one.
        rules_version: the version of the clinic's rules that the lines are from; 0 is Interval's defaults.
    """
    definition, change, response = offer.definition, scale.reliable_change, scale.response
    sources = (change.source if change else "", response.source if response else "", scale.bands_source)
    same = {str(one.structure_version): one for one in offer.definitions.values()}
    older = {version: one.scale(scale.code) for version, one in same.items() if _has(one, scale.code)}
    is_part = scale.code != definition.primary.code
    line = None if is_part or scale.method is Method.TRIAGE else lines.get(definition.id)
    return InstrumentView(
        id=definition.id,
        title=definition.title,
        short_title=f"{definition.short_title}: {scale.title}" if is_part else definition.short_title,
        label=scale.title if is_part else definition.short_title,
        minimum=min(one.minimum for one in (scale, *older.values())),
        maximum=max(one.maximum for one in (scale, *older.values())),
        higher_is_better=bool(scale.higher_is_better),
        bands=tuple(Band(band.minimum, band.maximum, _label(band.label)) for band in scale.bands),
        recall_days=definition.recall_days,
        response_fraction=response.reduction if response else None,
        remission_below=response.remission_below if response else None,
        reliable_change=change.points if change else None,
        versions=tuple(sorted({point.version for point in scores}, key=int)),
        line=line,
        line_version=None if line is None else rules_version,
        sources=tuple(dict.fromkeys(source for source in sources if source)),
        decimals=scale.digits or 0,
        has_levels=scale.method is Method.TRIAGE,
        is_validated=definition.is_validated,
        staff_note=definition.staff_note,
        recalled={version: one.recall_days for version, one in same.items()},
        bands_since=_bands_since(scale, older, scores),
    )


def _has(definition: Definition, code: str) -> bool:
    return any(scale.code == code for scale in definition.scales)


def _bands_since(scale: Scale, older: Mapping[str, Scale], scores: Sequence[ScorePoint]) -> datetime | None:
    """Return the first answer since which nothing but this scale's bands has applied; None where no others ever did."""
    since = None
    for point in reversed(scores):
        if older[point.version].bands != scale.bands:
            return since
        since = point.at
    return None


def _label(text: str) -> str:
    return text[:1].upper() + text[1:]
