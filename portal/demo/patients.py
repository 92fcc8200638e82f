"""Writing one patient's year: enrolment, the series and its boosters, check-ins, and what the team did with them."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.access.policy import Actor, PatientStatus, Role
from portal.accounts.models import AccountStatus, User
from portal.checkins import planning, ready_made
from portal.checkins import service as checkins
from portal.checkins.occurrences import Moment
from portal.checkins.ready_made import Phase
from portal.db import session
from portal.demo import check_ins
from portal.demo import course_of_illness as illness
from portal.demo.calendar import Calendar
from portal.demo.check_ins import NAMESPACE
from portal.demo.people import SERIES, Story
from portal.instruments import catalogue
from portal.patients import queries
from portal.patients import service as service
from portal.patients.details import Contact, Person
from portal.patients.queries import PatientRef
from portal.safety import queries as alerts
from portal.safety import service as safety
from portal.treatment import service as treatment
from portal.treatment.models import InfusionKind, InfusionStatus, Site
from portal.treatment.service import Entry

SEED = 20261
STILL_UNREAD_DAYS, SERIES_PLAN_DAYS = 4, 28
STOPPED_NOTE = "Stopped early: blood pressure above the agreed limit. It settled within 20 minutes."


@dataclass(frozen=True, slots=True)
class Written:
    """A patient of the demo that is in the database now."""

    ref: PatientRef
    actor: Actor
    calendar: Calendar
    course_id: uuid.UUID
    infusion_ids: tuple[uuid.UUID, ...]


def write(story: Story, staff: Mapping[str, Actor], hashed: str, now: datetime) -> Written:
    """Write a story up to today and return what the rest of the demo needs of it."""
    calendar = Calendar(story, now)
    ref, actor = _enrol(story, staff, hashed, calendar)
    course_id, infusions = _treat(story, ref, staff, calendar)
    _plan_ahead(story, ref, staff[story.team[0]], calendar)
    sent = check_ins.write(story, ref, actor, staff, illness.live(story, SEED), calendar, infusions)
    _read(ref, sent, staff[story.team[0]], now)
    _answer_alerts(ref, staff[story.team[0]], now)
    if story.is_paused:
        at = calendar.at(story.days - 60, 12)
        provider = staff[story.team[0]]
        checkins.end_plans(ref.id, by=provider, at=at)
        reason, day = "Away for work until spring, by agreement.", calendar.on(story.days - 60)
        service.change_status(ref.id, PatientStatus.PAUSED, reason=reason, effective_on=day, by=provider, at=at)
    return Written(ref, actor, calendar, course_id, tuple(infusion_id for infusion_id, _ in infusions))


def _enrol(story: Story, staff: Mapping[str, Actor], hashed: str, calendar: Calendar) -> tuple[PatientRef, Actor]:
    patient_id, provider = uuid.uuid5(NAMESPACE, story.key), staff[story.team[0]]
    person = Person(
        given_name=story.given_name,
        family_name=story.family_name,
        born_on=story.born_on,
        conditions=story.conditions,
    )
    contact = Contact(
        country="US",
        time_zone=story.time_zone,
        mobile_phone="+1 503 555 01" + str(10 + len(story.given_name) + len(story.family_name)),
        address_line_1="12 Quay Street",
        city=story.city,
        region=story.region,
        emergency_name=f"Sam {story.family_name}",
        emergency_relationship="Sibling",
        emergency_phone="+1 503 555 0190",
        emergency_may_call=True,
    )
    team = [staff[key].user_id for key in story.team]
    at = calendar.at(0, 8)
    service.enrol(patient_id, person, contact, email=story.email, team=team, by=provider, at=at)
    checkins.start_default_plan(patient_id, story.conditions, by=provider, at=at)
    ref = _ref(patient_id)
    user = session.get_one(User, ref.user_id)
    user.status, user.password_hash = AccountStatus.ACTIVE, hashed
    actor = Actor(ref.user_id, Role.PATIENT, ref.name, patient_id=patient_id, time_zone=story.time_zone)
    service.consent(patient_id, by=actor, at=at + timedelta(hours=2))
    return _ref(patient_id), actor


def _ref(patient_id: uuid.UUID) -> PatientRef:
    ref = queries.get_ref(patient_id, viewer_id=NAMESPACE)
    assert ref is not None
    return ref


def _plan_ahead(story: Story, ref: PatientRef, by: Actor, calendar: Calendar) -> None:
    """Four weeks after the first infusion, the ready-made plan of the next phase takes the place of the first."""
    day = story.series_from + SERIES_PLAN_DAYS
    if day >= story.days:
        return
    askable = {one.id for one in catalogue.current().askable()}
    lines = ready_made.lines([one.value for one in story.conditions], Phase.MAINTENANCE, askable=askable)
    planning.apply(ref.id, lines, by=by, at=calendar.at(day, 12))


def _treat(
    story: Story, ref: PatientRef, staff: Mapping[str, Actor], calendar: Calendar
) -> tuple[uuid.UUID, tuple[Moment, ...]]:
    provider = staff[story.team[0]]
    nurse = staff.get("nia", provider) if "nia" in story.team else provider
    course = treatment.start_course(
        ref.id,
        course_id=uuid.uuid5(NAMESPACE, f"{story.key}:course"),
        indication=story.conditions[0].value,
        series_planned=len(SERIES),
        protocol="Six infusions over about three weeks, then boosters as agreed after each review.",
        started_on=calendar.on(story.series_from),
        by=provider,
        at=calendar.at(max(0, story.series_from - 2), 12),
    )
    given = illness.infusion_days(story)
    found = []
    for number, day in enumerate(given, start=1):
        start = calendar.at(day, 10)
        found.append((_record(story, ref, course.id, number, start, day == story.stopped_early, nurse), start))
    for number, ahead in enumerate(story.planned, start=len(given) + 1):
        start = calendar.at(story.days + ahead, 10)
        found.append((_plan_infusion(story, ref, course.id, number, start, provider, calendar), start))
    return course.id, tuple(found)


def _plan_infusion(
    story: Story,
    ref: PatientRef,
    course_id: uuid.UUID,
    number: int,
    start: datetime,
    by: Actor,
    calendar: Calendar,
) -> uuid.UUID:
    entry = _entry(story, number, InfusionStatus.PLANNED, start)
    submission, at = uuid.uuid5(NAMESPACE, f"{story.key}:planned:{number}"), calendar.at(story.days - 1, 12)
    return treatment.plan_infusion(ref.id, course_id, entry, submission_id=submission, by=by, at=at).id


def _record(
    story: Story, ref: PatientRef, course_id: uuid.UUID, number: int, start: datetime, stopped: bool, by: Actor
) -> uuid.UUID:
    status = InfusionStatus.STOPPED_EARLY if stopped else InfusionStatus.COMPLETED
    entry = _entry(story, number, status, start)
    submission = uuid.uuid5(NAMESPACE, f"{story.key}:infusion:{number}")
    at = start + timedelta(minutes=story.minutes + 90)
    return treatment.record_infusion(ref.id, course_id, entry, submission_id=submission, by=by, at=at).id


def _entry(story: Story, number: int, status: InfusionStatus, start: datetime) -> Entry:
    stopped = status is InfusionStatus.STOPPED_EARLY
    return Entry(
        number=number,
        kind=InfusionKind.INDUCTION if number <= len(SERIES) else InfusionKind.BOOSTER,
        status=status,
        planned_at=start,
        started_at=None if status is InfusionStatus.PLANNED else start,
        weight_kg=story.weight_kg,
        dose_mg=round(story.weight_kg * story.mg_per_kg, 1),
        minutes=22 if stopped else story.minutes,
        site=Site.HOME,
        outcome_note=STOPPED_NOTE if stopped else "",
    )


def _read(ref: PatientRef, sent: list[tuple[datetime, uuid.UUID]], by: Actor, now: datetime) -> None:
    """Let the provider read once a week, up to a few days ago."""
    weeks: dict[int, list[tuple[datetime, uuid.UUID]]] = {}
    for at, check_in_id in sent:
        if now - at > timedelta(days=STILL_UNREAD_DAYS):
            weeks.setdefault((now - at).days // 7, []).append((at, check_in_id))
    for week in weeks.values():
        read_at = min(max(at for at, _ in week) + timedelta(hours=20), now - timedelta(days=3))
        checkins.mark_reviewed(ref.id, [check_in_id for _, check_in_id in week], by=by, at=read_at)


def _answer_alerts(ref: PatientRef, by: Actor, now: datetime) -> None:
    for alert in alerts.list_alerts_of(ref.id):
        at = alert.opened_at + timedelta(hours=1)
        if now - alert.opened_at < timedelta(days=10):
            continue
        safety.acknowledge(ref.id, alert.id, stamp=alerts.stamp_of(alert.id), by=by, at=at)
        note = "Called. The thoughts are the familiar ones, no plan. Knows whom to call. Visit tomorrow."
        contact, later = safety.Contact.SPOKE, at + timedelta(minutes=25)
        safety.record_contact(ref.id, alert.id, contact, note, stamp=alerts.stamp_of(alert.id), by=by, at=later)
        closing, last = safety.Closing.SAFE, at + timedelta(days=1)
        safety.close(ref.id, alert.id, closing, "Seen.", stamp=alerts.stamp_of(alert.id), by=by, at=last)
