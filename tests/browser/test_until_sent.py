"""A message written where the network comes and goes: its words stay, and arrive once."""

import http.client
import os
import urllib.parse
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Dialog, FilePayload, Page, Route, expect
from sqlalchemy import select

from portal import clock, db
from portal.accounts.models import UserSession
from portal.messaging import service as messaging
from portal.messaging.models import Message, Thread
from tests import factories
from tests.browser.navigators import write_message
from tests.browser.window import DESK, Window
from tests.live import Live

WORDS = "It was better this week.\n\nI slept “through” & woke at 8."
BESIDE = "An answer meanwhile"


def before(route: Route) -> None:
    """Cut the network before the server hears anything."""
    route.abort("internetdisconnected")


def during(route: Route) -> None:
    """Let half of what is sent reach the server, and cut the connection then."""
    reach_server(route, lambda sent: sent[: len(sent) // 2]).close()
    route.abort("failed")


def after(route: Route) -> None:
    """Let the server take it, and cut the network before its answer arrives."""
    connection = reach_server(route, lambda sent: sent)
    assert connection.getresponse().read()
    connection.close()
    route.abort("failed")


def reach_server(route: Route, part: Callable[[bytes], bytes]) -> http.client.HTTPConnection:
    """Send the server part of what the browser sends, past the browser, whose cookies thus learn nothing of it."""
    request, address = route.request, urllib.parse.urlsplit(route.request.url)
    sent = request.post_data_buffer or b""
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=10)
    connection.putrequest("POST", address.path, skip_host=True, skip_accept_encoding=True)
    headers = request.all_headers() | {"host": address.netloc, "content-length": str(len(sent))}
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders(part(sent))
    return connection


def bodies(live: Live) -> list[str]:
    with live.reach():
        return list(db.session.scalars(select(Message.body).where(Message.is_from_patient)))


def open_thread(live: Live, phone: Window) -> Page:
    with live.reach():
        thread = factories.thread(live.cast.ada, by=live.cast.bea, at=clock.now())
        path = f"/patients/{live.cast.ada.own_id}/messages/{thread.id}"
    page = phone.sign_in(live.cast.ada)
    phone.open(path)
    return page


def cut(page: Page, how: Callable[[Route], None]) -> None:
    """Cut what is sent, until `mend`; the rest of the network works, drafts are kept."""

    def may_pass(route: Route) -> bool:
        return route.request.method != "POST" or route.request.url.endswith("/draft")

    page.route("**/messages/**", lambda route: route.fallback() if may_pass(route) else how(route))


def mend(page: Page) -> None:
    page.unroute("**/messages/**")
    page.evaluate("dispatchEvent(new Event('online'))")


def send(page: Page) -> None:
    page.get_by_label("Your message").fill(WORDS)
    page.get_by_role("button", name="Send", exact=True).click()


def file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": content}


def note_asking(page: Page) -> list[str]:
    """Return a list to which every later question for news is added."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/news") else None)
    return asked


@pytest.mark.parametrize("how", [before, during, after])
def test_a_message_cut_on_its_way_stays_and_is_sent_once(
    live: Live, window: Callable[..., Window], how: Callable[[Route], None]
) -> None:
    phone = window()
    page = open_thread(live, phone)
    phone.forgive_losses()
    cut(page, how)
    send(page)
    waiting = page.get_by_role("status").filter(has_text="Not sent yet")
    expect(waiting).to_be_visible()
    expect(page.locator("#write textarea")).to_have_value(WORDS)
    assert bodies(live) == ([WORDS] if how is after else [])
    mend(page)
    expect(page.get_by_role("status").filter(has_text="Sent.")).to_be_visible()
    expect(page.get_by_role("log").get_by_role("listitem")).to_have_count(2)
    expect(page.get_by_label("Your message")).to_have_value("")
    expect(waiting).to_be_hidden()
    assert bodies(live) == [WORDS]


def test_a_page_that_answers_instead_of_the_portal_is_told_and_not_asked_again(
    live: Live, window: Callable[..., Window]
) -> None:
    phone = window()
    page = open_thread(live, phone)
    asked: list[str] = []

    def elsewhere(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(content_type="text/html", body="<h1>Sign in to this network</h1>")

    cut(page, elsewhere)
    page.clock.install()
    send(page)
    told = page.get_by_role("status").filter(has_text="Your words are still here.")
    expect(told).to_be_focused()
    page.clock.run_for(300_000)
    assert len(asked) == 1
    expect(page.get_by_label("Your message")).to_have_value(WORDS)
    expect(page.get_by_role("status").filter(has_text="Not sent yet")).to_be_hidden()
    mend(page)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Sent.")).to_be_visible()
    assert bodies(live) == [WORDS]


def test_a_new_thread_cut_after_it_was_taken_is_one_thread(live: Live, window: Callable[..., Window]) -> None:
    phone = window()
    page = phone.sign_in(live.cast.ada)
    phone.open(f"/patients/{live.cast.ada.own_id}/messages/new")
    phone.forgive_losses()
    cut(page, after)
    page.get_by_label("What is it about?").fill("This week")
    send(page)
    expect(page.get_by_role("status").filter(has_text="Not sent yet")).to_be_visible()
    mend(page)
    expect(page.get_by_role("heading", level=1, name="This week")).to_be_visible()
    assert bodies(live) == [WORDS]


def test_words_changed_after_the_server_had_them_are_asked_about(live: Live, window: Callable[..., Window]) -> None:
    phone = window()
    page = open_thread(live, phone)
    phone.forgive_losses()
    phone.forgive(409)
    cut(page, after)
    send(page)
    page.get_by_role("button", name="Change it first").click()
    mend(page)
    page.get_by_label("Your message").fill("Something else")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("This page sent a message before")
    expect(page.get_by_label("Your message")).to_have_value("Something else")
    assert bodies(live) == [WORDS]


def test_what_is_refused_is_sent_once_and_mended_in_place(live: Live, window: Callable[..., Window]) -> None:
    phone = window()
    page = open_thread(live, phone)
    phone.forgive(422)
    posts: list[str] = []
    page.on("request", lambda one: posts.append(one.url) if one.method == "POST" and "/draft" not in one.url else None)
    sending, files = page.get_by_role("button", name="Send", exact=True), page.get_by_label("Attach files")
    files.set_input_files([file("scan.pdf", b"no such thing"), file("leaflet.pdf", b"%PDF-1.7\n%%EOF")])
    sending.click()
    summary = page.locator("[data-problems]")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("2 things to check")
    assert len(posts) == 1
    expect(page.get_by_role("list", name="Files that are attached")).to_have_text("leaflet.pdf 1 KB Remove leaflet.pdf")
    files.set_input_files([file(f"{number}.pdf", b"%PDF-") for number in range(5)])
    expect(page.locator("#write .error")).to_have_text(
        ["Please check: Write your message first", "These are 6 files. One message may bring up to 5."]
    )
    expect(summary).to_have_text("One thing to check Write your message first")
    files.set_input_files([])
    page.get_by_role("link", name="Write your message first").click()
    expect(page.get_by_label("Your message")).to_be_focused()
    with page.expect_response("**/draft"):
        page.keyboard.type(WORDS)
    posts.clear()
    sending.click()
    expect(page.get_by_role("log").get_by_role("link", name="leaflet.pdf")).to_be_visible()
    assert (len(posts), bodies(live)) == (1, [WORDS])


def test_words_that_came_meanwhile_come_with_what_turns_the_answer_away(
    live: Live, window: Callable[..., Window]
) -> None:
    with live.reach():
        thread = factories.thread(live.cast.ada, by=live.cast.ada, at=clock.now())
        path, thread_id = f"/patients/{live.cast.ada.own_id}/messages/{thread.id}", thread.id
    desk = window(DESK)
    page = desk.sign_in(live.cast.bea)
    desk.open(path)
    desk.forgive_losses()
    desk.forgive(409)
    page.route("**/news", lambda route: route.abort())
    with live.reach():
        sent = {"submission_id": uuid.uuid4(), "by": live.cast.ada.actor, "at": clock.now()}
        messaging.send(live.cast.ada.own_id, thread_id, body=BESIDE, **sent)
    page.get_by_label("Your message").fill(WORDS)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("[data-problems]")).to_be_focused()
    assert BESIDE in page.get_by_role("log").inner_text()
    expect(page.get_by_label("Your message")).to_have_value(WORDS)


def test_a_follow_up_that_is_refused_stays_beside_the_chart(live: Live, window: Callable[..., Window]) -> None:
    with live.reach():
        factories.scored(live.cast.ada, "phq-9", 12, clock.now().date() - timedelta(days=9))
    desk = window(DESK)
    page = desk.sign_in(live.cast.bea)
    desk.open(f"/patients/{live.cast.ada.own_id}/progress")
    desk.forgive(422)
    path, title = desk.path(), page.get_by_role("heading", level=1).inner_text()
    page.get_by_text("Write a follow-up").click()
    page.get_by_role("button", name="Send or plan").click()
    expect(page.locator("#follow-up [data-problems]")).to_be_focused()
    assert (desk.path(), page.get_by_role("heading", level=1).inner_text()) == (path, title)
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/beside.png", full_page=True)


def test_a_large_file_has_the_time_that_a_slow_line_takes(live: Live, window: Callable[..., Window]) -> None:
    phone = window()
    phone.page.add_init_script(
        "given = []; AbortSignal.timeout = (most) => { given.push(most); return new AbortController().signal }"
    )
    page = open_thread(live, phone)
    content = b"%PDF-1.7" + bytes(6_000_000) + b"%%EOF"
    page.get_by_label("Attach files").set_input_files([file("scan.pdf", content)])
    page.get_by_label("Your message").fill(WORDS)
    with page.expect_response(lambda answer: answer.request.method == "POST" and "/draft" not in answer.url):
        page.get_by_role("button", name="Send", exact=True).click()
        assert page.evaluate("Math.max(...given)") > 240_000
    expect(page.get_by_role("log").get_by_role("link", name="scan.pdf")).to_be_visible()


def test_leaving_while_words_wait_is_asked_about(live: Live, window: Callable[..., Window]) -> None:
    phone = window()
    page = open_thread(live, phone)
    phone.forgive_losses()
    cut(page, before)
    send(page)
    expect(page.get_by_role("status").filter(has_text="Not sent yet")).to_be_visible()
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_role("link", name="All messages").click(no_wait_after=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    expect(page.locator("#write textarea")).to_have_value(WORDS)


def test_an_open_thread_says_that_it_is_offline_and_catches_up(live: Live, window: Callable[..., Window]) -> None:
    phone, desk = window(), window(DESK)
    with live.reach():
        thread = factories.thread(live.cast.ada, by=live.cast.bea, at=clock.now())
        path = f"/patients/{live.cast.ada.own_id}/messages/{thread.id}"
    page = phone.sign_in(live.cast.ada)
    page.clock.install()
    phone.open(path)
    phone.forgive_losses()
    page.context.set_offline(True)
    page.clock.run_for(24_000)
    expect(page.get_by_role("status").filter(has_text="No connection just now.")).to_be_visible()
    desk.sign_in(live.cast.bea)
    desk.open(path)
    write_message(desk, BESIDE)
    page.context.set_offline(False)
    expect(page.get_by_role("log")).to_contain_text(BESIDE)
    expect(page.get_by_role("status").filter(has_text="The connection is back.")).to_be_visible()


def test_one_word_at_a_time_is_said_about_the_connection(live: Live, window: Callable[..., Window]) -> None:
    phone = window()
    page = phone.sign_in(live.cast.ada)
    page.clock.install()
    with live.reach():
        thread = factories.thread(live.cast.ada, by=live.cast.bea, at=clock.now())
        path = f"/patients/{live.cast.ada.own_id}/messages/{thread.id}"
    phone.open(path)
    phone.forgive_losses()
    page.context.set_offline(True)
    page.clock.run_for(24_000)
    news, of_box = (page.get_by_role("status").filter(has_text=text) for text in ("New messages", "What you typed"))
    expect(news).to_be_visible()
    page.get_by_label("Your message").fill(WORDS)
    page.clock.run_for(1000)
    expect(of_box).to_contain_text("What you typed stays on this page and is saved as soon as it is back.")
    expect(news).to_be_hidden()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Not sent yet")).to_be_visible()
    for other in (news, of_box):
        expect(other).to_be_hidden()


def test_an_open_thread_stops_asking_once_signed_out(live: Live, window: Callable[..., Window]) -> None:
    phone = window()
    with live.reach():
        thread = factories.thread(live.cast.ada, by=live.cast.bea, at=clock.now())
        path = f"/patients/{live.cast.ada.own_id}/messages/{thread.id}"
    page = phone.sign_in(live.cast.ada)
    page.clock.install()
    phone.open(path)
    with live.reach():
        db.session.query(UserSession).update({UserSession.revoked_at: clock.now()})
    phone.forgive(401)
    asked = note_asking(page)
    page.clock.run_for(24_000)
    expect(page.get_by_role("status").filter(has_text="You were signed out.")).to_be_visible()
    asked.clear()
    page.clock.run_for(300_000)
    assert asked == []


def test_a_page_nobody_looks_at_asks_nothing_until_they_do(live: Live, window: Callable[..., Window]) -> None:
    phone = window()
    with live.reach():
        thread = factories.thread(live.cast.ada, by=live.cast.bea, at=clock.now())
        path = f"/patients/{live.cast.ada.own_id}/messages/{thread.id}"
    page = phone.sign_in(live.cast.ada)
    page.clock.install()
    page.add_init_script("Object.defineProperty(document, 'hidden', { get: () => Boolean(window.isAway) })")
    phone.open(path)
    asked = note_asking(page)
    page.evaluate("isAway = true; document.dispatchEvent(new Event('visibilitychange'))")
    page.clock.run_for(300_000)
    assert asked == []
    with page.expect_response("**/news"):
        page.evaluate("isAway = false; document.dispatchEvent(new Event('visibilitychange'))")
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("words", "seen"),
    [("I want to kill myself", "You can talk to somebody now"), ("It was better", "Sent. Not read yet.")],
)
def test_below_a_long_thread_what_comes_of_sending_is_on_the_screen(
    live: Live, window: Callable[..., Window], words: str, seen: str
) -> None:
    phone = window()
    page = open_thread(live, phone)
    with live.reach():
        thread = db.session.scalars(select(Thread)).one()
        for _ in range(12):
            factories.message(thread, live.cast.ada, live.cast.bea, "How are you?", clock.now())
    phone.open(f"/patients/{live.cast.ada.own_id}/messages")
    page.get_by_role("main").get_by_role("link", name="A question").click()
    page.get_by_label("Your message").fill(words)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("main").get_by_text(seen).last).to_be_in_viewport()
