"""Reading a patient's treatment record for the review sheet, as the values its elements are made from."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from portal.checkins import plan
from portal.patients.queries import PatientRef
from portal.review.booster.elements.treatment import Dosed, Treatment
from portal.treatment import queries as treatment
from portal.treatment.models import Course
from portal.treatment.queries import InfusionRow
from portal.treatment.tolerability import queries as tolerability
from portal.treatment.tolerability.values import Noted


@dataclass(frozen=True, slots=True)
class Record:
    """What the treatment record holds of a patient: their infusions, and what was noted at the bedside of each."""

    today: date
    infusions: tuple[InfusionRow, ...]
    noted: Mapping[uuid.UUID, Sequence[Noted]]
    treatment: Treatment


def read(patient: PatientRef, *, at: datetime) -> Record:
    """Return the treatment record of a patient as it is at a moment."""
    today = plan.local_day(at, patient.time_zone)
    infusions, noted = treatment.list_infusions(patient.id), tolerability.list_noted(patient.id)
    courses = treatment.list_courses(patient.id)
    return Record(today, tuple(infusions), noted, _treatment(patient, today, infusions, noted, courses))


def _treatment(
    patient: PatientRef,
    today: date,
    infusions: Sequence[InfusionRow],
    noted: Mapping[uuid.UUID, Sequence[Noted]],
    courses: Sequence[Course],
) -> Treatment:
    course = _newest(infusions, courses)
    if course is None:
        return Treatment(today)
    own = [one for one in infusions if one.course_id == course.id]
    return Treatment(
        today=today,
        infusions=tuple(_dosed(one, patient.time_zone, noted.get(one.id, ())) for one in own),
        series_planned=course.series_planned,
        started_on=course.started_on,
        ended_on=course.ended_on,
        earlier_given=sum(one.was_given and one.course_id != course.id for one in infusions),
    )


def _newest(infusions: Sequence[InfusionRow], courses: Sequence[Course]) -> Course | None:
    """Return the course that runs, else that of the last infusion given, else the latest."""
    if courses and courses[0].ended_on is None:
        return courses[0]
    given = [one.course_id for one in infusions if one.was_given]
    return next((one for one in courses if given and one.id == given[-1]), courses[0] if courses else None)


def _dosed(one: InfusionRow, zone: str, noted: Sequence[Noted]) -> Dosed:
    kinds = {entry.kind for entry in noted}
    return Dosed(
        number=one.number,
        kind=one.kind.value,
        status=one.status.value,
        on=plan.local_day(one.happens_at, zone),
        dose_mg=one.dose_mg,
        mg_per_kg=one.dose_mg_per_kg,
        route=one.route.value,
        minutes=one.minutes,
        note=one.outcome_note,
        is_under_way=one.status.value == "planned" and "started" in kinds and "ended" not in kinds,
    )
