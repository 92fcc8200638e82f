"""Bea goes through her caseload by keyboard; the keys take nothing away from typing, and she can switch them off."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from portal import clock, db
from portal.review.models import CaseloadRow
from tests import factories
from tests.browser.window import DESK, Window
from tests.live import Live


@pytest.fixture
def desk(live: Live, window: Callable[..., Window]) -> Page:
    """Bea's first screen, with four patients on it."""
    with live.reach():
        like = db.session.get_one(CaseloadRow, live.cast.ada.own_id)
        for name in ("Ben", "Chidi", "Dana"):
            factories.patient_row(name, live.cast.bea, 7, like=like, heard_at=clock.now())
        db.session.commit()
    page = window(DESK).sign_in(live.cast.bea)
    page.goto(f"{live.address}/caseload")
    expect(page.get_by_text("Keys for this page")).to_be_visible()
    return page


def focused(page: Page) -> Any:
    return page.evaluate("document.activeElement.textContent.trim()")


def test_j_and_k_and_the_arrows_move_and_enter_opens(desk: Page) -> None:
    order = [link.inner_text() for link in desk.locator(".caseload tbody th a").all()]
    assert len(order) == 4
    seen = []
    for key in ("j", "j", "ArrowDown", "j", "j", "k", "ArrowUp"):
        desk.keyboard.press(key)
        seen.append(order.index(focused(desk)))
    assert seen == [0, 1, 2, 3, 3, 2, 1]
    width = desk.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert width == "3px"
    name = focused(desk)
    desk.keyboard.press("Enter")
    expect(desk.get_by_text(name).first).to_be_visible()
    assert desk.url.endswith("/progress")


def test_outside_the_list_the_arrows_scroll_and_other_keys_do_nothing(desk: Page) -> None:
    for key in ("ArrowDown", "x", "Control+j", "Meta+k"):
        desk.keyboard.press(key)
        assert desk.evaluate("document.activeElement === document.body || document.activeElement.id === 'main'"), key


def test_a_slash_goes_to_the_search_and_typing_there_stays_typing(desk: Page) -> None:
    desk.keyboard.press("/")
    desk.keyboard.type("jk/?")
    assert desk.get_by_label("Find by name").input_value() == "jk/?"
    expect(desk.locator("#keys")).not_to_have_attribute("open", "")


def test_a_question_mark_tells_the_keys_and_they_can_be_switched_off_for_good(desk: Page) -> None:
    desk.keyboard.press("?")
    expect(desk.get_by_text("next and previous patient")).to_be_visible()
    desk.get_by_label("Use these keys on this device").uncheck()
    desk.reload()
    desk.keyboard.press("j")
    assert focused(desk) not in [link.inner_text() for link in desk.locator(".caseload tbody th a").all()]
    desk.locator("#keys summary").click()
    desk.get_by_label("Use these keys on this device").check()
    desk.keyboard.press("j")
    assert desk.evaluate("!!document.activeElement.closest('.caseload')")
