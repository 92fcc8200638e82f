"""The review before a booster in a real browser: signed, and on one sheet of paper on either continent."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from portal import clock
from portal.review.booster import queries
from tests import factories
from tests.browser.window import DESK, PHONE, Window
from tests.live import Live
from tests.review.booster import dense

Open = Callable[..., Window]
PAGE = re.compile(rb"/Type\s*/Page\b")
LONG = 12 * "It wore off at day thirty as it did before, and she has asked twice whether it could be sooner. "


def review(window: Open, live: Live, size: dict[str, int] = DESK) -> Window:
    bea = window(size)
    bea.sign_in(live.cast.bea)
    bea.open(f"/patients/{live.cast.ada.own_id}/review")
    return bea


def fill(live: Live, how: str) -> None:
    with live.reach():
        if how == "dense":
            dense.write(live.cast, clock.now())
        else:
            factories.scored(live.cast.ada, "phq-9", 12, clock.now().date() - timedelta(days=3))


def decide(bea: Window, reason: str = "Still well at day 30.") -> None:
    bea.page.get_by_role("radio", name="Wait").check()
    bea.page.get_by_label("Reason").fill(reason)
    bea.page.get_by_label("Next review").fill((clock.now().date() + timedelta(days=20)).isoformat())
    bea.page.get_by_role("button", name="Sign the review").click()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_provider_decides_and_signs(window: Open, live: Live, size: dict[str, int]) -> None:
    fill(live, "little")
    bea = review(window, live, size)
    bea.page.get_by_role("link", name="Go to the decision").click()
    expect(bea.page.locator("[name=decision]:checked")).to_have_count(0)
    decide(bea)
    expect(bea.page.get_by_text("The review is signed.")).to_be_visible()
    expect(bea.page.get_by_text("Signed by Bea Lindqvist")).to_be_visible()


def test_what_came_in_meanwhile_is_shown_and_nothing_typed_is_lost(window: Open, live: Live) -> None:
    fill(live, "little")
    bea = review(window, live)
    bea.forgive(409)
    with live.reach():
        factories.scored(live.cast.ada, "phq-9", 21, clock.now().date())
    decide(bea, "She is well.")
    expect(bea.page.get_by_role("alert").filter(has_text="Something changed while you had this open")).to_be_visible()
    expect(bea.page.locator(".is-new").first).to_be_visible()
    expect(bea.page.get_by_label("Reason")).to_have_value("She is well.")
    bea.page.get_by_role("button", name="Sign the review").click()
    expect(bea.page.get_by_text("The review is signed.")).to_be_visible()


@pytest.mark.parametrize("how", ["little", "dense"])
def test_the_sheet_and_the_kept_one_print_on_one_page(window: Open, live: Live, how: str) -> None:
    fill(live, how)
    bea = review(window, live)
    assert {paper: pages(bea, paper) for paper in ("A4", "Letter")} == {"A4": 1, "Letter": 1}
    decide(bea, LONG[:1000])
    bea.page.wait_for_url("**/reviews/*")
    bea.page.get_by_text("It was signed in error: withdraw it").click()
    bea.page.get_by_label("Why you withdraw it").fill(LONG[:500])
    bea.page.get_by_role("button", name="Withdraw the review").click()
    expect(bea.page.get_by_text("Withdrawn: signed in error")).to_be_visible()
    assert {paper: pages(bea, paper) for paper in ("A4", "Letter")} == {"A4": 1, "Letter": 1}
    with live.reach():
        assert queries.last_standing(live.cast.ada.own_id) is None


def test_a_later_sheet_prints_with_a_long_decision_before_it(window: Open, live: Live) -> None:
    fill(live, "dense")
    bea = review(window, live)
    decide(bea, LONG)
    bea.page.get_by_role("link", name="The review as it is now").click()
    expect(bea.page.get_by_text("Decided last:")).to_be_visible()
    assert {paper: pages(bea, paper) for paper in ("A4", "Letter")} == {"A4": 1, "Letter": 1}
    decide(bea, LONG)
    bea.page.wait_for_url("**/reviews/*")
    assert {paper: pages(bea, paper) for paper in ("A4", "Letter")} == {"A4": 1, "Letter": 1}


def pages(bea: Window, paper: str) -> int:
    return len(PAGE.findall(bea.page.pdf(format=paper)))


def test_the_button_opens_the_print_dialogue(window: Open, live: Live) -> None:
    bea = review(window, live)
    bea.page.evaluate("window.print = () => { document.title = 'printed' }")
    bea.page.get_by_role("button", name="Print or save as PDF").click()
    assert bea.page.title() == "printed"
