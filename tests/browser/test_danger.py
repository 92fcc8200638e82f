"""The one answer that matters: help for Ada at once, and the first thing Bea sees."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal import db
from portal.safety.models import Alert
from tests.browser.navigators import ASKED, Hand, step_through
from tests.browser.window import DESK, Window
from tests.live import Live

FEW = "Not at all"


def assert_help_is_shown(page: Page) -> None:
    card = page.locator("section.crisis")
    expect(card).to_be_in_viewport()
    expect(card.get_by_role("link", name="Call 988")).to_have_attribute("href", "tel:988")
    expect(card.get_by_role("link", name="Call 911")).to_have_attribute("href", "tel:911")


def assert_it_is_the_first_thing_on_her_page(page: Page, live: Live) -> None:
    expect(page.get_by_role("heading", level=1, name="Caseload")).to_be_visible()
    first = page.get_by_role("region", name="Answer these first")
    expect(first).to_be_in_viewport()
    expect(first.get_by_role("link", name="Ada Okafor")).to_be_visible()
    alert, patients = first.bounding_box(), page.get_by_role("table").bounding_box()
    assert alert
    assert patients
    assert alert["y"] < patients["y"]
    first.get_by_role("link", name="Ada Okafor").click()
    expect(page.get_by_role("heading", name="What they answered")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("+1 212 555 0134")


def wait_for_alert(live: Live) -> None:
    """Wait until what a closed tab sent last has arrived."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with live.reach():
            if db.session.scalars(select(Alert.id)).all():
                return
        time.sleep(0.1)
    pytest.fail("no alert was raised")


@pytest.mark.parametrize("scripts", [True, False])
def test_not_feeling_safe_shows_help_at_once_and_comes_first_for_the_team(
    live: Live, window: Callable[..., Window], scripts: bool
) -> None:
    page = window(java_script_enabled=scripts).sign_in(live.cast.ada)
    hand = Hand(page)
    hand.open_task("Daily check-in")
    hand.answer_daily(safe="No")
    hand.send()
    assert_help_is_shown(page)
    expect(page.get_by_role("main")).not_to_contain_text("monitored by")

    page = window(DESK).sign_in(live.cast.bea)
    assert_it_is_the_first_thing_on_her_page(page, live)
    expect(page.get_by_role("main")).to_contain_text(ASKED["safe"])


def test_the_ninth_question_of_the_long_scale_counts_as_well(live: Live, window: Callable[..., Window]) -> None:
    page = window().sign_in(live.cast.ada)
    hand = Hand(page)
    hand.open_task("Two weeks: mood")
    step_through(page, [FEW] * 8 + ["Several days"])
    hand.send()
    assert_help_is_shown(page)
    page = window(DESK).sign_in(live.cast.bea)
    assert_it_is_the_first_thing_on_her_page(page, live)


def test_a_tab_closed_in_the_middle_still_tells_the_team(live: Live, window: Callable[..., Window]) -> None:
    page = window().sign_in(live.cast.ada)
    hand = Hand(page)
    hand.open_task("Daily check-in")
    hand.answer(ASKED["safe"], "No")
    page.close()
    wait_for_alert(live)
    page = window(DESK).sign_in(live.cast.bea)
    assert_it_is_the_first_thing_on_her_page(page, live)
    expect(page.get_by_text("not sent, only begun")).to_be_visible()


def test_an_answer_taken_back_before_sending_is_not_forgotten(live: Live, window: Callable[..., Window]) -> None:
    page = window().sign_in(live.cast.ada)
    hand = Hand(page)
    hand.open_task("Daily check-in")
    hand.answer(ASKED["safe"], "No")
    expect(page.get_by_role("status").get_by_role("link", name="Get help now")).to_be_visible()
    hand.answer_daily(safe="Yes")
    hand.send()
    page = window(DESK).sign_in(live.cast.bea)
    assert_it_is_the_first_thing_on_her_page(page, live)


def test_help_is_one_tap_away_on_every_page_of_hers_and_needs_no_sign_in(
    live: Live, window: Callable[..., Window]
) -> None:
    phone = window()
    page = phone.sign_in(live.cast.ada)
    for tab in ("Today", "Progress", "Messages", "You"):
        page.get_by_role("navigation", name="Main").get_by_role("link", name=tab).click()
        expect(page.get_by_role("link", name="Get help now")).to_be_in_viewport()
    page.get_by_role("link", name="Get help now").click()
    assert_help_is_shown(page)
    page = window(java_script_enabled=False).open("/sign-in")
    page.get_by_role("link", name="Get help now").click()
    assert_help_is_shown(page)


def test_a_provider_who_reads_something_else_is_told_without_a_reload(
    live: Live, window: Callable[..., Window]
) -> None:
    desk = window(DESK).sign_in(live.cast.bea)
    banner = desk.get_by_role("status").filter(has_text="urgent alert")
    desk.clock.install()
    desk.goto(f"{live.address}/messages")
    expect(desk.get_by_role("heading", level=1, name="Messages")).to_be_visible()
    expect(banner).to_have_count(0)
    page = window().sign_in(live.cast.ada)
    hand = Hand(page)
    hand.open_task("Daily check-in")
    hand.answer_daily(safe="No")
    hand.send()
    assert_help_is_shown(page)
    desk.clock.fast_forward(16_000)
    expect(banner).to_contain_text("One urgent alert waits")
    banner.get_by_role("link", name="See the alerts").click()
    expect(desk.get_by_role("main")).to_contain_text("Ada Okafor")
