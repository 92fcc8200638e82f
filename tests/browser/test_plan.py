"""A provider sets up a new patient's plan, in clicks."""

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal import clock, db
from portal.checkins.models import PlanItem
from portal.patients.models import Condition, PatientCondition
from tests.browser.window import DESK, PHONE, Window
from tests.live import Live

CLICKS = """() => addEventListener("click", () => sessionStorage.setItem("clicks",
    1 + Number(sessionStorage.getItem("clicks"))), true)"""


def new_and_bipolar(live: Live) -> None:
    """Leave Ada with a second condition and nothing asked."""
    with live.reach():
        db.session.add(
            PatientCondition(patient_id=live.cast.ada.own_id, condition=Condition.BIPOLAR, recorded_at=clock.now())
        )
        for item in db.session.scalars(select(PlanItem).where(PlanItem.patient_id == live.cast.ada.own_id)):
            item.ends_on = clock.now().date() - timedelta(days=1)


def asked(live: Live) -> set[str]:
    with live.reach():
        mine = select(PlanItem.instrument).where(PlanItem.patient_id == live.cast.ada.own_id)
        return set(db.session.scalars(mine.where(PlanItem.ends_on.is_(None))))


def clicks(page: Page) -> int:
    return int(page.evaluate("sessionStorage.getItem('clicks')") or 0)


def opened(window: Callable[..., Window], live: Live, size: dict[str, int]) -> Page:
    one = window(size)
    one.forgive(422)
    one.page.add_init_script(f"({CLICKS})()")
    one.sign_in(live.cast.bea)
    page = one.open(f"/patients/{live.cast.ada.own_id}/plan")
    page.evaluate("sessionStorage.clear()")
    return page


def test_a_new_bipolar_patient_has_a_plan_after_two_clicks(window: Callable[..., Window], live: Live) -> None:
    new_and_bipolar(live)
    page = opened(window, live, DESK)
    page.get_by_role("link", name="Start from a ready-made plan").click()
    expect(page.get_by_text("Which plan: Baseline and first series")).to_contain_text("Bipolar disorder")
    expect(page.get_by_role("checkbox", name="Activation check")).to_be_checked()
    expect(page.get_by_role("heading", name="The next 30 days with it")).to_be_visible()
    expect(page.locator(".day-ahead")).to_have_count(30)
    page.get_by_role("button", name="Save this plan").first.click()
    expect(page.get_by_text("Saved. From today on this is asked.")).to_be_visible()
    assert clicks(page) == 2
    assert asked(live) >= {"daily", "phq-9", "gad-7", "asq", "activation", "side-effects"}


def test_a_plan_of_another_phase_is_adapted_on_a_phone(window: Callable[..., Window], live: Live) -> None:
    new_and_bipolar(live)
    page = opened(window, live, PHONE)
    page.get_by_role("link", name="Start from a ready-made plan").click()
    page.get_by_text("Which plan").click()
    page.get_by_role("radio", name="Boosters").check()
    page.get_by_role("button", name="Show its lines").click()
    page.get_by_role("checkbox", name="Use and craving check").uncheck()
    line = page.get_by_role("listitem").filter(has=page.get_by_role("checkbox", name="Patient Health Questionnaire"))
    line.get_by_text("Change when").click()
    days = line.get_by_label("Every how many days", exact=True)
    days.fill("often")
    page.get_by_role("button", name="Save this plan").first.click()
    problem = page.get_by_role("link", name="PHQ-9: Every how many days – Enter a whole number, like 12")
    problem.click()
    expect(days).to_be_focused()
    expect(days).to_have_value("often")
    days.fill("10")
    page.get_by_role("button", name="Show the days again").first.click()
    expect(line.get_by_text("Every 10 days")).to_be_visible()
    page.get_by_role("button", name="Save this plan").first.click()
    expect(page.get_by_text("Saved. From today on this is asked.")).to_be_visible()
    assert "misuse" not in asked(live)
    assert clicks(page) < 15


def test_numbers_show_for_what_is_ticked_and_questions_for_what_is_asked(
    window: Callable[..., Window], live: Live
) -> None:
    page = opened(window, live, DESK)
    page.get_by_role("link", name="Ask something more").click()
    expect(page.get_by_label("Every how many days", exact=True)).to_be_hidden()
    page.get_by_role("checkbox", name="Every few days").check()
    expect(page.get_by_label("Every how many days", exact=True)).to_be_visible()
    expect(page.get_by_role("checkbox", name="How strong was your pain today?")).to_be_hidden()
    page.get_by_label("What to ask").select_option("daily")
    expect(page.get_by_role("checkbox", name="How strong was your pain today?")).to_be_visible()
    page.get_by_label("What to ask").select_option("peg")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved. It is asked like this from today on.")).to_be_visible()
    assert "peg" in asked(live)
