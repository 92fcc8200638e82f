"""The one answer that matters: help for Ada at once, and the first thing Bea sees."""

import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal import clock, db
from portal.clinic import service as clinic
from portal.clinic.hours import OnCall
from portal.safety import queries as alerts
from portal.safety import service
from portal.safety.models import Alert
from portal.safety.on_call import service as on_call
from tests import factories
from tests.browser.navigators import ASKED, READING_MILLISECONDS, Hand, step_through
from tests.browser.window import DESK, Window
from tests.live import Live

FEW = "Not at all"


def assert_help_is_shown(page: Page) -> None:
    card = page.locator("section.crisis")
    expect(card).to_be_in_viewport()
    expect(card.get_by_role("link", name="Call 988")).to_have_attribute("href", "tel:988")
    expect(card.get_by_role("link", name="Call 911")).to_have_attribute("href", "tel:911")


def read_card(page: Page) -> None:
    """Read the card that stands in place of the questions, and go back to them."""
    page.get_by_role("alertdialog").get_by_role("button", name="I have read this").click()
    expect(page.get_by_role("alertdialog")).to_be_hidden()


def assert_it_is_the_first_thing_on_her_page(page: Page, live: Live) -> None:
    expect(page.get_by_role("heading", level=1, name="Caseload")).to_be_visible()
    first = page.get_by_role("region", name="Answer these first")
    expect(first).to_be_in_viewport()
    expect(first.get_by_role("link", name="Ada Okafor").first).to_be_visible()
    alert, patients = first.bounding_box(), page.get_by_role("table").bounding_box()
    assert alert
    assert patients
    assert alert["y"] < patients["y"]
    first.get_by_role("link", name="Ada Okafor").first.click()
    expect(page.get_by_role("heading", name="What was found")).to_be_visible()
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
    if scripts:
        read_card(page)
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


def test_a_yes_to_the_last_question_of_the_short_screen_is_on_the_desk_though_the_tab_was_closed(
    live: Live, window: Callable[..., Window]
) -> None:
    with live.reach():
        factories.plan_item(live.cast.ada, "asq", starts_on=clock.now().date() - timedelta(days=1))
    page = window().sign_in(live.cast.ada)
    Hand(page).open_task("Five short questions")
    yes_to_all(page)
    expect(page.get_by_role("alertdialog")).to_be_visible()
    page.close()
    wait_for_alert(live)
    page = window(DESK).sign_in(live.cast.bea)
    assert_it_is_the_first_thing_on_her_page(page, live)
    expect(page.get_by_role("main")).to_contain_text("Are you having thoughts of killing yourself right now?")


def test_who_takes_it_on_clears_the_banner_everywhere_without_a_reload(
    live: Live, window: Callable[..., Window]
) -> None:
    page = window().sign_in(live.cast.ada)
    Hand(page).open_task("Daily check-in")
    Hand(page).answer(ASKED["safe"], "No")
    expect(page.get_by_role("alertdialog")).to_be_visible()
    page.close()
    wait_for_alert(live)
    nia = window(DESK).sign_in(live.cast.nia)
    nia.clock.install()
    nia.goto(f"{live.address}/messages")
    banner = nia.get_by_role("status").filter(has_text="urgent alert")
    expect(banner).to_contain_text("One urgent alert waits")
    bea = window(DESK).sign_in(live.cast.bea)
    bea.goto(f"{live.address}/alerts")
    expect(bea.get_by_role("main")).to_contain_text("Ada Okafor")
    bea.get_by_role("main").get_by_role("button", name="I take this on").click()
    expect(bea.get_by_role("main")).to_contain_text("Bea Lindqvist")
    nia.clock.fast_forward(16_000)
    expect(banner).to_have_count(0)


def test_whoever_is_on_call_comes_in_with_the_alert_and_is_out_a_day_after_it_is_closed(
    live: Live, window: Callable[..., Window]
) -> None:
    put_on_call(live)
    page = window().sign_in(live.cast.ada)
    Hand(page).open_task("Daily check-in")
    Hand(page).answer(ASKED["safe"], "No")
    expect(page.get_by_role("alertdialog")).to_be_visible()
    page.close()
    wait_for_alert(live)
    cals = window(DESK)
    cal = cals.sign_in(live.cast.cal)
    cal.goto(f"{live.address}/alerts")
    cal.get_by_role("link", name="Ada Okafor").first.click()
    expect(cal.get_by_role("link", name="+1 212 555 0134").first).to_be_visible()
    cal.get_by_role("button", name="I take this on").click()
    for path in ("", "/progress", "/my-plan"):
        cals.open(f"/patients/{live.cast.ada.own_id}{path}")
        assert cals.status == 200
    close_a_day_ago(live)
    cals.forgive(404)
    cals.open(f"/patients/{live.cast.ada.own_id}")
    assert cals.status == 404
    page = window().sign_in(live.cast.ada)
    page.goto(f"{live.address}/patients/{live.cast.ada.own_id}/looks")
    page.get_by_role("button", name="I have read this").click()
    page.goto(f"{live.address}/patients/{live.cast.ada.own_id}/looks")
    expect(page.get_by_role("main")).to_contain_text("Cal Moreno")


def yes_to_all(page: Page) -> None:
    """Answer every question that is asked, the last one too."""
    for number in range(1, 6):
        expect(page.locator(".steps-head span")).to_have_text(re.compile(rf"^\s*{number} of"))
        page.wait_for_timeout(READING_MILLISECONDS)
        page.locator(".question:visible label").filter(has_text=re.compile(r"^\s*Yes\b")).first.tap()


def put_on_call(live: Live) -> None:
    """Let the clinic be closed now, and Cal on call."""
    now = clock.now()
    with live.reach():
        clinic.change({"hours": {}, "on_call": OnCall.WHEN_CLOSED}, by=live.cast.eve.actor, at=now)
        span = (now - timedelta(hours=1), now + timedelta(hours=9))
        on_call.add(live.cast.cal.user_id, [span], by=live.cast.eve.actor, at=now)
    live.let_clinic_be_forgotten()


def close_a_day_ago(live: Live) -> None:
    """Let the alert have been closed a day and a minute ago."""
    ada, cal, then = live.cast.ada, live.cast.cal.actor, clock.now() - timedelta(days=1, minutes=1)
    with live.reach():
        (alert,) = db.session.scalars(select(Alert)).all()
        stamp = alerts.stamp_of(alert.id)
        service.close(ada.own_id, alert.id, service.Closing.SAFE, "Spoke.", stamp=stamp, by=cal, at=then)


def test_an_answer_taken_back_before_sending_is_not_forgotten(live: Live, window: Callable[..., Window]) -> None:
    page = window().sign_in(live.cast.ada)
    hand = Hand(page)
    hand.open_task("Daily check-in")
    hand.answer(ASKED["safe"], "No")
    read_card(page)
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
    read_card(page)
    hand.send()
    assert_help_is_shown(page)
    desk.clock.fast_forward(16_000)
    expect(banner).to_contain_text("One urgent alert waits")
    banner.get_by_role("link", name="See the alerts").click()
    expect(desk.get_by_role("main")).to_contain_text("Ada Okafor")
