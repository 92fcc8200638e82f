"""What a check-in says together with those before it becomes an alert when it is sent: R5, R6, R7 and R10."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal import db
from portal.checkins import queries as checkins
from portal.checkins import service
from portal.checkins.models import CheckIn, Mode
from portal.instruments import loader
from portal.patients.models import Condition, PatientCondition
from portal.safety import queries as safety
from portal.safety.models import Alert, Concern
from portal.safety.ruleset import queries as ruleset
from portal.safety.ruleset.models import SafetyRulesVersion
from portal.treatment.models import InfusionStatus
from tests.cast import NOW, Cast, Person
from tests.checkins.sheets import DAILY, ref, sheet
from tests.factories import course, infusion, scored

TODAY = date(2026, 11, 22)
SHORT = {**DAILY, "sleep_h": 4, "energy": 8}


def spread(instrument: str, total: int) -> dict[str, int]:
    """Return answers that come to a total without a safety item among those above zero."""
    definition = loader.catalogue().get(instrument)
    answers = {code: 0 for code in definition.default_items if not definition.item(code).asked_if}
    for code in definition.primary.items:
        if not definition.item(code).is_safety:
            most = max(option.value for option in definition.item(code).options)
            answers[code] = min(most, total)
            total -= answers[code]
    assert total == 0
    return answers


def send(person: Person, instrument: str, answers: Any, *, days_ago: int = 0, extra: Any = (), **more: Any) -> Any:
    at = more.pop("at", NOW - timedelta(days=days_ago))
    on = TODAY - timedelta(days=days_ago)
    sent = service.submit(
        ref(person), instrument, sheet(answers), on=on, by=person.actor, at=at, extra_items=extra, **more
    )
    db.session.commit()
    return sent


def phq_9(person: Person, total: int, days_ago: int = 0, **more: Any) -> Any:
    return send(person, "phq-9", spread("phq-9", total), days_ago=days_ago, **more)


def found() -> list[str]:
    db.session.rollback()
    return sorted(db.session.scalars(select(Concern.rule)))


def is_bipolar(person: Person) -> None:
    db.session.add(PatientCondition(patient_id=person.own_id, condition=Condition.BIPOLAR, recorded_at=NOW))
    db.session.commit()


def strict(cast: Cast, **values: float) -> None:
    row = SafetyRulesVersion(version=1, values={name.replace("_", ".", 1): one for name, one in values.items()})
    row.changed_at, row.changed_by_id = NOW, cast.bea.user_id
    db.session.add(row)
    db.session.commit()
    ruleset.forget()


def test_a_reliably_worse_score_is_one_alert_with_the_numbers_it_rests_on(cast: Cast) -> None:
    phq_9(cast.ada, 8, days_ago=7)
    assert found() == []
    sent = phq_9(cast.ada, 14)
    assert found() == ["R5"]
    concern = db.session.scalars(select(Concern)).one()
    assert concern.submission_id == db.session.get_one(CheckIn, sent.check_in_id).submission_id
    assert (concern.instrument, concern.item, concern.value) == ("phq-9", "total", 14)
    assert (concern.details["before"], concern.details["since"], concern.details["overlaps"]) == (8, "last", True)
    assert db.session.scalars(select(Alert.severity)).one() == 1


@pytest.mark.parametrize(("before", "now", "rules"), [(8, 13, []), (14, 8, []), (8, 8, []), (8, 20, ["R5", "R6"])])
def test_only_a_change_larger_than_noise_is_heard(cast: Cast, before: int, now: int, rules: Any) -> None:
    phq_9(cast.ada, before, days_ago=7)
    phq_9(cast.ada, now)
    assert found() == rules


def test_the_best_score_of_the_course_counts_and_one_from_before_it_does_not(cast: Cast) -> None:
    treated = course(cast.ada, cast.bea)
    infusion(treated, cast.bea, NOW - timedelta(days=30), status=InfusionStatus.COMPLETED)
    phq_9(cast.ada, 2, days_ago=40)
    phq_9(cast.ada, 7, days_ago=39)
    assert found() == []
    for days, total in ((28, 8), (21, 6), (14, 10)):
        phq_9(cast.ada, total, days_ago=days)
    assert found() == []
    phq_9(cast.ada, 12)
    assert found() == ["R5"]
    assert db.session.scalars(select(Concern)).one().details["since"] == "best"


def test_a_corrected_score_is_compared_with_what_stood_before_the_first_version(cast: Cast) -> None:
    phq_9(cast.ada, 8, days_ago=7)
    sent = phq_9(cast.ada, 9)
    assert found() == []
    entry = checkins.get_entry(cast.ada.own_id, sent.check_in_id)
    assert entry is not None
    later = NOW + timedelta(hours=1)
    service.correct(ref(cast.ada), entry.check_in, sheet(spread("phq-9", 15)), by=cast.ada.actor, at=later)
    db.session.commit()
    assert found() == ["R5"]


def test_a_score_told_late_is_compared_with_those_before_its_day(cast: Cast) -> None:
    phq_9(cast.ada, 16, days_ago=1, at=NOW - timedelta(days=1))
    phq_9(cast.ada, 4, days_ago=3, at=NOW)
    assert found() == []


def test_a_severe_score_is_heard_once_while_it_stays_severe(cast: Cast) -> None:
    phq_9(cast.ada, 21, days_ago=14)
    phq_9(cast.ada, 22, days_ago=7)
    assert found() == ["R6"]
    send(cast.ada, "gad-7", spread("gad-7", 15))
    assert found() == ["R6", "R6"]


def test_the_clinics_own_threshold_is_applied_and_its_version_kept(cast: Cast) -> None:
    strict(cast, R6_phq9=15)
    phq_9(cast.ada, 16)
    assert found() == ["R6"]
    assert db.session.scalars(select(Concern.rules_version)).one() == 1


ASRM, ACTIVE = {f"q{n}": 2 for n in range(1, 6)}, {"less_sleep": 2, "high_mood": 2, "racing": 2}
STILL = {"talking": 0, "restless": 0, "risky": 0}


@pytest.mark.parametrize(
    ("instrument", "answers"), [("asrm", ASRM), ("activation", {**ACTIVE, **STILL})], ids=["asrm", "activation"]
)
def test_signs_of_activation_are_heard_for_bipolar_disorder_and_for_nobody_else(
    cast: Cast, instrument: str, answers: Any
) -> None:
    send(cast.ada, instrument, answers, days_ago=3)
    assert found() == []
    is_bipolar(cast.ada)
    send(cast.ada, instrument, answers)
    assert found() == ["R7"]
    assert db.session.scalars(select(Alert.severity)).one() == 2


def test_two_short_lively_nights_are_heard_in_whatever_order_they_are_told(cast: Cast) -> None:
    is_bipolar(cast.ada)
    send(cast.ada, "daily", SHORT)
    assert found() == []
    send(cast.ada, "daily", SHORT, days_ago=2, at=NOW)
    assert found() == []
    send(cast.ada, "daily", SHORT, days_ago=1, at=NOW)
    assert found() == ["R7"]


def test_two_nights_of_less_need_are_heard_from_the_daily_one_and_the_activation_check(cast: Cast) -> None:
    is_bipolar(cast.ada)
    send(cast.ada, "daily", {**DAILY, "sleep_need": 1}, days_ago=1, extra=["sleep_need"])
    assert found() == []
    less = {"less_sleep": 2, "high_mood": 0, "racing": 0}
    send(cast.ada, "activation", {**less, **STILL})
    assert found() == ["R7"]


def test_a_night_that_was_corrected_away_does_not_count(cast: Cast) -> None:
    is_bipolar(cast.ada)
    first = send(cast.ada, "daily", SHORT, days_ago=1)
    entry = checkins.get_entry(cast.ada.own_id, first.check_in_id)
    assert entry is not None
    service.correct(ref(cast.ada), entry.check_in, sheet(DAILY), by=cast.ada.actor, at=NOW)
    db.session.commit()
    send(cast.ada, "daily", SHORT)
    assert found() == []


MISUSE = {"craving": 2, "outside_plan": 1, "more_than_prescribed": 0, "other_use": 1}


def test_a_positive_check_of_use_is_to_be_taken_on_before_the_next_infusion(cast: Cast) -> None:
    send(cast.ada, "misuse", {**MISUSE, "outside_plan": 0}, days_ago=1)
    assert found() == []
    soon = NOW + timedelta(hours=20)
    infusion(course(cast.ada, cast.bea), cast.bea, soon, status=InfusionStatus.PLANNED)
    send(cast.ada, "misuse", MISUSE)
    assert found() == ["R10"]
    assert db.session.scalars(select(Alert.due_at)).one() == soon


def test_the_nida_question_is_a_check_of_use_too(cast: Cast) -> None:
    send(cast.ada, "nida-1", {"times": 0}, days_ago=1)
    assert found() == []
    send(cast.ada, "nida-1", {"times": 2})
    assert found() == ["R10"]


def test_what_staff_type_in_is_heard_as_well(cast: Cast) -> None:
    phq_9(cast.ada, 8, days_ago=7)
    answers = sheet(spread("phq-9", 15))
    service.submit(ref(cast.ada), "phq-9", answers, by=cast.nia.actor, at=NOW, mode=Mode.PHONE)
    db.session.commit()
    assert found() == ["R5"]


def test_the_same_check_in_sent_twice_is_heard_once(cast: Cast) -> None:
    phq_9(cast.ada, 8, days_ago=7)
    filled = sheet(spread("phq-9", 15))
    for _ in range(2):
        service.submit(ref(cast.ada), "phq-9", filled, by=cast.ada.actor, at=NOW)
        db.session.commit()
    assert found() == ["R5"]


def test_what_the_patient_reads_afterwards_says_that_the_team_knows(cast: Cast, browser: Callable[..., Any]) -> None:
    phq_9(cast.ada, 8, days_ago=7)
    sent = phq_9(cast.ada, 15)
    row = db.session.get_one(CheckIn, sent.check_in_id)
    assert safety.help_after(cast.ada.own_id, row.submission_id) == "told"
    page = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/check-ins/{sent.check_in_id}")
    assert "let your care team know" in page.text
    assert "R5" not in page.text


def test_a_daily_check_in_reads_nothing_further_and_a_scale_one_thing(
    cast: Cast, queries_of: Callable[[Callable[[], Any]], int]
) -> None:
    is_bipolar(cast.ada)
    send(cast.ada, "daily", DAILY, days_ago=6)  # what is remembered for a while is read now
    scored(cast.ada, "phq-9", 8, TODAY - timedelta(days=7))
    plain = queries_of(lambda: send(cast.ada, "peg", {"p": 2, "e": 2, "g": 2}))
    daily = queries_of(lambda: send(cast.ada, "daily", DAILY))
    short = queries_of(lambda: send(cast.ada, "daily", SHORT, days_ago=3))
    assert plain == daily + 1
    assert short == daily + 2  # whether bipolar disorder is on record, and the nights around it
