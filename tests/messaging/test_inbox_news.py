"""What an open inbox asks again and again: it changes with whatever its reader's patients or colleagues do."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from portal import db
from portal.messaging import handling, inbox, inbox_news, retraction, service
from portal.messaging.models import Message, Way
from tests import factories
from tests.cast import NOW, Cast
from tests.page import Browser

Open = Callable[..., Browser]
# The session, what is unread, the last words of danger, and twice for each of three lists.
STATEMENTS = 10
MINUTE = timedelta(minutes=1)


def standing(cast: Cast) -> inbox_news.Standing:
    return inbox_news.get_standing(cast.bea.user_id, NOW - timedelta(days=9))


def test_the_state_changes_with_whatever_changes_the_list_and_with_nothing_else(cast: Cast) -> None:
    ada, bea = cast.ada.actor, cast.bea.actor
    thread, beside = factories.thread(cast.ada, cast.ada), factories.thread(cast.ada, cast.ada, at=NOW - MINUTE)
    where: tuple[Any, Any] = (cast.ada.own_id, thread.id)
    states = [standing(cast).state]

    def write(words: str, minutes: int) -> None:
        ids = {"submission_id": uuid.uuid4()}
        service.send(*where, body=words, by=ada, at=NOW + minutes * MINUTE, **ids)

    call: dict[str, Any] = {"way": Way.TELEPHONE, "words": "Called", "submission_id": uuid.uuid4()}
    steps: list[Callable[[], object]] = [
        partial(write, "And another thing", 1),
        partial(handling.mark_urgent, *where, is_urgent=True, by=bea, at=NOW),
        partial(write, "I want to die", 2),
        partial(write, "I really want to die", 3),
        partial(handling.assign, *where, cast.bea.user_id, by=bea, at=NOW),
        partial(service.mark_read, *where, by=bea, at=NOW + 4 * MINUTE),
        partial(handling.record_contact, *where, **call, by=bea, at=NOW + 6 * MINUTE),
    ]
    for step in steps:
        step()
        db.session.flush()
        states.append(standing(cast).state)
    assert len(set(states)) == len(states)
    factories.thread(cast.dot, cast.dot)
    service.mark_read(cast.ada.own_id, beside.id, by=cast.ada.actor, at=NOW)
    assert standing(cast).state == states[-1], "another team's, and what the patient reads"


def test_one_read_while_another_came_is_news_though_as_many_are_unread(cast: Cast) -> None:
    thread = factories.thread(cast.ada, cast.ada)
    before = standing(cast)
    service.mark_read(cast.ada.own_id, thread.id, by=cast.nia.actor, at=NOW)
    factories.message(thread, cast.ada, cast.ada, "Again", NOW + MINUTE)
    thread.last_message_at = NOW + MINUTE
    db.session.flush()
    after = standing(cast)
    assert (after.unread, after.counts) == (before.unread, before.counts)
    assert after.state != before.state


@pytest.mark.parametrize("threads", [1, 30])
def test_nothing_new_is_answered_in_ten_statements_without_a_word(
    browser: Open, cast: Cast, queries_of: Callable[[Callable[[], Any]], int], threads: int
) -> None:
    for number in range(threads):
        factories.thread(cast.ada, cast.ada, at=NOW - number * MINUTE)
    bea = browser(cast.bea)
    page = bea.get("/messages")
    (place,) = [one for one in page.all if "data-inbox" in one.attrib]
    known = {"If-None-Match": f'"{place.get("data-state")}"'}
    answers: list[Any] = []
    assert queries_of(lambda: answers.append(bea.open(place.get("data-news"), headers=known))) == STATEMENTS
    assert [(one.status_code, one.data) for one in answers] == [(304, b"")]
    factories.thread(cast.ada, cast.ada, at=NOW + MINUTE)
    (news,) = [bea.open(place.get("data-news"), headers=known).get_json()]
    assert (news["counts"][""], news["unread"]) == (str(threads + 1), int(place.get("data-unread")) + 1)
    assert news["state"] != place.get("data-state")


def test_what_came_while_the_page_was_drawn_is_news_to_it(
    browser: Open, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, bea, ada = inbox.list_threads, browser(cast.bea), browser(cast.ada)

    def overtaken(*args: Any, **options: Any) -> inbox.Page:
        found = whole(*args, **options)
        monkeypatch.undo()
        ada.open(f"/patients/{cast.ada.own_id}/messages/new", "POST", data=SENT)
        return found

    monkeypatch.setattr(inbox, "list_threads", overtaken)
    page = bea.get("/messages")
    assert "Meanwhile" not in page.text
    (place,) = [one for one in page.all if "data-inbox" in one.attrib]
    known = {"If-None-Match": f'"{place.get("data-state")}"'}
    assert bea.open(place.get("data-news"), headers=known).status_code == 200


SENT = {"subject": "Meanwhile", "body": "Hello", "submission_id": "6f0c4f7e-3c8c-4f0b-9d0e-2f1f5f1b7a13"}


def test_withdrawing_the_only_question_is_news(cast: Cast) -> None:
    thread = factories.thread(cast.ada, cast.ada)
    before = standing(cast)
    message = db.session.query(Message).one()
    retraction.retract(cast.ada.own_id, thread.id, message.id, by=cast.ada.actor, at=NOW)
    assert standing(cast).state != before.state


@pytest.mark.parametrize(("name", "status"), [("nia", 200), ("eve", 403), ("ada", 403)])
def test_only_the_care_team_asks(browser: Open, cast: Cast, name: str, status: int) -> None:
    assert browser(getattr(cast, name)).open("/messages/news").status_code == status
