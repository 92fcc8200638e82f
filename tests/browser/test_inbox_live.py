"""An open inbox says what came without a reload, and no line of it moves under a finger."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from portal import clock, db
from portal.messaging import service
from portal.review import service as review
from tests.browser.window import DESK, PHONE, Window
from tests.live import Live


def write(live: Live, body: str) -> None:
    """Let Ada begin a thread."""
    ada, now = live.cast.ada, clock.now()
    with live.reach():
        service.start_thread(ada.own_id, subject="Tonight", body=body, submission_id=uuid.uuid4(), by=ada.actor, at=now)
        review.refresh(db.take_touched(), at=now)
        db.session.commit()


def places(page: Page) -> list[float]:
    return [box["y"] for row in page.get_by_role("row").all() if (box := row.bounding_box())]


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_what_comes_is_said_where_it_moves_nothing_and_a_tap_shows_it(
    live: Live, window: Callable[..., Window], size: dict[str, int]
) -> None:
    write(live, "A question")
    bea = window(size)
    page = bea.sign_in(live.cast.bea)
    page.clock.install()
    bea.open("/messages")
    header = page.get_by_role("navigation", name="Main")
    expect(header.get_by_role("link", name="Messages 1 unread")).to_be_visible()
    before, line = places(page), page.locator("[data-inbox]")
    expect(line).not_to_contain_text("since you opened")
    write(live, "I feel worse")
    page.clock.fast_forward(24_000)
    expect(line).to_contain_text("1 new message since you opened this list.")
    expect(header.get_by_role("link", name="Messages 2 unread")).to_be_visible()
    write(live, "I want to kill myself")
    page.clock.fast_forward(24_000)
    expect(line.get_by_text("Words of danger have come in since you opened this list.")).to_be_in_viewport()
    expect(page.get_by_role("link", name="Urgent 1")).to_be_visible()
    assert places(page) == before
    line.get_by_role("link", name="Show it as it is now").click()
    expect(page.get_by_role("heading", name="Urgent")).to_be_visible()
    expect(line).not_to_contain_text("since you opened")


def test_an_inbox_without_a_connection_or_a_sign_in_says_so(live: Live, window: Callable[..., Window]) -> None:
    bea = window(DESK)
    bea.forgive_losses()
    bea.forgive(401)
    page = bea.sign_in(live.cast.bea)
    page.clock.install()
    bea.open("/messages")
    page.context.set_offline(True)
    page.clock.fast_forward(24_000)
    expect(page.get_by_text("New messages show here once it is back.")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("The connection is back.")).to_be_visible()
    page.context.clear_cookies()
    page.clock.fast_forward(timedelta(minutes=1) // timedelta(milliseconds=1))
    expect(page.get_by_text("You were signed out. Sign in again to see new messages.")).to_be_visible()
