"""The nurse at the bedside, with a tablet: what the patient says, and a total she has worked out."""

from collections.abc import Callable

from playwright.sync_api import expect
from sqlalchemy import select

from portal import db
from portal.checkins.models import CheckIn, Mode
from tests.browser.navigators import Hand
from tests.browser.window import DESK, Window
from tests.live import Live

TABLET = {"width": 820, "height": 1180}


def test_what_a_patient_says_at_the_bedside_is_entered_heard_and_shown_to_both(
    live: Live, window: Callable[..., Window]
) -> None:
    tablet = window(TABLET)
    page = tablet.sign_in(live.cast.nia)
    tablet.open(f"/patients/{live.cast.ada.own_id}/check-ins")
    page.get_by_role("link", name="Enter for the patient").click()
    page.get_by_role("main").get_by_role("link", name="ASQ").click()
    hand = Hand(page)
    hand.answer("How did you ask?", "At the bedside")
    for question in ("wished you were dead", "better off if you were dead", "thoughts about killing yourself"):
        page.get_by_role("group", name=question).get_by_role("radio", name="No", exact=True).check()
    last = page.get_by_role("group", name="killing yourself right now")
    expect(last).to_be_hidden()
    page.get_by_role("group", name="ever tried to kill yourself").get_by_role("radio", name="Yes").check()
    expect(last).to_be_visible()
    last.get_by_role("radio", name="Yes").check()
    hand.send("Save")
    expect(page.get_by_text("These answers raised an alert")).to_be_visible()
    expect(page.locator(".lead")).to_contain_text("acute positive")
    expect(page.locator(".lead")).to_contain_text("entered by Nia Achebe, at the bedside")
    with live.reach():
        assert db.session.scalars(select(CheckIn.mode)).one() is Mode.BEDSIDE

    phone = window()
    page = phone.sign_in(live.cast.ada)
    phone.open(f"/patients/{live.cast.ada.own_id}/check-ins")
    expect(page.get_by_role("main")).to_contain_text("entered by Nia Achebe, at the bedside")
    assert "acute" not in page.content()


def test_a_total_is_entered_corrected_and_both_stay(live: Live, window: Callable[..., Window]) -> None:
    desk = window(DESK)
    page = desk.sign_in(live.cast.bea)
    desk.open(f"/patients/{live.cast.ada.own_id}/check-ins/enter")
    page.get_by_role("main").get_by_role("link", name="MADRS").click()
    page.get_by_label("Total").fill("28")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".lead")).to_contain_text("28 of 60")
    page.get_by_role("link", name="Correct what was entered").click()
    page.get_by_label("Total").fill("26")
    page.get_by_role("button", name="Save the correction").click()
    expect(page.locator(".lead")).to_contain_text("26 of 60")
    expect(page.get_by_role("heading", name="Versions")).to_be_visible()
    with live.reach():
        found = db.session.execute(select(CheckIn.mode, CheckIn.answers).order_by(CheckIn.superseded_at.is_(None)))
        assert [(mode, answers["total"]) for mode, answers in found] == [(Mode.CLINICIAN, 28), (Mode.CLINICIAN, 26)]
