"""Gathering what a progress chart is drawn from, and no more of it than the chart will show."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from portal.checkins.history import queries as history
from portal.checkins.models import PlanItem, ScoreRow
from portal.db import session
from portal.instruments import catalogue
from portal.instruments.definition import Definition
from portal.patients.queries import PatientRef
from portal.progress import ranges
from portal.progress.ranges import Range
from portal.progress.reading import MEDIAN_DAYS, baseline_of, given
from portal.progress.timeline import (
    Band,
    DailyPoint,
    DailySeries,
    InfusionMark,
    InstrumentView,
    Mark,
    ScorePoint,
    Timeline,
)
from portal.safety import queries as safety
from portal.treatment import queries as treatment

DAILY = "daily"
MOST_STRIPS = 4
SLACK = 1.5
WITHOUT_PLAN_DAYS = 14
_SCORE: Any = ScoreRow.__table__
_STATES = {"complete": "complete", "prorated": "prorated", "not-scorable": "unscored"}


@dataclass(frozen=True, slots=True)
class Lane:
    """A daily question or an imported scale that can be shown, with the days it covers."""

    series: DailySeries
    first: date
    last: date
    count: int
    scale_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What can be shown of a patient, and what is."""

    instruments: tuple[Definition, ...]
    instrument: Definition | None
    lanes: tuple[Lane, ...]
    shown: tuple[int, ...]
    ranges: tuple[Range, ...]
    range: Range


def get_progress(
    patient: PatientRef,
    *,
    at: datetime,
    wanted_range: str = "",
    instrument: int = 0,
    lanes: Sequence[int] = (),
    with_alerts: bool = False,
) -> tuple[Timeline, Timeline, Choice]:
    """Return a patient's whole timeline (daily points only of the range), the range that is shown, and the choices.

    Args:
        patient: whose progress.
        at: now, aware UTC.
        wanted_range: one of `ranges.RANGES`; the suggested one where it is none of those.
        instrument: which of the instruments, as they are numbered in `Choice.instruments`.
        lanes: which daily lanes, as they are numbered in `Choice.lanes`; a sensible few where there are none.
        with_alerts: mark the days of alerts, for the care team's eyes only.
    """
    instruments = _instruments(patient)
    chosen = instruments[min(max(instrument, 0), len(instruments) - 1)] if instruments else None
    available = _lanes(patient)
    shown = tuple(number for number in lanes if 0 <= number < len(available))[:MOST_STRIPS] or _usual(available)
    outline = _outline(patient, chosen, at=at, with_alerts=with_alerts)
    outline = replace(outline, daily=tuple(_ends(available[number]) for number in shown))
    offered = ranges.available(outline)
    picked = next((one for one in offered if one == wanted_range), ranges.suggested(outline))
    bounds = ranges.select(outline, picked)
    start = bounds.start - timedelta(days=MEDIAN_DAYS)
    filled = tuple(_fill(patient, available[number], start, bounds.end) for number in shown)
    whole = replace(outline, daily=filled)
    return whole, ranges.select(whole, picked), Choice(instruments, chosen, available, shown, offered, picked)


def view_of(definition: Definition, versions: Collection[int] = ()) -> InstrumentView:
    """Return an instrument's first scale as the chart needs it."""
    scale = definition.primary
    change, response = scale.reliable_change, scale.response
    sources = (change.source if change else "", response.source if response else "", scale.bands_source)
    return InstrumentView(
        id=definition.id,
        title=definition.title,
        short_title=definition.short_title,
        minimum=scale.minimum,
        maximum=scale.maximum,
        higher_is_better=bool(scale.higher_is_better),
        bands=tuple(Band(band.minimum, band.maximum, band.label.capitalize()) for band in scale.bands),
        recall_days=definition.recall_days,
        response_fraction=response.reduction if response else None,
        remission_below=response.remission_below if response else None,
        reliable_change=change.points if change else None,
        versions=tuple(str(version) for version in sorted(versions)),
        line=scale.cutoff.at_least if scale.cutoff else None,
        sources=tuple(dict.fromkeys(source for source in sources if source)),
    )


def _instruments(patient: PatientRef) -> tuple[Definition, ...]:
    """Return the instruments with a total on record, the primary one first."""
    mine = select(_SCORE.c.instrument).where(_SCORE.c.patient_id == patient.id, _SCORE.c.instrument != DAILY)
    found = [catalogue.current().get(name) for name in session.scalars(mine.distinct())]
    return tuple(sorted(found, key=lambda one: (one.id != patient.primary_instrument, one.short_title)))


def _outline(patient: PatientRef, chosen: Definition | None, *, at: datetime, with_alerts: bool) -> Timeline:
    zone = ZoneInfo(patient.time_zone)
    today = at.astimezone(zone).date()
    scores = _scores(patient, chosen, zone) if chosen else ()
    infusions = tuple(_mark(row, zone) for row in treatment.list_infusions(patient.id))
    marks = _alerts(patient.id, zone) if with_alerts else ()
    outline = Timeline(
        time_zone=zone,
        today=today,
        start=today,
        end=today,
        instrument=view_of(chosen, {int(point.version) for point in scores}) if chosen else None,
        scores=scores,
        infusions=tuple(sorted(infusions, key=lambda mark: mark.at)),
        marks=marks,
        expected_gap_days=_expected_gap(patient.id, chosen.id) if chosen else WITHOUT_PLAN_DAYS,
    )
    first = next(iter(given(outline)), None)
    baseline = baseline_of(scores, first.at) if first else None
    return replace(outline, baseline=baseline)


def _scores(patient: PatientRef, definition: Definition, zone: ZoneInfo) -> tuple[ScorePoint, ...]:
    scale = definition.primary
    columns = (_SCORE.c.at, _SCORE.c.for_on, _SCORE.c.value, _SCORE.c.state, _SCORE.c.version, _SCORE.c.check_in_id)
    rows = session.execute(
        select(*columns)
        .where(_SCORE.c.patient_id == patient.id, _SCORE.c.instrument == definition.id)
        .where(_SCORE.c.scale == scale.code, _SCORE.c.is_current)
        .order_by(_SCORE.c.for_on, _SCORE.c.at)
    )
    return tuple(
        ScorePoint(
            at=_moment(row.at, row.for_on, zone),
            on=row.for_on,
            value=row.value,
            state=_STATES[row.state],  # type: ignore[arg-type]
            band=band.label if (band := scale.band(row.value)) else "",
            version=str(row.version),
            check_in_id=row.check_in_id,
        )
        for row in rows
    )


def _moment(received: datetime, on: date, zone: ZoneInfo) -> datetime:
    """Return when an answer was true: when it came in, or noon of the day it is for where that was another one."""
    if received.astimezone(zone).date() == on:
        return received
    return datetime.combine(on, time(12), zone).astimezone(UTC)


def _mark(row: Any, zone: ZoneInfo) -> InfusionMark:
    return InfusionMark(
        id=row.id,
        on=row.happens_at.astimezone(zone).date(),
        at=row.happens_at,
        number=row.number,
        kind=row.kind.value,
        status=row.status.value,
        dose_mg=row.dose_mg,
        mg_per_kg=row.dose_mg_per_kg,
        route=row.route.value,
        minutes=row.minutes,
    )


def _alerts(patient_id: uuid.UUID, zone: ZoneInfo) -> tuple[Mark, ...]:
    opened = [alert.opened_at.astimezone(zone).date() for alert in safety.list_alerts_of(patient_id)]
    return tuple(Mark(on, "alert", "") for on in sorted(set(opened)))


def _expected_gap(patient_id: uuid.UUID, instrument: str) -> int:
    asked = select(func.max(PlanItem.every_days)).where(PlanItem.patient_id == patient_id)
    every = session.scalar(asked.where(PlanItem.instrument == instrument))
    return round((every or WITHOUT_PLAN_DAYS) * SLACK)


def _lanes(patient: PatientRef) -> tuple[Lane, ...]:
    """Return the daily numbers with anything on record, in printed order, and the imported scales after them."""
    rows = session.execute(
        select(_SCORE.c.scale, func.min(_SCORE.c.for_on), func.max(_SCORE.c.for_on), func.count(_SCORE.c.value))
        .where(_SCORE.c.patient_id == patient.id, _SCORE.c.instrument == DAILY, _SCORE.c.is_current)
        .group_by(_SCORE.c.scale)
    )
    found = {row[0]: row for row in rows if row[3]}
    scales = [scale for scale in catalogue.current().get(DAILY).scales if scale.code in found]
    own = [
        Lane(
            DailySeries(scale.code, scale.title, scale.minimum, scale.maximum, scale.higher_is_better, ()),
            *found[scale.code][1:],
        )
        for scale in scales
    ]
    return (*own, *(_imported(one) for one in history.measure_scales(patient.id)))


def _imported(measured: history.Measured) -> Lane:
    scale = measured.scale
    series = DailySeries(
        code=f"history:{scale.id}",
        label=scale.name,
        minimum=scale.minimum,
        maximum=scale.maximum,
        higher_is_better=scale.higher_is_better,
        points=(),
        imported=True,
        scale_name=scale.name,
    )
    return Lane(series, measured.first_on, measured.last_on, measured.count, scale.id)


def _usual(lanes: Sequence[Lane]) -> tuple[int, ...]:
    """Return mood, with pain where it is asked, else anxiety; and the first two scales of an imported diary."""
    codes = [lane.series.code for lane in lanes]
    wanted = [code for code in ("mood", "pain" if "pain" in codes else "anxiety") if code in codes]
    imported = [number for number, lane in enumerate(lanes) if lane.scale_id is not None]
    return tuple([codes.index(code) for code in wanted] + imported[:2])


def _ends(lane: Lane) -> DailySeries:
    """Return a lane with nothing but its first and last day, which is all that choosing a range needs."""
    source = "import" if lane.scale_id else "check-in"
    ends = (lane.first, lane.last) if lane.last > lane.first else (lane.first,)
    points = (DailyPoint(on, datetime.combine(on, time(12), UTC), lane.series.minimum, source) for on in ends)  # type: ignore[arg-type]
    return replace(lane.series, points=tuple(points))


def _fill(patient: PatientRef, lane: Lane, start: date, end: date) -> DailySeries:
    if lane.scale_id is not None:
        begins, ends = (datetime.combine(on, time(), UTC) + timedelta(days=by) for on, by in ((start, -1), (end, 2)))
        rows: Sequence[Any] = history.points(patient.id, lane.scale_id, start=begins, end=ends)
        points = (DailyPoint(one.for_on, one.occurred_at, one.value, "import") for one in rows)
        return replace(lane.series, points=tuple(points))
    rows = session.execute(
        select(_SCORE.c.for_on, _SCORE.c.at, _SCORE.c.value)
        .where(_SCORE.c.patient_id == patient.id, _SCORE.c.instrument == DAILY, _SCORE.c.scale == lane.series.code)
        .where(_SCORE.c.is_current, _SCORE.c.value.is_not(None), _SCORE.c.for_on.between(start, end))
        .order_by(_SCORE.c.for_on, _SCORE.c.at)
    ).all()
    return replace(lane.series, points=tuple(DailyPoint(one.for_on, one.at, one.value, "check-in") for one in rows))
