"""Reading and writing in a thread."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import delete, event, func, select
from sqlalchemy.exc import OperationalError

from portal import db
from portal.accounts import sessions
from portal.messaging import queries, service
from portal.messaging.models import Message, MessageRead, Thread
from portal.notifications import service as notifications
from portal.notifications.models import Delivery, Kind, OutboxMessage
from portal.review.models import CaseloadRow
from tests import factories
from tests.cast import NOW, PASSWORD, Cast
from tests.notifications.outbox import many
from tests.page import Browser

Open = Callable[..., Browser]


def path_of(cast: Cast, thread: Thread | None = None) -> str:
    base = f"/patients/{cast.ada.own_id}/messages"
    return f"{base}/{thread.id}" if thread else base


def count(what: type[db.Base] = Message) -> int:
    return db.session.scalar(select(func.count()).select_from(what)) or 0


def test_ada_reads_and_answers_and_bea_sees_both(browser: Open, cast: Cast, frozen: time_machine.Traveller) -> None:
    bea, ada = browser(cast.bea), browser(cast.ada)
    new = bea.get(path_of(cast)).follow("Write a message")
    sent = new.form("Send").submit(subject="After Tuesday", body="How did you sleep?")
    assert "Sent. Not read yet." in sent.text
    frozen.shift(timedelta(minutes=9))
    opened = ada.get(path_of(cast)).follow("After Tuesday")
    assert opened.h1 == "After Tuesday"
    assert "Bea Lindqvist, provider" in opened.text
    assert "New" in opened.text
    frozen.shift(timedelta(minutes=2))
    opened.form("Send").submit(body="Better, thank you")
    back = bea.get("/messages").follow("Ada Okafor")
    assert "Better, thank you" in back.text
    assert "Read by Ada Okafor, November 22, 2026, 10:09 AM" in back.text
    assert "Read by Bea Lindqvist, November 22, 2026, 10:11 AM" in ada.get(back.url).text


FATES: list[tuple[list[Delivery], bool]] = [
    ([Delivery.FAILED], True),
    ([Delivery.FAILED, Delivery.FAILED], True),
    ([Delivery.FAILED, Delivery.DROPPED], True),
    ([Delivery.FAILED, Delivery.SENT], False),
    ([Delivery.FAILED, Delivery.WAITING], False),
    ([Delivery.DROPPED], False),
    ([Delivery.SENT], False),
]


def test_where_no_way_reaches_her_the_team_reads_so_until_she_has_read_it(browser: Open, cast: Cast) -> None:
    sent = browser(cast.bea).get(f"{path_of(cast)}/new").form("Send").submit(subject="Hello", body="Please call us")
    said, mails = "Ada could not be told that a message waits", delete(OutboxMessage)
    for states, is_said in FATES:
        db.session.execute(mails)
        for state in states:
            many(cast.ada, 1, state=state)
        many(cast.ada, 1, state=Delivery.SENT, kind=Kind.CHECK_IN_DUE)
        page = browser(cast.bea).get(sent.url)
        assert (said in page.text) is is_said, states
        assert "Sent. Not read yet." in page.text
    db.session.execute(mails)
    many(cast.ada, 1, state=Delivery.FAILED)
    notifications.drop(db.session.query(OutboxMessage).one().id, by=None, at=NOW)
    db.session.commit()
    assert said in browser(cast.bea).get(sent.url).text, "nobody told her by giving it up"
    many(cast.ada, 1, state=Delivery.SENT)
    assert said not in browser(cast.bea).get(sent.url).text
    db.session.execute(mails)
    many(cast.ada, 1, state=Delivery.FAILED)
    many(cast.bea, 1, state=Delivery.SENT)
    page = browser(cast.bea).get(sent.url)
    assert "Call them, and check their address" in page.text
    assert "ada@" in page.follow("how to reach Ada").text
    assert said not in browser(cast.ada).get(sent.url).text
    assert said not in browser(cast.bea).get(sent.url).text


def test_opening_reads_once_and_the_caseload_knows(browser: Open, cast: Cast) -> None:
    path = path_of(cast, factories.thread(cast.ada, cast.ada))
    bea = browser(cast.bea)
    assert "New" in bea.get(path).text
    assert "New" not in bea.get(path).text
    assert count(MessageRead) == 1
    assert db.session.get_one(CaseloadRow, cast.ada.own_id).unread == 0


def test_asking_for_the_head_of_a_page_reads_nothing(browser: Open, cast: Cast) -> None:
    path = path_of(cast, factories.thread(cast.ada, cast.ada))
    assert browser(cast.bea).open(path, "HEAD").status_code == 200
    assert count(MessageRead) == 0


def test_a_thread_opens_where_reading_cannot_be_noted(
    browser: Open, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = path_of(cast, factories.thread(cast.ada, cast.bea))

    def refuse(*_: object, **__: object) -> frozenset[object]:
        raise OperationalError("INSERT", {}, Exception("attempt to write a readonly database"))

    monkeypatch.setattr(service, "mark_read", refuse)
    assert "How are you?" in browser(cast.ada).get(path).text
    assert count(MessageRead) == 0


def test_another_patients_thread_is_not_found_under_ones_own_name(browser: Open, cast: Cast) -> None:
    theirs = factories.thread(cast.dot, cast.cal).id
    ada = browser(cast.ada)
    for path in (f"{path_of(cast)}/{theirs}", f"{path_of(cast)}/{theirs}/news"):
        assert ada.open(path).status_code == 404
    for path in (f"{path_of(cast)}/{theirs}", f"{path_of(cast)}/{theirs}/read"):
        assert ada.open(path, "POST", data={"body": "Hello"}).status_code == 404
    assert count() == 1


BAD = [
    ("", "Write your message first"),
    ("   \n\t  ", "Write your message first"),
    ("\x00\x07\u202e", "Write your message first"),
    ("a" * 10_001, "Use 10,000 characters or fewer. This has 10,001."),
]


def test_bad_input_is_said_plainly_and_kept(browser: Open, cast: Cast) -> None:
    form = browser(cast.ada).get(path_of(cast, factories.thread(cast.ada, cast.bea))).form("Send")
    for typed, said in BAD:
        page = form.submit(body=typed, expect=422)
        assert page.problems == [said]
        assert page.form("Send").values["body"] == typed.strip("\x00\x07\u202e \n\t")
    assert count() == 1


def test_a_megabyte_of_words_is_refused_by_its_length_and_comes_back_whole(browser: Open, cast: Cast) -> None:
    form = browser(cast.ada).get(path_of(cast, factories.thread(cast.ada, cast.bea))).form("Send")
    typed = "é" * 500_000
    page = form.submit(body=typed, expect=422)
    page.response.request.environ["wsgi.input"].close()
    assert page.problems == ["Use 10,000 characters or fewer. This has 500,000."]
    assert page.form("Send").values["body"] == typed
    assert count() == 1


def test_control_characters_are_left_out_and_the_rest_arrives_as_it_was_typed(browser: Open, cast: Cast) -> None:
    form = browser(cast.ada).get(path_of(cast, factories.thread(cast.ada, cast.bea))).form("Send")
    form.submit(body="one\r\n\ttwo \x00\x1b[31m\u202eeerht 👩🏽‍🌾 naïve ﷽ <b>&amp;")
    bodies = list(db.session.scalars(select(Message.body).where(Message.is_from_patient)))
    assert bodies == ["one\n\ttwo [31meerht 👩🏽‍🌾 naïve ﷽ <b>&amp;"]


def test_what_looks_like_a_page_is_shown_as_it_was_typed(browser: Open, cast: Cast) -> None:
    typed = "<script>alert(1)</script> {{ 7*7 }}"
    thread = factories.thread(cast.ada, cast.ada, typed)
    path = path_of(cast, thread)
    bea = browser(cast.bea)
    assert typed in bea.get(path).text
    assert "<script>alert" not in str(bea.open(f"{path}/news").get_json()["html"])


def test_a_second_tap_is_one_message(browser: Open, cast: Cast) -> None:
    form = browser(cast.ada).get(path_of(cast, factories.thread(cast.ada, cast.bea))).form("Send")
    for _ in range(3):
        form.submit(body="Better")
    assert count() == 2


def test_back_and_send_with_other_words_asks_first(browser: Open, cast: Cast) -> None:
    form = browser(cast.ada).get(path_of(cast, factories.thread(cast.ada, cast.bea))).form("Send")
    form.submit(body="Better")
    page = form.submit(body="Worse", expect=409)
    assert "This page sent a message before" in page.problems[0]
    assert page.form("Send").values["body"] == "Worse"
    assert count() == 2
    page.form("Send").submit()
    assert count() == 3


def test_what_was_typed_when_the_session_ended_is_offered_again(
    browser: Open, cast: Cast, frozen: time_machine.Traveller
) -> None:
    page = browser(cast.ada).get(path_of(cast, factories.thread(cast.ada, cast.bea)))
    frozen.shift(sessions.IDLE_LIMIT_PATIENT + timedelta(minutes=1))
    sign_in = page.form("Send").submit(body="Better, thank you")
    again = sign_in.form("Sign in").submit(email=cast.ada.email, password=PASSWORD)
    assert again.form("Send").values["body"] == "Better, thank you"
    again.form("Send").submit()
    assert count() == 2
    assert "We kept what you typed" not in browser(cast.ada).get(page.url).text


def test_a_patient_reads_beside_the_box_when_and_whom_to_call_instead(browser: Open, cast: Cast) -> None:
    page = browser(cast.ada).get(path_of(cast, factories.thread(cast.ada, cast.bea)))
    assert "Your care team usually answers by Tue, Nov 24" in page.text
    assert "Nobody reads this around the clock" in page.text
    assert "Call 911" in page.text
    assert ("More help now", "/help?country=US") in page.links


def test_news_come_only_when_something_is_new_and_read_nothing(browser: Open, cast: Cast) -> None:
    thread = factories.thread(cast.ada, cast.bea)
    path = path_of(cast, thread)
    ada, bea = browser(cast.ada), browser(cast.bea)
    page = bea.get(path)
    drawn = next(one for one in page.find("ol") if one.get("data-news"))
    known = {"If-None-Match": f'"{drawn.get("data-state")}"', "Accept": "application/json"}
    assert bea.open(drawn.get("data-news"), headers=known).status_code == 304
    ada.get(path).form("Send").submit(body="Better")
    news = bea.open(drawn.get("data-news"), headers=known).get_json()
    assert "Better" in news["html"]
    assert "Read by Ada Okafor" in news["html"]
    assert db.session.scalar(select(Thread.unread_by_team)) == 1
    since, through = queries.get_conversation(thread.id).messages
    shown = {"since": since.id.hex, "through": through.id.hex}
    assert bea.open(drawn.get("data-read"), "POST", data=shown).status_code == 204
    assert db.session.scalar(select(Thread.unread_by_team)) == 0


def test_asking_for_news_does_not_keep_a_session_alive(
    browser: Open, cast: Cast, frozen: time_machine.Traveller
) -> None:
    path = path_of(cast, factories.thread(cast.ada, cast.bea))
    ada = browser(cast.ada)
    ada.get(path)
    as_json = {"Accept": "application/json"}
    for _ in range(2):
        frozen.shift(sessions.IDLE_LIMIT_PATIENT * 0.4)
        assert ada.open(f"{path}/news", headers=as_json).status_code == 200
    frozen.shift(sessions.IDLE_LIMIT_PATIENT * 0.4)
    assert ada.open(f"{path}/news", headers=as_json).status_code == 401


def test_earlier_messages_of_a_long_thread_are_one_link_away(
    browser: Open, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.messaging.queries.MESSAGES_PAGE", 2)
    thread = factories.thread(cast.ada, cast.bea, "the first")
    for minute in (1, 2):
        factories.message(thread, cast.ada, cast.ada, f"answer {minute}", NOW + timedelta(minutes=minute))
    page = browser(cast.bea).get(path_of(cast, thread))
    assert "the first" not in page.text
    earlier = page.follow("Earlier messages")
    assert "the first" in earlier.text
    assert earlier.follow("Latest messages").text == page.text.replace(" New", "")


def test_everything_about_messages_costs_the_same_with_many_threads(browser: Open, cast: Cast) -> None:
    bea = browser(cast.bea)
    thread = factories.thread(cast.ada, cast.ada)
    bea.get("/messages")
    few = _statements(lambda: bea.get("/messages"))
    for minute in range(1, 8):
        factories.message(thread, cast.ada, cast.ada, "again", NOW + timedelta(minutes=minute))
        factories.thread(cast.ada, cast.bea, at=NOW + timedelta(minutes=minute))
    assert _statements(lambda: bea.get("/messages")) == few


def _statements(visit: Callable[[], object]) -> int:
    seen: list[str] = []
    engine = db.db.engine

    def note(_: object, __: object, statement: str, *___: object) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    visit()
    event.remove(engine, "before_cursor_execute", note)
    return len(seen)
