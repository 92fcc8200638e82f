"""Danger, in a real browser: the card that is to be read, the questions behind it, and the short screen after it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from portal import db
from portal.checkins.models import CheckIn
from portal.patients.models import Patient
from portal.safety.models import Alert
from tests.browser.navigators import ASKED, Hand, step_through
from tests.browser.window import Window
from tests.live import Live

FEW, SOME = "Not at all", "Several days"


def waits(live: Live) -> bool:
    with live.reach():
        return db.session.get_one(Patient, live.cast.ada.own_id).card_since is not None


def test_the_card_stands_in_place_of_the_questions_until_it_is_read(live: Live, window: Callable[..., Window]) -> None:
    page = window().sign_in(live.cast.ada)
    hand = Hand(page)
    hand.open_task("Daily check-in")
    hand.answer(ASKED["mood"], "2")
    hand.answer(ASKED["safe"], "No")
    shown = page.get_by_role("alertdialog", name="Thank you for telling us")
    expect(shown).to_be_visible()
    expect(shown).to_be_focused()
    expect(shown.get_by_role("link", name="Call 988")).to_have_attribute("href", "tel:988")
    expect(shown).to_contain_text("Bea Lindqvist and Nia Achebe")
    expect(page.get_by_role("group", name=ASKED["mood"])).to_be_hidden()
    for name in ("Get help now", "Leave"):
        expect(
            page.get_by_role("banner").get_by_text(re.compile(name)).locator("visible=true").first
        ).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(shown).to_be_visible()
    with page.expect_response(lambda answer: answer.url.endswith("/card")):
        shown.get_by_role("button", name="I have read this").click()
    expect(shown).to_be_hidden()
    assert not waits(live)
    expect(page.get_by_role("group", name=ASKED["mood"]).get_by_label("2", exact=True)).to_be_checked()
    hand.answer_daily(safe="No")
    hand.send()
    expect(page.get_by_role("heading", level=1, name="Thank you for telling us")).to_be_visible()
    assert "/card" not in page.url


def test_a_tab_closed_before_it_is_read_shows_it_first_the_next_time(live: Live, window: Callable[..., Window]) -> None:
    page = window().sign_in(live.cast.ada)
    hand = Hand(page)
    hand.open_task("Daily check-in")
    hand.answer(ASKED["mood"], "2")
    hand.answer(ASKED["safe"], "No")
    expect(page.get_by_role("alertdialog")).to_be_visible()
    page.close()
    with live.reach():
        assert db.session.scalars(select(Alert.rule)).all() == ["R1"]
    page = window().sign_in(live.cast.ada)
    expect(page.get_by_role("link", name="Call 988")).to_be_visible()
    page.get_by_role("button", name="I have read this").click()
    expect(page.get_by_role("heading", level=1, name="Today")).to_be_visible()
    Hand(page).open_task("Daily check-in")
    expect(page.get_by_role("group", name=ASKED["mood"]).get_by_label("2", exact=True)).to_be_checked()
    expect(page.get_by_role("alertdialog")).to_have_count(0)


def test_without_a_connection_she_goes_on_and_the_next_page_shows_it_again(
    live: Live, window: Callable[..., Window]
) -> None:
    phone = window()
    page = phone.sign_in(live.cast.ada)
    Hand(page).open_task("Daily check-in")
    Hand(page).answer(ASKED["safe"], "No")
    shown = page.get_by_role("alertdialog")
    expect(shown).to_be_visible()
    phone.forgive_losses()
    page.route("**/card", lambda route: route.abort())
    shown.get_by_role("button", name="I have read this").click()
    expect(shown).to_be_hidden()
    page.unroute_all()
    phone.open("/")
    expect(page.get_by_role("button", name="I have read this")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_positive_ninth_question_opens_the_short_screen_in_the_same_sitting(
    live: Live, window: Callable[..., Window], scripts: bool
) -> None:
    page = window(java_script_enabled=scripts).sign_in(live.cast.ada)
    hand = Hand(page)
    hand.open_task("Two weeks: mood")
    answers = [FEW] * 8 + [SOME]
    if scripts:
        step_through(page, answers)
    else:
        for number, answer in enumerate(answers):
            page.locator(".question").nth(number).get_by_text(answer, exact=True).click()
    hand.send()
    expect(page.get_by_role("link", name="Call 988")).to_be_visible()
    further = page.get_by_role("region", name="Two minutes more: a few short questions")
    expect(further).to_be_visible()
    further.get_by_role("link", name="Go on").click()
    expect(page.get_by_role("group", name=re.compile("wished you were dead"))).to_have_count(1)
    if not scripts:
        return
    page.get_by_role("link", name="Today").first.click()
    expect(page.get_by_role("main").locator(".tasks").first).to_contain_text("About 2 minutes")
    with live.reach():
        assert db.session.scalars(select(CheckIn.instrument)).all() == ["phq-9"]
