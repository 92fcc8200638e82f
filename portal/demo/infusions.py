"""A demo patient's course: what was given, most of it as one record, the last few with everything of their day."""

from datetime import datetime, timedelta

from portal.checkins.occurrences import Moment
from portal.demo import alerts, bedside, preparing
from portal.demo import course_of_illness as illness
from portal.demo.bedside import Bedside
from portal.demo.case import Agenda, Case
from portal.demo.people import SERIES
from portal.demo.visits import VISITS
from portal.treatment import service, signing
from portal.treatment.models import InfusionKind, InfusionStatus, Site
from portal.treatment.service import Entry

STOPPED_NOTE = "Stopped early: blood pressure above the agreed limit. It settled within 20 minutes."
PROTOCOL = "Six infusions over about three weeks, then boosters as agreed after each review."
STOPPED_AFTER, WRITTEN_AFTER = 22, timedelta(minutes=90)


def plan(case: Case, agenda: Agenda) -> None:
    """Note the course, what was given in it and what lies ahead."""
    story, calendar = case.story, case.calendar
    agenda.add(
        calendar.at(max(0, story.series_from - 2), 12),
        service.start_course,
        case.patient_id,
        course_id=case.course_id,
        indication=story.conditions[0].value,
        series_planned=len(SERIES),
        protocol=PROTOCOL,
        started_on=calendar.on(story.series_from),
        by=case.provider,
    )
    days = illness.infusion_days(story)
    for number, day in enumerate(days, start=1):
        start, visit = calendar.at(day, 10), VISITS.get(story.key, {}).get(day)
        if visit is None:
            is_early = day == story.stopped_early
            written = start + timedelta(minutes=story.minutes) + WRITTEN_AFTER
            agenda.add(written, _record, case, number, start, is_early=is_early)
        else:
            agenda.add(calendar.at(day - 1, 12), _schedule, case, number, start)
            _whole_day(case, Bedside(case, visit, number, start, story.minutes), day, agenda)
    for number, ahead in enumerate(story.planned, start=len(days) + 1):
        agenda.add(calendar.at(story.days - 1, 12), _schedule, case, number, calendar.coming(ahead, story.later))
        preparing.for_coming(case, number, ahead, agenda)


def moments(case: Case) -> tuple[Moment, ...]:
    """Return when each infusion is, those that are planned too, for what is asked around them."""
    given = [case.calendar.at(day, 10) for day in illness.infusion_days(case.story)]
    coming = [case.calendar.coming(ahead, case.story.later) for ahead in case.story.planned]
    return tuple((case.id(f"moment:{number}"), at) for number, at in enumerate(given + coming))


def _whole_day(case: Case, day: Bedside, number_of_day: int, agenda: Agenda) -> None:
    """Note what surrounds the bedside: the order, what the patient said, the alert of a stop, the signature."""
    preparing.for_given(case, day.number, number_of_day, agenda)
    bedside.plan(day, agenda)
    if day.visit.stop is not None:
        alerts.answer_stop(case, day.at(day.visit.stop.minute), day.visit.stop, agenda)
    if day.visit.is_signed:
        agenda.add(case.calendar.at(number_of_day + 1, 17), _sign, case, day.number)


def _schedule(case: Case, number: int, start: datetime, *, at: datetime) -> None:
    entry, submission = _entry(case, number, InfusionStatus.PLANNED, start), case.id(f"planned:{number}")
    row = service.plan_infusion(
        case.patient_id, case.course_id, entry, submission_id=submission, by=case.provider, at=at
    )
    case.infusions[number] = (row.id, start)


def _record(case: Case, number: int, start: datetime, *, is_early: bool, at: datetime) -> None:
    status = InfusionStatus.STOPPED_EARLY if is_early else InfusionStatus.COMPLETED
    entry, submission = _entry(case, number, status, start), case.id(f"infusion:{number}")
    row = service.record_infusion(
        case.patient_id, case.course_id, entry, submission_id=submission, by=case.nurse, at=at
    )
    case.infusions[number] = (row.id, start)


def _sign(case: Case, number: int, *, at: datetime) -> None:
    infusion_id, _ = case.infusions[number]
    signing.sign_infusion(
        case.patient_id,
        infusion_id,
        signature_id=case.id(f"signature:{number}"),
        as_seen=signing.seen(infusion_id),
        by=case.provider,
        at=at,
    )


def _entry(case: Case, number: int, status: InfusionStatus, start: datetime) -> Entry:
    is_early, is_planned = status is InfusionStatus.STOPPED_EARLY, status is InfusionStatus.PLANNED
    return Entry(
        number=number,
        kind=InfusionKind.INDUCTION if number <= len(SERIES) else InfusionKind.BOOSTER,
        status=status,
        planned_at=start,
        started_at=None if is_planned else start,
        weight_kg=case.story.weight_kg,
        dose_mg=case.dose_mg(),
        minutes=STOPPED_AFTER if is_early else case.story.minutes,
        site=Site.HOME,
        given_by_id=None if is_planned else case.nurse.user_id,
        supervised_by_id=case.provider.user_id,
        at_bedside="" if is_planned else case.adult,
        outcome_note=STOPPED_NOTE if is_early else "",
    )
