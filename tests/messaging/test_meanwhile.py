"""Nobody of the team ends a wait without having seen all that waits: what was written while a page stood open."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest

from portal import db
from portal.messaging import queries
from portal.messaging.models import Thread
from tests import factories
from tests.cast import NOW, Cast
from tests.page import Browser

Open = Callable[..., Browser]
WORDS = "I want to kill myself tonight"


def waits(thread: Thread) -> tuple[bool, bool, int]:
    """Return whether an answer is owed, whether words of danger are marked, and how many messages are unread."""
    db.session.rollback()
    row = db.session.get_one(Thread, thread.id)
    return row.owed_since is not None, row.danger_at is not None, row.unread_by_team


def write(browser: Open, cast: Cast, thread: Thread) -> None:
    path = f"/patients/{cast.ada.own_id}/messages/{thread.id}"
    browser(cast.ada).get(path).form("Send").submit(body=WORDS)


@pytest.mark.parametrize(
    ("page", "button", "values"),
    [
        ("", "Send", {"body": "You are welcome!"}),
        ("/contact", "Save", {"way": "telephone", "words": "She is well."}),
        ("/resolve", "Save", {"words": "A thank you."}),
    ],
    ids=["reply", "contact", "resolve"],
)
def test_what_came_since_a_page_was_opened_is_seen_before_it_counts_as_settled(
    browser: Open, cast: Cast, page: str, button: str, values: dict[str, str]
) -> None:
    thread = factories.thread(cast.ada, cast.ada, "Thank you")
    path, bea = f"/patients/{cast.ada.own_id}/messages/{thread.id}", browser(cast.bea)
    bea.get(path)
    form = bea.get(f"{path}{page}").form(button)
    write(browser, cast, thread)

    refused = form.submit(**values, expect=409)
    assert waits(thread) == (True, True, 0)
    assert "Ada wrote meanwhile" in refused.problems[0]
    assert WORDS in refused.text
    again = refused.form(button)
    assert {name: again.values[name] for name in values} == values

    again.submit(**values)
    assert waits(thread) == (False, False, 0)


def test_a_mark_is_taken_off_only_by_somebody_who_saw_what_it_stands_for(browser: Open, cast: Cast) -> None:
    thread = factories.thread(cast.ada, cast.ada, "I wish I was dead")
    thread.danger_at = thread.owed_since
    db.session.commit()
    path, bea = f"/patients/{cast.ada.own_id}/messages/{thread.id}", browser(cast.bea)
    form = bea.get(path).form("Take the mark off")
    write(browser, cast, thread)
    assert "Ada wrote meanwhile, so the mark stays" in form.submit().text
    assert waits(thread) == (True, True, 0)
    assert "The mark is taken off" in form.submit().text
    assert waits(thread) == (True, False, 0)


def test_withdrawn_words_of_danger_are_seen_before_an_answer_settles_them(browser: Open, cast: Cast) -> None:
    thread = factories.thread(cast.ada, cast.ada, "Thank you")
    path = f"/patients/{cast.ada.own_id}/messages/{thread.id}"
    form = browser(cast.bea).get(path).form("Send")
    write(browser, cast, thread)
    browser(cast.ada).get(path).form("Withdraw").submit()
    assert WORDS in form.submit(body="You are welcome!", expect=409).text
    assert waits(thread) == (True, True, 0)


def test_a_colleague_who_read_it_does_not_answer_for_somebody_who_did_not(browser: Open, cast: Cast) -> None:
    thread = factories.thread(cast.ada, cast.ada, "Thank you")
    path = f"/patients/{cast.ada.own_id}/messages/{thread.id}"
    form = browser(cast.bea).get(path).form("Send")
    write(browser, cast, thread)
    browser(cast.nia).get(path)
    form.submit(body="You are welcome!", expect=409)
    assert waits(thread) == (True, True, 0)


def test_a_patients_answer_reads_nothing_that_was_not_on_their_page(cast: Cast, browser: Open) -> None:
    thread = factories.thread(cast.ada, cast.bea, "How are you?")
    path, ada = f"/patients/{cast.ada.own_id}/messages/{thread.id}", browser(cast.ada)
    values = dict(ada.get(path).form("Send").values.items())
    factories.message(thread, cast.ada, cast.bea, "And how did you sleep?", NOW + timedelta(seconds=1))
    assert ada.open(path, "POST", data=values | {"body": "Better"}, csrf=False).status_code == 303
    first, second, _ = queries.get_conversation(thread.id).messages
    assert [len(one.receipts) for one in (first, second)] == [1, 0]


def test_a_page_reads_what_it_shows_and_not_what_came_after(browser: Open, cast: Cast) -> None:
    thread = factories.thread(cast.ada, cast.ada, "Thank you")
    path, bea = f"/patients/{cast.ada.own_id}/messages/{thread.id}", browser(cast.bea)
    form = bea.get(path).form("Send")
    first = queries.get_conversation(thread.id).messages[0]
    drawn = factories.message(thread, cast.ada, cast.ada, "One more thing", NOW + timedelta(seconds=1))
    factories.message(thread, cast.ada, cast.ada, WORDS, NOW + timedelta(seconds=2))
    page = {"since": first.id.hex, "through": drawn.id.hex}
    assert bea.open(f"{path}/read", "POST", data=page).status_code == 204
    assert [len(one.receipts) for one in queries.get_conversation(thread.id).messages] == [1, 1, 0]
    assert waits(thread)[2] == 1
    form.submit(body="You are welcome!", expect=409)
    assert waits(thread)[2] == 0


@pytest.mark.parametrize("page", ["before", "through"])
def test_an_old_page_of_a_thread_does_not_read_the_newest_message(browser: Open, cast: Cast, page: str) -> None:
    thread = factories.thread(cast.ada, cast.ada, "Thank you")
    second = factories.message(thread, cast.ada, cast.ada, "One more thing", NOW + timedelta(seconds=1))
    newest = factories.message(thread, cast.ada, cast.ada, WORDS, NOW + timedelta(seconds=2))
    path, edge = f"/patients/{cast.ada.own_id}/messages/{thread.id}", newest if page == "before" else second
    assert WORDS not in browser(cast.bea).get(f"{path}?{page}={edge.id}").text
    assert [len(one.receipts) for one in queries.get_conversation(thread.id).messages] == [1, 1, 0]
    assert waits(thread)[2] == 1


def test_a_page_that_names_no_message_of_the_thread_reads_nothing(browser: Open, cast: Cast) -> None:
    thread = factories.thread(cast.ada, cast.ada, "Thank you")
    path = f"/patients/{cast.ada.own_id}/messages/{thread.id}/read"
    page = {"since": queries.get_conversation(thread.id).messages[0].id.hex, "through": uuid.uuid4().hex}
    assert browser(cast.bea).open(path, "POST", data=page).status_code == 404
    assert waits(thread)[2] == 1


def test_two_of_the_team_do_not_answer_one_question_past_each_other(browser: Open, cast: Cast) -> None:
    thread = factories.thread(cast.ada, cast.ada, "May I take it?")
    path = f"/patients/{cast.ada.own_id}/messages/{thread.id}"
    form = browser(cast.bea).get(path).form("Send")
    browser(cast.nia).get(path).form("Send").submit(body="No, do not take it")
    refused = form.submit(body="Yes, take it", expect=409)
    assert "Nia Achebe wrote meanwhile" in refused.problems[0]
    assert "No, do not take it" in refused.text
    refused.form("Send").submit()
    assert [one.body for one in queries.get_conversation(thread.id).messages][1:] == [
        "No, do not take it",
        "Yes, take it",
    ]


def test_what_a_colleague_read_stays_read_when_somebody_opens_an_old_page(browser: Open, cast: Cast) -> None:
    thread = factories.thread(cast.ada, cast.ada, "Thank you")
    first = queries.get_conversation(thread.id).messages[0]
    factories.message(thread, cast.ada, cast.ada, WORDS, NOW + timedelta(seconds=2))
    path = f"/patients/{cast.ada.own_id}/messages/{thread.id}"
    browser(cast.bea).get(path)
    browser(cast.nia).get(f"{path}?through={first.id}")
    assert waits(thread)[2] == 0


def test_what_waits_before_the_page_is_read_on_the_page_before_it(
    browser: Open, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MESSAGES_PAGE", 2)
    thread = factories.thread(cast.ada, cast.ada, WORDS)
    for second in (1, 2):
        factories.message(thread, cast.ada, cast.ada, "More", NOW + timedelta(seconds=second))
    path, bea = f"/patients/{cast.ada.own_id}/messages/{thread.id}", browser(cast.bea)
    page = bea.get(path)
    assert waits(thread)[2] == 1
    page.form("Send").submit(body="You are welcome!", expect=409)
    page.follow("Earlier messages")
    assert waits(thread)[2] == 0
    page.form("Send").submit(body="You are welcome!")
    assert waits(thread)[0] is False


def test_somebody_new_on_the_team_answers_without_reading_years_that_are_settled(
    browser: Open, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MESSAGES_PAGE", 2)
    thread = factories.thread(cast.ada, cast.ada, "Long ago")
    for second in (1, 2, 3):
        factories.message(thread, cast.ada, cast.bea, "Answered", NOW + timedelta(seconds=second))
    path = f"/patients/{cast.ada.own_id}/messages/{thread.id}"
    browser(cast.nia).get(path).form("Send").submit(body="How are you today?")
    assert len(queries.get_conversation(thread.id).messages) == 2
