from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from portal import db
from portal.checkins import queries as checkin_queries
from portal.checkins import service as checkins
from portal.safety import queries
from portal.safety.models import Alert, AlertTransition
from tests.cast import NOW, Cast, Person
from tests.checkins.sheets import DAILY, PHQ_9, Opener, count, only, ref, sheet
from tests.factories import plan_item
from tests.page import said

NOT_SURE, NO = 1, 2


def answer(person: Person, value: Any = NO, *, at: Any = NOW, instrument: Any = "daily") -> Any:
    answers = {**DAILY, "safe": value} if instrument == "daily" else {**PHQ_9, "q9": value}
    sent = checkins.submit(ref(person), instrument, sheet(answers), by=person.actor, at=at)
    db.session.commit()
    return sent.check_in_id


def path_of(alert: Any) -> Any:
    return f"/patients/{alert.patient_id}/alerts/{alert.id}"


def opened(browser: Opener, person: Person, expect: Any = 200) -> Any:
    return browser(person).get(path_of(only(Alert)), expect=expect)


def test_the_list_has_answer_patient_phone_and_how_soon(browser: Opener, cast: Cast) -> None:
    answer(cast.ada)
    page = browser(cast.bea).get("/alerts")
    text = page.text.replace("\xa0", " ")
    for words in (
        "Ada Okafor",
        "May 17, 1988",
        "Do you feel able to keep yourself safe today? No",
        "Urgent",
        "Nobody has taken this on",
        "To be taken on by Sun, Nov 22, 10:15",
        "+1 212 555 0134",
        "Last contact none on record",
        "Safety plan none written yet",
    ):
        assert words in text.replace("\u202f", " ")
    assert "tel:+12125550134" in [href for _, href in page.links]


def test_a_day_with_its_time_and_a_name_break_as_one(browser: Opener, cast: Cast) -> None:
    answer(cast.ada)
    (whole,) = _wholes(browser(cast.bea).get("/alerts"))
    assert whole.startswith("Sun, Nov 22, 10:15")
    page = opened(browser, cast.bea).form("I take this on").submit()
    page.form("Save").submit(contact_how="spoke", contact_note="With her sister tonight.")
    taken, at, spoken, by = _wholes(browser(cast.bea).get("/alerts"))
    assert (taken, by) == ("Bea Lindqvist,", "(Bea Lindqvist)")
    assert at == spoken == "today 10:00 AM"


def _wholes(page: Any) -> list[str]:
    found = [said(one).replace("\xa0", " ") for one in page.find("span") if one.get("class") == "whole"]
    return [one.replace("\u202f", " ") for one in found]


def test_an_alert_says_what_was_answered_whom_to_call_and_by_when(browser: Opener, cast: Cast) -> None:
    check_in_id = answer(cast.ada, 2, instrument="phq-9")
    page = opened(browser, cast.bea)
    text = page.text.replace("\xa0", " ")
    for words in (
        "Frequent or growing thoughts of death or self-harm",
        "To be taken on by",
        "More than half the days",
        "+1 212 555 0134",
        "Ike Okafor",
        "+1 212 555 0178",
        "Yes, the patient agreed",
        "Found by rule R3, version 2",
    ):
        assert words in text
    assert f"/patients/{cast.ada.own_id}/check-ins/{check_in_id}" in [href for _, href in page.links]
    assert page.title.startswith("Alert –")


def test_an_answer_that_was_never_sent_says_so(browser: Opener, cast: Cast) -> None:
    line = checkin_queries.to_line(plan_item(cast.ada))
    on = NOW.date()
    checkins.save_draft(ref(cast.ada), line, sheet({"safe": NO}), on=on, by=cast.ada.actor, at=NOW)
    db.session.commit()
    assert "not sent, only begun" in opened(browser, cast.bea).text


def test_from_taking_it_on_to_closing_it(browser: Opener, cast: Cast, frozen: time_machine.Traveller) -> None:
    answer(cast.ada)
    page = opened(browser, cast.bea)
    frozen.shift(60)
    page = page.form("I take this on").submit()
    assert "You have taken this on." in page.text
    frozen.shift(60)
    page = page.form("Save").submit(contact_how="spoke", contact_note="With her sister tonight.")
    assert "With her sister tonight." in page.text
    assert "Spoke with the patient" in page.text
    frozen.shift(60)
    page = page.form("Close the alert").submit(close_how="safe", close_note="Safe for now.")
    assert page.h1 == "Alerts"
    assert "No open alerts" in page.text
    assert "Ada Okafor" in page.follow("Closed").text
    steps = queries.list_steps(only(Alert).id)
    assert [step.after.value for step in steps] == ["open", "acknowledged", "acted-on", "closed"]
    assert "This alert is closed." in opened(browser, cast.bea).text


def test_an_alert_nobody_took_on_offers_no_closing(browser: Opener, cast: Cast) -> None:
    answer(cast.ada)
    assert "Why can it be closed?" not in opened(browser, cast.bea).text


@pytest.mark.parametrize(
    ("button", "sent", "said"),
    [
        ("Save", {"contact_note": "typed"}, "Choose what you did"),
        ("Save", {"contact_how": "other-act"}, "Write below what you did"),
        ("Close the alert", {"close_note": "typed"}, "Choose why"),
        ("Close the alert", {"close_how": "safe"}, "Write what the decision rests on"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(
    browser: Opener, cast: Cast, button: Any, sent: Any, said: Any
) -> None:
    answer(cast.ada)
    page = opened(browser, cast.bea).form("I take this on").submit()
    page = page.form(button).submit(sent, expect=422)
    assert page.problems == [said]
    assert {name: page.form(button).values[name] for name in sent} == sent
    assert only(Alert).state == "acknowledged"


def test_two_people_at_once_the_second_is_told_who_was_faster(browser: Opener, cast: Cast) -> None:
    answer(cast.ada)
    first, second, third = opened(browser, cast.bea), opened(browser, cast.nia), opened(browser, cast.bea)
    first.form("I take this on").submit()
    page = second.form("I take this on").submit(expect=409)
    assert "This changed while you had it open" in page.text
    assert "Bea Lindqvist was faster" in page.text
    assert "You did something about it elsewhere" in third.form("I take this on").submit(expect=409).text
    assert count(AlertTransition) == 2


def test_a_note_written_meanwhile_is_not_lost_and_can_be_sent_again(browser: Opener, cast: Cast) -> None:
    answer(cast.ada)
    first, second = opened(browser, cast.bea), opened(browser, cast.bea)
    first.form("I take this on").submit()
    page = second.form("Save").submit({"contact_how": "spoke", "contact_note": "long note"}, expect=409)
    assert page.form("Save").values["contact_note"] == "long note"
    page.form("Save").submit()
    assert only(Alert).state == "acted-on"


def test_an_unknown_deed_changes_nothing(browser: Opener, cast: Cast) -> None:
    answer(cast.ada)
    alert = only(Alert)
    assert browser(cast.bea).open(path_of(alert), "POST", data={"deed": "delete"}).status_code == 400
    assert browser(cast.bea).open(path_of(alert), "POST", data={}).status_code == 400
    assert only(Alert).state == "open"


def test_a_nurse_of_the_team_takes_an_alert_on_and_records_the_call(browser: Opener, cast: Cast) -> None:
    answer(cast.ada)
    page = opened(browser, cast.nia).form("I take this on").submit()
    page.form("Save").submit(contact_how="spoke", contact_note="With her sister tonight.")
    assert sorted(step.by for step in queries.list_steps(only(Alert).id)) == ["", "Nia Achebe", "Nia Achebe"]
    assert only(Alert).state == "acted-on"


@pytest.mark.parametrize("name", ["ada", "cal", "dot", "eve"])
def test_nobody_else_sees_or_handles_an_alert(browser: Opener, cast: Cast, name: Any) -> None:
    answer(cast.ada)
    other, alert = browser(getattr(cast, name)), only(Alert)
    other.get(path_of(alert), expect=404)
    sent = {"deed": "acknowledge", "stamp": queries.stamp_of(alert.id)}
    assert other.open(path_of(alert), "POST", data=sent).status_code == 404
    assert only(Alert).state == "open"


def test_an_alert_is_found_under_its_own_patient_only(browser: Opener, cast: Cast) -> None:
    answer(cast.dot)
    alert = only(Alert)
    browser(cast.bea).get(f"/patients/{cast.ada.own_id}/alerts/{alert.id}", expect=404)
    sent = {"deed": "acknowledge", "stamp": queries.stamp_of(alert.id)}
    answered = browser(cast.bea).open(f"/patients/{cast.ada.own_id}/alerts/{alert.id}", "POST", data=sent)
    assert answered.status_code in {404, 409}
    assert only(Alert).state == "open"


@pytest.mark.parametrize(("name", "status"), [("ada", 403), ("eve", 403), ("bea", 200), ("cal", 200), ("nia", 200)])
def test_the_list_is_for_providers_and_nurses_and_holds_their_patients_only(
    browser: Opener, cast: Cast, name: Any, status: Any
) -> None:
    answer(cast.ada)
    page = browser(getattr(cast, name)).get("/alerts", expect=status)
    assert ("Ada Okafor" in page.text) is (name in {"bea", "nia"})
    assert browser(getattr(cast, name)).open("/alerts/open").status_code == status


def test_the_count_is_answered_with_not_modified_while_nothing_changes(browser: Opener, cast: Cast) -> None:
    answer(cast.ada, NOT_SURE)
    bea = browser(cast.bea)
    first, few = bea.open("/alerts/open"), {"overdue": 0, "undelivered": 0, "messages": 0}
    assert first.json == {"alerts": 1, "urgent": 0} | few
    again = bea.open("/alerts/open", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    answer(cast.ada, NO, at=NOW + timedelta(minutes=1))
    changed = bea.open("/alerts/open", headers={"If-None-Match": first.headers["ETag"]})
    assert (changed.status_code, changed.json) == (200, {"alerts": 2, "urgent": 1} | few)
    assert set(browser(cast.cal).open("/alerts/open").json.values()) == {0}


# The page with help


def test_help_needs_no_sign_in_and_asks_the_database_nothing(
    app: Flask, browser: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db.db.engine.pool, "connect", lambda: 1 / 0)
    page = browser().get("/help")
    assert "Call your local emergency number now." in page.text


@pytest.mark.parametrize(
    ("clinic", "asked", "numbers"),
    [("US", "", True), ("", "", False), ("", "us", True), ("US", "GB", False), ("US", "ZZ", False)],
)
def test_help_is_that_of_the_country_asked_for_else_the_clinics(
    app: Flask, browser: Opener, clinic: Any, asked: Any, numbers: Any
) -> None:
    app.config["INTERVAL"] = replace(app.config["INTERVAL"], clinic_country=clinic)
    page = browser().get(f"/help?country={asked}" if asked else "/help")
    assert ("tel:988" in [href for _, href in page.links]) is numbers
    assert ("Call your local emergency number now." in page.text) is not numbers


def test_another_country_can_be_chosen_without_script(browser: Opener) -> None:
    page = browser().get("/help").form("Show help there").submit(country="US")
    assert "tel:911" in [href for _, href in page.links]


def test_every_patient_page_leads_to_the_help_of_the_patients_country(browser: Opener, cast: Cast) -> None:
    page = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/today")
    assert ("Get help now", "/help?country=US") in page.links
