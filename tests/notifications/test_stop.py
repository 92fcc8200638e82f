"""The link in a mail that ends mail of its kind, and `flask outbox`."""

import re
from collections.abc import Callable
from contextvars import copy_context
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal import db
from portal.accounts.models import User
from portal.notifications import choosing, queries, vapid
from portal.notifications.choosing import Choices, Wish
from portal.notifications.models import Delivery, Kind, OutboxMessage
from portal.notifications.topics import ALWAYS_BY_MAIL, TOPIC_OF, Topic
from tests import factories
from tests.cast import NOW, Cast
from tests.notifications.outbox import Inbox, drain, mail_server, many, put, row, states, worker
from tests.page import Browser

Open = Callable[..., Browser]
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def mailed(cast: Cast, folder: Path) -> Any:
    factories.thread(cast.ada, cast.bea)
    put(cast.ada, patient_id=cast.ada.own_id)
    inbox = Inbox()
    with mail_server(inbox) as port:
        drain(worker(port, folder))
    return inbox.mails[0]


def stop_address(mail: Any) -> str:
    found = re.fullmatch(r"<http://localhost(/stop-mail/[\w.=-]+)>", mail["List-Unsubscribe"])
    assert found is not None
    return found[1]


def channels(cast: Cast) -> Any:
    db.session.rollback()
    db.session.expire_all()
    return choosing.get(cast.ada.user_id).of(Topic.MESSAGES).channels


def test_one_click_of_the_mail_program_ends_mail_of_that_kind(
    app: Flask, cast: Cast, browser: Open, tmp_path: Path
) -> None:
    mail = mailed(cast, tmp_path)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address, nobody = stop_address(mail), browser()
    for _ in range(2):
        assert nobody.open(address, "POST", data=ONE_CLICK, csrf=False).status_code == 200
    assert channels(cast) == frozenset()
    assert choosing.get(cast.ada.user_id).of(Topic.CHECK_INS).channels
    with pytest.raises(ValueError, match="to unpack"):
        put(cast.ada, patient_id=cast.ada.own_id, once_key="again")


def test_looking_at_the_link_ends_nothing_and_pressing_the_button_does(
    cast: Cast, browser: Open, tmp_path: Path
) -> None:
    nobody, address = browser(), stop_address(mailed(cast, tmp_path))
    page = nobody.get(address)
    assert channels(cast)
    assert "Ada" not in page.html
    assert "We send you no more mail of this kind" in page.form("no more of these").submit().text
    assert channels(cast) == frozenset()


def test_a_link_that_was_made_up_opens_nothing(cast: Cast, browser: Open, tmp_path: Path) -> None:
    nobody, address = browser(), stop_address(mailed(cast, tmp_path))
    for wrong in (address[:-3] + "AAA", "/stop-mail/x"):
        assert nobody.open(wrong).status_code == 404
        assert nobody.open(wrong, "POST", data=ONE_CLICK, csrf=False).status_code == 404
    assert channels(cast)


def test_a_mailbox_that_is_somebodys_no_more_ends_nothing(cast: Cast, browser: Open, tmp_path: Path) -> None:
    nobody, address = browser(), stop_address(mailed(cast, tmp_path))
    user = db.session.get_one(User, cast.ada.user_id)
    user.email = "elsewhere@interval.example"
    db.session.commit()
    assert nobody.open(address).status_code == 404
    assert nobody.open(address, "POST", data=ONE_CLICK, csrf=False).status_code == 404
    assert channels(cast)
    db.session.get_one(User, cast.ada.user_id).email = cast.ada.email
    db.session.commit()
    assert nobody.open(address, "POST", data=ONE_CLICK, csrf=False).status_code == 200


def test_what_concerns_the_account_and_alerts_cannot_be_ended_by_a_link(cast: Cast, tmp_path: Path) -> None:
    put(cast.bea, Kind.ALERT_WAITING, urgent=True)
    put(cast.bea, Kind.PASSWORD_CHANGED)
    inbox = Inbox()
    with mail_server(inbox) as port:
        drain(worker(port, tmp_path))
    assert [mail["List-Unsubscribe"] for mail in inbox.mails] == [None, None]
    assert not choosing.switch_off(cast.bea.user_id, Kind.ALERT_WAITING, urgent=False, at=NOW)


def test_nobody_alone_ends_what_tells_of_words_of_danger(cast: Cast, browser: Open, tmp_path: Path) -> None:
    choosing.choose(cast.bea.user_id, Choices({Topic.MESSAGES: Wish(frozenset())}), by=cast.bea.actor, at=NOW)
    db.session.commit()
    ada = browser(cast.ada)
    form = ada.get(f"/patients/{cast.ada.own_id}/messages/new").form("Send")
    thread = form.submit(subject="Tonight", body="I want to kill myself.")
    assert "Withdrawn" in thread.form("Withdraw").submit().text, "which stops no mail"
    inbox = Inbox()
    with mail_server(inbox) as port:
        drain(worker(port, tmp_path))
    assert [mail["List-Unsubscribe"] for mail in inbox.mails if mail["To"] == cast.bea.email] == [None]
    row = db.session.scalars(select(OutboxMessage).where(OutboxMessage.recipient_id == cast.bea.user_id)).one()
    assert row.state == Delivery.SENT
    assert not choosing.switch_off(cast.bea.user_id, Kind.MESSAGE_WAITING, urgent=True, at=NOW)


def test_every_kind_belongs_to_a_topic() -> None:
    assert set(TOPIC_OF) == set(Kind)
    assert set(TOPIC_OF.values()) == set(Topic)
    assert {Topic.ACCOUNT, Topic.ALERTS} == ALWAYS_BY_MAIL


def given_up(cast: Cast) -> OutboxMessage:
    found = db.session.get_one(OutboxMessage, put(cast.bea))
    found.state, found.last_error, found.attempts, found.settled_at = Delivery.FAILED, "smtp-550", 3, NOW
    db.session.commit()
    return found


def run(app: Flask, *words: str) -> Any:
    db.session.rollback()
    return copy_context().run(app.test_cli_runner().invoke, args=["outbox", *words])


def test_the_command_lists_resends_and_drops_what_was_given_up(app: Flask, cast: Cast) -> None:
    again, never, other = (given_up(cast).id for _ in range(3))
    listed = run(app, "list").output
    assert f"{again}  2026-11-22 15:00Z  message-waiting  email  3×  smtp-550" in listed
    assert "bea" not in listed.lower()
    assert run(app, "resend", str(again)).exit_code == 0
    assert run(app, "drop", str(never)).exit_code == 0
    assert (row(again).state, row(again).attempts, row(never).state) == (Delivery.WAITING, 0, Delivery.DROPPED)
    refused = run(app, "drop", str(again))
    assert refused.exit_code == 1
    assert "was not given up" in refused.output
    assert run(app, "resend").exit_code == 2
    assert "1 will be sent again" in run(app, "resend", "--all").output
    assert row(other).state is Delivery.WAITING


@pytest.mark.parametrize(("verb", "becomes"), [("resend", Delivery.WAITING), ("drop", Delivery.DROPPED)])
def test_all_means_all_that_was_given_up_a_page_at_a_time(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch, verb: str, becomes: Delivery
) -> None:
    many(cast.bea, 7, state=Delivery.FAILED, last_error="smtp-550", settled_at=NOW - timedelta(hours=1))
    monkeypatch.setattr(queries, "SHOWN", 3)
    assert run(app, "list").output.count("smtp-550") == 7
    done = run(app, verb, "--all")
    assert (done.exit_code, done.output.split()[0]) == (0, "7")
    assert set(states()) == {becomes}


def test_the_push_key_is_made_once(app: Flask, cast: Cast) -> None:
    folder = app.config["INTERVAL"].instance_path
    assert run(app, "push-key").exit_code == 0
    assert vapid.load(folder) is not None
    again = run(app, "push-key")
    assert again.exit_code == 1
    assert "There is a key already" in again.output
