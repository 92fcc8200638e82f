"""Text messages and push messages: to whom, with what in them, and what happens when they do not get through."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select
from urllib3 import PoolManager

from config import PUSH_HOSTS
from portal import db
from portal.accounts.models import User
from portal.messaging.models import Thread
from portal.notifications import carriers, choosing, queue, service, vapid, ways
from portal.notifications.models import Channel, ContactWay, Delivery, Kind, OutboxMessage
from portal.notifications.over_http import gateway, may_push_to
from portal.notifications.quiet import Hours
from portal.notifications.topics import Topic
from portal.notifications.worker import Worker
from tests import factories
from tests.cast import NOW, Cast, Person
from tests.notifications.carried import (
    PHONE,
    Gateway,
    Meeting,
    browser_of,
    claims,
    confirmed_phone,
    serving,
    unseal,
    wants,
)
from tests.notifications.outbox import Inbox, drain, mail_server, smtp
from tests.telling import MAIL, told

SENT, FAILED, DROPPED, WAITING = Delivery.SENT, Delivery.FAILED, Delivery.DROPPED, Delivery.WAITING
EMAIL, SMS, PUSH = Channel.EMAIL, Channel.SMS, Channel.PUSH
BODY = '{"to": "{to}", "text": "{text}", "id": "{id}", "kind": "plain"}'


class Post:
    """A worker on every channel, with the servers it sends to."""

    def __init__(self, folder: Path, mail_port: int, address: str) -> None:
        self.inbox, self.gateway, self.address = Inbox(), Gateway(), address
        sms = (f"{address}/texts", BODY, "Bearer secret")
        others = carriers.find(sms=sms, push_hosts=["127.0.0.1"], folder=str(folder), contact="a@b.example")
        for carrier in others.values():
            object.__setattr__(carrier, "timeout", 1.0)
        self.worker = Worker(smtp(mail_port), instance_path=str(folder), others=others)

    def work(self) -> None:
        drain(self.worker)


@contextmanager
def open_post(folder: Path) -> Iterator[Post]:
    inbox, held = Inbox(), Gateway()
    if not (folder / vapid.FILE).exists():
        vapid.make(str(folder))
    with mail_server(inbox) as port, serving(held) as address:
        post = Post(folder, port, address)
        post.inbox, post.gateway = inbox, held
        yield post


@pytest.fixture
def post(cast: Cast, tmp_path: Path) -> Iterator[Post]:
    with open_post(tmp_path) as found:
        yield found


def tell(person: Person, kind: Kind = Kind.MESSAGE_WAITING, **options: Any) -> bool:
    written = service.enqueue(kind, person.user_id, **{"at": NOW, **options})
    db.session.commit()
    return written


def rows() -> dict[Channel, tuple[Delivery, str | None]]:
    """Return what became of each channel's row; a channel has one row in these tests."""
    db.session.rollback()
    found = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.created_at)).all()
    return {one.channel: (one.state, one.last_error) for one in found}


def test_everybody_is_told_by_mail_until_they_choose(cast: Cast) -> None:
    confirmed_phone(cast.ada)
    assert tell(cast.ada)
    assert list(rows()) == [EMAIL]


def test_one_thing_is_told_on_every_chosen_way_once(cast: Cast, post: Post) -> None:
    confirmed_phone(cast.bea)
    browser_of(cast.bea, f"{post.address}/bea")
    wants(cast.bea, Topic.ALERTS, SMS, PUSH)
    for _ in range(2):
        tell(cast.bea, Kind.ALERT_WAITING, urgent=True, once_key="alert:once")
    post.work()
    assert rows() == dict.fromkeys(Channel, (SENT, None))
    assert [mail["To"] for mail in post.inbox.mails] == ["bea@interval.example"]
    assert len(post.gateway.seen) == 2


def test_who_wants_to_be_told_of_nothing_is_not(cast: Cast) -> None:
    wants(cast.ada, Topic.MESSAGES)
    assert not tell(cast.ada)
    assert rows() == {}


def test_a_text_message_says_who_where_and_nothing_else(cast: Cast, post: Post) -> None:
    confirmed_phone(cast.bea)
    wants(cast.bea, Topic.MESSAGES, SMS)
    tell(cast.bea)
    post.work()
    ((path, headers, _),) = post.gateway.seen
    (text,) = post.gateway.texts
    row = db.session.scalar(select(OutboxMessage))
    assert row is not None
    assert path == "/texts"
    assert text == {
        "to": PHONE,
        "text": "Harbour Clinic: You have something to look at http://localhost/",
        "id": str(row.id),
        "kind": "plain",
    }
    assert headers["Authorization"] == "Bearer secret"
    assert headers["Idempotency-Key"] == str(row.id)


def test_a_push_message_is_sealed_for_one_browser_and_signed_by_us(cast: Cast, post: Post) -> None:
    browser_of(cast.bea, f"{post.address}/bea/opaque")
    wants(cast.bea, Topic.ALERTS, PUSH)
    tell(cast.bea, Kind.ALERT_WAITING, urgent=True)
    post.work()
    ((path, headers, body),) = post.gateway.seen
    (said,) = post.gateway.pushes
    assert path == "/bea/opaque"
    assert (said["title"], said["body"]) == ("Urgent: please sign in now", "Sign in to look at it.")
    assert b"Urgent" not in body
    assert (headers["Content-Encoding"], headers["Urgency"], headers["TTL"]) == ("aes128gcm", "high", "86400")
    assert len(headers["Topic"]) == 32
    found = claims(headers["Authorization"])
    assert (found["aud"], found["sub"]) == (post.address, "mailto:a@b.example")
    assert found["exp"] == (NOW + vapid.LASTS).timestamp()


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_text_and_no_push_says_what_it_is_about(
    cast: Cast, post: Post, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setattr("portal.notifications.worker.why_not", lambda *_, **__: None)
    phone, tablet = confirmed_phone(cast.ada), browser_of(cast.ada, f"{post.address}/tablet")
    db.session.get_one(User, cast.ada.user_id).language = language
    phone.code_at = NOW
    for kind in Kind:
        push = [] if kind is Kind.PHONE_CODE else [(PUSH, tablet.id)]
        service.write(kind, cast.ada.user_id, [(SMS, phone.id), *push], at=NOW, urgent=True)
    db.session.commit()
    post.work()
    assert {state for state, _ in rows().values()} == {SENT}
    assert len(post.gateway.seen) == 2 * len(Kind) - 1
    for path, headers, body in post.gateway.seen:
        said = f"{headers} {body.decode() if path == '/texts' else unseal(body).decode()}"
        assert not told(MAIL, said), told(MAIL, said)


@pytest.mark.parametrize(
    ("channel", "answer", "state", "error"),
    [
        (SMS, 400, FAILED, "sms-400"),
        (SMS, 401, WAITING, "sign-in-refused"),
        (SMS, 503, WAITING, "sms-503"),
        (SMS, 302, WAITING, "sms-302"),
        (SMS, "hang", WAITING, "timed-out"),
        (SMS, "drop", WAITING, "unreachable"),
        (PUSH, 410, DROPPED, "push-gone"),
        (PUSH, 401, WAITING, "push-401"),
        (PUSH, 403, WAITING, "push-403"),
        (PUSH, 413, FAILED, "push-413"),
        (PUSH, 500, WAITING, "push-500"),
        (PUSH, "hang", WAITING, "push-timed-out"),
        (PUSH, "drop", WAITING, "push-unreachable"),
    ],
)
def test_what_is_refused_is_tried_again_or_given_up_and_then_told_by_mail(
    cast: Cast, post: Post, channel: Channel, answer: Any, state: Delivery, error: str
) -> None:
    confirmed_phone(cast.bea) if channel is SMS else browser_of(cast.bea, f"{post.address}/bea")
    wants(cast.bea, Topic.MESSAGES, channel)
    post.gateway.answers.append(answer)
    tell(cast.bea)
    post.work()
    assert rows()[channel] == (state, error)
    assert len(post.inbox.mails) == (0 if state is WAITING else 1), "who could not be told that way is told by mail"
    way = db.session.scalar(select(ContactWay))
    assert way is not None
    assert (way.gone_at is not None) == (error == "push-gone")


def test_a_browser_that_is_gone_hears_no_more_and_the_other_one_does(cast: Cast, post: Post, frozen: Any) -> None:
    browser_of(cast.bea, f"{post.address}/one")
    browser_of(cast.bea, f"{post.address}/two")
    wants(cast.bea, Topic.MESSAGES, PUSH)
    post.gateway.answers = [410]
    tell(cast.bea)
    post.work()
    frozen.shift(timedelta(seconds=1))
    tell(cast.bea, at=NOW + timedelta(seconds=1))
    post.work()
    assert len({path for path, _, _ in post.gateway.seen}) == 1
    assert len(post.gateway.seen) == 2
    assert post.inbox.mails == [], "the other browser was told"


@pytest.mark.parametrize("answer", [401, 403])
def test_a_service_that_refuses_us_costs_nobody_a_browser_and_is_made_up_for_by_mail_within_minutes(
    cast: Cast, post: Post, frozen: Any, answer: int
) -> None:
    way = browser_of(cast.bea, f"{post.address}/bea")
    wants(cast.bea, Topic.MESSAGES, PUSH)
    post.gateway.answers += [answer] * 5
    tell(cast.bea)
    for _ in range(5):
        post.work()
        frozen.shift(timedelta(minutes=5))
    post.work()
    assert rows() == {PUSH: (FAILED, f"push-{answer}"), EMAIL: (SENT, None)}
    assert way.gone_at is None


def at_once(app: Flask, *actions: Callable[[], Any]) -> None:
    """Do several things in threads of their own, each in a transaction that may write."""

    def act(action: Callable[[], Any]) -> None:
        with app.app_context():
            db.begin(write=True)
            action()
            db.session.commit()
            db.session.remove()

    threads = [threading.Thread(target=act, args=(action,)) for action in actions]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def test_two_workers_that_give_two_ways_up_at_once_tell_by_mail(
    app: Flask, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirmed_phone(cast.bea)
    browser_of(cast.bea, "http://127.0.0.1/bea")
    wants(cast.bea, Topic.MESSAGES, SMS, PUSH)
    tell(cast.bea)
    held = [queue.claim(name, at=NOW) for name in ("one", "two")]
    db.session.commit()
    monkeypatch.setattr(service, "reroute", Meeting().before(service.reroute))
    senders = [Worker(smtp(1), instance_path=str(tmp_path)) for _ in held]
    at_once(app, *(partial(sender._give_up, one, "gone") for sender, one in zip(senders, held, strict=True)))
    assert rows() == {SMS: (FAILED, "gone"), PUSH: (FAILED, "gone"), EMAIL: (WAITING, None)}


def test_two_taps_make_one_phone_that_waits_for_its_code(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ways, "list_live", Meeting().before(ways.list_live))
    tap = partial(ways.add_phone, cast.ada.user_id, PHONE, by=cast.ada.actor, at=NOW)
    db.session.rollback()
    at_once(app, tap, tap)
    assert sorted(one.gone_at is None for one in db.session.scalars(select(ContactWay))) == [False, True]


def test_no_code_goes_to_a_number_that_was_replaced_meanwhile(cast: Cast, post: Post) -> None:
    for number in ("+12125550199", PHONE):
        ways.add_phone(cast.ada.user_id, number, by=cast.ada.actor, at=NOW)
    db.session.commit()
    post.work()
    assert [text["to"] for text in post.gateway.texts] == [PHONE]


@pytest.mark.parametrize("instead", [(), (EMAIL,)])
def test_what_is_chosen_when_it_is_sent_counts(cast: Cast, post: Post, instead: tuple[Channel, ...]) -> None:
    confirmed_phone(cast.bea)
    wants(cast.bea, Topic.MESSAGES, SMS)
    tell(cast.bea)
    wants(cast.bea, Topic.MESSAGES, *instead)
    post.work()
    assert rows()[SMS] == (DROPPED, "not-wanted-by-now")
    assert len(post.inbox.mails) == len(instead)
    assert post.gateway.seen == []


def test_a_phone_that_was_removed_meanwhile_is_made_up_for_by_mail(cast: Cast, post: Post) -> None:
    way = confirmed_phone(cast.bea)
    wants(cast.bea, Topic.MESSAGES, SMS)
    tell(cast.bea)
    way.gone_at = NOW
    db.session.commit()
    post.work()
    assert (len(post.inbox.mails), post.gateway.seen) == (1, [])


def test_a_gateway_that_comes_back_wakes_its_own_channel_only(cast: Cast, post: Post, frozen: Any) -> None:
    confirmed_phone(cast.bea)
    wants(cast.bea, Topic.MESSAGES, SMS)
    post.gateway.answers = [401]
    tell(cast.bea)
    post.work()
    tell(cast.nia)
    post.work()
    assert rows()[SMS] == (WAITING, "sign-in-refused"), "that mail flows says nothing of text messages"
    frozen.shift(timedelta(seconds=1))
    tell(cast.bea, at=NOW + timedelta(seconds=1))
    post.work()
    assert len(post.gateway.seen) == 2


def test_without_a_gateway_a_text_is_given_up_visibly_and_told_by_mail(cast: Cast, tmp_path: Path) -> None:
    confirmed_phone(cast.bea)
    wants(cast.bea, Topic.MESSAGES, SMS)
    tell(cast.bea)
    inbox = Inbox()
    with mail_server(inbox) as port:
        drain(Worker(smtp(port), instance_path=str(tmp_path)))
    assert rows() == {SMS: (FAILED, "not-set-up"), EMAIL: (SENT, None)}


def local(zone: str, *when: int) -> datetime:
    return datetime(*when, tzinfo=ZoneInfo(zone))  # type: ignore[misc]


def test_quiet_hours_postpone_in_the_persons_zone_and_drop_nothing(cast: Cast, post: Post, frozen: Any) -> None:
    wants(cast.bea, Topic.MESSAGES, EMAIL, quiet=Hours(9, 12))
    tell(cast.bea)
    post.work()
    row = db.session.scalar(select(OutboxMessage))
    assert row is not None
    assert (row.state, row.attempts, row.due_at) == (WAITING, 0, local("America/New_York", 2026, 11, 22, 12))
    frozen.shift(timedelta(hours=2, seconds=1))
    post.work()
    assert len(post.inbox.mails) == 1


def test_a_topic_waits_for_its_own_hours(cast: Cast, post: Post) -> None:
    wants(cast.bea, Topic.MESSAGES, EMAIL, within=Hours(16, 18))
    tell(cast.bea)
    tell(cast.bea, Kind.ALERT_WAITING)
    post.work()
    assert len(post.inbox.mails) == 1
    row = db.session.scalar(select(OutboxMessage).where(OutboxMessage.kind == Kind.MESSAGE_WAITING))
    assert row is not None
    assert row.due_at == local("America/New_York", 2026, 11, 22, 16)


@pytest.mark.parametrize(("kind", "urgent"), [(Kind.ALERT_WAITING, False), (Kind.MESSAGE_WAITING, True)])
def test_alerts_and_what_is_urgent_wait_for_no_hour(cast: Cast, post: Post, kind: Kind, urgent: bool) -> None:
    wants(cast.bea, Topic.MESSAGES, EMAIL, within=Hours(3, 4), quiet=Hours(9, 12))
    tell(cast.bea, kind, urgent=urgent)
    post.work()
    assert len(post.inbox.mails) == 1


@pytest.mark.parametrize("order", [1, -1])
def test_one_mail_goes_out_for_all_that_gathered_in_quiet_hours_whoever_holds_which(
    cast: Cast, post: Post, frozen: Any, order: int
) -> None:
    wants(cast.ada, Topic.MESSAGES, EMAIL, quiet=Hours(9, 13))
    factories.thread(cast.ada, cast.bea)
    for hours in range(3):
        frozen.move_to(NOW + timedelta(hours=hours))
        tell(cast.ada, at=NOW + timedelta(hours=hours), patient_id=cast.ada.own_id)
        post.work()
    assert post.inbox.mails == []
    frozen.move_to(NOW + timedelta(hours=4))
    held = [queue.claim(post.worker.name, at=NOW + timedelta(hours=4)) for _ in range(3)]
    db.session.commit()
    for one in held[::order]:
        assert one is not None
        post.worker._handle(one)
        post.worker._mark_sent()
    mail = select(OutboxMessage.state).order_by(OutboxMessage.created_at)
    assert db.session.scalars(mail).all() == [DROPPED, DROPPED, SENT]
    tell(cast.ada, at=NOW + timedelta(hours=4), patient_id=cast.ada.own_id)
    post.work()
    assert len(post.inbox.mails) == 2, "what comes later is told anew"


def test_of_two_that_were_written_at_one_moment_one_goes_out(cast: Cast, post: Post) -> None:
    factories.thread(cast.ada, cast.bea)
    for _ in range(2):
        tell(cast.ada, patient_id=cast.ada.own_id)
    post.work()
    assert len(post.inbox.mails) == 1


def test_what_is_urgent_and_what_is_about_somebody_else_is_told_for_itself(cast: Cast, post: Post) -> None:
    factories.thread(cast.ada, cast.ada)
    about = {"patient_id": cast.ada.own_id}
    tell(cast.bea, **about, at=NOW - timedelta(minutes=3))
    tell(cast.bea, patient_id=cast.dot.own_id, at=NOW - timedelta(minutes=2))
    tell(cast.nia, **about, urgent=True, at=NOW - timedelta(minutes=3))
    tell(cast.nia, **about, at=NOW - timedelta(minutes=2))
    post.work()
    mails = sorted(mail["To"] for mail in post.inbox.mails)
    assert mails == ["bea@interval.example", "nia@interval.example", "nia@interval.example"]


def test_what_became_needless_during_quiet_hours_is_dropped(cast: Cast, post: Post, frozen: Any) -> None:
    wants(cast.ada, Topic.MESSAGES, EMAIL, quiet=Hours(9, 12))
    thread = factories.thread(cast.ada, cast.bea)
    service.enqueue(Kind.MESSAGE_WAITING, cast.ada.user_id, at=NOW, patient_id=cast.ada.own_id)
    db.session.commit()
    post.work()
    assert rows()[EMAIL][0] is WAITING
    db.session.get_one(Thread, thread.id).unread_by_patient = 0
    db.session.commit()
    frozen.shift(timedelta(hours=3))
    post.work()
    assert rows()[EMAIL] == (DROPPED, "read-by-now")


@pytest.mark.parametrize(
    ("url", "body", "said"),
    [
        ("http://sms.example/", BODY, "SMS_URL must be"),
        ("ftp://sms.example/", BODY, "SMS_URL must be"),
        ("https://sms.example/", '{"to": "{to}"}', "SMS_BODY must hold"),
        ("https://sms.example/", '{"to": {to}, "text": "{text}"}', "SMS_BODY begins like JSON"),
    ],
)
def test_a_gateway_that_would_not_do_is_said(url: str, body: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        gateway(url, body=body, authorization="")


@pytest.mark.parametrize(
    ("endpoint", "may"),
    [
        ("https://web.push.apple.com/x", True),
        ("HTTPS://WEB.PUSH.APPLE.COM:443/x", True),
        (r"https://169.254.169.254\.push.apple.com/x", False),
        (r"https://web.push.apple.com\@169.254.169.254/x", False),
        ("https://169.254.169.254#.push.apple.com/x", False),
        ("https://169.254.169.254?.push.apple.com/x", False),
        ("https://169.254.169.254%2f.push.apple.com/x", False),
        ("https://169.254.169.254/.push.apple.com/x", False),
        ("https://web.push.apple.com@169.254.169.254/x", False),
        ("https://a:b@web.push.apple.com/x", False),
        ("https://evilpush.apple.com/x", False),
        ("https://web.push.apple.com.evil.example/x", False),
        ("https://web.push.apple.com./x", False),
        ("https://web.push.apple.com:8443/x", False),
        ("https://web.push.apple.com:x/x", False),
        ("http://web.push.apple.com/x", False),
        ("https://web.push.apple.com/x y", False),
        ("https://127.0.0.1/x", False),
        ("https://[::1]/x", False),
        ("//web.push.apple.com/x", False),
        ("https:web.push.apple.com", False),
        ("", False),
    ],
)
def test_only_a_push_service_that_we_know_is_spoken_to(endpoint: str, may: bool) -> None:
    assert may_push_to(endpoint, PUSH_HOSTS) is may
    assert not may or (host := PoolManager().connection_from_url(endpoint).host).endswith(".push.apple.com"), host


def test_a_form_for_the_gateway_is_filled_and_quoted(cast: Cast, post: Post, tmp_path: Path) -> None:
    carrier = gateway(f"{post.address}/form", body="To={to}&Body={text}&Flag=on", authorization="")
    confirmed_phone(cast.bea)
    wants(cast.bea, Topic.MESSAGES, SMS)
    tell(cast.bea)
    assert carrier is not None
    drain(Worker(smtp(1), instance_path=str(tmp_path), others={SMS: carrier}))
    assert post.gateway.seen[0][2] == (
        b"To=%2B12125550134&Body=Harbour+Clinic%3A+You+have+something+to+look+at+http%3A%2F%2Flocalhost%2F&Flag=on"
    )


def test_choices_survive_and_new_topics_come_by_mail(cast: Cast) -> None:
    wants(cast.ada, Topic.MESSAGES, SMS, within=Hours(8, 20), quiet=Hours(22, 6))
    db.session.expire_all()
    found = choosing.get(cast.ada.user_id)
    assert found.of(Topic.CHECK_INS) == choosing.Wish()
    assert found.of(Topic.MESSAGES).within == Hours(8, 20)
    assert found.quiet == Hours(22, 6)
