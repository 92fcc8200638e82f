"""Reading the daily lanes: the numbers of the daily check-in and the scales of a diary brought along."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from portal.checkins.history import queries as history
from portal.checkins.models import ScoreRow
from portal.db import session
from portal.instruments import catalogue, own_words
from portal.patients.queries import PatientRef
from portal.progress.timeline import DailyPoint, DailySeries, true_at

DAILY = "daily"
_SCORE: Any = ScoreRow.__table__


@dataclass(frozen=True, slots=True)
class Lane:
    """A daily question or an imported scale that can be shown, with the days it covers."""

    series: DailySeries
    first: date
    last: date
    count: int
    scale_id: uuid.UUID | None = None


def list_lanes(patient: PatientRef, *, language: str = "en") -> tuple[Lane, ...]:
    """Return the daily numbers with anything on record, in printed order, and the imported scales after them."""
    rows = session.execute(
        select(_SCORE.c.scale, func.min(_SCORE.c.for_on), func.max(_SCORE.c.for_on), func.count(_SCORE.c.value))
        .where(_SCORE.c.patient_id == patient.id, _SCORE.c.instrument == DAILY, _SCORE.c.is_current)
        .group_by(_SCORE.c.scale)
    )
    found = {row[0]: row for row in rows if row[3]}
    daily = own_words.worded(catalogue.current().get(DAILY), language)
    scales = [scale for scale in daily.scales if scale.code in found]
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


def usual(lanes: Sequence[Lane]) -> tuple[int, ...]:
    """Return mood, with pain where it is asked, else anxiety; and the first two scales of an imported diary."""
    codes = [lane.series.code for lane in lanes]
    wanted = [code for code in ("mood", "pain" if "pain" in codes else "anxiety") if code in codes]
    imported = [number for number, lane in enumerate(lanes) if lane.scale_id is not None]
    return tuple([codes.index(code) for code in wanted] + imported[:2])


def ends(lane: Lane) -> DailySeries:
    """Return a lane with nothing but its first and last day, which is all that choosing a range needs."""
    source = "import" if lane.scale_id else "check-in"
    ends = (lane.first, lane.last) if lane.last > lane.first else (lane.first,)
    points = (DailyPoint(on, datetime.combine(on, time(12), UTC), lane.series.minimum, source) for on in ends)  # type: ignore[arg-type]
    return replace(lane.series, points=tuple(points))


def fill(patient: PatientRef, lanes: Sequence[Lane], start: date, end: date) -> tuple[DailySeries, ...]:
    """Return lanes with their answers from `start` to `end`, several of one day too, in order of time."""
    codes = [lane.series.code for lane in lanes if lane.scale_id is None]
    answered = _answered(patient, codes, start, end) if codes else {}
    return tuple(
        replace(lane.series, points=tuple(answered.get(lane.series.code, ())))
        if lane.scale_id is None
        else _brought_along(patient, lane, lane.scale_id, start, end)
        for lane in lanes
    )


def _answered(patient: PatientRef, codes: Sequence[str], start: date, end: date) -> dict[str, list[DailyPoint]]:
    rows = session.execute(
        select(_SCORE.c.scale, _SCORE.c.for_on, _SCORE.c.at, _SCORE.c.value)
        .where(_SCORE.c.patient_id == patient.id, _SCORE.c.instrument == DAILY, _SCORE.c.scale.in_(codes))
        .where(_SCORE.c.is_current, _SCORE.c.value.is_not(None), _SCORE.c.for_on.between(start, end))
        .order_by(_SCORE.c.for_on, _SCORE.c.at)
    ).all()
    zone, found = ZoneInfo(patient.time_zone), {code: list[DailyPoint]() for code in codes}
    # The numbers of one check-in stand in a row: of ten years, each moment is worked out once.
    known, moment = None, datetime.min.replace(tzinfo=UTC)
    for scale, on, at, value in rows:
        if (on, at) != known:
            known, moment = (on, at), true_at(at, on, zone)
        found[scale].append(DailyPoint(on, moment, value, "check-in"))
    return found


def _brought_along(patient: PatientRef, lane: Lane, scale_id: uuid.UUID, start: date, end: date) -> DailySeries:
    begins, ends = (datetime.combine(on, time(), UTC) + timedelta(days=by) for on, by in ((start, -1), (end, 2)))
    rows = history.points(patient.id, scale_id, start=begins, end=ends)
    return replace(
        lane.series, points=tuple(DailyPoint(one.for_on, one.occurred_at, one.value, "import") for one in rows)
    )
