"""What is due goes out once, or is dropped, or goes back to the team; whoever works at it and whatever dies."""

import threading
import uuid
from collections.abc import Callable
from contextvars import copy_context
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from portal import db
from portal.access.policy import PatientStatus as Status
from portal.accounts.models import AccountStatus, User
from portal.audit.models import AuditEvent
from portal.checkins.models import Mode
from portal.clinic import queries as clinic
from portal.clinic.models import Holiday
from portal.follow_ups import queries, sending, service
from portal.follow_ups.about import About, Written
from portal.follow_ups.models import FollowUp, State, Why
from portal.follow_ups.queries import list_due
from portal.follow_ups.worker import FollowUpRound
from portal.messaging.models import Thread
from portal.notifications.models import OutboxMessage
from portal.patients.models import CareTeamMember, Patient
from tests import factories
from tests.cast import NOW, Cast
from tests.follow_ups import planned
from tests.follow_ups.planned import MORNING, again, go_round, plan, sent
from tests.page import Browser

Clock = time_machine.Traveller
Open = Callable[..., Browser]
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def events(kind: str) -> list[AuditEvent]:
    return list(db.session.scalars(select(AuditEvent).where(AuditEvent.event == kind)))


def leave_team(cast: Cast) -> None:
    mine = (CareTeamMember.user_id == cast.bea.user_id, CareTeamMember.patient_id == cast.ada.own_id)
    db.session.execute(update(CareTeamMember).where(*mine).values(until=NOW))
    db.session.commit()


def test_it_goes_out_in_the_morning_and_not_before(cast: Cast, frozen: Clock) -> None:
    follow_up = plan(cast)
    assert follow_up.due_at == MORNING
    frozen.move_to(MORNING - HOUR)
    go_round()
    assert sent() == []
    frozen.move_to(MORNING)
    go_round()
    assert sent() == [("Since then", "How are you?")]
    found = again(follow_up)
    assert (found.state, found.settled_at) == (State.SENT, MORNING)
    thread = db.session.scalars(select(Thread)).one()
    assert (thread.id, thread.started_by_id, thread.unread_by_patient) == (found.thread_id, cast.bea.user_id, 1)
    assert [row.recipient_id for row in db.session.scalars(select(OutboxMessage))] == [cast.ada.user_id]
    frozen.shift(HOUR)
    go_round()
    assert len(sent()) == 1
    assert len(events("follow-up:sent")) == 1


def test_a_worker_that_was_down_past_the_morning_waits_for_the_next_one(cast: Cast, frozen: Clock) -> None:
    follow_up = plan(cast)
    frozen.move_to(MORNING + timedelta(hours=4))
    go_round()
    assert (sent(), again(follow_up).due_at) == ([], MORNING + timedelta(days=1))


def test_a_day_that_became_a_holiday_is_not_kept(cast: Cast, frozen: Clock) -> None:
    follow_up = plan(cast)
    db.session.add(Holiday(on=planned.WEDNESDAY, name="Founders"))
    db.session.commit()
    clinic.forget()
    frozen.move_to(MORNING)
    go_round()
    assert (sent(), again(follow_up).due_at) == ([], MORNING + timedelta(days=1))


@pytest.mark.parametrize(
    ("minutes", "unless", "by_staff_correcting", "state"),
    [
        (1, True, False, State.DROPPED),
        (-1, True, False, State.SENT),
        (1, False, False, State.SENT),
        (1, True, True, State.SENT),
    ],
)
def test_unless_a_check_in_came(
    cast: Cast, frozen: Clock, minutes: int, unless: bool, by_staff_correcting: bool, state: State
) -> None:
    """Only one that came since it was planned counts, and what staff correct is no word of the patient's."""
    first = factories.check_in(cast.ada, at=NOW - timedelta(days=2))
    follow_up = plan(cast, unless_check_in=unless)
    corrected = {"corrects_id": first.id, "entered_by_id": cast.bea.user_id, "mode": Mode.PHONE}
    factories.check_in(cast.ada, at=NOW + timedelta(minutes=minutes), **corrected if by_staff_correcting else {})
    frozen.move_to(MORNING)
    go_round()
    found = again(follow_up)
    assert found.state is state
    assert found.why is (Why.CHECK_IN_CAME if state is State.DROPPED else Why.NONE)
    assert len(sent()) == (state is State.SENT)
    dropped = events("follow-up:dropped")
    assert [event.details for event in dropped] == [{"why": "check-in-came"}] * (state is State.DROPPED)


def test_what_the_patient_corrects_is_no_new_check_in_but_one_corrected_since_is(cast: Cast, frozen: Clock) -> None:
    old = factories.check_in(cast.ada, at=NOW - timedelta(days=2))
    follow_up = plan(cast, unless_check_in=True)
    factories.check_in(cast.ada, at=NOW + HOUR, corrects_id=old.id)
    assert not queries.has_answered_since(cast.ada.own_id, follow_up.planned_at)
    new = factories.check_in(cast.ada, date(2026, 11, 23), at=NOW + 2 * HOUR)
    factories.check_in(cast.ada, date(2026, 11, 23), at=NOW + 3 * HOUR, corrects_id=new.id)
    frozen.move_to(MORNING)
    go_round()
    assert (again(follow_up).why, len(sent())) == (Why.CHECK_IN_CAME, 0)


@pytest.mark.parametrize(("came", "state"), [(1, State.SENT), (3, State.DROPPED)])
def test_only_a_check_in_that_whoever_changed_it_last_had_not_seen_stops_it(
    browser: Open, cast: Cast, frozen: Clock, came: int, state: State
) -> None:
    follow_up = plan(cast, unless_check_in=True)
    frozen.move_to(NOW + 2 * MINUTE)
    form = browser(cast.nia).get(f"/patients/{cast.ada.own_id}/follow-ups/{follow_up.id}").form("Save")
    factories.check_in(cast.ada, at=NOW + came * MINUTE)
    frozen.move_to(NOW + 4 * MINUTE)
    form.submit(body="Thank you for today’s. And the sleep?")
    frozen.move_to(MORNING)
    go_round()
    assert again(follow_up).state is state


@pytest.mark.parametrize("drawn_at", ["", "yesterday", "2026-11-25T00:00:00", "9999-12-31T23:59:59Z"])
def test_a_page_that_says_nothing_true_of_when_it_was_drawn_lets_nothing_pass(
    browser: Open, cast: Cast, frozen: Clock, drawn_at: str
) -> None:
    follow_up = plan(cast, unless_check_in=True)
    form = browser(cast.nia).get(f"/patients/{cast.ada.own_id}/follow-ups/{follow_up.id}").form("Save")
    form.submit(body="And the sleep?", drawn_at=drawn_at)
    assert again(follow_up).planned_at == NOW
    factories.check_in(cast.ada, at=NOW + HOUR)
    frozen.move_to(MORNING)
    go_round()
    assert again(follow_up).state is State.DROPPED


@pytest.mark.parametrize("when", ["now", "days"])
def test_a_second_tap_on_a_change_is_the_first_and_another_change_is_not(
    browser: Open, cast: Cast, frozen: Clock, when: str
) -> None:
    follow_up = plan(cast)
    where = f"/patients/{cast.ada.own_id}/follow-ups/{follow_up.id}"
    form, of_bea = (browser(who).get(where).form("Save") for who in (cast.nia, cast.bea))
    typed = {"body": "Nia here", "when": when, "days": "3"}
    revision = follow_up.revision
    first = form.submit(typed)
    frozen.shift(timedelta(seconds=1))
    assert form.submit(typed).url == first.url
    assert again(follow_up).revision == revision + (2 if when == "now" else 1)
    assert len(sent()) == (when == "now")
    assert len(events("follow-up:changed")) == 1
    form.submit(typed | {"body": "Nia once more"}, expect=409)
    of_bea.submit(typed, expect=409)
    assert again(follow_up).author_id == cast.nia.user_id


@pytest.mark.parametrize("status", [Status.DISCHARGED, Status.TRANSFERRED, Status.DIED])
def test_nothing_goes_to_somebody_who_left_care(cast: Cast, frozen: Clock, status: Status) -> None:
    follow_up = plan(cast)
    db.session.get_one(Patient, cast.ada.own_id).status = status
    db.session.commit()
    frozen.move_to(MORNING)
    go_round()
    assert (again(follow_up).state, again(follow_up).why, sent()) == (State.DROPPED, Why.LEFT_CARE, [])


@pytest.mark.parametrize("how", ["left the team", "was switched off"])
def test_what_somebody_leaves_behind_goes_back_to_the_team(cast: Cast, frozen: Clock, how: str) -> None:
    follow_up = plan(cast)
    if how == "left the team":
        leave_team(cast)
    else:
        db.session.get_one(User, cast.bea.user_id).status = AccountStatus.DEACTIVATED
        db.session.commit()
    frozen.move_to(MORNING)
    go_round()
    found = again(follow_up)
    assert (found.state, found.why, sent()) == (State.TO_DECIDE, Why.AUTHOR_LEFT, [])
    written = Written("Since then", "Nia here", send_on=None)
    nia = planned.ref(cast.ada, cast.nia)
    service.change(nia, found.id, written, revision=found.revision, by=cast.nia.actor, at=MORNING)
    db.session.commit()
    assert sent() == [("Since then", "Nia here")]
    assert db.session.scalars(select(Thread.started_by_id)).one() == cast.nia.user_id


def test_one_that_fails_stops_no_other(cast: Cast, frozen: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = plan(cast), plan(cast, subject="Another")
    send = service.send

    def fail_once(follow_up: FollowUp, **options: Any) -> None:
        if follow_up.id == first.id:
            raise RuntimeError("no")
        send(follow_up, **options)

    monkeypatch.setattr(service, "send", fail_once)
    frozen.move_to(MORNING)
    go_round()
    assert (again(first).state, again(second).state) == (State.PLANNED, State.SENT)
    monkeypatch.setattr(service, "send", send)
    frozen.shift(timedelta(minutes=2))
    go_round()
    assert again(first).state is State.SENT


def test_several_workers_and_one_that_dies_send_it_once(app: Flask, cast: Cast, frozen: Clock) -> None:
    for number in range(6):
        plan(cast, subject=f"Number {number}")
    frozen.move_to(MORNING)
    dead = FollowUpRound("dead")
    assert dead._take()
    db.begin(write=True)
    sending.act(list_due(None, at=MORNING)[:2], at=MORNING)
    db.session.flush()
    db.session.rollback()
    frozen.shift(timedelta(minutes=3))
    failed: list[BaseException] = []

    def work(name: str) -> None:
        with app.app_context():
            try:
                go_round(FollowUpRound(name))
            except BaseException as error:
                failed.append(error)
            finally:
                db.session.remove()

    workers = [threading.Thread(target=copy_context().run, args=(work, f"worker {n}")) for n in range(3)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert not failed
    assert sorted(subject for subject, _ in sent()) == [f"Number {number}" for number in range(6)]


def test_two_at_once_over_the_same_row_send_it_once(app: Flask, cast: Cast, frozen: Clock) -> None:
    plan(cast)
    frozen.move_to(MORNING)
    due, start = list_due(None, at=MORNING), threading.Barrier(2)
    db.session.rollback()

    def work() -> None:
        with app.app_context():
            start.wait()
            db.begin(write=True)
            sending.act(due, at=MORNING)
            db.session.commit()
            db.session.remove()

    both = [threading.Thread(target=copy_context().run, args=(work,)) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len(sent()) == 1


def test_the_same_form_twice_is_one_and_other_words_are_refused(cast: Cast) -> None:
    submission_id = uuid.uuid4()
    first = plan(cast, submission_id=submission_id, send_on=None)
    assert plan(cast, submission_id=submission_id, send_on=None).id == first.id
    assert len(sent()) == 1
    for other in ({"send_on": None, "body": "Another"}, {"send_on": planned.WEDNESDAY}):
        with pytest.raises(service.WrittenAlready):
            plan(cast, submission_id=submission_id, **other)
        db.session.rollback()


@pytest.mark.parametrize("other", [{"send_on": None}, {"send_on": date(2026, 11, 27)}, {"unless_check_in": True}])
def test_what_is_for_later_is_not_the_same_form_on_another_day(cast: Cast, other: dict[str, Any]) -> None:
    first = plan(cast, submission_id=(submission_id := uuid.uuid4()))
    assert plan(cast, submission_id=submission_id).id == first.id
    with pytest.raises(service.WrittenAlready):
        plan(cast, submission_id=submission_id, **other)
    db.session.rollback()


def test_each_is_written_by_itself_so_that_no_two_patients_are_held(
    cast: Cast, frozen: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, act = [], sending.act

    def count(due: Any, **options: Any) -> None:
        held.append(len(due))
        act(due, **options)

    monkeypatch.setattr(sending, "act", count)
    for number in range(3):
        plan(cast, subject=f"Number {number}")
    frozen.move_to(MORNING)
    go_round()
    assert (max(held), len(sent())) == (1, 3)


def test_what_was_changed_meanwhile_is_not_overwritten(cast: Cast) -> None:
    follow_up = plan(cast)
    written = Written("Since then", "Changed", send_on=date(2026, 11, 27))
    options: dict[str, Any] = {"revision": follow_up.revision, "by": cast.nia.actor, "at": NOW}
    changed = service.change(planned.ref(cast.ada, cast.nia), follow_up.id, written, **options)
    assert (changed.author_id, changed.due_at) == (cast.nia.user_id, datetime.fromisoformat("2026-11-27T14:00Z"))
    with pytest.raises(service.ChangedMeanwhile):
        service.change(planned.ref(cast.ada, cast.bea), follow_up.id, written, **options | {"by": cast.bea.actor})


@pytest.mark.parametrize("what", ["infusion", "check-in"])
def test_it_is_about_nobody_elses(cast: Cast, what: str) -> None:
    theirs = factories.infusion(factories.course(cast.dot, cast.cal), cast.cal, NOW).id
    if what == "check-in":
        theirs = factories.check_in(cast.dot).id
    about = About(infusion_id=theirs) if what == "infusion" else About(check_in_id=theirs)
    with pytest.raises(service.NoSuchThing):
        plan(cast, about=about)
    db.session.rollback()


def test_a_cancelled_one_is_not_sent(cast: Cast, frozen: Clock) -> None:
    follow_up = plan(cast)
    for _ in range(2):
        service.cancel(cast.ada.own_id, follow_up.id, by=cast.nia.actor, at=NOW)
    db.session.commit()
    frozen.move_to(MORNING)
    go_round()
    assert (sent(), again(follow_up).state, len(events("follow-up:cancelled"))) == ([], State.CANCELLED, 1)


def test_the_audit_and_the_log_hold_no_word(
    cast: Cast, frozen: Clock, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(cast, subject="Secret subject", body="Secret words")

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("Secret words")

    frozen.move_to(MORNING)
    with monkeypatch.context() as patched:
        patched.setattr(service, "send", fail)
        go_round()
    frozen.shift(timedelta(minutes=2))
    go_round()
    kept = [str(event.details) for event in db.session.scalars(select(AuditEvent))]
    assert caplog.text
    assert "Secret" not in caplog.text + "".join(kept)
