"""Words of a message that the page keeps on the server while they are typed."""

import os
from collections.abc import Callable

from playwright.sync_api import expect
from sqlalchemy import select

from portal import db
from portal.messaging.models import Message, MessageDraft
from tests import factories
from tests.browser.window import Window
from tests.live import Live

WORDS = "It was a long night, and I could not find the words."


def test_what_was_typed_is_there_on_another_phone_and_gone_once_it_is_sent(
    live: Live, window: Callable[..., Window]
) -> None:
    ada = live.cast.ada
    with live.reach():
        path = f"/patients/{ada.own_id}/messages/{factories.thread(ada, live.cast.bea).id}"
    first = window().sign_in(ada)
    first.goto(f"{live.address}{path}")
    with first.expect_response(lambda answer: answer.url.endswith("/draft")) as kept:
        first.get_by_label("Your message").fill(WORDS)
    assert kept.value.json() == {"saved": True}
    first.close(run_before_unload=False)
    second = window().sign_in(ada)
    second.goto(f"{live.address}{path}")
    expect(second.get_by_label("Your message")).to_have_value(WORDS)
    second.get_by_role("button", name="Send", exact=True).click()
    expect(second.get_by_role("log")).to_contain_text(WORDS)
    expect(second.get_by_label("Your message")).to_have_value("")
    with live.reach():
        assert WORDS in db.session.scalars(select(Message.body)).all()
        assert db.session.scalars(select(MessageDraft)).all() == []


def test_whoever_types_words_of_danger_is_offered_help_and_types_on(live: Live, window: Callable[..., Window]) -> None:
    page = window().sign_in(live.cast.ada)
    page.goto(f"{live.address}/patients/{live.cast.ada.own_id}/messages/new")
    box, card = page.get_by_label("Your message"), page.locator("#card")
    for typed in ("I want to kill myself", " tonight"):
        with page.expect_response("**/draft"):
            box.press_sequentially(typed)
        expect(card).to_contain_text("You can talk to somebody now")
        expect(card.get_by_role("link", name="Call 988")).to_be_in_viewport()
        expect(page.get_by_role("status").filter(has=card)).to_have_count(1)
        expect(box).to_be_focused()
        expect(box).to_be_in_viewport()
    expect(box).to_have_value("I want to kill myself tonight")
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/offered.png")
