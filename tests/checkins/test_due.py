"""What is due, read from the database: for one patient, for many, and as infusions are planned, moved and given."""

import random
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal import db
from portal.access.policy import PatientStatus
from portal.accounts.models import User
from portal.checkins import due
from portal.checkins.models import CheckIn, PlanItem
from portal.checkins.plan import Standing, Trigger
from portal.checkins.rhythm import Anchor, to_json
from portal.patients.models import Patient
from portal.review.models import CaseloadRow
from portal.treatment import entry as entries
from portal.treatment import service as treatment
from portal.treatment.models import Course, Infusion, InfusionKind, InfusionStatus, Route, Site
from tests.cast import NOW, Cast, Person
from tests.checkins.rhythms import AFTER_EACH, DAILY_FOR_7_THEN_WEEKLY, WEEKLY_AND_THE_MORNING_OF_EACH, WITHIN_72_HOURS
from tests.checkins.sheets import ref
from tests.factories import check_in, course, infusion, patient_row, plan_item, scored

TODAY = date(2026, 11, 22)
"""The patient's today: ten in the morning in New York."""
PLANNED: dict[str, Any] = {"status": InfusionStatus.PLANNED, "started_at": None}


def standing(person: Person, at: Any = NOW) -> dict[str, tuple[str, int]]:
    """Return how each instrument stands, and how many days from today on."""
    db.session.rollback()
    found = due.due_of(ref(person), at)
    return {one.line.instrument: (one.standing.value, (one.on - TODAY).days) for one in found}


def planned(cast: Cast, days: float) -> Infusion:
    return infusion(course(cast.ada, cast.bea), cast.bea, NOW + timedelta(days=days), **PLANNED)


def changed(cast: Cast, row: Infusion, **values: Any) -> None:
    entry = replace(entries.of_row(row), **values)
    treatment.change_infusion(
        cast.ada.own_id, row.id, entry, revision=row.revision, reason="as asked", by=cast.bea.actor, at=NOW
    )
    db.session.commit()


def test_moving_or_cancelling_an_infusion_moves_what_hangs_on_it_and_nothing_else(cast: Cast) -> None:
    plan_item(cast.ada, "phq-9", triggers=WITHIN_72_HOURS)
    plan_item(cast.ada, "gad-7", 14, starts_on=TODAY - timedelta(days=10))
    calendar = {"gad-7": ("missed", -10)}
    assert standing(cast.ada) == calendar
    row = planned(cast, 2)
    assert standing(cast.ada) == calendar | {"phq-9": ("due", -1)}
    changed(cast, row, planned_at=NOW + timedelta(days=9))
    assert standing(cast.ada) == calendar | {"phq-9": ("upcoming", 6)}
    changed(cast, row, status=InfusionStatus.CANCELLED)
    assert standing(cast.ada) == calendar


def test_what_follows_an_infusion_begins_once_it_was_given(cast: Cast) -> None:
    plan_item(cast.ada, "side-effects", triggers=AFTER_EACH)
    row = planned(cast, -0.25)
    assert standing(cast.ada) == {}
    stopped = {"status": InfusionStatus.STOPPED_EARLY, "outcome_note": "Nausea"}
    changed(cast, row, **stopped, started_at=NOW - timedelta(hours=3))
    assert standing(cast.ada) == {"side-effects": ("due", 0)}
    changed(cast, row, started_at=NOW - timedelta(days=1, hours=3))
    assert standing(cast.ada) == {"side-effects": ("due", 0)}
    changed(cast, row, started_at=NOW - timedelta(days=2, hours=3))
    assert standing(cast.ada) == {"side-effects": ("overdue", -1)}


def test_a_rhythm_goes_on_after_the_last_infusion_however_long_ago_it_was(cast: Cast) -> None:
    plan_item(cast.ada, "activation", triggers=DAILY_FOR_7_THEN_WEEKLY, starts_on=date(2020, 1, 1))
    long_ago = course(cast.ada, cast.bea)
    for number, days in enumerate((1430, 1400), start=1):  # exactly 200 weeks ago the last one
        infusion(long_ago, cast.bea, NOW - timedelta(days=days), number)
    assert standing(cast.ada) == {"activation": ("due", 0)}
    assert standing(cast.ada, NOW + timedelta(days=1)) == {"activation": ("overdue", 0)}


def test_an_infusion_that_nobody_had_planned_is_followed_but_was_not_led_up_to(cast: Cast) -> None:
    plan_item(cast.ada, "phq-9", triggers=WITHIN_72_HOURS)
    plan_item(cast.ada, "side-effects", triggers=AFTER_EACH)
    infusion(course(cast.ada, cast.bea), cast.bea, NOW - timedelta(hours=3), planned_at=None)
    assert standing(cast.ada) == {"side-effects": ("due", 0)}


def test_a_check_in_for_tomorrow_does_not_count(cast: Cast) -> None:
    plan_item(cast.ada)
    scored(cast.ada, "daily", 1, TODAY + timedelta(days=1), NOW)
    assert standing(cast.ada) == {"daily": ("due", 0)}
    check_in(cast.ada)
    assert standing(cast.ada) == {"daily": ("done", 1)}


@pytest.mark.parametrize("status", [one for one in PatientStatus if one is not PatientStatus.ACTIVE])
def test_nothing_is_due_out_of_care(cast: Cast, status: PatientStatus) -> None:
    plan_item(cast.ada, "phq-9", 14, starts_on=TODAY - timedelta(days=2))
    db.session.get_one(Patient, cast.ada.own_id).status = status
    db.session.commit()
    assert standing(cast.ada) == {}
    assert due.count_late([ref(cast.ada)], NOW) == {cast.ada.own_id: 0}


def test_the_page_of_today_costs_the_same_after_ten_years(
    app: Flask, cast: Cast, queries_of: Callable[..., int]
) -> None:
    ada = ref(cast.ada)
    plan_item(cast.ada)
    plan_item(cast.ada, "side-effects", triggers=AFTER_EACH)
    few = queries_of(lambda: due.get_today(ada, at=NOW, past_days=7))
    long_ago = course(cast.ada, cast.bea)
    for number in range(1, 40):
        infusion(long_ago, cast.bea, NOW - timedelta(days=18 * number), number)
        check_in(cast.ada, TODAY - timedelta(days=number), NOW - timedelta(days=number))
    many = queries_of(lambda: due.get_today(ada, at=NOW, past_days=7))
    plan_and_last, infusions, done, begun = 1, 1, 1, 1
    assert few == many == plan_and_last + infusions + done + begun


ZONES = ("America/New_York", "Pacific/Auckland", "Asia/Kathmandu", "America/Los_Angeles", "Europe/London")
RHYTHMS: Any = (
    (Trigger(Anchor.START, every_days=1),),
    (Trigger(Anchor.START, every_days=7),),
    (Trigger(Anchor.ENROLMENT, every_days=14),),
    AFTER_EACH,
    DAILY_FOR_7_THEN_WEEKLY,
    WEEKLY_AND_THE_MORNING_OF_EACH,
    WITHIN_72_HOURS,
)


def crowd(cast: Cast, count: int) -> list[Any]:
    """Write patients with all kinds of plans, infusions and check-ins; return them as the worker reads them."""
    chance = random.Random(7)
    like = db.session.get_one(CaseloadRow, cast.ada.own_id)
    ids = [patient_row(f"Zoe{number}", cast.bea, 5, like=like) for number in range(count)]
    for patient_id in ids:
        patient = db.session.get_one(Patient, patient_id)
        db.session.get_one(User, patient.user_id).time_zone = chance.choice(ZONES)
        patient.enrolled_at = NOW - timedelta(days=chance.randrange(200))
        patient.status = chance.choice([*[PatientStatus.ACTIVE] * 5, PatientStatus.PAUSED])
        for name in chance.sample(("daily", "phq-9", "gad-7", "side-effects", "activation"), chance.randrange(5)):
            _plan(patient_id, name, chance)
        _infusions(patient_id, cast.bea, chance)
    db.session.commit()
    read = select(Patient.id, User.time_zone, Patient.enrolled_at, Patient.status)
    return list(db.session.execute(read.join(User, User.id == Patient.user_id).where(Patient.id.in_(ids))))


def _plan(patient_id: uuid.UUID, name: str, chance: random.Random) -> None:
    triggers = chance.choice(RHYTHMS)
    starts_on = TODAY - timedelta(days=chance.randrange(-3, 60))
    row = PlanItem(patient_id=patient_id, instrument=name, triggers=to_json(triggers), starts_on=starts_on)
    row.min_gap_days, row.extra_items, row.created_at = (
        chance.choice((0, 0, 3)) if triggers[0].every_days != 1 else 0,
        [],
        NOW,
    )
    row.ends_on = chance.choice((None, None, None, TODAY + timedelta(days=chance.randrange(-20, 20))))
    db.session.add(row)
    for _ in range(chance.randrange(3)):
        at = NOW - timedelta(days=chance.randrange(20), hours=chance.randrange(24))
        db.session.add(
            CheckIn(
                submission_id=uuid.uuid4(),
                patient_id=patient_id,
                instrument=name,
                version=1,
                language="en",
                asked=[],
                answers={},
                for_on=at.date() - timedelta(days=chance.randrange(2)),
                time_zone="UTC",
                started_at=at,
                received_at=at,
                answers_hash="",
            )
        )


def _infusions(patient_id: uuid.UUID, by: Person, chance: random.Random) -> None:
    row = Course(patient_id=patient_id, indication="ptsd", series_planned=6, started_on=TODAY - timedelta(days=900))
    row.created_at, row.created_by_id = NOW, by.user_id
    db.session.add(row)
    db.session.flush()
    for number in range(1, chance.randrange(1, 9)):
        at = NOW + timedelta(
            days=chance.choice((-700, -90, -30, -8, -6, -5, -3, -2, -1, 0, 1, 2, 3, 20)), minutes=number
        )
        given = at < NOW and chance.random() < 0.9
        happened = (
            InfusionStatus.COMPLETED if given else chance.choice((InfusionStatus.PLANNED, InfusionStatus.CANCELLED))
        )
        values = {"planned_at": at, "started_at": at if given else None, "happens_at": at, "status": happened}
        who = {"course_id": row.id, "patient_id": patient_id, "number": number, "submission_id": uuid.uuid4()}
        kind = {"kind": InfusionKind.BOOSTER, "route": Route.INTRAVENOUS, "site": Site.HOME}
        db.session.add(Infusion(**values, **who, **kind, recorded_at=NOW, recorded_by_id=by.user_id))


def test_a_clinic_counts_what_each_patient_alone_is_told(
    app: Flask, cast: Cast, queries_of: Callable[..., int]
) -> None:
    everybody = crowd(cast, 60)
    alone = {one.id: sum(each.is_late for each in due.due_of(one, NOW)) for one in everybody}
    assert due.count_late(everybody, NOW) == alone
    assert len(set(alone.values())) > 2
    together = {one.id: due.due_of(one, NOW) for one in everybody}
    stood = {each.standing for found in together.values() for each in found}
    assert stood == set(Standing)
    days, infusions = 2, 1
    assert queries_of(lambda: due.count_late(everybody, NOW)) == days + infusions
