"""Reading a patient's treatment record for the review sheet, as the values its elements are made from."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from portal.checkins import plan
from portal.checkins import queries as checkins
from portal.patients.queries import PatientRef
from portal.review.booster.elements.tolerance import Last, Reading
from portal.review.booster.elements.treatment import Dosed, Treatment
from portal.treatment import queries as treatment
from portal.treatment.flowsheet.standing import TICKS
from portal.treatment.models import Course, InfusionStatus
from portal.treatment.queries import InfusionRow
from portal.treatment.tolerability import queries as tolerability
from portal.treatment.tolerability.infusion import ALTERED, SIDE_EFFECTS, belonging, summarise
from portal.treatment.tolerability.values import Answered, Noted, Tolerated, Treated

All = Mapping[uuid.UUID, Sequence[Noted]]


@dataclass(frozen=True, slots=True)
class Record:
    """What the treatment record holds of a patient.

    Args:
        infusions: every one, planned and past, in order of time.
        noted: what counts of each flowsheet, in true order, by infusion.
        treatment: the doses, for element 1.
        last, course: how the last infusion given went, and how all of its course were tolerated, for element 8.
        last_on: the day of the last infusion given; None where there was none.
        tested: the last answer about pregnancy before an infusion, and its day.
    """

    infusions: tuple[InfusionRow, ...]
    noted: All
    treatment: Treatment
    last: Last | None
    course: tuple[Tolerated, ...]
    last_on: date | None
    tested: tuple[date, str] | None

    @property
    def ahead(self) -> InfusionRow | None:
        """The first infusion that is still planned, one under way too."""
        return next((one for one in self.infusions if one.status is InfusionStatus.PLANNED), None)

    @property
    def given(self) -> list[InfusionRow]:
        """Those of which any dose was given."""
        return [one for one in self.infusions if one.was_given]


def read(patient: PatientRef, *, at: datetime) -> Record:
    """Return the treatment record of a patient as it is at a moment."""
    zone, today = patient.time_zone, plan.local_day(at, patient.time_zone)
    infusions, noted = treatment.list_infusions(patient.id), tolerability.list_noted(patient.id)
    given = [one for one in infusions if one.was_given]
    tolerated = _tolerated(patient.id, given, noted)
    last_on = plan.local_day(given[-1].happens_at, zone) if given else None
    return Record(
        infusions=tuple(infusions),
        noted=noted,
        treatment=_treatment(zone, today, infusions, noted, treatment.list_courses(patient.id)),
        last=_last(tolerated[-1], last_on, noted.get(given[-1].id, ())) if last_on else None,
        course=tuple(how for one, how in zip(given, tolerated, strict=True) if one.course_id == given[-1].course_id),
        last_on=last_on,
        tested=_tested(infusions, noted, zone),
    )


def _treatment(
    zone: str, today: date, infusions: Sequence[InfusionRow], noted: All, courses: Sequence[Course]
) -> Treatment:
    course = _newest(infusions, courses)
    if course is None:
        return Treatment(today)
    own = [one for one in infusions if one.course_id == course.id]
    return Treatment(
        today=today,
        infusions=tuple(_dosed(one, zone, noted.get(one.id, ())) for one in own),
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
        is_under_way=one.status is InfusionStatus.PLANNED and "started" in kinds and "ended" not in kinds,
    )


def _tolerated(patient_id: uuid.UUID, given: Sequence[InfusionRow], noted: All) -> list[Tolerated]:
    treated = [_treated(one) for one in given]
    told = checkins.list_told(patient_id, (SIDE_EFFECTS, ALTERED))
    answers = belonging(treated, [Answered(one.instrument, one.at, one.answers) for one in told])
    return [summarise(one, noted.get(one.id, ()), answers[one.id]) for one in treated]


def _treated(one: InfusionRow) -> Treated:
    stopped = one.status is InfusionStatus.STOPPED_EARLY
    return Treated(one.id, one.number, one.happens_at, one.dose_mg, one.dose_mg_per_kg, one.minutes, stopped)


def _last(how: Tolerated, on: date, noted: Sequence[Noted]) -> Last:
    left = next((one for one in reversed(noted) if one.kind == "discharge"), None)
    is_complete = left is not None and all(left.values.get(name) for name in TICKS)
    return Last(
        on=on,
        tolerated=how,
        flagged=sum(one.kind == "vitals" and one.level == "soft" for one in noted),
        reading=_reading(how, noted),
        left="complete" if is_complete else "against-advice" if left else "",
        left_because=str(left.values.get("reason") or "") if left else "",
        has_flowsheet=bool(noted),
    )


def _reading(how: Tolerated, noted: Sequence[Noted]) -> Reading | None:
    taken = [one for one in noted if one.kind == "vitals" and one.values.get("point") != "before"]
    if not taken:
        return None
    values = taken[-1].values
    return Reading(
        systolic=values.get("systolic"),
        diastolic=values.get("diastolic"),
        pulse=values.get("pulse"),
        spo2=values.get("spo2"),
        after=round((taken[-1].at - how.treated.at).total_seconds() / 60),
    )


def _tested(infusions: Sequence[InfusionRow], noted: All, zone: str) -> tuple[date, str] | None:
    for one in reversed(infusions):
        said = [entry.values.get("pregnancy") for entry in noted.get(one.id, ()) if entry.kind == "pre-check"]
        known = [str(value) for value in said if value]
        if known:
            return plan.local_day(one.happens_at, zone), known[-1]
    return None
