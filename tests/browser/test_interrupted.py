"""A session that ends in the middle of a sentence, and leaving without a trace."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from portal import clock, db
from portal.accounts.models import UserSession
from portal.checkins.models import CheckIn, CheckInDraft
from portal.messaging.models import Message
from tests import factories
from tests.browser.navigators import ASKED, DAILY, Hand, step_through, stop_and_read
from tests.browser.window import Window
from tests.cast import ZONE, Person
from tests.live import Live

WORDS = "It was a long night, and I could not find the words.\n\nNow I have some: “fine” isn't one."
REVOKED = {"revoked_at": timedelta()}
IDLE = {"last_seen_at": timedelta(minutes=-21)}


def end_sessions(live: Live, person: Person, how: dict[str, timedelta]) -> None:
    """Let every session of a person end: revoked now, or idle for too long."""
    moments = {name: clock.now() + shift for name, shift in how.items()}
    with live.reach():
        db.session.execute(update(UserSession).where(UserSession.user_id == person.user_id).values(moments))


def count(live: Live, what: type[Any]) -> int:
    with live.reach():
        return len(db.session.scalars(select(what)).all())


def fill_check_in(page: Page) -> Hand:
    hand = Hand(page)
    hand.open_task("Daily check-in")
    hand.answer_daily(mood="3")
    page.get_by_label("Anything else?").fill(WORDS)
    return hand


def assert_the_check_in_is_here(page: Page) -> None:
    expect(page.get_by_role("status").filter(has_text="We kept what you typed.")).to_be_visible()
    expect(page.get_by_label("Anything else?")).to_have_value(WORDS)
    expect(page.get_by_role("group", name=ASKED["mood"]).get_by_role("radio", name="3")).to_be_checked()
    expect(page.locator("form[data-once] :checked")).to_have_count(len(DAILY))


@pytest.mark.parametrize("how", [REVOKED, IDLE], ids=["revoked", "idle"])
def test_a_check_in_sent_too_late_is_offered_again(
    live: Live, window: Callable[..., Window], how: dict[str, timedelta]
) -> None:
    # The draft is held back, so that only what was sent in vain can bring the answers back.
    phone = window()
    phone.page.route("**/draft", lambda route: route.fulfill(json={"saved": True}))
    page = phone.sign_in(live.cast.ada)
    hand = fill_check_in(page)
    end_sessions(live, live.cast.ada, how)
    hand.send()
    expect(page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("We kept what you typed")
    assert count(live, CheckIn) == 0

    phone.sign_in(live.cast.ada)
    assert_the_check_in_is_here(page)
    hand.send()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    stop_and_read(page, "Daily check-in")
    expect(page.locator("dl.summary")).to_contain_text("Now I have some")
    assert count(live, CheckIn) == 1

    page.get_by_role("link", name="Back to today").click()
    hand.open_task("Daily check-in for yesterday")
    expect(page.get_by_label("Anything else?")).to_have_value("")


def test_a_message_sent_too_late_is_offered_again(live: Live, window: Callable[..., Window]) -> None:
    with live.reach():
        thread = factories.thread(live.cast.ada, by=live.cast.bea, at=clock.now())
        path = f"/patients/{live.cast.ada.own_id}/messages/{thread.id}"
    phone = window()
    page = phone.sign_in(live.cast.ada)
    phone.open(path)
    page.get_by_label("Your message").fill(WORDS)
    end_sessions(live, live.cast.ada, REVOKED)
    phone.forgive(401)  # A script sends first; what it is refused, the page is told as before.
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()
    phone.sign_in(live.cast.ada)
    expect(page.get_by_label("Your message")).to_have_value(WORDS)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("log")).to_contain_text("Now I have some")
    expect(page.get_by_label("Your message")).to_have_value("")
    assert count(live, Message) == 2


def test_what_ada_typed_is_offered_to_nobody_else_on_her_phone(live: Live, window: Callable[..., Window]) -> None:
    phone = window()
    phone.page.route("**/draft", lambda route: route.fulfill(json={"saved": True}))
    page = phone.sign_in(live.cast.ada)
    hand = fill_check_in(page)
    end_sessions(live, live.cast.ada, REVOKED)
    hand.send()
    phone.forgive(404)
    phone.sign_in(live.cast.dot)
    # It leads to the page that Ada was on, which is not Dot's.
    expect(page.get_by_role("heading", level=1, name="We could not find that page")).to_be_visible()
    assert "long night" not in page.content()
    phone.open("/")
    hand.open_task("Daily check-in")
    expect(page.get_by_label("Anything else?")).to_have_value("")
    expect(page.locator("form[data-once] :checked")).to_have_count(0)
    end_sessions(live, live.cast.dot, REVOKED)

    phone.open(f"/patients/{live.cast.ada.own_id}/today")
    phone.sign_in(live.cast.ada)
    hand.open_task("Daily check-in")
    assert_the_check_in_is_here(page)


def test_a_page_closed_in_the_middle_is_filled_in_where_it_was_left(live: Live, window: Callable[..., Window]) -> None:
    phone = window()
    page = phone.sign_in(live.cast.ada)
    with page.expect_response("**/draft"):
        fill_check_in(page)
    phone.open(f"/patients/{live.cast.ada.own_id}/today")
    expect(page.get_by_text("You began this. Your answers are here.")).to_be_visible()
    Hand(page).open_task("Daily check-in")
    expect(page.locator("form[data-once] :checked")).to_have_count(len(DAILY))


def sign_out(page: Page) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="You").click()
    page.get_by_role("link", name=re.compile("^Account")).click()
    page.get_by_role("button", name="Sign out here").click()
    expect(page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()


def test_after_signing_out_the_back_button_shows_nothing(live: Live, window: Callable[..., Window]) -> None:
    with live.reach():
        factories.thread(live.cast.ada, by=live.cast.bea, body="Private words", at=clock.now())
    phone = window()
    page = phone.sign_in(live.cast.ada)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Messages").click()
    page.get_by_role("link", name="A question").click()
    expect(page.get_by_role("log")).to_contain_text("Private words")
    sign_out(page)
    for _ in range(4):
        page.go_back()
        expect(page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()
        assert "Private words" not in page.content()
        assert "A question" not in page.content()


def wait_until_signed_out(live: Live) -> None:
    """Wait for what was sent while the page went away."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with live.reach():
            if db.session.scalars(select(UserSession.revoked_at)).one() is not None:
                return
        time.sleep(0.1)
    pytest.fail("the session goes on")


@pytest.mark.parametrize("how", ["button", "key"])
def test_leaving_quickly_takes_the_page_away_and_ends_the_sign_in(
    live: Live, window: Callable[..., Window], how: str
) -> None:
    phone = window()
    page = phone.sign_in(live.cast.ada)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Progress").click()
    expect(page.get_by_role("heading", level=1, name="Progress")).to_be_visible()
    if how == "button":
        page.get_by_role("button", name="Leave").click()
    else:
        page.wait_for_load_state()  # Before that the page does not listen to keys yet.
        for _ in range(3):
            page.keyboard.press("Escape")
    page.wait_for_url("**/left")
    assert page.inner_text("body").strip() in {"", "Blank page"}
    wait_until_signed_out(live)
    page.go_back()
    expect(page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()
    assert "/progress" not in phone.path().partition("?")[0]


PCL_5 = "Past week: memories and reactions"


def ask(live: Live, instrument: str) -> None:
    with live.reach():
        today = clock.now().astimezone(ZoneInfo(ZONE)).date()
        factories.plan_item(live.cast.ada, instrument, 7, starts_on=today)


def drafts(live: Live) -> list[dict[str, Any]]:
    with live.reach():
        return list(db.session.scalars(select(CheckInDraft.answers)))


def wait_until_saved(live: Live, answers: int) -> None:
    """Wait for what was sent while the page went away."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if any(len(one) >= answers for one in drafts(live)):
            return
        time.sleep(0.1)
    pytest.fail(f"kept is {drafts(live)}")


def test_a_tab_closed_in_the_middle_of_a_long_scale_goes_on_at_the_right_question(
    live: Live, window: Callable[..., Window]
) -> None:
    ask(live, "pcl-5-week")
    phone = window()
    page = phone.sign_in(live.cast.ada)
    Hand(page).open_task(PCL_5)
    step_through(page, ["Not at all", "A little bit", "Moderately", "Quite a bit", "Extremely"])
    context = page.context
    page.close()  # at once: the last tap has not been sent yet
    wait_until_saved(live, 5)

    again = context.new_page()
    again.goto(phone.address + f"/patients/{live.cast.ada.own_id}/today")
    expect(again.get_by_text("You began this. Your answers are here.")).to_be_visible()
    Hand(again).open_task(PCL_5)
    expect(again.locator(".steps-head span")).to_have_text("6 of 20")
    expect(again.locator("form[data-once] :checked")).to_have_count(5)
    counts = step_through(again, ["Moderately"] * 15)
    assert counts[-1] == "20 of 20"
    Hand(again).send()
    with live.reach():
        row = db.session.scalars(select(CheckIn)).one()
        assert list(row.answers.values()) == [0, 1, 2, 3, 4, *[2] * 15]
        assert len(row.answered_ms) == 20
        assert list(row.answered_ms.values()) == sorted(row.answered_ms.values())
        assert row.submitted_at is not None
        assert row.started_at < row.submitted_at
    assert drafts(live) == []


def test_a_battery_that_dies_takes_no_answer_along(live: Live, window: Callable[..., Window]) -> None:
    """Each answer is sent while the page is open; nothing waits for the page to be left in good order."""
    phone = window()
    page = phone.sign_in(live.cast.ada)
    hand = Hand(page)
    hand.open_task("Daily check-in")
    for given, (question, answer) in enumerate((("mood", "3"), ("energy", "4")), start=1):
        hand.answer(ASKED[question], answer)
        wait_until_saved(live, given)
        assert drafts(live)[0][question] == int(answer)
    page.context.set_offline(True)  # whatever the page would still send when it goes is lost
    page.close()

    another = window()
    page = another.sign_in(live.cast.ada)
    Hand(page).open_task("Daily check-in")
    for question, answer in (("mood", "3"), ("energy", "4")):
        expect(page.get_by_role("group", name=ASKED[question]).get_by_role("radio", name=answer)).to_be_checked()
    expect(page.locator("form[data-once] :checked")).to_have_count(2)


def test_a_lost_network_loses_nothing_and_says_so(live: Live, window: Callable[..., Window]) -> None:
    phone = window()
    page = phone.sign_in(live.cast.ada)
    hand = Hand(page)
    hand.open_task("Daily check-in")
    phone.forgive_losses()
    page.context.set_offline(True)
    hand.answer(ASKED["mood"], "3")
    expect(page.get_by_role("status").filter(has_text="No connection just now.")).to_be_visible()
    hand.answer(ASKED["energy"], "4")
    assert drafts(live) == []
    page.context.set_offline(False)
    expect(page.get_by_role("status").filter(has_text="The connection is back.")).to_be_visible()
    wait_until_saved(live, 2)
    assert drafts(live) == [{"mood": 3, "energy": 4}]


def test_a_question_appears_once_it_is_called_for_and_is_emptied_when_it_no_longer_is(
    live: Live, window: Callable[..., Window]
) -> None:
    ask(live, "asq")
    page = window().sign_in(live.cast.ada)
    Hand(page).open_task("Five short questions")
    assert step_through(page, ["No", "No", "No", "Yes"]) == ["1 of 4", "2 of 4", "3 of 4", "4 of 4"]
    last = page.locator(".question:visible legend")
    expect(last).to_have_text("Are you having thoughts of killing yourself right now?")
    expect(page.locator(".steps-head span")).to_have_text("5 of 5")
    expect(page.get_by_text("Only if one of the answers above")).to_have_count(1)
    expect(page.get_by_text("Only if one of the answers above")).to_be_hidden()
    page.wait_for_timeout(400)
    page.locator(".question:visible").get_by_text("Yes", exact=True).tap(force=True)
    page.get_by_role("button", name="I have read this").click()
    page.get_by_role("button", name="Back").click()
    page.wait_for_timeout(400)
    page.locator(".question:visible").get_by_text("No", exact=True).tap(force=True)
    expect(page.locator(".steps-head span")).to_have_text("4 of 4")
    expect(page.locator("input[name=item_q5]:checked")).to_have_count(0)
    Hand(page).send()
    # What was said before it was taken back has been heard.
    expect(page.get_by_role("heading", level=2, name="You can talk to somebody now")).to_be_visible()


def test_a_long_list_is_done_in_a_few_taps(live: Live, window: Callable[..., Window]) -> None:
    ask(live, "side-effects")
    page = window().sign_in(live.cast.ada)
    hand = Hand(page)
    hand.open_task("After your visit")
    hand.tap(page.get_by_role("button", name="None of these"))
    hand.answer("Dizziness", "Mild")
    hand.answer("Is the dizziness still present?", "No")
    expect(page.get_by_role("group", name="Is the nausea still present?")).to_be_hidden()
    hand.send()
    assert hand.taps == 5
    with live.reach():
        answers = db.session.scalars(select(CheckIn)).one().answers
    assert (len(answers), sum(answers.values())) == (18, 1)
