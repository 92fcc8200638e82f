"""What an open thread asks every few seconds."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from portal import db
from portal.messaging import news, queries, service
from portal.messaging.models import Message, Thread
from tests import factories
from tests.cast import NOW, Cast
from tests.page import Browser

Open = Callable[..., Browser]
AS_JSON = {"Accept": "application/json"}
# The session, the patient with the reader's relation to them, and what is counted.
STATEMENTS_FOR_NOTHING_NEW = 3


def state(cast: Cast, thread: Thread) -> str | None:
    return news.get_state(cast.ada.own_id, thread.id)


def news_of(cast: Cast, thread: Thread) -> str:
    return f"/patients/{cast.ada.own_id}/messages/{thread.id}/news"


def test_the_state_changes_with_a_message_a_receipt_and_a_withdrawal_and_with_nothing_else(cast: Cast) -> None:
    thread = factories.thread(cast.ada, cast.ada)
    states = [state(cast, thread)]
    factories.thread(cast.ada, cast.bea, "another thread", at=NOW)
    states.append(state(cast, thread))
    service.mark_read(cast.ada.own_id, thread.id, by=cast.bea.actor, at=NOW)
    states.append(state(cast, thread))
    answer = factories.message(thread, cast.ada, cast.bea, "Yes", NOW + timedelta(minutes=1))
    states.append(state(cast, thread))
    db.session.get_one(Message, answer.id).retracted_at = NOW + timedelta(minutes=2)
    db.session.flush()
    states.append(state(cast, thread))
    assert states[0] == states[1]
    assert len(set(states[1:])) == 4
    assert state(cast, thread) == states[-1]


def test_a_thread_has_a_state_for_its_own_patient_only(cast: Cast) -> None:
    theirs = factories.thread(cast.dot, cast.cal)
    assert news.get_state(cast.dot.own_id, theirs.id) is not None
    assert news.get_state(cast.ada.own_id, theirs.id) is None


@pytest.mark.parametrize(("messages", "encoding"), [(1, "identity"), (40, "gzip")])
def test_nothing_new_costs_three_statements_and_draws_nothing(
    browser: Open,
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    queries_of: Callable[[Callable[[], Any]], int],
    messages: int,
    encoding: str,
) -> None:
    thread = factories.thread(cast.ada, cast.bea)
    for minute in range(1, messages):
        factories.message(thread, cast.ada, cast.ada, "and", NOW + timedelta(minutes=minute))
    ada, path = browser(cast.ada), news_of(cast, thread)
    asked = AS_JSON | {"Accept-Encoding": encoding}
    drawn = ada.open(path, headers=asked)
    assert drawn.headers.get("Content-Encoding", "identity") == encoding
    assert drawn.headers["ETag"] == f'W/"{state(cast, thread)}"'

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("nothing is new, and still it is read")

    monkeypatch.setattr(queries, "get_conversation", refuse)
    answers: list[Any] = []

    def ask(known: str) -> None:
        answers.append(ada.open(path, headers=asked | {"If-None-Match": known}))

    for known in (drawn.headers["ETag"], f'"{state(cast, thread)}"'):
        assert queries_of(partial(ask, known)) == STATEMENTS_FOR_NOTHING_NEW
    assert {(one.status_code, one.data) for one in answers} == {(304, b"")}
    assert {one.headers["ETag"] for one in answers} == {drawn.headers["ETag"]}


def test_a_page_asks_from_the_state_it_was_drawn_in(browser: Open, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is sent while a page is being drawn is news to it, although the page was not finished yet."""
    thread = factories.thread(cast.ada, cast.bea)
    bea, ada = browser(cast.bea), browser(cast.ada)
    ada.get(f"/patients/{cast.ada.own_id}/messages/{thread.id}")
    whole = queries.get_conversation

    def overtaken(*args: Any, **options: Any) -> queries.Conversation:
        found = whole(*args, **options)
        monkeypatch.undo()
        ada.open(f"/patients/{cast.ada.own_id}/messages/{thread.id}", "POST", data=sent)
        return found

    sent = {"body": "Meanwhile", "submission_id": "6f0c4f7e-3c8c-4f0b-9d0e-2f1f5f1b7a11"}
    monkeypatch.setattr(queries, "get_conversation", overtaken)
    page = bea.get(f"/patients/{cast.ada.own_id}/messages/{thread.id}")
    assert "Meanwhile" not in page.text
    drawn = next(one for one in page.find("ol") if one.get("data-news"))
    known = AS_JSON | {"If-None-Match": f'"{drawn.get("data-state")}"'}
    assert "Meanwhile" in bea.open(drawn.get("data-news"), headers=known).get_json()["html"]


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_with_the_news_comes_what_stands_of_the_thread_now(browser: Open, cast: Cast) -> None:
    thread = factories.thread(cast.ada, cast.bea)
    path = f"/patients/{cast.ada.own_id}/messages/{thread.id}"
    bea, ada = browser(cast.bea), browser(cast.ada)
    assert "Nobody waits for an answer." in bea.get(path).text
    assert "You wrote on" not in ada.get(path).text
    ada.post(path, {**ada.get(path).form("Send").values, "body": "I want to kill myself"})
    said = bea.open(f"{path}/news").get_json()["standing"]
    assert "Waits for an answer since" in said
    assert "Words that may mean danger" in said
    assert "Nobody waits" not in said
    own = ada.open(f"{path}/news").get_json()["standing"]
    assert "You wrote on" in own
    assert "usually answers by" in own
    for kept in ("Waits", "danger", "Notes and more"):
        assert kept not in own.replace("In danger, or", "")


def test_a_script_that_sends_is_told_where_to_go_and_the_message_is_one(browser: Open, cast: Cast) -> None:
    thread = factories.thread(cast.ada, cast.bea)
    ada, path = browser(cast.ada), f"/patients/{cast.ada.own_id}/messages/{thread.id}"
    sent = {"body": "Better", "submission_id": "6f0c4f7e-3c8c-4f0b-9d0e-2f1f5f1b7a12"}
    places = [ada.open(path, "POST", data=sent, headers=AS_JSON).get_json()["place"] for _ in range(3)]
    assert {re.sub("#.*", "", place) for place in places} == {path}
    assert list(db.session.scalars(select(Message.body).where(Message.is_from_patient))) == ["Better"]
    assert ada.open(path, "POST", data=sent | {"body": "Worse"}, headers=AS_JSON).status_code == 409
    assert ada.open(path, "POST", data=sent | {"body": " "}, headers=AS_JSON).status_code == 422
