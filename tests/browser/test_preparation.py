"""Ada on her phone on the day itself: a few taps, with scripts and without, and readable by everybody."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from portal import clock, db
from portal.accounts.models import User
from portal.treatment.models import InfusionStatus
from portal.treatment.preparation import queries
from portal.treatment.preparation.steps import Adult, Step
from tests import factories
from tests.browser.test_pages import AXE, RULES, violations
from tests.browser.window import Window
from tests.live import Live


def choose(page: Page, question: str, answer: str) -> None:
    page.get_by_role("group", name=question).get_by_label(answer, exact=True).check()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_getting_ready_takes_half_a_minute(live: Live, window: Callable[..., Window], scripts: bool) -> None:
    ada, bea = live.cast.ada, live.cast.bea
    with live.reach():
        on = factories.course(ada, bea)
        planned = {"status": InfusionStatus.PLANNED, "started_at": None}
        infusion_id = factories.infusion(on, bea, clock.now(), **planned).id
    phone = window(java_script_enabled=scripts)
    page = phone.sign_in(ada)
    page.get_by_role("link", name="Get ready for today").click()
    expect(page.get_by_role("heading", level=1, name="Getting ready")).to_be_visible()
    expect(page.get_by_label("What has changed?")).to_be_hidden()
    choose(page, "Is an adult with you now?", "Yes")
    choose(page, "Has anything changed in your health?", "Yes")
    page.get_by_label("What has changed?").fill("a sore throat")
    choose(page, "Has anything changed in your medicines?", "No")
    for question, clocked in (("When did you last eat?", "Time you last ate"), ("When did you last drink?", "drank")):
        choose(page, question, "Yesterday")
        page.get_by_label(clocked).fill("19:30")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390 if scripts else True
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("main")).to_contain_text("Sent. Thank you.")
    expect(page.get_by_role("main")).to_contain_text("Your nurse sees this before coming.")
    with live.reach():
        said = queries.latest([infusion_id])[infusion_id][Step.SAME_DAY]
        assert (said.adult, said.health_change) == (Adult.YES, "a sore throat")


def test_the_questions_and_the_directors_page_can_be_read_by_everybody(
    live: Live, window: Callable[..., Window]
) -> None:
    ada, bea = live.cast.ada, live.cast.bea
    with live.reach():
        on = factories.course(ada, bea)
        planned = {"status": InfusionStatus.PLANNED, "started_at": None}
        infusion_id = factories.infusion(on, bea, clock.now(), **planned).id
        db.session.get_one(User, bea.user_id).is_medical_director = True
    for person, path in ((ada, f"/patients/{ada.own_id}/preparation/{infusion_id}"), (bea, "/clinic/treatment-rules")):
        for scheme in RULES:
            phone = window(color_scheme=scheme, bypass_csp=True)
            phone.sign_in(person)
            page = phone.open(path)
            page.evaluate(AXE.read_text())
            assert violations(page, scheme) == [], path
            page.set_viewport_size({"width": 320, "height": 640})
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
