"""Whoever reads a score is told of silence: pure, and as the pages read it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from portal import db
from portal.access.policy import PatientStatus
from portal.checkins import silence_queries
from portal.checkins.unheard import Unheard, unheard
from portal.patients.models import Patient
from portal.safety.silence.models import Silence
from tests.cast import NOW, ZONE, Cast, Person
from tests.checkins.sheets import ref
from tests.factories import check_in, plan_item, scored

DAY = timedelta(days=1)
TODAY = date(2026, 11, 22)
DAILY = {"instrument": "daily", "since": "2026-11-19", "askings": 3}
PHQ_9 = {"instrument": "phq-9", "since": "2026-11-08", "askings": 2}


@pytest.mark.parametrize(
    ("days", "missed", "long", "expected"),
    [
        (0, [], False, None),
        (6, [], False, None),
        (7, [], True, Unheard(7)),
        (4, [DAILY], False, Unheard(4)),
        (0, [DAILY], False, None),
        (1, [PHQ_9], False, Unheard(14, of_scale=True)),
        (1, [DAILY, PHQ_9], False, Unheard(1)),
        (1, [{**PHQ_9, "instrument": "gad-7"}], False, None),
    ],
    ids=["today", "no spell", "long", "a spell", "just heard", "of this scale", "of both", "of another scale"],
)
def test_who_is_silent(days: int, missed: Any, long: bool, expected: Unheard | None) -> None:
    found = unheard(NOW - days * DAY, missed, "phq-9", NOW, ZoneInfo(ZONE), silent_for_long=long)
    assert found == expected


def test_days_are_the_patients_own() -> None:
    late_in_the_evening, after_midnight = datetime(2026, 11, 20, 4, 30, tzinfo=NOW.tzinfo), NOW.replace(hour=5)
    found = unheard(late_in_the_evening, [DAILY], "phq-9", after_midnight, ZoneInfo(ZONE), silent_for_long=False)
    assert found == Unheard(3)


def silent_since(person: Person) -> Unheard | None:
    db.session.rollback()
    return silence_queries.get_unheard(ref(person), "phq-9", at=NOW, silent_days=7)


@pytest.mark.parametrize(("days", "expected"), [(6, None), (7, Unheard(7)), (30, Unheard(30))])
def test_without_a_worker_the_clinics_days_count_for_whoever_owes_something(
    cast: Cast, days: int, expected: Unheard | None
) -> None:
    plan_item(cast.ada)
    check_in(cast.ada, TODAY - days * DAY, NOW - days * DAY)
    assert silent_since(cast.ada) == expected


def test_whoever_owes_nothing_is_not_silent(cast: Cast) -> None:
    plan_item(cast.ada, "phq-9", 14, starts_on=TODAY - 10 * DAY)
    scored(cast.ada, "phq-9", 3, TODAY - 10 * DAY)
    assert silent_since(cast.ada) is None


def test_a_spell_is_silence_at_once(cast: Cast) -> None:
    check_in(cast.ada, TODAY - 2 * DAY, NOW - 2 * DAY)
    db.session.add(Silence(patient_id=cast.ada.own_id, missed={"missed": [DAILY]}, began_at=NOW - DAY))
    db.session.commit()
    assert silent_since(cast.ada) == Unheard(2)
    spell = db.session.query(Silence).one()
    spell.ended_at = NOW
    db.session.commit()
    assert silent_since(cast.ada) is None


@pytest.mark.parametrize("status", [one for one in PatientStatus if one is not PatientStatus.ACTIVE])
def test_nobody_out_of_care_is_called_silent(cast: Cast, status: PatientStatus) -> None:
    plan_item(cast.ada)
    check_in(cast.ada, TODAY - 9 * DAY, NOW - 9 * DAY)
    db.session.get_one(Patient, cast.ada.own_id).status = status
    db.session.commit()
    assert silent_since(cast.ada) is None


def test_reading_it_costs_one_statement_of_whoever_was_heard_lately(cast: Cast, queries_of: Callable[..., int]) -> None:
    check_in(cast.ada)
    patient = ref(cast.ada)
    read = queries_of(lambda: silence_queries.get_unheard(patient, "phq-9", at=NOW, silent_days=7))
    assert read == 1
