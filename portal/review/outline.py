"""As much of a patient's timeline as the caseload shows: what it says is read off by the progress page's functions."""

import uuid
from collections.abc import Collection
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import String, bindparam, cast, literal, null, select, type_coerce, union_all

from portal.checkins.models import CheckIn, ScoreRow
from portal.db import run
from portal.instruments import catalogue
from portal.instruments.definition import WORDINGS_PER_VERSION
from portal.instruments.loader import UnknownInstrument
from portal.patients.models import Patient
from portal.progress.baseline.compared import with_baseline
from portal.progress.baseline.queries import get_standing
from portal.progress.scores import Offer, view_of
from portal.progress.timeline import InfusionMark, InstrumentView, ScorePoint, Timeline, true_at
from portal.treatment.models import Infusion

_WHO = bindparam("patient", type_=Patient.id.type)
_STATES: dict[str, Any] = {"complete": "complete", "prorated": "prorated", "not-scorable": "unscored"}
_SCORES = (
    select(
        literal(0).label("is_infusion"),
        ScoreRow.for_on.label("on"),
        ScoreRow.at.label("at"),
        ScoreRow.value.label("value"),
        cast(ScoreRow.state, String).label("state"),
        ScoreRow.band.label("name"),
        ScoreRow.version.label("number"),
        ScoreRow.check_in_id.label("id"),
        type_coerce(null(), Infusion.course_id.type).label("course_id"),
        CheckIn.time_zone.label("zone"),
    )
    .join(CheckIn, CheckIn.id == ScoreRow.check_in_id)
    .where(
        ScoreRow.patient_id == _WHO,
        ScoreRow.instrument == bindparam("instrument", type_=ScoreRow.instrument.type),
        ScoreRow.scale == bindparam("scale", type_=ScoreRow.scale.type),
        ScoreRow.is_current,
    )
)
_INFUSIONS = select(
    literal(1),
    null(),
    Infusion.happens_at,
    null(),
    cast(Infusion.status, String),
    cast(Infusion.kind, String),
    Infusion.number,
    Infusion.id,
    Infusion.course_id,
    null(),
).where(Infusion.patient_id == _WHO)
_BOTH: Any = union_all(_SCORES, _INFUSIONS).order_by("on", "at", "number")


def read(patient_id: uuid.UUID, instrument: str, time_zone: str, *, has_chosen: bool) -> Timeline:
    """Return the scores of a patient's main scale, the infusions and the baseline; nothing of it depends on today.

    Args:
        patient_id: whose.
        instrument: the main scale.
        time_zone: the patient's, an IANA name.
        has_chosen: whether a choice of another baseline stands; without one nothing is asked about it.
    """
    scale, zone = catalogue.current().get(instrument).primary.code, ZoneInfo(time_zone)
    rows = run(_BOTH, {"patient": patient_id, "instrument": instrument, "scale": scale}).all()
    points = tuple(sorted((_point(row) for row in rows if not row.is_infusion), key=lambda point: point.at))
    infusions = tuple(_mark(row, zone) for row in rows if row.is_infusion)
    view = _view(instrument, {row.number for row in rows if not row.is_infusion}) if points else None
    standing = get_standing(patient_id, instrument, scale) if has_chosen and points else None
    whole = Timeline(zone, date.min, date.min, date.max, view, points, infusions)
    return with_baseline(whole, standing, for_team=False)


def _view(instrument: str, versions: Collection[int]) -> InstrumentView:
    """The newest version that was answered; a check-in is saved even where nobody knows that version any more."""
    newest = max(versions, key=lambda version: (_structure(version), version))
    try:
        definition = catalogue.current().get(instrument, newest)
    except UnknownInstrument:
        definition = catalogue.current().get(instrument)
    return view_of(Offer(definition, (definition.primary,), {definition.version: definition}), definition.primary)


def _structure(version: int) -> int:
    """The version of the questions and their scoring, as `Definition.structure_version` has it."""
    return version // WORDINGS_PER_VERSION or version


def _point(row: Any) -> ScorePoint:
    return ScorePoint(
        at=true_at(row.at, row.on, ZoneInfo(row.zone)),
        on=row.on,
        value=row.value,
        state=_STATES[row.state],
        band=row.name or "",
        version=str(_structure(row.number)),
        check_in_id=row.id,
    )


def _mark(row: Any, zone: ZoneInfo) -> InfusionMark:
    return InfusionMark(
        id=row.id,
        on=row.at.astimezone(zone).date(),
        at=row.at,
        number=row.number,
        kind=row.name,
        status=row.state,
        course_id=row.course_id,
    )
