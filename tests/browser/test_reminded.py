"""A patient is reminded, follows the link in the mail on a phone, and sends the check-in without a password."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect
from sqlalchemy import delete, update

from portal import clock, db
from portal.accounts.models import User
from portal.checkins.models import CheckIn, PlanItem
from portal.clinic import service as clinic
from tests.browser.navigators import Hand
from tests.browser.window import DESK, PHONE, Window
from tests.live import Live


def reminded(live: Live) -> str:
    """Let the worker remind Ada in her early afternoon, and return where the link in her mail leads."""
    with live.reach():
        clinic.change({"check_in_links": True}, by=live.cast.eve.actor, at=clock.now())
        zone = f"Etc/GMT{clock.now().hour - 14:+d}"
        db.session.get_one(User, live.cast.ada.user_id).time_zone = zone
        of_ada = PlanItem.patient_id == live.cast.ada.own_id
        db.session.execute(delete(PlanItem).where(of_ada, PlanItem.instrument != "daily"))
        db.session.execute(update(PlanItem).where(of_ada).values(starts_on=clock.now().date()))
    live.let_clinic_be_forgotten()
    said = live.send_mail().replace("=\n", "").replace("=3D", "=")
    found: set[str] = set(re.findall(r"/link/[\w.=-]+", said))
    (link,) = found
    return link


def test_from_the_mail_to_the_receipt_on_a_phone(live: Live, window: Callable[..., Window], screenshots: Path) -> None:
    link = reminded(live)
    scanner, phone = window(), window()
    for _ in range(2):
        scanner.open(link)
    assert scanner.status == 200
    page = phone.open(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Something to fill in")
    page.get_by_role("button", name="Open it").click()
    page.wait_for_url("**/check-ins/new/**")
    expect(page.get_by_role("navigation", name="Main")).to_have_count(0)
    page.screenshot(path=screenshots / "by-link-form-390-light.png", full_page=True)
    hand = Hand(page)
    hand.answer_daily()
    hand.send()
    expect(page.get_by_text("Sign in to see everything else")).to_be_visible()
    for name, size in (("390", PHONE), ("1280", DESK)):
        for scheme in ("light", "dark"):
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=screenshots / f"by-link-receipt-{name}-{scheme}.png", full_page=True)
    with live.reach():
        assert db.session.query(CheckIn).filter_by(patient_id=live.cast.ada.own_id).count() == 1
    phone.open("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    scanner.forgive(410)
    scanner.open(link)
    expect(scanner.page.get_by_text("It was used already")).to_be_visible()
