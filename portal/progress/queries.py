"""Gathering what a progress chart is drawn from, and no more of it than the chart will show."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select

from portal.checkins.models import PlanItem
from portal.checkins.rhythm import from_json
from portal.checkins.silence_queries import get_unheard
from portal.checkins.unheard import Unheard
from portal.db import session
from portal.instruments.definition import Definition, Scale
from portal.patients.queries import PatientRef
from portal.progress import ranges
from portal.progress.baseline.compared import with_baseline
from portal.progress.baseline.queries import get_standing
from portal.progress.lanes import Lane, ends, fill, list_lanes, usual
from portal.progress.marks import list_marks
from portal.progress.medians import MEDIAN_DAYS
from portal.progress.ranges import Range
from portal.progress.scores import Offer, list_offers, list_scores, view_of
from portal.progress.timeline import InfusionMark, Timeline
from portal.progress.treated import with_tolerability
from portal.treatment import queries as treatment
from portal.treatment.rules import queries as rules

MOST_STRIPS = 4
SLACK = 1.5
WITHOUT_PLAN_DAYS = 14
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Choice:
    """What can be shown of a patient, and what is; `parts` are the scales of the instrument that is shown."""

    instruments: tuple[Definition, ...]
    instrument: Definition | None
    parts: tuple[Scale, ...]
    part: Scale | None
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
    part: int = 0,
    lanes: Sequence[int] = (),
    for_team: bool = False,
) -> tuple[Timeline, Timeline, Choice]:
    """Return a patient's whole timeline (daily points only of the range), the range that is shown, and the choices.

    Args:
        patient: whose progress.
        at: now, aware UTC.
        wanted_range: one of `ranges.RANGES`; the suggested one where it is none of those.
        instrument: which of the instruments, as they are numbered in `Choice.instruments`.
        part: which of its scales, as they are numbered in `Choice.parts`.
        lanes: which daily lanes, as they are numbered in `Choice.lanes`; a sensible few where there are none.
        for_team: with what is for the care team's eyes only: days of alerts, outcomes of screenings, marks of quality.
    """
    language = _language(patient, for_team=for_team)
    offers = list_offers(patient, for_team=for_team, language=language)
    offer = _nth(offers, instrument)
    scale = _nth(offer.scales, part) if offer else None
    available = list_lanes(patient, language=language)
    shown = tuple(number for number in lanes if 0 <= number < len(available))[:MOST_STRIPS] or usual(available)
    outline = _outline(patient, offer, scale, at=at, for_team=for_team)
    outline = replace(outline, daily=tuple(ends(available[number]) for number in shown))
    offered = ranges.available(outline)
    picked = next((one for one in offered if one == wanted_range), ranges.suggested(outline))
    bounds = ranges.select(outline, picked)
    start = bounds.start - timedelta(days=MEDIAN_DAYS)
    whole = replace(outline, daily=fill(patient, [available[number] for number in shown], start, bounds.end))
    choice = Choice(
        instruments=tuple(one.definition for one in offers),
        instrument=offer.definition if offer else None,
        parts=offer.scales if offer else (),
        part=scale,
        lanes=available,
        shown=shown,
        ranges=offered,
        range=picked,
    )
    return whole, ranges.select(whole, picked), choice


def _language(patient: PatientRef, *, for_team: bool) -> str:
    """Return the language of the words that are Interval's own: the patient's, where the patient reads them."""
    return "en" if for_team else patient.language


def _nth(among: Sequence[T], number: int) -> T | None:
    return among[min(max(number, 0), len(among) - 1)] if among else None


def _outline(
    patient: PatientRef, offer: Offer | None, scale: Scale | None, *, at: datetime, for_team: bool
) -> Timeline:
    zone = ZoneInfo(patient.time_zone)
    today = at.astimezone(zone).date()
    scores = list_scores(patient, offer, scale, for_team=for_team) if offer and scale else ()
    infusions = sorted((_mark(row, zone) for row in treatment.list_infusions(patient.id)), key=lambda mark: mark.at)
    in_force = rules.current()
    lines: Any = {"lines": in_force.rules.lines, "rules_version": in_force.lines_version}
    outline = Timeline(
        time_zone=zone,
        today=today,
        start=today,
        end=today,
        instrument=view_of(offer, scale, scores, **lines) if offer and scale else None,
        scores=scores,
        infusions=with_tolerability(
            patient.id, infusions, for_team=for_team, language=_language(patient, for_team=for_team)
        ),
        marks=list_marks(patient.id, zone, today, for_team=for_team),
        expected_gap_days=_expected_gap(patient.id, offer.definition.id) if offer else WITHOUT_PLAN_DAYS,
        unheard=_unheard(patient, offer.definition.id, at) if offer and scores else None,
    )
    standing = get_standing(patient.id, offer.definition.id, scale.code) if offer and scale and scores else None
    return with_baseline(outline, standing, for_team=for_team)


def _unheard(patient: PatientRef, instrument: str, at: datetime) -> Unheard | None:
    return get_unheard(patient, instrument, at=at, silent_days=rules.current().rules.silent_days)


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
        course_id=row.course_id,
    )


def _expected_gap(patient_id: uuid.UUID, instrument: str) -> int:
    """The slowest rhythm in which it was ever asked, with some slack."""
    asked = select(PlanItem.triggers).where(PlanItem.patient_id == patient_id, PlanItem.instrument == instrument)
    triggers = (trigger for line in session.scalars(asked) for trigger in from_json(line))
    every = max((trigger.every_days or 0 for trigger in triggers), default=0)
    return round((every or WITHOUT_PLAN_DAYS) * SLACK)
