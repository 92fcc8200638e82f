"""The small scripts, in a real browser: what they add, and that pages say no word to the console about it."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, render_template_string, request
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from portal.web import fields
from portal.web.fields import Form, SelectChoice

pytestmark = pytest.mark.browser
LONG_PAGE = """{% extends "layouts/patient.html" %}{% from "components/forms.html" import whole %}
{% block title %}Questions{% endblock %}{% block main %}<h1>Questions</h1>
{{ whole(form, "Send", steps=steps, keep=not steps, draft="/draft") }}{% endblock %}"""
ANSWERS = [SelectChoice("0", "Not at all"), SelectChoice("1", "Several days")]


class Scale(Form):
    """Four questions, each to be answered."""

    q1 = fields.RadioField("One", choices=ANSWERS, missing="Choose an answer to question 1")
    q2 = fields.RadioField("Two", choices=ANSWERS, missing="Choose an answer to question 2")
    q3 = fields.RadioField("Three", choices=ANSWERS, missing="Choose an answer to question 3")
    q4 = fields.RadioField("Four", choices=ANSWERS, missing="Choose an answer to question 4")


class Note(Form):
    """Some words."""

    note = fields.TextAreaField("Note")


@pytest.fixture
def chromium(chromium_browser: Browser) -> Browser:
    return chromium_browser


@pytest.fixture
def sent(small: Flask) -> list[tuple[str, dict[str, str]]]:
    """What reached the server, as (path, fields); the last test's pages are served while this lives."""
    found: list[tuple[str, dict[str, str]]] = []

    def page(form_class: type[Form], steps: bool) -> Callable[[], str]:
        def view() -> str:
            form = form_class()
            form.validate_on_submit()
            return render_template_string(LONG_PAGE, form=form, steps=steps)

        return view

    def note_what_was_sent() -> None:
        if request.method == "POST":
            found.append((request.path, request.form.to_dict()))

    small.before_request(note_what_was_sent)
    small.add_url_rule("/scale", "scale", page(Scale, steps=True), methods=["GET", "POST"])
    small.add_url_rule("/note", "note", page(Note, steps=False), methods=["GET", "POST"])
    for rule, endpoint in (("/leave", "accounts.leave"), ("/draft", "draft")):
        small.add_url_rule(rule, endpoint, lambda: "", methods=["POST"])
    small.add_url_rule(
        "/left", "accounts.left", lambda: '<!doctype html><title>Left</title><link rel="icon" href="data:,">'
    )
    return found


@pytest.fixture
def phone(small: Flask, sent: list[Any], chromium: Browser) -> Iterator[Page]:
    """A phone that looks at the small app; a word on its console fails the test."""
    server = make_server("127.0.0.1", 0, small, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    said: list[str] = []
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, base_url=f"http://127.0.0.1:{server.port}"
    )
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    server.shutdown()
    server.server_close()
    assert not said


def question(phone: Page) -> str:
    return phone.locator(".question:visible legend").inner_text()


def tap(phone: Page, answer: int) -> None:
    """Tap an answer and wait for the next question, as a person who reads does."""
    before = question(phone)
    phone.locator(".question:visible label").nth(answer).tap()
    expect(phone.locator(".question:visible legend")).not_to_have_text(before)
    phone.wait_for_timeout(400)


def test_a_long_scale_comes_one_question_at_a_time(phone: Page) -> None:
    phone.goto("/scale")
    assert question(phone) == "One"
    expect(phone.locator(".steps-head span")).to_have_text("1 of 4")
    tap(phone, 1)
    assert question(phone) == "Two"
    assert phone.evaluate("document.activeElement.textContent") == "Two"


DOUBLE_TAP = """async () => {
    const [first, second] = document.querySelectorAll(".question");
    first.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
    first.querySelectorAll("input")[1].click();
    while (second.hidden) await new Promise(requestAnimationFrame);
    second.querySelectorAll("input")[1].click();
}"""


def test_a_double_tap_answers_one_question_only(phone: Page) -> None:
    phone.goto("/scale")
    phone.evaluate(DOUBLE_TAP)
    phone.wait_for_timeout(400)
    assert question(phone) == "Two"
    assert phone.locator(":checked").count() == 1


def test_back_keeps_what_was_answered(phone: Page) -> None:
    phone.goto("/scale")
    tap(phone, 1)
    phone.go_back()
    expect(phone.locator(".question:visible legend")).to_have_text("One")
    assert phone.locator(".question:visible :checked").get_attribute("value") == "1"


def test_arrow_keys_choose_and_only_next_goes_on(phone: Page) -> None:
    phone.goto("/scale")
    phone.locator(".question:visible input").first.focus()
    phone.keyboard.press("ArrowDown")
    phone.wait_for_timeout(400)
    assert question(phone) == "One"
    phone.keyboard.press("Enter")
    expect(phone.locator(".question:visible legend")).to_have_text("Two")


def test_an_unanswered_question_says_so_and_stays(phone: Page) -> None:
    phone.goto("/scale")
    phone.get_by_role("button", name="Next").tap()
    expect(phone.get_by_role("alert")).to_have_text("Choose an answer to go on.")
    assert question(phone) == "One"


def test_three_taps_on_send_are_sent_once(phone: Page, sent: list[tuple[str, dict[str, str]]]) -> None:
    phone.goto("/scale")
    for _ in range(3):
        tap(phone, 0)
    phone.locator(".question:visible label").first.tap()
    phone.wait_for_timeout(600)
    sent.clear()
    with phone.expect_navigation():
        phone.evaluate("for (let n = 0; n < 3; n++) document.querySelector('.actions button').click()")
    whole = [values for path, values in sent if path == "/scale"]
    assert [[values[f"q{n}"] for n in range(1, 5)] for values in whole] == [["0", "0", "0", "0"]]


def test_a_line_of_the_summary_leads_into_a_hidden_question(phone: Page) -> None:
    phone.goto("/scale")
    with phone.expect_navigation():
        phone.evaluate("document.querySelector('form[data-steps]').submit()")
    expect(phone.locator("#problems")).to_be_focused()
    phone.get_by_role("link", name="Choose an answer to question 3").tap()
    assert question(phone) == "Three"
    expect(phone.locator("#q3")).to_be_focused()


def test_answers_reach_the_server_before_the_page_is_sent(phone: Page, sent: list[tuple[str, dict[str, str]]]) -> None:
    phone.goto("/scale")
    with phone.expect_request("**/draft"):
        tap(phone, 1)
    assert [values["q1"] for path, values in sent if path == "/draft"] == ["1"]


@pytest.mark.parametrize("how", ["button", "key"])
def test_leaving_clears_the_page_signs_out_and_leaves_no_way_back(
    phone: Page, sent: list[tuple[str, dict[str, str]]], how: str
) -> None:
    phone.goto("/scale")
    phone.goto("/note")
    phone.locator("#note").fill("private words")
    with phone.expect_navigation(url="**/left"):
        if how == "button":
            phone.get_by_role("button", name="Leave quickly").tap()
        else:
            for _ in range(3):
                phone.keyboard.press("Escape")
    phone.wait_for_timeout(200)
    assert [path for path, values in sent if values["csrf_token"]][-1] == "/leave"
    phone.go_back()
    assert phone.url.endswith("/scale")


def test_typed_words_are_not_left_without_asking(phone: Page) -> None:
    asked: list[str] = []
    phone.on("dialog", lambda dialog: asked.append(dialog.type))
    phone.on("dialog", lambda dialog: dialog.accept())
    phone.goto("/note")
    phone.goto("/scale")
    assert asked == []
    phone.goto("/note")
    phone.locator("#note").press_sequentially("words")
    phone.goto("/scale")
    assert asked == ["beforeunload"]


def test_nothing_is_kept_on_the_device(phone: Page) -> None:
    phone.goto("/note")
    phone.locator("#note").press_sequentially("words")
    phone.wait_for_timeout(500)
    assert phone.evaluate("localStorage.length + sessionStorage.length") == 0


SMALL_TARGETS = """[...document.querySelectorAll("a:not(.skip), button, textarea, label:has(input)")]
    .filter((one) => one.checkVisibility())
    .map((one) => [one.textContent.trim(), one.getBoundingClientRect()])
    .filter(([, box]) => box.width < 44 || box.height < 44)
    .map(([text, box]) => `${text} ${box.width}x${box.height}`)"""


def test_nothing_is_wider_than_the_screen_and_targets_are_large(phone: Page) -> None:
    for path in ("/scale", "/note"):
        phone.goto(path)
        for width in (320, 390, 1280):
            phone.set_viewport_size({"width": width, "height": 700})
            assert phone.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (path, width)
            assert phone.evaluate(SMALL_TARGETS) == [], (path, width)
