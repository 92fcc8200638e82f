"""Writing one patient's year: enrolment, the series and its boosters, check-ins, and what the team did with them."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from portal.access.policy import Actor, PatientStatus, Role
from portal.accounts.models import AccountStatus, User
from portal.checkins import planning, ready_made
from portal.checkins import service as checkins
from portal.checkins.ready_made import Phase
from portal.db import session
from portal.demo import check_ins, decided, infusions, life, medicines, safety_plans, screenings, signs
from portal.demo import course_of_illness as illness
from portal.demo.calendar import Calendar
from portal.demo.case import NAMESPACE, Agenda, Case
from portal.demo.people import MOBILE_PHONE, PHONE_OF_THE_ADULT, Story
from portal.instruments import catalogue
from portal.patients import queries
from portal.patients import service as service
from portal.patients.details import Contact, Person
from portal.patients.queries import PatientRef

SEED = 20261
EVERY_WEEK = (*ready_made.WEEKLY, ready_made.WITHIN_72_HOURS)
STILL_UNREAD_DAYS, SERIES_PLAN_DAYS, PAUSED_DAYS = 4, 28, 60


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
    case = Case(story, ref, actor, staff, calendar)
    _plan_ahead(story, ref, case.provider, calendar)
    sent = _live(case)
    _read(ref, sent, case.provider, now)
    return Written(
        ref, actor, calendar, case.course_id, tuple(case.infusions[number][0] for number in sorted(case.infusions))
    )


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
        language=story.language,
        mobile_phone=MOBILE_PHONE[story.key],
        address_line_1=story.street,
        city=story.city,
        region=story.region,
        emergency_name=f"Sam {story.family_name}",
        emergency_relationship=story.sibling,
        emergency_phone=PHONE_OF_THE_ADULT[story.key],
        emergency_may_call=True,
    )
    team = [staff[key].user_id for key in story.team]
    at = calendar.at(0, 8)
    service.enrol(patient_id, person, contact, email=story.email, team=team, by=provider, at=at)
    checkins.start_default_plan(patient_id, story.conditions, by=provider, at=at)
    ref = _ref(patient_id, at)
    user = session.get_one(User, ref.user_id)
    user.status, user.password_hash = AccountStatus.ACTIVE, hashed
    actor = Actor(
        ref.user_id,
        Role.PATIENT,
        ref.name,
        patient_id=patient_id,
        time_zone=story.time_zone,
        language=story.language,
    )
    service.consent(patient_id, by=actor, at=at + timedelta(hours=2))
    return _ref(patient_id, at), actor


def _ref(patient_id: uuid.UUID, at: datetime) -> PatientRef:
    ref = queries.get_ref(patient_id, viewer_id=NAMESPACE, at=at)
    assert ref is not None
    return ref


def _live(case: Case) -> check_ins.Sent:
    """Write everything that happened, in order of time, and return the check-ins."""
    agenda = Agenda()
    for part in (medicines, life, screenings, infusions, decided, safety_plans, signs):
        part.plan(case, agenda)
    if case.story.is_paused:
        agenda.add(case.calendar.at(case.story.days - PAUSED_DAYS, 12), _pause, case)
    sent = check_ins.plan(case, illness.live(case.story, SEED), infusions.moments(case), agenda)
    agenda.run()
    return sent


def _pause(case: Case, *, at: datetime) -> None:
    day, reason = case.calendar.on(case.story.days - PAUSED_DAYS), "Away for work until spring, by agreement."
    checkins.end_plans(case.patient_id, by=case.provider, at=at)
    paused = PatientStatus.PAUSED
    service.change_status(case.patient_id, paused, reason=reason, effective_on=day, by=case.provider, at=at)


def _plan_ahead(story: Story, ref: PatientRef, by: Actor, calendar: Calendar) -> None:
    """Four weeks after the first infusion, the ready-made plan of the next phase takes the place of the first."""
    day = story.series_from + SERIES_PLAN_DAYS
    if day >= story.days:
        return
    askable = {one.id for one in catalogue.current().askable()}
    lines = ready_made.lines([one.value for one in story.conditions], Phase.MAINTENANCE, askable=askable)
    if story.weekly:
        lines = tuple(replace(one, triggers=EVERY_WEEK) if one.instrument == "phq-9" else one for one in lines)
    planning.apply(ref.id, lines, by=by, at=calendar.at(day, 12))


def _read(ref: PatientRef, sent: list[tuple[datetime, uuid.UUID]], by: Actor, now: datetime) -> None:
    """Let the provider read once a week, up to a few days ago."""
    weeks: dict[int, list[tuple[datetime, uuid.UUID]]] = {}
    for at, check_in_id in sent:
        if now - at > timedelta(days=STILL_UNREAD_DAYS):
            weeks.setdefault((now - at).days // 7, []).append((at, check_in_id))
    for week in weeks.values():
        read_at = min(max(at for at, _ in week) + timedelta(hours=20), now - timedelta(days=3))
        checkins.mark_reviewed(ref.id, [check_in_id for _, check_in_id in week], by=by, at=read_at)
