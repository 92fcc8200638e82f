"""What people do about alerts besides taking them on, what patients do to them, and who is let in and told."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal import db
from portal.access.policy import Relation
from portal.accounts.models import AccountStatus, User
from portal.audit.models import AuditEvent
from portal.checkins import queries as checkin_queries
from portal.checkins import service as checkins
from portal.checkins.models import Mode
from portal.patients import queries as patients
from portal.patients.models import Patient
from portal.safety import queries, service
from portal.safety.chronic.models import PersonalBaseline
from portal.safety.models import AlertState, Closing, Concern, Contact
from portal.safety.over_time import Sign
from portal.safety.service import ChangedMeanwhile, NotToThem
from tests.cast import NOW, Cast, Person
from tests.checkins.sheets import DAILY, PHQ_9, count, only, ref, sheet
from tests.factories import plan_item
from tests.safety.escalation.stage import (
    MONDAY,
    NO,
    NOT_SURE,
    alerts,
    answer,
    audited,
    called_in,
    everyone,
    hows,
    on_call,
    provider,
    reload,
    step,
    told,
)

MINUTE, A_DAY = timedelta(minutes=1), timedelta(days=1)


def do(verb: Any, alert: Any, *details: Any, by: Person, at: Any) -> None:
    db.session.rollback()
    verb(alert.patient_id, alert.id, *details, stamp=queries.stamp_of(alert.id), by=by.actor, at=at)
    db.session.commit()


def closed(cast: Cast, *, at: Any = MONDAY) -> Any:
    alert = answer(cast.ada, at=at)
    step(at + timedelta(minutes=15))
    do(service.acknowledge, alert, by=cast.cal, at=at + 20 * MINUTE)
    do(service.close, alert, Closing.SAFE, "Spoke.", by=cast.cal, at=at + 30 * MINUTE)
    return alert


def relation(person: Person, patient: Person, at: Any) -> Relation:
    db.session.rollback()
    found = patients.get_ref(patient.own_id, viewer_id=person.user_id, at=at)
    assert found is not None
    return found.relation


def test_whoever_was_called_in_may_stay_for_a_day_after_it_is_closed(cast: Cast) -> None:
    closed(cast)
    ended = MONDAY + 30 * MINUTE
    assert called_in() == {cast.cal.user_id: ("escalated", ended + A_DAY)}
    assert relation(cast.cal, cast.ada, ended + A_DAY - MINUTE) is Relation.CALLED
    assert relation(cast.cal, cast.ada, ended + A_DAY) is Relation.STRANGER


def test_opened_again_it_is_told_and_runs_as_if_it_were_new(cast: Cast) -> None:
    alert, again = closed(cast), MONDAY + timedelta(hours=3)
    do(service.reopen, alert, "She called back.", by=cast.bea, at=again)
    alert = reload(alert)
    assert (alert.state, alert.ring, alert.due_at, alert.escalate_at) == (
        *(AlertState.OPEN, 0),
        *(again + 15 * MINUTE, again + 15 * MINUTE),
    )
    assert told(again) == everyone(cast.bea, cast.nia)
    assert called_in() == {cast.cal.user_id: ("escalated", None)}
    last = queries.list_steps(alert.id)[-1]
    assert (last.before, last.after, last.reason) == (AlertState.CLOSED, AlertState.OPEN, "She called back.")
    assert hows(alert)[-1] == "reopened"
    assert audited()[-1] == "alert:reopened"
    assert step(again + 15 * MINUTE)


def test_what_is_open_cannot_be_opened_again(cast: Cast) -> None:
    with pytest.raises(ChangedMeanwhile):
        do(service.reopen, answer(cast.ada), "", by=cast.bea, at=NOW)


def test_who_took_it_on_by_mistake_gives_it_back(cast: Cast) -> None:
    alert = answer(cast.ada, at=MONDAY)
    do(service.acknowledge, alert, by=cast.bea, at=MONDAY + MINUTE)
    do(service.reopen, alert, "I am off sick.", by=cast.bea, at=MONDAY + 2 * MINUTE)
    assert reload(alert).escalate_at == MONDAY + 17 * MINUTE


@pytest.mark.parametrize("taken_on", [True, False])
def test_passed_on_it_is_told_to_that_person_who_may_see_the_chart(cast: Cast, taken_on: bool) -> None:
    alert = answer(cast.ada, at=MONDAY)
    if taken_on:
        do(service.acknowledge, alert, by=cast.bea, at=MONDAY + MINUTE)
    do(service.assign, alert, cast.cal.user_id, by=cast.bea, at=MONDAY + 2 * MINUTE)
    alert = reload(alert)
    assert (alert.assigned_to_id, alert.state) == (cast.cal.user_id, "acknowledged" if taken_on else "open")
    assert (alert.escalate_at is None) is taken_on, "being asked is not having said yes"
    assert told(MONDAY + 2 * MINUTE) == everyone(cast.cal)
    assert called_in() == {cast.cal.user_id: ("assigned", None)}
    assert relation(cast.cal, cast.ada, MONDAY + 3 * MINUTE) is Relation.CALLED
    assert audited()[-2:] == ["alert:called-in", "alert:assigned"]
    (last,) = [one for one in queries.list_steps(alert.id) if one.whom]
    assert (last.by, last.whom) == ("Bea Lindqvist", "Cal Moreno")


def test_passed_to_one_of_the_team_nobody_is_called_in(cast: Cast) -> None:
    alert = answer(cast.ada, at=MONDAY)
    do(service.assign, alert, cast.nia.user_id, by=cast.bea, at=MONDAY + MINUTE)
    assert called_in() == {}
    assert told(MONDAY + MINUTE) == everyone(cast.nia)


def test_it_is_passed_neither_to_an_administrator_nor_a_patient_nor_who_cannot_sign_in(cast: Cast) -> None:
    alert = answer(cast.ada, at=MONDAY)
    gone = provider("gil", status=AccountStatus.DEACTIVATED)
    db.session.get_one(User, cast.nia.user_id).status = AccountStatus.DEACTIVATED
    db.session.commit()
    for whom in (cast.eve.user_id, cast.dot.user_id, gone, cast.nia.user_id, uuid.uuid4()):
        with pytest.raises(NotToThem):
            do(service.assign, alert, whom, by=cast.bea, at=MONDAY)
        db.session.rollback()
    assert reload(alert).assigned_to_id is None
    assert called_in() == {}


def test_whom_it_was_passed_to_hears_of_a_later_answer_too(cast: Cast) -> None:
    alert = answer(cast.ada, at=MONDAY)
    do(service.assign, alert, cast.cal.user_id, by=cast.bea, at=MONDAY + MINUTE)
    do(service.acknowledge, alert, by=cast.cal, at=MONDAY + 2 * MINUTE)
    answer(cast.ada, at=MONDAY + timedelta(hours=1))
    assert told(MONDAY + timedelta(hours=1)) == everyone(cast.bea, cast.nia, cast.cal)


def test_a_step_that_nobody_took_leaves_what_somebody_has_read_as_it_was(cast: Cast) -> None:
    alert = answer(cast.ada, at=MONDAY)
    stamp = queries.stamp_of(alert.id)
    step(MONDAY + 15 * MINUTE)
    service.delivery_failed(alert.id, MONDAY + 15 * MINUTE)
    service.card_read(alert.patient_id, by=cast.ada.actor, at=MONDAY + 16 * MINUTE)
    service.acknowledge(alert.patient_id, alert.id, stamp=stamp, by=cast.bea.actor, at=MONDAY + 17 * MINUTE)
    db.session.commit()
    assert sorted(hows(alert)) == ["", "", "card-read", "escalated", "not-delivered"]
    assert reload(alert).state == "acknowledged"


# What the patient does


def card_since(person: Person) -> Any:
    db.session.rollback()
    return db.session.scalar(select(Patient.card_since).where(Patient.id == person.own_id))


def test_the_card_waits_from_the_moment_of_the_answer_until_it_is_read(cast: Cast) -> None:
    alert = answer(cast.ada)
    assert card_since(cast.ada) == NOW
    answer(cast.ada, at=NOW + MINUTE)
    assert card_since(cast.ada) == NOW, "since the first"
    service.card_read(cast.ada.own_id, by=cast.ada.actor, at=NOW + 2 * MINUTE)
    db.session.commit()
    assert card_since(cast.ada) is None
    assert hows(alert)[-1] == "card-read"
    assert audited("crisis-card:") == ["crisis-card:read"]
    assert (reload(alert).state, reload(alert).escalate_at) == ("open", NOW + 15 * MINUTE), "reading is not being safe"


def test_what_was_read_once_does_not_wait_again_for_the_same_answer(cast: Cast) -> None:
    line, key = checkin_queries.to_line(plan_item(cast.ada, "daily", 1)), uuid.uuid4()
    given = sheet({"safe": NO}, submission_id=key)
    checkins.save_draft(ref(cast.ada), line, given, on=NOW.date(), by=cast.ada.actor, at=NOW)
    db.session.commit()
    assert card_since(cast.ada) == NOW, "before anything was sent"
    service.card_read(cast.ada.own_id, by=cast.ada.actor, at=NOW + MINUTE)
    db.session.commit()
    answer(cast.ada, at=NOW + 2 * MINUTE, submission_id=key)
    assert card_since(cast.ada) is None
    answer(cast.ada, at=NOW + 3 * MINUTE)
    assert card_since(cast.ada) == NOW + 3 * MINUTE, "another answer is another card"


@pytest.mark.parametrize(("value", "instrument"), [(NOT_SURE, "daily"), (None, "daily"), (3, "phq-9")])
def test_what_is_less_urgent_makes_nobody_stop(cast: Cast, value: Any, instrument: str) -> None:
    answer(cast.ada, value, instrument=instrument)
    assert card_since(cast.ada) is None


def test_what_was_said_on_the_telephone_leaves_no_card_on_the_patients_pages(cast: Cast) -> None:
    said = sheet({**DAILY, "safe": NO})
    checkins.submit(ref(cast.ada), "daily", said, by=cast.bea.actor, at=NOW, mode=Mode.PHONE)
    db.session.commit()
    assert [one.rule for one in alerts()] == ["R1"]
    assert card_since(cast.ada) is None


def test_a_card_that_does_not_wait_is_not_read(cast: Cast) -> None:
    service.card_read(cast.ada.own_id, by=cast.ada.actor, at=NOW)
    db.session.commit()
    assert count(AuditEvent) == 0


# What is found in scores, in time and in silence


def note(cast: Cast, code: str, *, at: Any = MONDAY, about: Any = None, **more: Any) -> Any:
    service.hold(cast.ada.own_id)
    details = {"missed": 3}
    found = service.note(
        cast.ada.own_id,
        [Sign(code, "phq-9", "total", 21, details)],
        submission_id=about or uuid.uuid4(),
        on=date(2026, 11, 23),
        at=at,
        **more,
    )
    db.session.commit()
    return found


def test_what_is_found_over_time_is_a_concern_with_the_numbers_it_rests_on(cast: Cast) -> None:
    (alert_id,) = note(cast, "R6")
    alert, concern = alerts()[0], only(Concern)
    assert (alert.id, alert.rule, alert.severity) == (alert_id, "R6", 1)
    assert alert.due_at is not None
    assert alert.escalate_at == alert.due_at
    assert (concern.details, concern.value, concern.instrument, concern.item) == ({"missed": 3}, 21, "phq-9", "total")
    assert told(MONDAY) == everyone(cast.bea, cast.nia)


def test_the_same_sign_of_the_same_submission_is_written_once_and_another_joins_it(cast: Cast) -> None:
    about = uuid.uuid4()
    first, second = note(cast, "R6", about=about), note(cast, "R6", about=about)
    third = note(cast, "R6")
    assert first == second == third
    assert (count(Concern), len(alerts()), len(told(MONDAY))) == (2, 1, 2)


def test_a_visit_before_the_day_it_is_due_makes_it_due_by_then(cast: Cast) -> None:
    visit = MONDAY + timedelta(hours=2)
    note(cast, "R10", before=visit)
    assert alerts()[0].due_at == visit


def test_who_is_heard_again_closes_what_waited_because_of_the_silence_unless_somebody_is_on_it(cast: Cast) -> None:
    note(cast, "R11")
    answer(cast.ada, NOT_SURE, at=MONDAY)
    service.heard_again(cast.ada.own_id, at=MONDAY + MINUTE)
    db.session.commit()
    silent, unsure = sorted(alerts(), key=lambda one: len(one.rule), reverse=True)
    assert (silent.rule, silent.state, hows(silent)[-1]) == ("R11", "closed", "heard-again")
    assert unsure.state == "open"
    note(cast, "R11", at=MONDAY + 2 * MINUTE)
    taken = next(one for one in alerts() if one.rule == "R11" and one.state == "open")
    do(service.record_contact, taken, Contact.NO_ANSWER, "", by=cast.nia, at=MONDAY + 3 * MINUTE)
    service.heard_again(cast.ada.own_id, at=MONDAY + 4 * MINUTE)
    db.session.commit()
    assert reload(taken).state == "acted-on"


# What a clinician knows of


def baseline(cast: Cast, instrument: str = "daily", item: str = "safe", value: float = NOT_SURE) -> None:
    row = PersonalBaseline(
        submission_id=uuid.uuid4(),
        patient_id=cast.ada.own_id,
        instrument=instrument,
        item=item,
        value=value,
        reason="Known for years.",
        set_at=NOW,
        set_by_id=cast.bea.user_id,
        expires_at=NOW + timedelta(days=30),
    )
    db.session.add(row)
    db.session.commit()


def test_an_unchanged_answer_waits_on_the_worklist_with_its_concern_and_nobody_is_told(cast: Cast) -> None:
    baseline(cast)
    on_call(cast.cal, NOW, NOW + timedelta(days=2))
    alert = answer(cast.ada, NOT_SURE, at=MONDAY)
    assert (alert.rule, alert.on_worklist, alert.severity) == ("R2", True, 1)
    assert (alert.due_at, alert.escalate_at) == (None, None)
    assert (only(Concern).alert_id, told(NOW), called_in()) == (alert.id, [], {})
    assert not step(MONDAY + timedelta(days=30))
    answer(cast.ada, NOT_SURE, at=MONDAY + MINUTE)
    assert (count(Concern), len(alerts())) == (2, 1)


def test_a_rise_ignores_the_baseline_and_what_waits_on_the_worklist_does_not_hide_it(cast: Cast) -> None:
    baseline(cast)
    answer(cast.ada, NOT_SURE, at=MONDAY)
    answer(cast.ada, NO, at=MONDAY + MINUTE)
    worse = [(one.rule, one.on_worklist) for one in alerts()]
    assert worse == [("R2", True), ("R1", False)]
    assert told(MONDAY + MINUTE) == everyone(cast.bea, cast.nia)


def test_another_question_that_nobody_knows_of_is_told_beside_the_worklist(cast: Cast) -> None:
    baseline(cast)
    answer(cast.ada, NOT_SURE, at=MONDAY)
    checkins.submit(ref(cast.ada), "phq-9", sheet({**PHQ_9, "q9": 1}), by=cast.ada.actor, at=MONDAY + MINUTE)
    db.session.commit()
    assert [(one.rule, one.on_worklist) for one in alerts()] == [("R2", True), ("R2", False)]
    assert told(MONDAY + MINUTE) == everyone(cast.bea, cast.nia)


def test_a_baseline_that_ran_out_holds_nothing_back(cast: Cast) -> None:
    baseline(cast)
    late = NOW + timedelta(days=30)
    assert not answer(cast.ada, NOT_SURE, at=late).on_worklist
    assert told(late) == everyone(cast.bea, cast.nia)
