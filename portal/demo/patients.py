"""Writing one patient's year: enrolment, the series and its boosters, check-ins, and what the team did with them."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.access.policy import Actor, PatientStatus, Role
from portal.accounts.models import AccountStatus, User
from portal.checkins import service as checkins
from portal.checkins.service import Sheet
from portal.db import session
from portal.demo import course_of_illness as illness
from portal.demo.calendar import Calendar
from portal.demo.course_of_illness import Day
from portal.demo.people import SERIES, Story
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
NAMESPACE = uuid.UUID("0d1c7b1e-5c1f-4f0f-9a55-1b2f6a9f6d10")
STILL_UNREAD_DAYS = 4
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
    course_id, infusion_ids = _treat(story, ref, staff, calendar)
    days = illness.live(story, SEED)
    sent = _check_in(story, ref, actor, days, calendar)
    _read(ref, sent, staff[story.team[0]], now)
    _answer_alerts(ref, staff[story.team[0]], now)
    if story.is_paused:
        at = calendar.at(story.days - 60, 12)
        provider = staff[story.team[0]]
        checkins.end_plans(ref.id, by=provider, at=at)
        reason, day = "Away for work until spring, by agreement.", calendar.on(story.days - 60)
        service.change_status(ref.id, PatientStatus.PAUSED, reason=reason, effective_on=day, by=provider, at=at)
    return Written(ref, actor, calendar, course_id, infusion_ids)


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


def _treat(
    story: Story, ref: PatientRef, staff: Mapping[str, Actor], calendar: Calendar
) -> tuple[uuid.UUID, tuple[uuid.UUID, ...]]:
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
    done = [
        _record(story, ref, course.id, number, calendar.at(day, 10), day == story.stopped_early, nurse)
        for number, day in enumerate(given, start=1)
    ]
    for offset, ahead in enumerate(story.planned, start=len(given) + 1):
        entry = _entry(story, offset, InfusionStatus.PLANNED, calendar.at(story.days + ahead, 10))
        submission = uuid.uuid5(NAMESPACE, f"{story.key}:planned:{offset}")
        at = calendar.at(story.days - 1, 12)
        treatment.plan_infusion(ref.id, course.id, entry, submission_id=submission, by=provider, at=at)
    return course.id, tuple(done)


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


def _scale_days(story: Story) -> dict[int, int]:
    """Return the days on which the long scales are answered, with the answer to the ninth item of the PHQ-9."""
    weekly = range(0, min(story.days, story.series_from + 28), 7)
    later = range(story.series_from + 35, story.days, story.scale_every)
    before_boosters = [day - 1 for day in story.boosters]
    days = dict.fromkeys([*weekly, *later, *before_boosters, story.days - 3], 0)
    days |= {story.days - before: answer for before, answer in story.thoughts}
    gap = story.gap or (-1, 0)
    return {
        day: days[day] for day in sorted(days) if not gap[1] <= story.days - day <= gap[0] and 0 <= day < story.days
    }


def _check_in(
    story: Story, ref: PatientRef, actor: Actor, days: list[Day], calendar: Calendar
) -> list[tuple[datetime, uuid.UUID]]:
    scale_days, sent = _scale_days(story), []
    for day in days[:-1]:
        if day.answers is not None:
            at = calendar.at(day.number, 19, 10 + day.number % 40)
            sent.append((at, _send(ref, actor, "daily", day.answers, at, story.extra_items)))
        if day.number in scale_days:
            at = calendar.at(day.number, 20, 5)
            seed = f"{story.key}:{day.number}"
            phq9 = illness.phq9(days, day.number, seed=seed, last_item=scale_days[day.number])
            sent.append((at, _send(ref, actor, "phq-9", phq9, at)))
            gad7 = illness.gad7(days, day.number, seed=seed)
            sent.append((at, _send(ref, actor, "gad-7", gad7, at + timedelta(minutes=2))))
    return sent


def _send(
    ref: PatientRef,
    actor: Actor,
    instrument: str,
    answers: Mapping[str, float],
    at: datetime,
    extra_items: tuple[str, ...] = (),
) -> uuid.UUID:
    submission = uuid.uuid5(NAMESPACE, f"{ref.id}:{instrument}:{at.isoformat()}")
    sheet = Sheet(submission, answers, started_at=at - timedelta(seconds=40))
    return checkins.submit(ref, instrument, sheet, by=actor, at=at, extra_items=extra_items).check_in_id


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
