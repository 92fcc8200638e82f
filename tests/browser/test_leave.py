"""Leaving quickly: by one tap or by Escape three times, from every kind of page, and nothing to come back to."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from portal import db
from portal.clinic.models import Clinic
from tests.browser.window import Window
from tests.live import Live


def is_blank(page: Page) -> None:
    page.wait_for_url("**/left")
    expect(page).to_have_title("Blank page")
    assert page.locator("body").inner_text().strip() in {"", "Blank page"}


def until_signed_out(phone: Window, *, within: float = 5.0) -> None:
    """Wait for what the browser sends while its page goes away: it may arrive after the next page is asked for."""
    until = time.monotonic() + within
    phone.open("/account")
    while "/sign-in" not in phone.page.url:
        assert time.monotonic() < until, "leaving did not end the sign-in"
        time.sleep(0.1)
        phone.open("/account")


def back_shows_nothing(phone: Window) -> None:
    page = phone.page
    for _ in range(4):
        page.go_back(wait_until="commit")
        page.wait_for_timeout(300)
        if page.url == "about:blank":
            return
        shown = page.locator("main").inner_text() if page.locator("main").count() else ""
        assert not re.search("Ada|mood|Daily check-in|Messages", shown), shown
    until_signed_out(phone)


@pytest.mark.parametrize("path", ["/patients/{ada}/today", "/patients/{ada}/my-plan", "/help", "/nowhere", "/leaving"])
def test_escape_three_times_leaves_from_every_kind_of_page(
    live: Live, window: Callable[..., Window], path: str
) -> None:
    phone = window()
    phone.forgive(404)
    page = phone.sign_in(live.cast.ada)
    phone.open(path.format(ada=live.cast.ada.own_id))
    assert not re.search(r"(?i)help now|suicid|mood|danger", page.title())
    for _ in range(3):
        page.keyboard.press("Escape")
    is_blank(page)
    back_shows_nothing(phone)


def test_two_are_not_enough_nor_are_three_that_take_long(live: Live, window: Callable[..., Window]) -> None:
    page = window().sign_in(live.cast.ada)
    for wait in (0, 800, 800):
        page.wait_for_timeout(wait)
        page.keyboard.press("Escape")
    page.wait_for_timeout(300)
    expect(page.get_by_role("heading", level=1, name="Today")).to_be_visible()


@pytest.fixture
def leads_elsewhere(live: Live) -> Iterator[str]:
    """An address of the clinic's own, set for one test."""

    def lead(address: str) -> None:
        with live.reach():
            db.session.get_one(Clinic, 1).leave_address = address
        live.let_clinic_be_forgotten()

    lead("https://weather.example/")
    yield "https://weather.example/"
    lead("")


def test_one_tap_leads_to_the_address_of_the_clinic(
    live: Live, window: Callable[..., Window], leads_elsewhere: str
) -> None:
    for scripts in (True, False):
        phone = window(java_script_enabled=scripts)
        page = phone.page
        page.context.route(leads_elsewhere, lambda route: route.fulfill(body="<title>Weather</title>Sun"))
        phone.sign_in(live.cast.ada)
        page.get_by_role("button", name="Leave").click()
        page.wait_for_url(leads_elsewhere)
        phone.wrong.clear()
        until_signed_out(phone, within=5.0 if scripts else 0.0)
