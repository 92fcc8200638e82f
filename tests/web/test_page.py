"""The page checker itself: a good page passes, and every fault it looks for makes it fail."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.page import Browser

GOOD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Today – Harbour Clinic</title></head>
<body><header><nav aria-label="Main"><a href="/there">There</a></nav></header><main id="main"><h1>Today</h1>
<h2>Next</h2>
<form method="post" action="/sent"><input type="hidden" name="key" value="k"><label for="note">Note</label>
<textarea id="note" name="note">
old</textarea><fieldset><legend>Mood</legend><label><input type="radio" name="mood" value="1" checked>1</label>
<label><input type="radio" name="mood" value="2">2</label></fieldset>
<label>Who<select name="who"><option value="a">A</option><option value="b" selected>B</option></select></label>
<button type="submit">Save</button></form></main><footer>End</footer></body></html>"""
FAULTS = {
    "no language": (' lang="en"', ""),
    "no title": ("<title>Today – Harbour Clinic", "<title>"),
    "a telling title": ("<title>Today", "<title>PHQ-9"),
    "two h1": ("<h2>Next</h2>", "<h1>Next</h1>"),
    "a skipped heading": ("<h2>Next</h2>", "<h4>Next</h4>"),
    "no main": ('<main id="main">', "<div>"),
    "a nameless nav": (' aria-label="Main"', ""),
    "an unclosed tag": ("<h2>Next</h2>", "<h2>Next<p>"),
    "a div in a p": ("<h2>Next</h2>", "<p><div>x</div></p>"),
    "an id twice": ("<h2>", '<h2 id="main">'),
    "a label for nothing": ('for="note"', 'for="other"'),
    "a description that is missing": ('id="note"', 'id="note" aria-describedby="gone"'),
    "an anchor to nowhere": ("/there", "#gone"),
    "radios without a legend": ("<legend>Mood</legend>", ""),
    "an unlabelled select": ("<label>Who<select", "<label><select"),
    "an empty button": (">Save<", "><"),
    "an inline style": ("<h2>", '<h2 style="color:red">'),
    "an inline handler": ("<h2>", '<h2 onclick="x()">'),
    "an inline script": ("<h2>", "<script>x()</script><h2>"),
    "a style sheet in the page": ("<h2>", "<svg><style>a{}</style></svg><h2>"),
    "another host": ("/there", "https://cdn.example/x"),
    "another host without a scheme": ("/there", "//cdn.example/x"),
    "an image from elsewhere": ("<h2>", '<img alt="" src="https://cdn.example/x.png"><h2>'),
    "a script address": ("/there", "javascript:x()"),
    "an image without alt": ("<h2>", '<img src="/x.png"><h2>'),
    "a th without scope": ("<h2>", "<table><tbody><tr><th>x</th></tr></tbody></table><h2>"),
}


@pytest.fixture
def show(small: Flask) -> Callable[[str], Browser]:
    def serve(html: str) -> Browser:
        small.add_url_rule("/shown", "shown", lambda: html)
        small.add_url_rule("/there", "there", lambda: GOOD.replace("Today", "There"))
        return Browser(small.test_client())

    return serve


def test_a_good_page_passes(show: Callable[[str], Browser]) -> None:
    page = show(GOOD).get("/shown")
    assert (page.h1, page.title) == ("Today", "Today – Harbour Clinic")
    assert page.follow("There").h1 == "There"


@pytest.mark.parametrize(("right", "wrong"), FAULTS.values(), ids=FAULTS)
def test_every_fault_is_found(show: Callable[[str], Browser], right: str, wrong: str) -> None:
    assert right in GOOD
    with pytest.raises(AssertionError):
        show(GOOD.replace(right, wrong, 1)).get("/shown")


def test_a_page_that_may_be_cached_is_found(small: Flask, show: Callable[[str], Browser]) -> None:
    browser = show(GOOD)
    small.after_request_funcs[None].insert(0, _cacheable)
    with pytest.raises(AssertionError, match="cache"):
        browser.get("/shown")


def _cacheable(response: object) -> object:
    response.headers["Cache-Control"] = "private"  # type: ignore[attr-defined]
    return response


def test_a_form_holds_what_stands_in_it(show: Callable[[str], Browser]) -> None:
    form = show(GOOD).get("/shown").form("Save")
    assert dict(form.values) == {"key": "k", "note": "old", "mood": "1", "who": "b"}


def test_a_form_cannot_send_what_it_does_not_offer(show: Callable[[str], Browser]) -> None:
    form = show(GOOD).get("/shown").form("Save")
    with pytest.raises(AssertionError, match="offers"):
        form.submit(mood="3")
    with pytest.raises(AssertionError, match="no field"):
        form.submit(other="3")
