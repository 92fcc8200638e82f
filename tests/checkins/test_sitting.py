"""What is due is answered in one go, can be stopped at any time, and goes on where it was left, on another day too."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from portal import clock, db
from portal.accounts import sessions
from portal.accounts.models import User
from portal.checkins.models import CheckIn, CheckInDraft
from tests.cast import NOW, Cast, Person
from tests.checkins.sheets import DAILY, GAD_7, PHQ_9, Opener, count, only, typed
from tests.factories import plan_item
from tests.page import Browser

TODAY = date(2026, 11, 22)


def three(person: Person) -> None:
    for instrument, every in (("phq-9", 14), ("gad-7", 14), ("daily", 1)):
        plan_item(person, instrument, every, starts_on=TODAY)


def begun(browser: Opener, person: Person) -> Any:
    return browser(person).get(f"/patients/{person.own_id}/today")


def signed_in_now(app: Flask, person: Person) -> Browser:
    token = sessions.start(db.session.get_one(User, person.user_id), at=clock.now(), device="a test")
    db.session.commit()
    client = app.test_client()
    client.set_cookie("interval", token)
    return Browser(client)


def test_the_page_says_how_many_things_there_are_and_how_long_they_take_together(browser: Opener, cast: Cast) -> None:
    three(cast.ada)
    assert "3 things today, about 6 minutes together." in begun(browser, cast.ada).text


def test_a_single_thing_is_no_sitting(browser: Opener, cast: Cast) -> None:
    plan_item(cast.ada)
    page = begun(browser, cast.ada)
    assert "things today" not in page.text
    receipt = page.follow("Daily check-in").form("Send").submit(typed(DAILY))
    assert "What happens next" in receipt.text


def test_one_thing_follows_another_and_the_last_leads_to_its_receipt(browser: Opener, cast: Cast) -> None:
    three(cast.ada)
    page = begun(browser, cast.ada).follow("Start")
    assert (page.h1, "1 of 3 · about 1 minute" in page.text) == ("Daily check-in", True)
    page = page.form("Send").submit(typed(DAILY))
    assert (page.h1, "2 of 3" in page.text, "Saved." in page.text) == ("Two weeks: worry", True, True)
    page = page.form("Send").submit(typed(GAD_7))
    assert (page.h1, "3 of 3" in page.text) == ("Two weeks: mood", True)
    receipt = page.form("Send").submit(typed(PHQ_9))
    assert "What happens next" in receipt.text
    assert "Go on to" not in receipt.text
    assert count(CheckIn) == 3


def test_it_can_be_stopped_at_any_time(browser: Opener, cast: Cast) -> None:
    three(cast.ada)
    page = begun(browser, cast.ada).follow("Start").form("Send").submit(typed(DAILY))
    left = page.follow("Stop for now")
    assert left.h1 == "Today"
    assert "2 things today" in left.text


def test_help_comes_before_what_is_next(browser: Opener, cast: Cast) -> None:
    three(cast.ada)
    page = begun(browser, cast.ada).follow("Start").form("Send").submit(typed({**DAILY, "safe": 2}))
    assert "You can talk to somebody now" in page.text
    assert not [label for label, _ in page.links if label.startswith("Go on")], "the card comes first"
    page = page.form("I have read this").submit()
    assert page.h1 == "Thank you for telling us"
    following = page.follow("Go on to “Two weeks: worry”")
    assert "2 of 3" in following.text


def test_what_somebody_began_with_does_not_matter(browser: Opener, cast: Cast) -> None:
    three(cast.ada)
    page = begun(browser, cast.ada).follow("Two weeks: mood")
    assert "1 of 3" in page.text
    assert page.form("Send").submit(typed(PHQ_9)).h1 == "Daily check-in"


@pytest.mark.parametrize("place", ["9-3", "x", "1-3-4", "<b>"])
def test_a_place_that_cannot_be_is_no_sitting(browser: Opener, cast: Cast, place: str) -> None:
    item = plan_item(cast.ada)
    page = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/check-ins/new/{item.id}?sitting={place}")
    assert "What happens next" in page.form("Send").submit(typed(DAILY)).text


def test_a_page_kept_when_the_session_ended_goes_on_in_its_sitting(
    app: Flask, browser: Opener, cast: Cast, frozen: time_machine.Traveller
) -> None:
    three(cast.ada)
    form = begun(browser, cast.ada).follow("Start").form("Send")
    frozen.shift(timedelta(minutes=21))
    form.page.browser.open(form.action, "POST", data={**form.values.to_dict(), **typed(DAILY)})
    page = signed_in_now(app, cast.ada).get(form.action)
    assert "1 of 3" in page.text
    assert page.form("Send").submit().h1 == "Two weeks: worry"


# Going on with it


def save(form: Any, answers: Any) -> Any:
    sent = {**form.values.to_dict(), **typed(answers)}
    return form.page.browser.open(form.action.partition("?")[0] + "/draft", "POST", data=sent)


def test_a_scale_goes_on_two_days_later_where_it_was_left(
    app: Flask, browser: Opener, cast: Cast, frozen: time_machine.Traveller
) -> None:
    plan_item(cast.ada, "phq-9", 14, starts_on=TODAY)
    form = begun(browser, cast.ada).follow("Two weeks: mood").form("Send")
    save(form, {"q1": 2, "q2": 1})
    frozen.shift(timedelta(days=2))
    ada = signed_in_now(app, cast.ada)
    page = ada.get(f"/patients/{cast.ada.own_id}/today")
    assert "You began this. Your answers are here." in page.text
    again = page.follow("Two weeks: mood").form("Send")
    assert (again.values["item_q1"], again.values["item_q2"]) == ("2", "1")
    assert again.values["on"] == "2026-11-24"
    assert again.values["submission_id"] == form.values["submission_id"]
    save(again, {"q1": 2, "q2": 1, "q3": 0})
    assert (only(CheckInDraft).for_on, len(only(CheckInDraft).answers)) == (date(2026, 11, 24), 3)
    again.submit(typed(PHQ_9))
    row = only(CheckIn)
    opened_at = datetime(2026, 11, 22, 5, tzinfo=UTC)  # midnight in New York, two days before it is sent
    assert (row.for_on, row.offered_at, row.started_at) == (date(2026, 11, 24), opened_at, NOW)
    assert row.received_at == NOW + timedelta(days=2)
    assert count(CheckInDraft) == 0


def test_a_scale_sent_from_a_page_of_the_day_before_leaves_no_draft_behind(
    app: Flask, browser: Opener, cast: Cast, frozen: time_machine.Traveller
) -> None:
    item = plan_item(cast.ada, "phq-9", 14, starts_on=TODAY)
    form = begun(browser, cast.ada).follow("Two weeks: mood").form("Send")
    save(form, {"q1": 2})
    frozen.shift(timedelta(days=1))
    ada = signed_in_now(app, cast.ada)
    again = ada.get(f"/patients/{cast.ada.own_id}/check-ins/new/{item.id}").form("Send")
    again.submit(typed(PHQ_9))
    assert count(CheckInDraft) == 0


def test_after_its_window_a_scale_begins_anew(
    app: Flask, browser: Opener, cast: Cast, frozen: time_machine.Traveller
) -> None:
    plan_item(cast.ada, "phq-9", 14, starts_on=TODAY)
    save(begun(browser, cast.ada).follow("Two weeks: mood").form("Send"), {"q1": 2})
    frozen.shift(timedelta(days=8))
    page = signed_in_now(app, cast.ada).get(f"/patients/{cast.ada.own_id}/today")
    assert "You began this" not in page.text
    assert (
        "“Two weeks: mood” was not sent this time, and that is all right. It is asked again on Sun, Dec 6." in page.text
    )
    frozen.shift(timedelta(days=6))
    page = signed_in_now(app, cast.ada).get(f"/patients/{cast.ada.own_id}/today").follow("Two weeks: mood")
    assert page.form("Send").values.get("item_q1") is None


def test_what_comes_soon_is_said_beside_what_is_due(browser: Opener, cast: Cast) -> None:
    plan_item(cast.ada)
    plan_item(cast.ada, "gad-7", 14, starts_on=TODAY + timedelta(days=2))
    assert "Coming up: “Two weeks: worry”, in 2 days." in begun(browser, cast.ada).text


# Times


def test_the_times_a_page_sends_are_kept_and_shown_to_the_team_only(
    browser: Opener, cast: Cast, frozen: time_machine.Traveller
) -> None:
    item = plan_item(cast.ada, "gad-7", 14, starts_on=TODAY)
    ada = browser(cast.ada)
    form = ada.get(f"/patients/{cast.ada.own_id}/check-ins/new/{item.id}").form("Send")
    frozen.shift(timedelta(seconds=20))
    times = {f"q{n}": n * 500 for n in range(1, 8)}
    said = str(times).replace("'", '"')
    sent = {"answered_ms": said, "submitted_at": (NOW + timedelta(seconds=19)).isoformat()}
    receipt = form.submit({**typed({f"q{n}": 2 for n in range(1, 8)}), **sent})
    row = only(CheckIn)
    assert (row.answered_ms, row.submitted_at) == (times, NOW + timedelta(seconds=19))
    assert row.quality == ["too-quick", "straight-lined"]
    record = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/check-ins/{row.id}")
    assert "Answered in under a second a question" in record.text
    assert "The same answer to every question of a scale." in record.text
    assert ["Feeling nervous, anxious or on edge", "More than half the days", "2", "0.5"] in record.rows()
    assert "check how it was answered" in browser(cast.bea).get(f"/patients/{cast.ada.own_id}/check-ins").text
    for page in (receipt, ada.get(f"/patients/{cast.ada.own_id}/check-ins")):
        assert "how it was answered" not in page.html
        assert "too-quick" not in page.html
        assert "under a second" not in page.html


@pytest.mark.parametrize("times", ["{", "[1]", '{"q1": "soon"}', '{"q1": 99999999999}', "x" * 9000])
@pytest.mark.parametrize("submitted", ["never", "2026-11-22", "1999-01-01T00:00:00+00:00", ""])
def test_times_that_cannot_be_change_nothing_about_the_answers(
    browser: Opener, cast: Cast, times: str, submitted: str
) -> None:
    item = plan_item(cast.ada, "gad-7", 14, starts_on=TODAY)
    form = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/check-ins/new/{item.id}").form("Send")
    form.submit({**typed(GAD_7), "answered_ms": times, "submitted_at": submitted, "offered_at": "tomorrow"})
    row = only(CheckIn)
    assert (row.answers, row.answered_ms, row.submitted_at, row.offered_at) == (GAD_7, {}, None, None)


def test_a_scale_left_half_way_keeps_its_place_among_what_was_sent(browser: Opener, cast: Cast) -> None:
    three(cast.ada)
    page = begun(browser, cast.ada).follow("Start").form("Send").submit(typed(DAILY))
    page = page.form("Send").submit(typed(dict.fromkeys((f"q{number}" for number in range(1, 8)), 1)))
    save(page.form("Send"), {"q1": 2})
    assert "Part 3 of 3" in begun(browser, cast.ada).follow("Two weeks: mood").text
