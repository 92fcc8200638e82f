"""The worker: every mail once, whatever happens around it."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from contextvars import copy_context
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, select

from config import ROOT
from portal import db
from portal.access import looks
from portal.access.policy import PatientStatus
from portal.accounts import signing_in, tokens
from portal.accounts.models import AccountStatus, TokenPurpose, User
from portal.audit.models import AuditEvent
from portal.notifications import queries, queue, service
from portal.notifications.models import Delivery, Heartbeat, Kind
from portal.notifications.worker import Stop, command
from portal.patients import team_service
from portal.patients.models import CareTeamMember, Patient
from tests import databases, factories
from tests.cast import NOW, Cast
from tests.notifications.outbox import Inbox, drain, drain_apart, mail_server, put, row, states, worker
from tests.server import environment

SENT, FAILED, DROPPED, WAITING = Delivery.SENT, Delivery.FAILED, Delivery.DROPPED, Delivery.WAITING


def test_what_waits_is_sent_once_urgent_mail_first(cast: Cast, tmp_path: Path) -> None:
    put(cast.bea)
    put(cast.nia, Kind.ALERT_WAITING, urgent=True)
    inbox = Inbox()
    with mail_server(inbox) as port:
        sender = worker(port, tmp_path)
        drain(sender)
        drain(sender)
    assert [mail["To"] for mail in inbox.mails] == ["nia@interval.example", "bea@interval.example"]
    assert states() == [SENT, SENT]


def test_two_workers_at_once_send_every_mail_exactly_once(app: Flask, cast: Cast, tmp_path: Path) -> None:
    ids = {str(put(cast.bea, once_key=str(number))) for number in range(30)}
    inbox = Inbox()
    with mail_server(inbox) as port:
        threads = [drain_apart(app, worker(port, tmp_path)) for _ in range(2)]
        for thread in threads:
            thread.join()
    sent = [mail["Message-ID"].strip("<>").partition("@")[0] for mail in inbox.mails]
    assert len(sent) == 30
    assert set(sent) == ids
    assert set(states()) == {SENT}


class Killed(BaseException):
    """What a process that is killed leaves behind: nothing more happens."""


@pytest.mark.parametrize(("step", "copies"), [("why_not", 1), ("letters.write", 1), ("queue.sent", 2)])
def test_a_worker_killed_between_steps_costs_at_most_a_copy_under_the_same_name(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, frozen: Any, step: str, copies: int
) -> None:
    put(cast.bea)

    def die(*_: Any, **__: Any) -> None:
        raise Killed

    inbox = Inbox()
    with mail_server(inbox) as port:
        with monkeypatch.context() as patched, contextlib.suppress(Killed):
            patched.setattr(f"portal.notifications.worker.{step}", die)
            drain(worker(port, tmp_path))
        db.session.rollback()
        drain(worker(port, tmp_path))
        assert states() == [Delivery.LEASED], "nobody else may take it while the lease runs"
        frozen.shift(queue.LEASE + timedelta(seconds=1))
        drain(worker(port, tmp_path))
    assert states() == [SENT]
    assert len(inbox.mails) == copies
    assert len({mail["Message-ID"] for mail in inbox.mails}) == 1


def test_a_mail_that_was_handed_over_is_noted_before_anything_else_is_sent(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    message_id = put(cast.bea)
    inbox, refusals = Inbox(), [db.Busy("the lock")]
    really = queue.sent

    def busy_once(*args: Any, **kwargs: Any) -> bool:
        if refusals:
            raise refusals.pop()
        return really(*args, **kwargs)

    monkeypatch.setattr(queue, "sent", busy_once)
    with mail_server(inbox) as port:
        sender = worker(port, tmp_path)
        drain(sender)
        drain(sender)
    assert row(message_id).state is SENT
    assert len(inbox.mails) == 1


@pytest.mark.parametrize(
    ("answers", "state", "error"),
    [
        ({"rcpt": ["450 later"]}, WAITING, "smtp-450"),
        ({"rcpt": ["550 nobody"]}, FAILED, "smtp-550"),
        ({"data": ["451 later"]}, WAITING, "smtp-451"),
        ({"data": ["554 no"]}, FAILED, "smtp-554"),
        ({"data": ["drop"]}, SENT, None),
    ],
)
def test_a_refused_mail_is_tried_again_or_given_up_and_says_why(
    cast: Cast, tmp_path: Path, answers: dict[str, Any], state: Delivery, error: str | None
) -> None:
    refused, fine = put(cast.bea, Kind.ALERT_WAITING, urgent=True), put(cast.nia)
    inbox = Inbox(**{step: list(said) for step, said in answers.items()})
    with mail_server(inbox) as port:
        drain(worker(port, tmp_path))
    assert (row(refused).state, row(refused).last_error) == (state, error)
    assert row(fine).state is SENT


def test_after_a_day_without_mail_server_everything_goes_out_soon(cast: Cast, tmp_path: Path, frozen: Any) -> None:
    ids = [put(cast.bea, once_key=str(number)) for number in range(3)]
    for _ in range(24):
        drain(worker(1, tmp_path))
        frozen.shift(timedelta(hours=1))
    assert states() == [WAITING] * 3
    assert not queries.health(NOW + timedelta(days=1)).mail_flows
    inbox = Inbox()
    with mail_server(inbox) as port:
        frozen.shift(timedelta(minutes=7))
        drain(worker(port, tmp_path))
    assert states() == [SENT] * 3
    assert all(row(message_id).last_error is None for message_id in ids)


def test_when_one_mail_gets_through_the_others_wake(cast: Cast, tmp_path: Path, frozen: Any) -> None:
    for number in range(3):
        put(cast.bea, once_key=str(number))
    drain(worker(1, tmp_path))
    put(cast.nia)
    inbox = Inbox()
    with mail_server(inbox) as port:
        drain(worker(port, tmp_path))
    assert len(inbox.mails) == 4


def test_a_mail_that_cannot_be_written_blocks_nobody_and_is_given_up(cast: Cast, tmp_path: Path, frozen: Any) -> None:
    poison = put(cast.bea, Kind.INVITATION, values={"token_id": "no id"}, urgent=True)
    fine = put(cast.nia)
    inbox = Inbox()
    with mail_server(inbox) as port:
        drain(worker(port, tmp_path))
        assert row(fine).state is SENT
        for _ in range(5):
            frozen.shift(timedelta(hours=2))
            drain(worker(port, tmp_path))
    assert (row(poison).state, row(poison).last_error) == (FAILED, "cannot-be-written")
    assert len(inbox.mails) == 1


def test_a_line_break_in_an_address_sends_nothing_to_anybody(cast: Cast, tmp_path: Path) -> None:
    put(cast.bea, Kind.ADDRESS_CHANGED, values={"to": "a@b.example\r\nBcc: c@d.example"})
    inbox = Inbox()
    with mail_server(inbox) as port:
        drain(worker(port, tmp_path))
    assert inbox.mails == []


def token(cast: Cast, purpose: TokenPurpose = TokenPurpose.INVITATION) -> Any:
    found = tokens.issue(cast.ada.user_id, purpose, at=NOW)
    db.session.commit()
    return found


def sent_after(cast: Cast, tmp_path: Path) -> int:
    inbox = Inbox()
    with mail_server(inbox) as port:
        drain(worker(port, tmp_path))
    return len(inbox.mails)


def test_a_link_that_was_replaced_or_used_is_not_sent(cast: Cast, tmp_path: Path) -> None:
    first, second = token(cast), token(cast)
    third = tokens.issue(cast.dot.user_id, TokenPurpose.INVITATION, at=NOW)
    third.used_at = NOW
    db.session.commit()
    ids = {name: found.id for name, found in (("first", first), ("second", second))}
    replaced = put(cast.ada, Kind.INVITATION, values={"token_id": str(ids["first"])})
    used = put(cast.dot, Kind.INVITATION, values={"token_id": str(third.id)})
    good = put(cast.ada, Kind.INVITATION, values={"token_id": str(ids["second"])})
    assert sent_after(cast, tmp_path) == 1
    assert [row(found).state for found in (replaced, used, good)] == [DROPPED, DROPPED, SENT]


def test_a_link_that_ran_out_is_not_sent_and_staff_see_it(cast: Cast, tmp_path: Path, frozen: Any) -> None:
    late = put(cast.ada, Kind.PASSWORD_RESET, values={"token_id": str(token(cast, TokenPurpose.PASSWORD_RESET).id)})
    frozen.shift(timedelta(minutes=31))
    assert sent_after(cast, tmp_path) == 0
    assert (row(late).state, row(late).last_error) == (FAILED, "link-ran-out")


def test_who_has_left_the_care_team_hears_nothing_more_of_the_patient(cast: Cast, tmp_path: Path) -> None:
    factories.thread(cast.ada, cast.ada)
    left = put(cast.nia, patient_id=cast.ada.own_id)
    stays = put(cast.bea, patient_id=cast.ada.own_id)
    team_service.remove_member(cast.ada.own_id, cast.nia.user_id, by=cast.bea.actor, at=NOW)
    db.session.commit()
    assert sent_after(cast, tmp_path) == 1
    assert [row(found).state for found in (left, stays)] == [DROPPED, SENT]


def test_a_message_that_was_read_meanwhile_is_not_announced(cast: Cast, tmp_path: Path) -> None:
    factories.thread(cast.ada, cast.bea)
    to_ada = put(cast.ada, patient_id=cast.ada.own_id)
    to_dot = put(cast.dot, patient_id=cast.dot.own_id)
    sent_after(cast, tmp_path)
    assert row(to_dot).state is DROPPED
    assert row(to_ada).state is SENT


def test_a_message_that_a_colleague_answered_is_not_announced_because_another_patient_s_waits(
    cast: Cast, tmp_path: Path
) -> None:
    db.session.add(CareTeamMember(patient_id=cast.dot.own_id, user_id=cast.bea.user_id, since=NOW))
    factories.thread(cast.ada, cast.ada).unread_by_team = 0
    factories.thread(cast.dot, cast.dot)
    of_ada, of_dot = (put(cast.bea, patient_id=patient.own_id) for patient in (cast.ada, cast.dot))
    sent_after(cast, tmp_path)
    assert [(row(found).state, row(found).last_error) for found in (of_ada, of_dot)] == [
        (DROPPED, "read-by-now"),
        (SENT, None),
    ]


@pytest.mark.parametrize(
    ("status", "kind", "expected"),
    [
        (AccountStatus.DEACTIVATED, Kind.MESSAGE_WAITING, DROPPED),
        (AccountStatus.INVITED, Kind.MESSAGE_WAITING, DROPPED),
        (AccountStatus.INVITED, Kind.ADDRESS_CHANGED, SENT),
        (AccountStatus.ACTIVE, Kind.MESSAGE_WAITING, SENT),
    ],
)
def test_an_account_that_cannot_sign_in_is_not_asked_to(
    cast: Cast, tmp_path: Path, status: AccountStatus, kind: Kind, expected: Delivery
) -> None:
    message_id = put(cast.bea, kind)
    db.session.get_one(User, cast.bea.user_id).status = status
    db.session.commit()
    sent_after(cast, tmp_path)
    assert row(message_id).state is expected


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize("reads", [False, True])
def test_who_accepts_the_invitation_is_told_once_of_what_came_before_unless_they_read_it(
    cast: Cast, tmp_path: Path, frozen: Any, reads: bool
) -> None:
    invitation = token(cast)
    db.session.get_one(User, cast.ada.user_id).status = AccountStatus.INVITED
    thread, inbox = factories.thread(cast.ada, cast.bea), Inbox()
    for _ in range(2):
        put(cast.ada, patient_id=cast.ada.own_id)
    sent_after(cast, tmp_path)
    assert states() == [DROPPED, DROPPED]
    keys = ["k" * 48]
    words = tokens.seal(invitation.id, TokenPurpose.INVITATION, keys=keys)
    whose: dict[str, Any] = {"device": "", "address": "", "ended": None}
    signing_in.accept(words, keys=keys, password_hash="x", at=NOW, **whose)
    thread.unread_by_patient = 0 if reads else 1
    db.session.commit()
    with mail_server(inbox) as port:
        for hours in (0, 1, 1):
            frozen.shift(timedelta(hours=hours))
            drain(worker(port, tmp_path))
    assert len(inbox.mails) == (0 if reads else 1)


def test_nothing_is_sent_to_a_patient_who_died(cast: Cast, tmp_path: Path) -> None:
    ids = [
        put(cast.ada, patient_id=cast.ada.own_id),
        put(cast.ada, Kind.INVITATION, values={"token_id": str(token(cast).id)}),
        put(cast.ada, Kind.PASSWORD_CHANGED),
    ]
    db.session.get_one(Patient, cast.ada.own_id).status = PatientStatus.DIED
    db.session.commit()
    assert sent_after(cast, tmp_path) == 0
    assert {row(found).state for found in ids} == {DROPPED}


def test_the_worker_says_that_it_is_alive_and_is_believed_for_a_minute(cast: Cast, tmp_path: Path, frozen: Any) -> None:
    assert not queries.health(NOW).is_alive
    drain(worker(1, tmp_path))
    assert queries.health(NOW + timedelta(seconds=60)).is_alive
    assert not queries.health(NOW + timedelta(seconds=61)).is_alive


def test_looks_that_were_set_aside_come_into_the_audit_once(cast: Cast, tmp_path: Path) -> None:
    looks._set_aside(cast.bea.actor, cast.ada.own_id, "progress.show", NOW)
    db.session.rollback()
    assert looks.are_waiting()
    drain(worker(1, tmp_path))
    drain(worker(1, tmp_path))
    assert not looks.are_waiting()
    events = db.session.scalars(select(AuditEvent)).all()
    assert [(event.event, event.actor_id, event.patient_id) for event in events] == [
        ("record:looked-at", cast.bea.user_id, cast.ada.own_id)
    ]


def test_a_worker_that_died_while_reading_looks_back_loses_none(cast: Cast, tmp_path: Path) -> None:
    looks._set_aside(cast.bea.actor, cast.ada.own_id, "progress.show", NOW)
    assert looks.read_back() == 1
    db.session.rollback()
    looks._set_aside(cast.nia.actor, cast.ada.own_id, "progress.show", NOW)
    drain(worker(1, tmp_path))
    drain(worker(1, tmp_path))
    assert len(db.session.scalars(select(AuditEvent)).all()) == 2


def test_a_database_that_is_away_for_a_moment_ends_nothing(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(cast.bea)
    inbox, refusals = Inbox(), [db.Busy("the lock"), db.Busy("the lock")]
    really = service.beat

    def busy_twice(*args: Any, **kwargs: Any) -> None:
        if refusals:
            raise refusals.pop()
        really(*args, **kwargs)

    monkeypatch.setattr(service, "beat", busy_twice)
    monkeypatch.setattr("portal.notifications.worker.POLL_SECONDS", 0.01)
    stop = Stop()
    with mail_server(inbox) as port:
        sender = worker(port, tmp_path)
        threading.Timer(1.5, stop.ask).start()
        copy_context().run(sender.run, stop)
    assert len(inbox.mails) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_works_until_it_is_told_to_stop(app: Flask, cast: Cast, number: int) -> None:
    put(cast.bea)
    threading.Timer(1.5, os.kill, (os.getpid(), number)).start()
    result = copy_context().run(app.test_cli_runner().invoke, command)
    assert result.exit_code == 0, result.output
    assert "To: bea@interval.example" in result.output
    assert db.session.scalars(select(Heartbeat)).all()


def test_any_number_of_signals_end_it_politely(tmp_path: Path) -> None:
    """Two that came close upon each other once left it waiting for ever."""
    with databases.fresh("sqlite", tmp_path) as url:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi:app", "worker"],
            cwd=ROOT,
            env=os.environ | environment(url, tmp_path, "http://127.0.0.1:1"),
        )
        try:
            with create_engine(url).connect() as connection:
                while not connection.scalar(select(func.count()).select_from(Heartbeat)):
                    assert process.poll() is None
                    time.sleep(0.05)
                    connection.rollback()
            for _ in range(3000):
                os.kill(process.pid, signal.SIGTERM)
            assert process.wait(timeout=30) == 0
        finally:
            process.kill()
            process.wait()


@pytest.mark.parametrize(
    ("setting", "value"), [("mail_url", "http://mail.example"), ("mail_from", "Interval"), ("mail_from", "")]
)
def test_a_setting_that_will_not_do_is_said_in_one_line(app: Flask, cast: Cast, setting: str, value: str) -> None:
    app.config["INTERVAL"] = replace(app.config["INTERVAL"], **{setting: value})
    db.session.rollback()
    result = copy_context().run(app.test_cli_runner().invoke, command, ["--once"])
    assert result.exit_code == 1
    assert setting.upper() in result.output
    assert "Traceback" not in result.output


def test_once_sends_what_is_due_and_stops(app: Flask, cast: Cast) -> None:
    now, later = put(cast.bea), put(cast.nia, due_at=NOW + timedelta(hours=1))
    result = copy_context().run(app.test_cli_runner().invoke, command, ["--once"])
    assert result.exit_code == 0, result.output
    assert (row(now).state, row(later).state) == (SENT, WAITING)
    assert isinstance(now, uuid.UUID)
