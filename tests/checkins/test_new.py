from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from portal import clock, db
from portal.access.policy import PatientStatus
from portal.accounts import sessions
from portal.accounts.models import KeptForm, User
from portal.checkins.models import CheckIn, CheckInDraft
from portal.patients.models import Patient
from portal.safety.models import Alert, Concern
from tests.cast import NOW, Cast, Person
from tests.checkins.sheets import DAILY, PHQ_9, Opener, count, everything, only, typed
from tests.factories import check_in, plan_item
from tests.page import Browser

YESTERDAY = date(2026, 11, 21)
NOT_MONITORED = "not monitored around the clock and is not an emergency service"


def address(person: Person, item: Any, tail: Any = "") -> Any:
    return f"/patients/{person.own_id}/check-ins/new/{item.id}{tail}"


def opened(browser: Opener, person: Person, item: Any, tail: Any = "") -> Any:
    return browser(person).get(address(person, item, tail))


def test_the_daily_check_in_asks_five_things_and_none_is_answered_beforehand(browser: Opener, cast: Cast) -> None:
    page = opened(browser, cast.ada, plan_item(cast.ada))
    names = [one.get("name") for one in page.find("input") if one.get("type") == "radio"]
    assert list(dict.fromkeys(names)) == [f"item_{code}" for code in DAILY]
    assert not [one for one in page.find("input") if one.get("checked") is not None]
    assert page.h1 == "Daily check-in"


def test_further_questions_come_by_the_plan(browser: Opener, cast: Cast) -> None:
    page = opened(browser, cast.ada, plan_item(cast.ada, extra_items=["pain", "sleep_need"]))
    assert "How strong was your pain today?" in page.text
    assert "Did you need much less sleep than usual" in page.text
    assert "unwanted thoughts" not in page.text


@pytest.mark.parametrize("instrument", ["daily", "phq-9", "gad-7"])
def test_every_question_can_be_declined_and_the_page_says_first_that_nobody_watches(
    browser: Opener, cast: Cast, instrument: Any
) -> None:
    page = opened(browser, cast.ada, plan_item(cast.ada, instrument))
    questions = page.find("fieldset")
    assert all("Prefer not to answer" in "".join(one.itertext()) for one in questions)
    assert NOT_MONITORED in page.text
    assert page.text.index(NOT_MONITORED) < page.text.index("Prefer not to answer")


def test_a_scale_shows_its_stem_and_whose_wording_it_is_and_ours_says_it_is_not_validated(
    browser: Opener, cast: Cast
) -> None:
    phq = opened(browser, cast.ada, plan_item(cast.ada, "phq-9", 14))
    assert "Over the last 2 weeks, how often have you been bothered" in phq.text
    assert "Developed by Drs. Robert L. Spitzer" in phq.text
    assert "PHQ" not in phq.title + phq.h1
    assert "Not validated" in opened(browser, cast.ada, plan_item(cast.ada)).text


def test_a_daily_check_in_is_sent_and_leads_to_its_receipt(browser: Opener, cast: Cast) -> None:
    page = opened(browser, cast.ada, plan_item(cast.ada)).form("Send").submit(typed(DAILY), note=" A quiet day. ")
    assert "Saved." in page.text
    row = only(CheckIn)
    assert (row.answers, row.note) == (DAILY, "A quiet day.")
    assert page.url == f"/patients/{cast.ada.own_id}/check-ins/{row.id}"


@pytest.mark.parametrize(
    ("chip", "exact", "stored"),
    [("6", "", 6), ("", "6.5", 6.5), ("6", "7.5", 7.5), ("", "0", 0), ("10", "", 10), ("", "6,5", 6.5)],
)
def test_hours_of_sleep_are_a_chip_or_typed_exactly(
    browser: Opener, cast: Cast, chip: Any, exact: Any, stored: Any
) -> None:
    sent = {**typed({**DAILY, "sleep_h": chip}), "item_sleep_h-exact": exact}
    browser(cast.ada).open(address(cast.ada, item := plan_item(cast.ada)))
    form = opened(browser, cast.ada, item).form("Send")
    form.submit(sent)
    assert only(CheckIn).answers["sleep_h"] == stored


def test_declined_answers_are_kept_apart_from_missing_ones(browser: Opener, cast: Cast) -> None:
    item = plan_item(cast.ada, "phq-9", 14)
    answers = {**PHQ_9, "q3": None}
    del answers["function"]
    opened(browser, cast.ada, item).form("Send").submit(typed(answers))
    assert only(CheckIn).answers == answers


def test_a_missing_answer_is_named_and_everything_typed_stays(browser: Opener, cast: Cast) -> None:
    item, before = plan_item(cast.ada), everything()
    sent = typed({code: value for code, value in DAILY.items() if code not in {"anxiety", "safe"}})
    page = opened(browser, cast.ada, item).form("Send").submit(sent, note="a long thought", expect=422)
    assert page.problems == [
        "How anxious or tense did you feel today? – not answered yet",
        "Do you feel able to keep yourself safe today? – not answered yet",
    ]
    assert page.text.count("Choose an answer, or “Prefer not to answer”.") == 2
    values = page.form("Send").values
    assert {name: values[name] for name in sent} == sent
    assert values["note"] == "a long thought"
    assert everything() == before | {"check_in_drafts": 1, "audit_events": before["audit_events"] + 1}
    page.form("Send").submit({"item_anxiety": "3", "item_safe": "0"})
    assert only(CheckIn).answers == DAILY


KEPT = {"check_in_drafts", "audit_events"}
BAD = [
    ({"item_mood": "11"}, "Overall, how was your mood today?"),
    ({"item_mood": "-1"}, "Overall, how was your mood today?"),
    ({"item_mood": "3.5"}, "Overall, how was your mood today?"),
    ({"item_mood": "NaN"}, "Overall, how was your mood today?"),
    ({"item_mood": "٣"}, "Overall, how was your mood today?"),
    ({"item_mood": "1e308"}, "Overall, how was your mood today?"),
    ({"item_safe": "3"}, "Do you feel able to keep yourself safe today?"),
    ({"item_sleep_h-exact": "25"}, "About how many hours did you sleep last night?"),
    ({"item_sleep_h-exact": "6.3"}, "About how many hours did you sleep last night?"),
    ({"item_sleep_h-exact": "a lot"}, "About how many hours did you sleep last night?"),
    ({"item_pain": "4"}, "There is no question “pain”"),
    ({"item_invented": "4"}, "There is no question “invented”"),
    ({"note": "x" * 4001}, "Use 4,000 characters or fewer"),
    ({"note": "a\x00b"}, "cannot be kept"),
    ({"on": "2026-11-23"}, "November 23, 2026 is still to come"),
    ({"on": "2026-11-14"}, "November 14, 2026 is too long ago"),
    ({"on": "2020-01-01"}, "January 1, 2020 is before you joined, on October 18, 2025"),
    ({"on": "yesterday"}, "which day this is for"),
    ({"on": ""}, "which day this is for"),
    ({"submission_id": "7"}, "Something went missing on the way"),
]


@pytest.mark.parametrize(("change", "said"), BAD)
def test_bad_input_is_named_in_plain_words_and_nothing_but_the_draft_is_written(
    browser: Opener, cast: Cast, change: Any, said: Any
) -> None:
    item, ada = plan_item(cast.ada), browser(cast.ada)
    form = ada.get(address(cast.ada, item)).form("Send")
    before = everything()
    sent = {**form.values.to_dict(), **typed(DAILY), **change}
    page = ada.post(address(cast.ada, item), sent, expect=422)
    assert any(said in problem for problem in page.problems), page.problems
    after = everything()
    assert {name: rows for name, rows in after.items() if name not in KEPT} == {
        name: rows for name, rows in before.items() if name not in KEPT
    }
    assert after["check_in_drafts"] == ("on" not in change)
    kept = {name: value for name, value in typed(DAILY).items() if name not in change}
    if "item_sleep_h-exact" in change:
        kept.pop("item_sleep_h")
        assert page.form("Send").values["item_sleep_h-exact"] == change["item_sleep_h-exact"]
    assert {name: page.form("Send").values.get(name) for name in kept} == kept


def test_a_second_tap_leads_to_the_same_receipt(browser: Opener, cast: Cast) -> None:
    form = opened(browser, cast.ada, plan_item(cast.ada)).form("Send")
    first, second = form.submit(typed(DAILY)), form.submit(typed(DAILY))
    assert first.url == second.url
    assert count(CheckIn) == 1


def test_other_answers_from_the_back_button_are_not_lost_and_can_be_sent_as_a_correction(
    browser: Opener, cast: Cast
) -> None:
    form = opened(browser, cast.ada, plan_item(cast.ada)).form("Send")
    form.submit(typed(DAILY))
    page = form.submit(typed({**DAILY, "mood": 2}), note="worse", expect=409)
    assert "You sent this before, with other answers" in page.text
    assert count(CheckIn) == 1
    receipt = page.form("Send as a correction").submit()
    assert "Saved." in receipt.text
    assert count(CheckIn) == 2
    assert only(CheckIn, superseded_at=None).answers["mood"] == 2
    assert only(CheckIn, superseded_at=None).note == "worse"


def test_a_day_that_has_one_already_says_so_and_takes_another(browser: Opener, cast: Cast) -> None:
    item = plan_item(cast.ada)
    check_in(cast.ada)
    page = opened(browser, cast.ada, item)
    assert "You have sent this one already" in page.text
    page.form("Send").submit(typed(DAILY))
    assert count(CheckIn) == 2


def test_yesterday_can_be_added(browser: Opener, cast: Cast) -> None:
    item = plan_item(cast.ada)
    page = opened(browser, cast.ada, item, f"?on={YESTERDAY}")
    assert "This is for Sat, Nov 21: “today” means that day." in page.text
    receipt = page.form("Send").submit(typed(DAILY))
    assert only(CheckIn).for_on == YESTERDAY
    assert "For Sat, Nov 21, sent Sun, Nov 22" in receipt.text


@pytest.mark.parametrize(
    ("on", "said"),
    [
        ("2026-11-23", "is still to come"),
        ("2026-11-01", "is too long ago"),
        ("2019-11-01", "is before you joined"),
        ("soon", "This is not a day"),
    ],
)
def test_a_day_that_cannot_be_leads_back_to_today_and_says_why(browser: Opener, cast: Cast, on: Any, said: Any) -> None:
    page = opened(browser, cast.ada, plan_item(cast.ada), f"?on={on}")
    assert page.h1 == "Today"
    assert said in page.text


def test_a_line_that_ended_leads_back_to_today_but_a_page_that_was_open_can_be_sent(
    browser: Opener, cast: Cast
) -> None:
    item = plan_item(cast.ada)
    form = opened(browser, cast.ada, item).form("Send")
    db.session.add(item)
    item.ends_on = date(2026, 11, 22)
    db.session.commit()
    assert "does not ask this any more" in opened(browser, cast.ada, item).text
    assert "Saved." in form.submit(typed(DAILY)).text


# Drafts over HTTP


def save(person: Person, item: Any, form: Any, answers: Any, **more: Any) -> Any:
    sent = {**form.values.to_dict(), **typed(answers), **more}
    return form.page.browser.open(address(person, item, "/draft"), "POST", data=sent)


def sign_in_now(app: Flask, person: Person) -> Any:
    """Return a browser whose session begins at the present moment of the test."""
    token = sessions.start(db.session.get_one(User, person.user_id), at=clock.now(), device="a test")
    db.session.commit()
    client = app.test_client()
    client.set_cookie("interval", token)
    return Browser(client)


def test_what_was_answered_is_there_again_and_keeps_its_submission(browser: Opener, cast: Cast) -> None:
    item = plan_item(cast.ada)
    form = opened(browser, cast.ada, item).form("Send")
    answer = save(cast.ada, item, form, {"mood": 4, "sleep_h": 6.5, "anxiety": None}, note="so far")
    assert (answer.status_code, answer.json) == (200, {"saved": True, "help": ""})
    again = opened(browser, cast.ada, item).form("Send").values
    assert (again["item_mood"], again["item_anxiety"], again["note"]) == ("4", "declined", "so far")
    assert again["item_sleep_h-exact"] == "6.5"
    assert again["submission_id"] == form.values["submission_id"]
    assert again["started_at"] == NOW.isoformat()


def test_a_draft_with_a_wrong_answer_keeps_the_others(browser: Opener, cast: Cast) -> None:
    item = plan_item(cast.ada)
    form = opened(browser, cast.ada, item).form("Send")
    save(cast.ada, item, form, {"mood": 4, "anxiety": 99})
    assert only(CheckInDraft).answers == {"mood": 4}


def test_a_dangerous_answer_is_heard_before_sending_and_the_page_learns_only_to_offer_help(
    browser: Opener, cast: Cast
) -> None:
    item = plan_item(cast.ada, "phq-9", 14)
    form = opened(browser, cast.ada, item).form("Send")
    answer = save(cast.ada, item, form, {"q9": 2})
    assert answer.json == {"saved": True, "help": "crisis"}
    assert (only(Concern).rule, only(Alert).state) == ("R3", "open")
    form.submit(typed({**PHQ_9, "q9": 2}))
    assert (count(Concern), count(Alert)) == (1, 1)


@pytest.mark.parametrize("change", [{"on": "2026-11-30"}, {"on": "x"}, {"submission_id": ""}])
def test_a_draft_that_belongs_nowhere_is_refused(browser: Opener, cast: Cast, change: Any) -> None:
    item = plan_item(cast.ada)
    form = opened(browser, cast.ada, item).form("Send")
    answer = save(cast.ada, item, form, {"mood": 4}, **change)
    assert (answer.status_code, answer.json) == (422, {"saved": False, "help": ""})
    assert count(CheckInDraft) == 0


def test_a_draft_of_yesterday_waits_under_yesterday(
    app: Flask, browser: Opener, cast: Cast, frozen: time_machine.Traveller
) -> None:
    item = plan_item(cast.ada)
    form = opened(browser, cast.ada, item).form("Send")
    save(cast.ada, item, form, {"mood": 4})
    frozen.shift(timedelta(minutes=14 * 60))  # past midnight in New York
    ada = sign_in_now(app, cast.ada)
    assert ada.get(address(cast.ada, item)).form("Send").values.get("item_mood") is None
    assert ada.get(address(cast.ada, item, "?on=2026-11-22")).form("Send").values["item_mood"] == "4"


# A session that ended


def test_what_was_typed_when_the_session_ended_is_offered_again_and_sent_once(
    app: Flask, browser: Opener, cast: Cast, frozen: time_machine.Traveller
) -> None:
    item = plan_item(cast.ada)
    form = opened(browser, cast.ada, item, f"?on={YESTERDAY}").form("Send")
    frozen.shift(timedelta(minutes=21))
    sent = {**form.values.to_dict(), **typed({**DAILY, "mood": 1}), "note": "a long text"}
    answer = form.page.browser.open(form.action, "POST", data=sent)
    assert answer.status_code == 303
    assert "/sign-in" in answer.headers["Location"]
    assert count(CheckIn) == 0
    page = sign_in_now(app, cast.ada).get(address(cast.ada, item))
    assert "We kept what you typed" in page.text
    assert "This is for Sat, Nov 21" in page.text
    again = page.form("Send")
    assert (again.values["item_mood"], again.values["note"]) == ("1", "a long text")
    again.submit()
    assert (only(CheckIn).for_on, only(CheckIn).answers["mood"]) == (YESTERDAY, 1)
    assert count(KeptForm) == 0


# Who may


@pytest.mark.parametrize("name", ["bea", "cal", "dot", "eve", "nia"])
def test_nobody_else_can_open_or_send_a_patients_check_in(browser: Opener, cast: Cast, name: Any) -> None:
    item, before = plan_item(cast.ada), None
    other = browser(getattr(cast, name))
    other.get(address(cast.ada, item), expect=404)
    before = count(CheckIn)
    assert other.open(address(cast.ada, item), "POST", data=typed(DAILY)).status_code == 404
    assert other.open(address(cast.ada, item, "/draft"), "POST", data=typed(DAILY)).status_code == 404
    assert (count(CheckIn), count(CheckInDraft)) == (before, 0)


def test_a_line_of_another_patients_plan_is_not_found(browser: Opener, cast: Cast) -> None:
    theirs = plan_item(cast.dot)
    ada = browser(cast.ada)
    ada.get(address(cast.ada, theirs), expect=404)
    assert ada.open(address(cast.ada, theirs), "POST", data=typed(DAILY)).status_code == 404
    assert ada.open(address(cast.ada, theirs, "/draft"), "POST", data=typed(DAILY)).status_code == 404


def test_ids_in_the_form_never_say_whose_check_in_it_is(browser: Opener, cast: Cast) -> None:
    item = plan_item(cast.ada)
    form = opened(browser, cast.ada, item).form("Send")
    sent = {**form.values.to_dict(), **typed(DAILY)}
    sent |= {
        "patient_id": str(cast.dot.own_id),
        "plan_item_id": str(plan_item(cast.dot).id),
        "reviewed_at": "2026-01-01",
    }
    form.page.browser.post(address(cast.ada, item), sent)
    row = only(CheckIn)
    assert (row.patient_id, row.plan_item_id, row.reviewed_at) == (cast.ada.own_id, item.id, None)


LEFT = [PatientStatus.PAUSED, PatientStatus.DISCHARGED, PatientStatus.TRANSFERRED]


@pytest.mark.parametrize("status", LEFT)
def test_whoever_is_not_in_care_is_offered_nothing_but_what_was_under_way_is_heard(
    browser: Opener, cast: Cast, status: Any
) -> None:
    item = plan_item(cast.ada)
    form = opened(browser, cast.ada, item).form("Send")
    db.session.get_one(Patient, cast.ada.own_id).status = status
    db.session.commit()
    page = opened(browser, cast.ada, item)
    assert page.h1 == "Today"
    assert "does not ask this any more" in page.html
    receipt = form.submit(typed({**DAILY, "safe": 2}))
    assert receipt.h1 == "Thank you for telling us"
    assert "tel:988" in [href for _, href in receipt.links]
    assert (only(Concern).rule, only(Alert).state, count(CheckIn)) == ("R1", "open", 1)


def test_what_was_typed_before_care_was_paused_is_offered_again_after_signing_in(
    app: Flask, browser: Opener, cast: Cast, frozen: time_machine.Traveller
) -> None:
    item = plan_item(cast.ada)
    form = opened(browser, cast.ada, item).form("Send")
    db.session.get_one(Patient, cast.ada.own_id).status = PatientStatus.PAUSED
    db.session.commit()
    frozen.shift(timedelta(minutes=21))
    sent = {**form.values.to_dict(), **typed({**DAILY, "safe": 2})}
    form.page.browser.open(form.action, "POST", data=sent)
    sign_in_now(app, cast.ada).get(address(cast.ada, item)).form("Send").submit()
    assert only(Concern).rule == "R1"


def test_somebody_who_died_sends_nothing(browser: Opener, cast: Cast) -> None:
    item = plan_item(cast.ada)
    db.session.get_one(Patient, cast.ada.own_id).status = PatientStatus.DIED
    db.session.commit()
    browser(cast.ada).get(address(cast.ada, item), expect=404)


def test_answers_kept_on_the_way_are_a_sign_of_life(
    browser: Opener, cast: Cast, frozen: time_machine.Traveller
) -> None:
    item = plan_item(cast.ada)
    form = opened(browser, cast.ada, item).form("Send")
    for mood in range(4):
        frozen.shift(timedelta(minutes=15))
        assert save(cast.ada, item, form, {"mood": mood}).status_code == 200


def test_a_save_after_signing_out_is_told_apart_for_the_page(
    browser: Opener, cast: Cast, frozen: time_machine.Traveller
) -> None:
    item = plan_item(cast.ada)
    form = opened(browser, cast.ada, item).form("Send")
    frozen.shift(timedelta(minutes=21))
    sent = {**form.values.to_dict(), **typed({"mood": 4})}
    wanted = {"Accept": "application/json"}
    answer = form.page.browser.open(address(cast.ada, item, "/draft"), "POST", data=sent, headers=wanted)
    assert answer.status_code == 401
    (line,) = [one for one in form.page.all if one.get("data-draft-standing") is not None]
    assert line.get("role") == "status"
    assert line.get("data-signed-out").startswith("You were signed out. Press Send")


def test_a_stranger_is_asked_to_sign_in(browser: Opener, cast: Cast) -> None:
    item = plan_item(cast.ada)
    assert browser().open(address(cast.ada, item)).status_code == 303
