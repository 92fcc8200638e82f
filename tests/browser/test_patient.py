"""Ada on her phone: from signing in to a point on her chart, on a bad day and without scripts too."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from portal import clock
from tests.browser.navigators import ASKED, DECLINE, Hand, step_through, stop_and_read
from tests.browser.window import DESK, Window
from tests.cast import ZONE
from tests.live import Live

MOST_TAPS = 8
FEW, SOME = "Not at all", "Several days"
LOW_MOOD = [SOME] * 4 + ["More than half the days"] + [FEW] * 4


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_day_on_the_phone(live: Live, window: Callable[..., Window]) -> None:
    phone = window()
    page = phone.sign_in(live.cast.ada)
    expect(page.get_by_role("heading", level=1, name="Today")).to_be_visible()

    expect(page.get_by_role("main")).to_contain_text("3 things today, about 6 minutes together.")

    hand = Hand(page)
    hand.open_task("Start")
    hand.answer_daily()
    hand.send()
    assert hand.taps <= MOST_TAPS
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    expect(page.get_by_role("heading", level=1, name="Two weeks: worry")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Part 2 of 3")
    step_through(page, [FEW] * 7)
    hand.send()
    expect(page.get_by_role("heading", level=1, name="Two weeks: mood")).to_be_visible()
    counts = step_through(page, LOW_MOOD)
    total = counts[0].partition(" of ")[2]
    assert counts == [f"{number} of {total}" for number in range(1, 10)]
    hand.send()
    expect(page.get_by_role("main")).to_contain_text("Your answers add up to 6 of 27. This range is called “mild”.")
    expect(page.get_by_role("main")).to_contain_text("usually reads check-ins")

    page.get_by_role("link", name="See your progress").click()
    expect(page.get_by_role("heading", level=1, name="Progress")).to_be_visible()
    expect(page.locator("svg.chart:visible .c-dots")).to_have_count(1)
    expect(page.locator("svg.chart:visible .c-value")).to_have_text("6")
    page.get_by_text("The same in numbers").click()
    numbers = page.get_by_role("region", name="Scores, infusions and other dates, newest first")
    expect(numbers.locator("tbody tr").first).to_contain_text("PHQ-9")
    expect(numbers.locator("tbody tr").first.locator("td.number")).to_have_text("6")


def test_a_check_in_begins_without_any_answer_chosen_for_her(live: Live, window: Callable[..., Window]) -> None:
    phone = window()
    page = phone.sign_in(live.cast.ada)
    hand = Hand(page)
    for task in ("Daily check-in", "Two weeks: mood"):
        hand.open_task(task)
        expect(page.locator("form[data-once] :checked")).to_have_count(0)
        page.get_by_role("link", name="Today").click()


def test_yesterday_can_still_be_added(live: Live, window: Callable[..., Window]) -> None:
    page = window().sign_in(live.cast.ada)
    yesterday = clock.now().astimezone(ZoneInfo(ZONE)).date() - timedelta(days=1)
    hand = Hand(page)
    hand.open_task("Daily check-in for yesterday")
    expect(page.locator(".lead")).to_contain_text("“today” means that day")
    hand.answer_daily(mood="2")
    hand.send()
    expect(page.get_by_role("main")).to_contain_text(f"{yesterday:%b} {yesterday.day}")
    page.get_by_role("link", name="Back to today").click()
    expect(page.get_by_role("link", name="Daily check-in for yesterday")).to_have_count(0)
    # Today's own is still to be done.
    expect(page.get_by_role("link", name="Daily check-in", exact=False).first).to_be_visible()


def test_what_is_not_answered_stays_a_gap_and_not_a_zero(live: Live, window: Callable[..., Window]) -> None:
    page = window().sign_in(live.cast.ada)
    hand = Hand(page)
    hand.open_task("Daily check-in")
    hand.answer_daily(mood=DECLINE, energy="0")
    hand.send()
    stop_and_read(page, "Daily check-in")
    answers = page.locator("dl.summary")
    expect(answers.locator("div", has_text=ASKED["mood"]).locator("dd")).to_have_text(DECLINE)
    expect(answers.locator("div", has_text=ASKED["energy"]).locator("dd")).to_contain_text("0 of 10")


def test_a_forgotten_answer_is_pointed_at_and_the_others_are_kept(live: Live, window: Callable[..., Window]) -> None:
    phone = window()
    phone.forgive(422)
    page = phone.sign_in(live.cast.ada)
    hand = Hand(page)
    hand.open_task("Daily check-in")
    for question in ("mood", "anxious", "energy", "sleep"):
        hand.answer(ASKED[question], {"mood": "0", "anxious": "9", "energy": "1", "sleep": "≤ 3"}[question])
    page.get_by_label("Anything else?").fill("could not think")
    hand.tap(page.get_by_role("main").get_by_role("button", name="Send", exact=True))
    expect(page.locator("#problems")).to_be_focused()
    page.locator("#problems a").click()
    expect(page.get_by_role("group", name=ASKED["safe"]).locator("input").first).to_be_focused()
    expect(page.locator("form[data-once] :checked")).to_have_count(4)
    expect(page.get_by_label("Anything else?")).to_have_value("could not think")
    hand.answer(ASKED["safe"], "Yes")
    hand.send()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()


def test_a_mistake_is_corrected_and_the_team_still_has_the_first_answer(
    live: Live, window: Callable[..., Window]
) -> None:
    page = window().sign_in(live.cast.ada)
    hand = Hand(page)
    hand.open_task("Daily check-in")
    hand.answer_daily(mood="9")
    hand.send()
    stop_and_read(page, "Daily check-in")
    page.get_by_role("link", name="Correct a mistake").click()
    hand.answer(ASKED["mood"], "2")
    hand.send("Send the correction")
    mood = page.locator("dl.summary div", has_text=ASKED["mood"]).locator("dd")
    expect(mood).to_contain_text("2 of 10")

    desk = window(DESK)
    page = desk.sign_in(live.cast.bea)
    desk.open(f"/patients/{live.cast.ada.own_id}/check-ins")
    page.get_by_role("table").get_by_role("link").first.click()
    mood = page.get_by_role("row", name=ASKED["mood"])
    expect(mood).to_contain_text("2 of 10")
    page.get_by_role("heading", name="Versions").locator("xpath=following-sibling::ol").get_by_role(
        "link"
    ).first.click()
    expect(page.get_by_text("This is an earlier version")).to_be_visible()
    expect(mood).to_contain_text("9 of 10")


def test_everything_works_without_scripts(live: Live, window: Callable[..., Window]) -> None:
    phone = window(java_script_enabled=False)
    page = phone.sign_in(live.cast.ada)
    hand = Hand(page)
    hand.open_task("Daily check-in")
    hand.answer_daily()
    hand.send()
    assert hand.taps <= MOST_TAPS
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()

    page.get_by_role("link", name="Stop for now").click()
    hand.open_task("Two weeks: mood")
    questions = page.locator(".question")
    for number, answer in enumerate(LOW_MOOD):
        expect(questions.nth(number)).to_be_visible()
        hand.tap(questions.nth(number).get_by_text(answer, exact=True))
    hand.send()
    stop_and_read(page, "Two weeks: mood")
    expect(page.get_by_role("main")).to_contain_text("Your answers add up to 6 of 27.")

    page.get_by_role("link", name="See your progress").click()
    expect(page.locator("svg.chart-narrow")).to_be_visible()
    expect(page.locator("svg.chart-narrow .c-dots")).to_have_count(1)
    expect(page.get_by_role("button", name="Explore the chart")).to_have_count(0)
    page.get_by_text("The same in numbers").click()
    expect(page.get_by_role("table").first).to_be_visible()
    page.get_by_role("button", name="Leave").click()
    assert phone.path() == "/left"
