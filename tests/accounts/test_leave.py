"""Leaving quickly: out on the server, nothing left in the browser, and on to a page that says nothing."""

from collections.abc import Callable

import html5lib

from portal.clinic import service
from portal.db import session
from tests.cast import NOW, Cast
from tests.page import Browser

Open = Callable[..., Browser]


def test_the_page_one_lands_on_says_nothing_at_all(cast: Cast, browser: Open) -> None:
    html = browser().open("/left").get_data(as_text=True)
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    page = parser.parse(html)
    assert parser.errors == []
    assert {" ".join("".join(one.itertext()).split()) for tag in ("title", "body") for one in page.iter(tag)} == {
        "Blank page"
    }
    for said in ("Harbour Clinic", "Interval", "<a ", "http"):
        assert said not in html


def test_it_goes_on_to_the_clinic_s_address(cast: Cast, browser: Open) -> None:
    service.change({"leave_address": "https://weather.example/?a=1&b=2"}, by=cast.eve.actor, at=NOW)
    session.commit()
    client = browser(cast.ada)
    answer = client.open("/leave", "POST")
    assert answer.headers["Location"] == "/left"
    assert 'content="0;url=https://weather.example/?a=1&amp;b=2"' in client.open("/left").get_data(as_text=True)


def test_nobody_is_asked_who_they_are_and_nothing_is_left(cast: Cast, browser: Open) -> None:
    for path, to in (("/leave", "/left"), ("/sign-out", "/sign-in")):
        for client in (browser(), browser(cast.ada)):
            answer = client.open(path, "POST")
            assert (answer.status_code, answer.headers["Location"]) == (303, to)
            assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
            assert answer.headers["Cache-Control"] == "no-store"
            assert client.open("/account").status_code == 303


def test_looking_does_not_sign_anybody_out(cast: Cast, browser: Open) -> None:
    client = browser(cast.ada)
    for path in ("/leave", "/sign-out"):
        assert client.open(path).status_code == 405
    assert client.open("/account").status_code == 200
