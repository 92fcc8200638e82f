"""A follow-up: Bea writes, Ada reads and answers, both see that it was read."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.navigators import write_message
from tests.browser.window import DESK, Window
from tests.live import Live

ASKS = "How were the two days after it?\n\nYou can answer when you like."
ANSWERS = "Better than last time. I slept <b>through</b> & woke at 8."


def test_a_follow_up_is_written_read_and_answered(live: Live, window: Callable[..., Window]) -> None:
    desk = window(DESK)
    page = desk.sign_in(live.cast.bea)
    desk.open(f"/patients/{live.cast.ada.own_id}/messages")
    page.get_by_role("link", name="Write a message").click()
    write_message(desk, ASKS, subject="After your last visit")
    expect(page.get_by_role("log").locator(".receipt")).to_have_text("Sent. Not read yet.")
    mail = live.send_mail()
    assert "ada@interval.example" in mail
    assert not re.search("two days|last visit|Bea|Ada O", mail)

    phone = window()
    page = phone.sign_in(live.cast.ada)
    tab = page.get_by_role("navigation", name="Main").get_by_role("link", name="Messages")
    tab.click()
    page.get_by_role("link", name="After your last visit").click()
    expect(page.get_by_role("log")).to_contain_text("How were the two days after it?")
    expect(page.get_by_role("main")).to_contain_text("Nobody reads this around the clock.")
    write_message(phone, ANSWERS)

    page = desk.page
    page.reload()
    said = page.get_by_role("log").get_by_role("listitem")
    expect(said).to_have_count(2)
    expect(said.nth(0).locator(".receipt")).to_contain_text("Read by Ada Okafor")
    # What looks like code is shown as it was typed.
    expect(said.nth(1).locator(".prose")).to_have_text(ANSWERS)

    page = phone.page
    page.reload()
    expect(page.get_by_role("log").get_by_role("listitem").nth(1).locator(".receipt")).to_contain_text("Read by Bea")


def test_an_open_thread_brings_the_answer_by_itself(live: Live, window: Callable[..., Window]) -> None:
    desk, phone = window(DESK), window()
    page = desk.sign_in(live.cast.bea)
    desk.open(f"/patients/{live.cast.ada.own_id}/messages/new")
    page.clock.install()
    write_message(desk, ASKS, subject="After your last visit")
    thread = desk.path().partition("#")[0]

    phone.sign_in(live.cast.ada)
    phone.open(thread)
    write_message(phone, ANSWERS)

    standing = page.locator("[data-standing]")
    expect(standing).to_contain_text("Nobody waits for an answer.")
    page.clock.run_for(25_000)
    said = page.get_by_role("log").get_by_role("listitem")
    expect(said).to_have_count(2)
    expect(standing).to_contain_text("Waits for an answer since")
    expect(said.nth(0).locator(".receipt")).to_contain_text("Read by Ada Okafor")


def test_words_that_come_while_an_answer_is_typed_are_not_settled_by_it(
    live: Live, window: Callable[..., Window]
) -> None:
    desk, phone = window(DESK), window()
    phone.sign_in(live.cast.ada)
    phone.open(f"/patients/{live.cast.ada.own_id}/messages/new")
    write_message(phone, "Thank you for Tuesday.", subject="Tuesday")

    page = desk.sign_in(live.cast.bea)
    page.clock.install()
    desk.open(phone.path().partition("#")[0])
    desk.forgive(409)
    box, send = page.get_by_label("Your message"), page.get_by_role("button", name="Send", exact=True)
    box.press_sequentially("You are wel")
    write_message(phone, "I want to kill myself tonight")
    expect(phone.page.get_by_role("log").get_by_role("listitem")).to_have_count(2)
    page.clock.run_for(25_000)
    said = page.get_by_role("log").get_by_role("listitem")
    expect(said).to_have_count(2)
    box.press_sequentially("come!")
    send.click()
    expect(page.locator("[data-problems]")).to_contain_text("Ada wrote meanwhile")
    expect(box).to_have_value("You are welcome!")
    expect(said).to_have_count(2)
    page.clock.run_for(25_000)
    expect(page.locator("[data-standing]")).to_contain_text("Words that may mean danger")
    send.click()
    expect(said).to_have_count(3)
    expect(page.locator("[data-standing]")).to_contain_text("Nobody waits for an answer.")
