"""Staff type in what a patient says, and the totals they have worked out themselves."""

from datetime import date
from typing import Any

import pytest

from portal import db
from portal.access.policy import PatientStatus
from portal.audit.models import AuditEvent
from portal.checkins.models import CheckIn, ScoreRow
from portal.instruments.definition import key_of
from portal.patients.models import Patient
from portal.safety.models import Alert, Concern
from tests.cast import NOW, Cast, Person
from tests.checkins.sheets import DAILY, GAD_7, PHQ_9, Opener, count, everything, only, typed
from tests.factories import check_in, plan_item

YESTERDAY = date(2026, 11, 21)


def address(patient: Person, instrument: str = "") -> str:
    tail = f"/{key_of(instrument)}" if instrument else ""
    return f"/patients/{patient.own_id}/check-ins/enter{tail}"


def enter(browser: Opener, by: Person, patient: Person, instrument: str, answers: Any, **more: Any) -> Any:
    sent = {"mode": "phone", **typed(answers), **more}
    expect = sent.pop("expect", 200)
    return browser(by).get(address(patient, instrument)).form("Save").submit(sent, expect=expect)


@pytest.mark.parametrize("name", ["bea", "nia"])
def test_the_team_enters_what_a_patient_says_and_it_is_recorded_as_such(browser: Opener, cast: Cast, name: str) -> None:
    by = getattr(cast, name)
    record = enter(browser, by, cast.ada, "gad-7", GAD_7)
    row = only(CheckIn)
    assert (row.mode, row.entered_by_id, row.for_on) == ("phone", by.user_id, date(2026, 11, 22))
    assert (row.answers, row.plan_item_id, row.reviewed_at) == (GAD_7, None, None)
    assert only(ScoreRow).value == 7
    entered = f"entered by {by.actor.name}, by phone"
    assert entered in record.text
    assert "Saved. The record says that you entered it." in record.text
    for person in (cast.ada, cast.bea):
        assert entered in browser(person).get(f"/patients/{cast.ada.own_id}/check-ins").text
    assert entered in browser(cast.ada).get(f"/patients/{cast.ada.own_id}/check-ins/{row.id}").text
    events = [event.event for event in db.session.query(AuditEvent) if event.thing_id == row.id]
    assert events == ["check-in:entered"]


def test_it_can_be_for_another_day_within_the_clinics_limit(browser: Opener, cast: Cast) -> None:
    enter(browser, cast.nia, cast.ada, "daily", DAILY, on=str(YESTERDAY), mode="bedside", note="tired, she says")
    row = only(CheckIn)
    assert (row.for_on, row.mode, row.note) == (YESTERDAY, "bedside", "tired, she says")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"on": "2026-11-14"}, "Enter November 15, 2026 or a later date"),
        ({"on": "2026-11-23"}, "Enter November 22, 2026 or an earlier date"),
        ({"on": "2019-01-01"}, "or a later date"),
        ({"on": ""}, "Enter the day it is for"),
        ({"on": "yesterday"}, "Enter a real date"),
        ({"mode": ""}, "Choose how you asked"),
    ],
)
def test_what_is_missing_or_cannot_be_is_named_and_all_that_was_typed_stays(
    browser: Opener, cast: Cast, change: Any, said: str
) -> None:
    before = everything()
    page = enter(browser, cast.bea, cast.ada, "gad-7", GAD_7, **change, expect=422)
    assert any(said in problem for problem in page.problems), page.problems
    values = page.form("Save").values
    assert {name: values[name] for name in typed(GAD_7)} == typed(GAD_7)
    assert everything()["check_ins"] == before["check_ins"]


@pytest.mark.parametrize("mode", ["self", "clinician", "letter"])
def test_a_way_that_is_not_offered_is_refused(browser: Opener, cast: Cast, mode: str) -> None:
    bea = browser(cast.bea)
    form = bea.get(address(cast.ada, "gad-7")).form("Save")
    sent = {**form.values.to_dict(), **typed(GAD_7), "mode": mode}
    bea.post(address(cast.ada, "gad-7"), sent, expect=422)
    assert count(CheckIn) == 0


def test_danger_that_is_entered_opens_the_alert_and_leads_to_it_at_once(browser: Opener, cast: Cast) -> None:
    record = enter(browser, cast.nia, cast.ada, "phq-9", {**PHQ_9, "q9": 2})
    assert (only(Concern).rule, only(Alert).state) == ("R3", "open")
    assert "These answers raised an alert" in record.text
    assert "Frequent or growing thoughts" in record.follow("Open the alert").text


def test_danger_on_a_page_that_cannot_be_saved_is_heard_and_said(browser: Opener, cast: Cast) -> None:
    answers = {**PHQ_9, "q9": 3}
    del answers["q1"]
    page = enter(browser, cast.nia, cast.ada, "phq-9", answers, expect=422)
    assert only(Concern).rule == "R3"
    assert "These answers call for action now" in page.text
    assert count(CheckIn) == 0


def test_the_further_questions_of_the_plan_are_asked_too(browser: Opener, cast: Cast) -> None:
    plan_item(cast.ada, extra_items=["pain"])
    page = browser(cast.bea).get(address(cast.ada, "daily"))
    assert "How strong was your pain today?" in page.text
    assert "unwanted thoughts" not in page.text
    enter(browser, cast.bea, cast.ada, "daily", {**DAILY, "pain": 4})
    assert only(CheckIn).answers["pain"] == 4


def test_what_is_in_the_plan_stands_first_and_every_total_can_be_entered(browser: Opener, cast: Cast) -> None:
    plan_item(cast.ada, "gad-7", 14)
    page = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/check-ins").follow("Enter for the patient")
    said = page.text
    assert said.index("In their plan now") < said.index("GAD-7") < said.index("Other questionnaires")
    assert said.index("Enter a total") < said.index("MADRS")
    for short in ("CADSS", "HAM-D", "ISI", "KSET-R", "MADRS", "YMRS"):
        assert page.follow(short).h1
    assert "EPDS" not in said  # no wording, so nothing to read out


@pytest.mark.parametrize("instrument", ["madrs", "ymrs", "cadss", "isi", "kset-r", "ham-d"])
def test_a_clinician_enters_a_total_with_their_name_and_the_day(browser: Opener, cast: Cast, instrument: str) -> None:
    record = (
        browser(cast.bea)
        .get(address(cast.ada, instrument))
        .form("Save")
        .submit({"item_total": "11", "on": str(YESTERDAY)})
    )
    row = only(CheckIn)
    assert (row.mode, row.entered_by_id, row.for_on) == ("clinician", cast.bea.user_id, YESTERDAY)
    assert (only(ScoreRow).value, row.reviewed_by_id, row.reviewed_at) == (11, cast.bea.user_id, NOW)
    assert "rated by Bea Lindqvist" in record.text
    assert "A clinician’s own rating" in record.text


@pytest.mark.parametrize(
    ("total", "said"),
    [
        ("61", "Enter a number from 0 to 60"),
        ("-1", "Enter a number from 0 to 60"),
        ("", "not answered yet"),
        ("declined", "Enter a number from 0 to 60"),
        ("twenty", "Enter a number from 0 to 60"),
        ("20.5", "in steps of 1"),
    ],
)
def test_a_total_out_of_range_is_named(browser: Opener, cast: Cast, total: str, said: str) -> None:
    form = browser(cast.bea).get(address(cast.ada, "madrs")).form("Save")
    page = form.submit({"item_total": total}, expect=422)
    assert said in page.problems[0]
    assert page.form("Save").values["item_total"] == total
    assert count(CheckIn) == 0


def test_saving_twice_is_one_check_in_and_other_answers_are_not_lost(browser: Opener, cast: Cast) -> None:
    form = browser(cast.bea).get(address(cast.ada, "madrs")).form("Save")
    first, second = form.submit({"item_total": "20"}), form.submit({"item_total": "20"})
    assert first.url == second.url
    page = form.submit({"item_total": "21"}, expect=409)
    assert "saved before with other answers" in page.problems[0]
    page.form("Save").submit()
    assert count(CheckIn) == 2


def test_a_correction_keeps_the_original_and_how_it_came(browser: Opener, cast: Cast) -> None:
    record = enter(browser, cast.nia, cast.ada, "gad-7", GAD_7, mode="bedside")
    latest = record.follow("Correct what was entered").form("Save the correction").submit({"item_q1": "3"})
    first, second = db.session.query(CheckIn).order_by(CheckIn.superseded_at.is_(None))
    assert (first.mode, first.entered_by_id, first.answers["q1"]) == ("bedside", cast.nia.user_id, 1)
    assert (second.mode, second.answers["q1"], second.corrects_id) == ("bedside", 3, first.id)
    assert "entered by Nia Achebe, at the bedside" in latest.text


def test_a_patient_corrects_what_was_typed_in_for_them_and_it_becomes_their_own(browser: Opener, cast: Cast) -> None:
    enter(browser, cast.nia, cast.ada, "gad-7", GAD_7)
    receipt = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/check-ins/{only(CheckIn).id}")
    receipt.follow("Correct a mistake").form("Send the correction").submit({"item_q1": "0"})
    latest = only(CheckIn, superseded_at=None)
    assert (latest.mode, latest.entered_by_id) == ("self", None)
    assert only(CheckIn, mode="phone").entered_by_id == cast.nia.user_id
    path = f"/patients/{cast.ada.own_id}/check-ins/{latest.id}/amend"
    browser(cast.nia).get(path, expect=404)  # by now it is the patient's own word


def test_a_clinicians_rating_is_not_the_patients_to_change(browser: Opener, cast: Cast) -> None:
    browser(cast.bea).get(address(cast.ada, "madrs")).form("Save").submit({"item_total": "20"})
    path = f"/patients/{cast.ada.own_id}/check-ins/{only(CheckIn).id}"
    receipt = browser(cast.ada).get(path)
    assert "Correct a mistake" not in receipt.text
    assert "rated by Bea Lindqvist" in receipt.text
    browser(cast.ada).get(f"{path}/correct", expect=404)
    assert browser(cast.ada).open(f"{path}/correct", "POST", data={"item_total": "0"}).status_code == 404
    browser(cast.bea).get(f"{path}/amend").form("Save the correction").submit({"item_total": "22"})
    assert only(CheckIn, superseded_at=None).answers == {"total": 22}


def test_the_patients_own_answers_are_not_the_teams_to_change(browser: Opener, cast: Cast) -> None:
    row = check_in(cast.ada)
    path = f"/patients/{cast.ada.own_id}/check-ins/{row.id}/amend"
    browser(cast.bea).get(path, expect=404)
    assert browser(cast.bea).open(path, "POST", data=typed(DAILY)).status_code == 404
    assert "Correct what was entered" not in browser(cast.bea).get(path.removesuffix("/amend")).text


@pytest.mark.parametrize("name", ["ada", "cal", "dot", "eve"])
@pytest.mark.parametrize("instrument", ["", "gad-7", "madrs"])
def test_nobody_but_the_team_enters_anything(browser: Opener, cast: Cast, name: str, instrument: str) -> None:
    other = browser(getattr(cast, name))
    other.get(address(cast.ada, instrument), expect=404)
    if instrument:
        sent = {**typed(GAD_7), "mode": "phone", "item_total": "3"}
        assert other.open(address(cast.ada, instrument), "POST", data=sent).status_code == 404
    assert count(CheckIn) == 0


@pytest.mark.parametrize(("status", "answer"), [(PatientStatus.DISCHARGED, 200), (PatientStatus.DIED, 404)])
def test_words_of_somebody_who_left_can_still_be_written_down(
    browser: Opener, cast: Cast, status: Any, answer: int
) -> None:
    db.session.get_one(Patient, cast.ada.own_id).status = status
    db.session.commit()
    browser(cast.bea).get(address(cast.ada, "gad-7"), expect=answer)


@pytest.mark.parametrize("instrument", ["epds", "who-5", "c-ssrs", "nothing-like-it"])
def test_what_has_no_words_cannot_be_read_out(browser: Opener, cast: Cast, instrument: str) -> None:
    browser(cast.bea).get(address(cast.ada, instrument), expect=404)


def test_a_look_at_the_page_is_on_record(browser: Opener, cast: Cast) -> None:
    browser(cast.bea).get(address(cast.ada, "gad-7"))
    assert count(AuditEvent, event="record:looked-at", patient_id=cast.ada.own_id) == 1


def test_a_day_that_has_one_already_is_named_with_who_sent_it_and_takes_another(browser: Opener, cast: Cast) -> None:
    plan_item(cast.ada)
    opened = browser(cast.bea).get(address(cast.ada, "daily"))
    assert "have one already" not in opened.text
    check_in(cast.ada, YESTERDAY)
    enter(browser, cast.nia, cast.ada, "daily", DAILY)
    page = browser(cast.bea).get(address(cast.ada, "daily"))
    assert f"Sat, Nov 21: sent by {cast.ada.actor.name}" in page.text
    assert f"Sun, Nov 22: entered by {cast.nia.actor.name}" in page.text
    enter(browser, cast.bea, cast.ada, "daily", DAILY)
    assert count(CheckIn) == 3


def test_the_patients_today_says_who_entered_what_was_sent(browser: Opener, cast: Cast) -> None:
    plan_item(cast.ada)
    plan_item(cast.ada, "gad-7", 14)
    enter(browser, cast.nia, cast.ada, "gad-7", GAD_7)
    check_in(cast.ada)
    page = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/today")
    assert page.text.count("entered by") == 1
    assert f"entered by {cast.nia.actor.name}" in page.text
