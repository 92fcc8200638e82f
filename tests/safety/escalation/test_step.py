"""An alert that nobody takes on goes further, one step after another, and to nobody it does not concern."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal import db
from portal.access.policy import Relation, Role
from portal.accounts.models import AccountStatus, User
from portal.notifications.models import OutboxMessage
from portal.patients import queries as patients
from portal.patients.models import CareTeamMember
from portal.safety import queries, service
from portal.safety.escalation import people
from portal.safety.escalation import service as escalation
from portal.safety.models import AlertState, Closing
from tests.cast import NOW, Cast
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

SOON, MUCH_LATER = timedelta(minutes=15), timedelta(days=7)


def test_nothing_is_told_further_before_its_time_nor_where_nothing_waits(cast: Cast) -> None:
    assert not step(NOW)
    alert = answer(cast.ada, at=MONDAY)
    assert (alert.due_at, alert.escalate_at, alert.ring) == (MONDAY + SOON, MONDAY + SOON, 0)
    assert not step(MONDAY + SOON - timedelta(seconds=1))
    assert hows(alert) == [""]


def test_first_whoever_is_on_call_then_every_provider_then_all_of_them_again(cast: Cast) -> None:
    on_call(cast.cal, NOW, MONDAY + timedelta(days=1))
    dee = provider("dee")
    alert = answer(cast.ada, at=MONDAY)
    assert told(MONDAY) == everyone(cast.bea, cast.nia), "while the clinic works, its team comes first"
    at = MONDAY + SOON
    rings = []
    for who in (everyone(cast.cal), everyone(cast.bea, cast.cal, dee), everyone(cast.bea, cast.cal, dee)):
        assert step(at)
        assert told(at) == who
        alert = reload(alert)
        rings.append(alert.ring)
        assert alert.escalate_at is not None
        at = alert.escalate_at
    assert rings == [1, 2, 2]
    assert hows(alert) == ["", "escalated", "escalated", "escalated"]
    assert called_in() == {cast.cal.user_id: ("on-call", None), dee: ("escalated", None)}
    assert audited() == [
        *("alert:opened", "alert:called-in", "alert:escalated", "alert:called-in"),
        *("alert:escalated", "alert:escalated"),
    ]


def test_where_nobody_is_on_call_it_goes_straight_to_every_provider(cast: Cast) -> None:
    alert = answer(cast.ada, at=MONDAY)
    assert step(MONDAY + SOON)
    assert reload(alert).ring == 2
    assert told(MONDAY + SOON) == everyone(cast.bea, cast.cal)


def test_whoever_is_on_call_hears_at_once_of_what_is_urgent_while_the_clinic_is_closed(cast: Cast) -> None:
    on_call(cast.cal, NOW - timedelta(hours=1), NOW + timedelta(hours=9))
    alert = answer(cast.ada)
    assert told(NOW) == everyone(cast.bea, cast.nia, cast.cal)
    assert hows(alert) == ["", "called"]
    assert called_in() == {cast.cal.user_id: ("on-call", None)}
    answer(cast.ada, NOT_SURE, at=NOW + timedelta(minutes=1))
    assert told(NOW + timedelta(minutes=1)) == everyone(cast.bea, cast.nia), "the rest waits for the team"


def test_never_an_administrator_nor_somebody_who_cannot_sign_in(cast: Cast) -> None:
    gone, invited = provider("gil", status=AccountStatus.DEACTIVATED), provider("ivy", status=AccountStatus.INVITED)
    db.session.add(CareTeamMember(patient_id=cast.ada.own_id, user_id=cast.eve.user_id, since=NOW))
    db.session.commit()
    answer(cast.ada, at=MONDAY)
    for turn in range(4):
        step(MONDAY + timedelta(hours=turn + 1))
    heard = set(told(NOW))
    assert heard == set(everyone(cast.bea, cast.nia, cast.cal))
    assert not heard & {gone, invited, cast.eve.user_id, cast.ada.user_id}


def test_a_provider_who_became_an_administrator_hears_no_more(cast: Cast) -> None:
    on_call(cast.cal, NOW, MONDAY + timedelta(days=1))
    db.session.get_one(User, cast.cal.user_id).role = Role.ADMINISTRATOR
    db.session.commit()
    answer(cast.ada, at=MONDAY)
    step(MONDAY + SOON)
    assert told(MONDAY + SOON) == everyone(cast.bea)


def test_being_called_opens_that_patient_and_no_other(cast: Cast) -> None:
    answer(cast.ada, at=MONDAY)
    step(MONDAY + SOON)

    def relation(person: Any, patient: Any) -> Any:
        db.session.rollback()
        return patients.get_ref(patient.own_id, viewer_id=person.user_id, at=MONDAY + SOON).relation

    assert relation(cast.cal, cast.ada) is Relation.CALLED
    assert relation(cast.bea, cast.ada) is Relation.CARE_TEAM
    assert relation(cast.bea, cast.dot) is Relation.STRANGER


def test_what_names_no_patient_goes_to_whoever_is_not_on_the_team(cast: Cast) -> None:
    answer(cast.ada, at=MONDAY)
    step(MONDAY + SOON)
    rows = db.session.execute(select(OutboxMessage.recipient_id, OutboxMessage.patient_id, OutboxMessage.alert_id))
    about = {(row.recipient_id, row.patient_id) for row in rows}
    assert (cast.cal.user_id, None) in about
    assert (cast.bea.user_id, cast.ada.own_id) in about
    assert all(row.alert_id == alerts()[0].id for row in db.session.scalars(select(OutboxMessage)))


@pytest.mark.parametrize("verb", ["acknowledge", "record_contact", "close"])
def test_what_somebody_has_taken_on_goes_no_further(cast: Cast, verb: str) -> None:
    alert = answer(cast.ada, at=MONDAY)
    seen: Any = {"by": cast.bea.actor, "at": MONDAY + timedelta(minutes=1)}
    if verb == "record_contact":
        how: Any = service.Contact.SPOKE
        service.record_contact(alert.patient_id, alert.id, how, "", stamp=queries.stamp_of(alert.id), **seen)
    else:
        service.acknowledge(alert.patient_id, alert.id, stamp=queries.stamp_of(alert.id), **seen)
        if verb == "close":
            service.close(alert.patient_id, alert.id, Closing.SAFE, "", stamp=queries.stamp_of(alert.id), **seen)
    db.session.commit()
    assert reload(alert).escalate_at is None
    assert not step(MONDAY + MUCH_LATER)


def test_an_answer_after_somebody_took_it_on_lets_its_time_run_anew(cast: Cast) -> None:
    alert = answer(cast.ada, at=MONDAY)
    step(MONDAY + SOON)
    taken_on = MONDAY + timedelta(minutes=20)
    service.acknowledge(alert.patient_id, alert.id, stamp=queries.stamp_of(alert.id), by=cast.bea.actor, at=taken_on)
    db.session.commit()
    again = MONDAY + timedelta(hours=2)
    answer(cast.ada, at=again)
    alert = reload(alert)
    assert (alert.state, alert.ring, alert.escalate_at) == (AlertState.OPEN, 0, again + SOON)
    assert hows(alert) == ["", "escalated", "", "another-answer"]
    assert alert.acknowledged_at == taken_on, "how long the first one waited is not forgotten"


@pytest.mark.parametrize(("instrument", "value"), [("daily", None), ("phq-9", None)])
def test_what_may_wait_goes_further_too_once_it_has_waited_too_long(cast: Cast, instrument: str, value: Any) -> None:
    alert = answer(cast.ada, value, at=MONDAY, instrument=instrument)
    assert alert.rule == "R4"
    assert alert.due_at is not None
    assert alert.escalate_at == alert.due_at
    assert not step(alert.due_at - timedelta(minutes=1))
    assert step(alert.due_at)


def test_after_a_week_without_a_worker_each_alert_takes_one_step_the_longest_waiting_first(cast: Cast) -> None:
    answer(cast.dot, at=MONDAY)
    answer(cast.ada, at=MONDAY + timedelta(minutes=5))
    back = MONDAY + MUCH_LATER
    assert step(back)
    assert [(one.patient_id, one.ring) for one in alerts()] == [(cast.dot.own_id, 2), (cast.ada.own_id, 0)]
    assert step(back)
    assert not step(back)
    assert [one.escalate_at for one in alerts()] == [back + timedelta(minutes=30)] * 2


def test_a_step_in_which_the_worker_died_is_taken_again_and_told_once(cast: Cast) -> None:
    alert, at = answer(cast.ada, at=MONDAY), MONDAY + SOON
    db.begin(write=True)
    assert escalation.step(at)
    db.session.flush()
    db.session.rollback()
    assert step(at)
    assert not step(at)
    assert told(at) == everyone(cast.bea, cast.cal)
    assert hows(alert) == ["", "escalated"]


def test_one_alert_whose_step_fails_can_be_passed_over(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(cast.ada, at=MONDAY)
    answer(cast.dot, at=MONDAY + timedelta(minutes=1))
    really: Callable[..., Any] = people.further

    def fails_for_ada(ring: int, patient_id: Any, *rest: Any) -> Any:
        if patient_id == cast.ada.own_id:
            raise RuntimeError
        return really(ring, patient_id, *rest)

    monkeypatch.setattr(people, "further", fails_for_ada)
    with pytest.raises(RuntimeError):
        step(MONDAY + timedelta(hours=1))
    db.session.rollback()
    assert [one.ring for one in alerts()] == [0, 0]
    db.begin(write=True)
    assert escalation.step(MONDAY + timedelta(hours=1), passing_over=1)
    db.session.commit()
    assert [one.ring for one in alerts()] == [0, 2]


def test_two_workers_at_once_take_each_step_once(app: Flask, cast: Cast) -> None:
    found = [answer(cast.ada, NO, at=MONDAY), answer(cast.dot, NO, at=MONDAY)]
    begin = threading.Barrier(4)
    wrong: list[BaseException] = []

    def work() -> None:
        with app.app_context():
            try:
                begin.wait(timeout=10)
                while step(MONDAY + timedelta(hours=1)):
                    pass
            except BaseException as error:
                wrong.append(error)
            finally:
                db.session.remove()

    db.session.rollback()
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    for alert in found:
        assert hows(alert) == ["", "escalated"]
        assert told(MONDAY + timedelta(hours=1), alert=alert) == everyone(cast.bea, cast.cal)
