"""Starting a thread."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from portal import db
from portal.messaging.models import Thread
from tests import factories
from tests.cast import NOW, Cast
from tests.page import Browser, Page

Open = Callable[..., Browser]


def page_of(browser: Open, cast: Cast, who: str) -> Page:
    return browser(getattr(cast, who)).get(f"/patients/{cast.ada.own_id}/messages/new")


def threads() -> list[Thread]:
    return list(db.session.scalars(select(Thread)))


def test_staff_may_say_which_infusion_it_is_about_and_both_sides_read_it(browser: Open, cast: Cast) -> None:
    infusion_id = factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, NOW - timedelta(days=2)).id
    page = page_of(browser, cast, "bea")
    assert "Number 1, November 20, 2026" in page.text
    sent = page.form("Send").submit(subject="Tuesday", body="How was it?", about=str(infusion_id))
    assert "About infusion 1, November 20, 2026" in sent.text
    assert "About your infusion on November 20, 2026" in browser(cast.ada).get(sent.url).text
    assert threads()[0].about_infusion_id == infusion_id


def test_a_patient_is_not_asked_which_infusion(browser: Open, cast: Cast) -> None:
    infusion_id = factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, NOW - timedelta(days=2)).id
    page = page_of(browser, cast, "ada")
    assert "about" not in page.form("Send").names
    values = dict(page.form("Send").values) | {"subject": "x", "body": "y", "about": str(infusion_id)}
    page.browser.post(page.url, values)
    assert threads()[0].about_infusion_id is None


def test_another_patients_infusion_is_not_on_the_list(browser: Open, cast: Cast) -> None:
    theirs = factories.infusion(factories.course(cast.dot, cast.cal), cast.cal, NOW - timedelta(days=2)).id
    factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, NOW - timedelta(days=9))
    page = page_of(browser, cast, "bea")
    values = dict(page.form("Send").values) | {"subject": "x", "body": "y", "about": str(theirs)}
    again = page.browser.post(page.url, values, expect=422)
    assert again.problems == ["Choose one of the infusions shown"]
    assert threads() == []


def test_bad_input_is_said_plainly_and_kept(browser: Open, cast: Cast) -> None:
    form = page_of(browser, cast, "ada").form("Send")
    bad = [
        ({"subject": "", "body": "Hello"}, ["Say in a few words what it is about"]),
        ({"subject": " \x07 ", "body": "Hello"}, ["Say in a few words what it is about"]),
        ({"subject": "s" * 201, "body": "Hello"}, ["Use 200 characters or fewer. This has 201."]),
        ({"subject": "Sleep", "body": ""}, ["Write your message first"]),
    ]
    for typed, said in bad:
        page = form.submit(typed, expect=422)
        assert page.problems == said
        assert page.form("Send").values["body"] == typed["body"]
        assert page.form("Send").values["subject"] == typed["subject"].strip("\x07 ")
    assert threads() == []


def test_a_subject_is_one_line(browser: Open, cast: Cast) -> None:
    page_of(browser, cast, "ada").form("Send").submit(subject=" two\r\n  lines ", body="Hello")
    assert threads()[0].subject == "two lines"


def test_a_second_tap_is_one_thread_and_other_words_ask_first(browser: Open, cast: Cast) -> None:
    form = page_of(browser, cast, "ada").form("Send")
    for _ in range(2):
        form.submit(subject="Sleep", body="I slept badly")
    page = form.submit(subject="Sleep", body="I slept well", expect=409)
    assert "This page sent a message before" in page.problems[0]
    assert "I slept badly" in page.follow("See the message that was sent").text
    assert len(threads()) == 1


def test_an_empty_list_says_what_it_is_for(browser: Open, cast: Cast) -> None:
    for who, said in (("ada", "Questions, how you are"), ("bea", "What you write here reaches Ada")):
        page = browser(getattr(cast, who)).get(f"/patients/{cast.ada.own_id}/messages")
        assert said in page.text


def test_the_list_marks_what_the_reader_has_not_read(browser: Open, cast: Cast) -> None:
    page_of(browser, cast, "bea").form("Send").submit(subject="Tuesday", body="How was it?")
    path = f"/patients/{cast.ada.own_id}/messages"
    assert "1 new" in browser(cast.ada).get(path).text
    assert "1 new" not in browser(cast.bea).get(path).text
