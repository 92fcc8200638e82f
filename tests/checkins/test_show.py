import re
from datetime import date, timedelta
from typing import Any

import pytest

from portal import db
from portal.audit.models import AuditEvent
from portal.checkins import service
from portal.checkins.models import CheckIn
from portal.patients.models import Patient
from portal.safety.models import Alert, Concern
from tests.cast import NOW, Cast, Person
from tests.checkins.sheets import DAILY, GAD_7, PHQ_9, Opener, count, ref, sheet
from tests.factories import check_in, plan_item

TODAY = date(2026, 11, 22)
ONLY_FOR_STAFF = re.compile(
    r"alert|screening|syndrome|positive|concern|\bR[1-9]\b|urgent|PHQ|version|severity", re.IGNORECASE
)


def send(person: Person, instrument: Any = "daily", answers: Any = DAILY, at: Any = NOW, **more: Any) -> Any:
    filled = sheet(answers, note=more.pop("note", ""))
    sent = service.submit(ref(person), instrument, filled, by=person.actor, at=at, **more)
    db.session.commit()
    return db.session.get_one(CheckIn, sent.check_in_id)


def address(row: Any, tail: Any = "") -> Any:
    return f"/patients/{row.patient_id}/check-ins/{row.id}{tail}"


# The receipt


def test_the_receipt_says_the_number_in_plain_words_and_what_happens_next(browser: Opener, cast: Cast) -> None:
    page = browser(cast.ada).get(address(send(cast.ada, "phq-9", PHQ_9)))
    assert "Your answers add up to 8 of 27. This range is called “mild”." in page.text
    assert "not a diagnosis" in page.text
    assert "Your care team usually reads check-ins within its working hours, this one by Tue, Nov 24." in page.text
    assert (f"/patients/{cast.ada.own_id}/progress") in [href for _, href in page.links]
    assert page.h1 == "Two weeks: mood"


def test_a_mean_is_written_with_its_decimal_wherever_it_is_read(browser: Opener, cast: Cast) -> None:
    row = send(cast.ada, "peg", {"p": 6, "e": 6, "g": 6})
    assert "Your answers come to 6.0 of 10." in browser(cast.ada).get(address(row)).text
    own = f"/patients/{cast.ada.own_id}/check-ins"
    for person, path in ((cast.ada, own), (cast.bea, own), (cast.bea, address(row))):
        assert "6.0 of 10" in browser(person).get(path).text, path


def test_a_number_with_open_answers_is_called_prorated(browser: Opener, cast: Cast) -> None:
    page = browser(cast.ada).get(address(send(cast.ada, "gad-7", {**GAD_7, "q2": None})))
    assert "It is prorated: 6 of 7 questions were answered" in page.text


def test_too_many_open_answers_come_to_no_number_and_that_is_all_right(browser: Opener, cast: Cast) -> None:
    page = browser(cast.ada).get(address(send(cast.ada, "gad-7", {**GAD_7, "q2": None, "q3": None, "q4": None})))
    assert "Too many questions were left open" in page.text
    assert "add up to" not in page.text


@pytest.mark.parametrize(
    ("instrument", "answers"),
    [("daily", {**DAILY, "safe": 2}), ("daily", {**DAILY, "safe": 1}), ("phq-9", {**PHQ_9, "q9": 1})],
)
def test_a_sign_of_danger_shows_whom_to_call_before_anything_else(
    browser: Opener, cast: Cast, instrument: Any, answers: Any
) -> None:
    page = browser(cast.ada).get(address(send(cast.ada, instrument, answers)))
    assert page.h1 == "Thank you for telling us"
    assert page.text.index("Thank you for telling us") == 0 < page.text.index("Call 988") < page.text.index("Who knows")
    assert "tel:988" in [href for _, href in page.links]
    said = "Nobody at the clinic is reading right now. This will be read on Mon, Nov 23 from 9:00"
    assert said in page.text.replace("\u202f", " ")
    assert "Nobody watches the portal around the clock." in page.text
    assert not re.search(r"has been sent|a notice|is watching|usually reads", page.text)


def test_a_declined_safety_question_is_met_gently_with_the_same_help(browser: Opener, cast: Cast) -> None:
    page = browser(cast.ada).get(address(send(cast.ada, "daily", {**DAILY, "safe": None})))
    assert page.h1 == "Your check-in is saved"
    assert "You chose not to answer whether you are safe. That is all right." in page.text
    assert "tel:988" in [href for _, href in page.links]


def test_the_help_is_that_of_the_patients_country(browser: Opener, cast: Cast) -> None:
    db.session.get_one(Patient, cast.ada.own_id).country = "GB"
    db.session.commit()
    page = browser(cast.ada).get(address(send(cast.ada, answers={**DAILY, "safe": 2})))
    assert "Call your local emergency number now." in page.text
    assert not re.search(r"\b988\b", page.html)
    assert "911" not in page.text


def test_an_ordinary_check_in_shows_no_crisis_card(browser: Opener, cast: Cast) -> None:
    page = browser(cast.ada).get(address(send(cast.ada)))
    assert "tel:" not in page.html
    assert page.h1 == "Daily check-in"


def test_danger_taken_back_before_sending_still_shows_whom_to_call(browser: Opener, cast: Cast) -> None:
    row = send(cast.ada)
    alert = Alert(patient_id=row.patient_id, rule="R1", severity=3, on=TODAY, opened_at=NOW, state_at=NOW)
    db.session.add(alert)
    db.session.flush()
    fields = {"patient_id": row.patient_id, "alert_id": alert.id, "submission_id": row.submission_id}
    db.session.add(Concern(**fields, instrument="daily", item="safe", rule="R1", severity=3, value=2, found_at=NOW))
    db.session.commit()
    page = browser(cast.ada).get(address(row))
    assert "tel:988" in [href for _, href in page.links]
    assert "You chose not to answer" not in page.text


@pytest.mark.parametrize("answers", [{**PHQ_9, "q9": 3}, {**PHQ_9, "q9": None}, {f"q{n}": 3 for n in range(1, 10)}])
def test_nothing_meant_for_clinicians_is_in_the_patients_page(browser: Opener, cast: Cast, answers: Any) -> None:
    row = send(cast.ada, "phq-9", {"function": 1} | answers)
    ada = browser(cast.ada)
    for path in (address(row), f"/patients/{row.patient_id}/check-ins", f"/patients/{row.patient_id}/today"):
        html = ada.get(path).html
        said = re.sub(r'role="alert"|value="[^"]*"|href="[^"]*"|src="[^"]*"', "", html)
        assert not ONLY_FOR_STAFF.search(said), (path, ONLY_FOR_STAFF.search(said))


def test_the_patient_sees_who_read_it_and_when(browser: Opener, cast: Cast) -> None:
    row = send(cast.ada)
    assert "You will see here when it was read." in browser(cast.ada).get(address(row)).text
    browser(cast.bea).get(address(row)).form("Mark as read").submit()
    page = browser(cast.ada).get(address(row))
    assert "Read by Bea Lindqvist on November 22, 2026." in page.text
    assert "read on Nov 22" in browser(cast.ada).get(f"/patients/{row.patient_id}/check-ins").text


def test_the_receipt_goes_on_to_what_else_is_due(browser: Opener, cast: Cast) -> None:
    plan_item(cast.ada)
    plan_item(cast.ada, "phq-9", 14, starts_on=TODAY)
    page = browser(cast.ada).get(address(send(cast.ada)))
    assert page.follow("Go on to “Two weeks: mood”").h1 == "Two weeks: mood"


# Correcting, over HTTP


def test_a_mistake_is_corrected_from_the_receipt_with_the_answers_in_place(browser: Opener, cast: Cast) -> None:
    row = send(cast.ada, note="first words")
    page = browser(cast.ada).get(address(row)).follow("Correct a mistake")
    form = page.form("Send the correction")
    assert (form.values["item_mood"], form.values["note"]) == ("6", "first words")
    receipt = form.submit({"item_mood": "2"})
    assert "2 of 10" in receipt.text
    assert count(CheckIn) == 2
    old = browser(cast.ada).get(address(row))
    assert "You corrected this later." in old.text
    assert "6 of 10" in old.text
    assert "Correct a mistake" not in old.text


def test_a_wrong_correction_keeps_what_was_typed(browser: Opener, cast: Cast) -> None:
    row = send(cast.ada)
    form = browser(cast.ada).get(address(row, "/correct")).form("Send the correction")
    sent = {**form.values.to_dict(), "item_mood": "12", "note": "typed"}
    page = form.page.browser.post(address(row, "/correct"), sent, expect=422)
    assert page.problems == ["Overall, how was your mood today? – Choose one of the answers shown"]
    assert page.form("Send the correction").values["note"] == "typed"
    assert count(CheckIn) == 1


def test_a_correction_sent_before_with_other_answers_can_be_sent_anew(browser: Opener, cast: Cast) -> None:
    row = send(cast.ada)
    form = browser(cast.ada).get(address(row, "/correct")).form("Send the correction")
    form.submit({"item_mood": "2"})
    page = form.submit({"item_mood": "3"}, expect=409)
    assert "You sent this before" in page.problems[0]
    page.form("Send the correction").submit()
    assert count(CheckIn) == 3


def test_correcting_an_old_version_leads_to_the_latest(browser: Opener, cast: Cast) -> None:
    row = send(cast.ada)
    browser(cast.ada).get(address(row, "/correct")).form("Send the correction").submit({"item_mood": "2"})
    page = browser(cast.ada).get(address(row, "/correct"))
    assert page.form("Send the correction").values["item_mood"] == "2"


# What the team sees


def test_the_team_sees_answers_total_safety_state_and_screening(browser: Opener, cast: Cast) -> None:
    row = send(cast.ada, "phq-9", {f"q{n}": 2 for n in range(1, 9)} | {"q9": 1, "function": 2})
    for person in (cast.bea, cast.nia):
        page = browser(person).get(address(row))
        assert "17 of 27, moderately severe" in page.text
        assert "Screening algorithm, not a diagnosisMajor depressive syndrome" in page.text
        assert "Several days positive" in page.text
        assert "These answers raised an alert" in page.text
        assert "PHQ-9, version 1" in page.text
        assert "America/New_York" in page.text
        assert page.title.startswith("Check-in")


def test_a_declined_safety_item_is_unknown_and_never_negative(browser: Opener, cast: Cast) -> None:
    row = send(cast.ada, "phq-9", {**PHQ_9, "q9": None})
    page = browser(cast.bea).get(address(row))
    assert "Prefer not to answer unknown: to be reviewed" in page.text
    assert "9 of 27, mild (prorated, 8 of 9 answered)" in page.text


def test_the_team_reads_every_version_of_a_corrected_check_in(browser: Opener, cast: Cast) -> None:
    row = send(cast.ada, "phq-9", PHQ_9)
    service.correct(ref(cast.ada), row, sheet({**PHQ_9, "q1": 3}), by=cast.ada.actor, at=NOW + timedelta(minutes=3))
    db.session.commit()
    old = browser(cast.bea).get(address(row))
    assert "This is an earlier version" in old.text
    assert "8 of 27" in old.text
    latest = old.follow("See the latest version")
    assert "10 of 27" in latest.text
    assert len([href for label, href in latest.links if label.startswith("sent ")]) == 2


def test_words_of_the_patient_are_shown_as_they_were_typed(browser: Opener, cast: Cast) -> None:
    words = "<b>bold</b> & {{7*7}}\nsecond line"
    row = send(cast.ada, note=words)
    for person in (cast.ada, cast.bea):
        page = browser(person).get(address(row))
        assert "<b>bold</b> & {{7*7}}" in page.text
        assert "<b>bold</b>" not in page.html


def test_a_staff_look_is_on_record_and_the_patients_own_is_not(browser: Opener, cast: Cast) -> None:
    row = send(cast.ada)
    before = count(AuditEvent, event="record:looked-at")
    browser(cast.ada).get(address(row))
    assert count(AuditEvent, event="record:looked-at") == before
    browser(cast.bea).get(address(row))
    assert count(AuditEvent, event="record:looked-at", patient_id=row.patient_id) == before + 1


@pytest.mark.parametrize("name", ["cal", "dot", "eve"])
@pytest.mark.parametrize("tail", ["", "/correct"])
def test_strangers_find_nothing(browser: Opener, cast: Cast, name: Any, tail: Any) -> None:
    row = check_in(cast.ada)
    browser(getattr(cast, name)).get(address(row, tail), expect=404)
    browser(getattr(cast, name)).get(f"/patients/{row.patient_id}/check-ins", expect=404)


@pytest.mark.parametrize("tail", ["", "/correct"])
def test_a_check_in_is_found_under_its_own_patient_only(browser: Opener, cast: Cast, tail: Any) -> None:
    row = check_in(cast.dot)
    browser(cast.ada).get(f"/patients/{cast.ada.own_id}/check-ins/{row.id}{tail}", expect=404)
    browser(cast.bea).get(f"/patients/{cast.ada.own_id}/check-ins/{row.id}", expect=404)


@pytest.mark.parametrize("name", ["bea", "nia"])
def test_the_team_cannot_answer_in_the_patients_place(browser: Opener, cast: Cast, name: Any) -> None:
    row = check_in(cast.ada)
    browser(getattr(cast, name)).get(address(row, "/correct"), expect=404)
    assert browser(getattr(cast, name)).open(address(row, "/correct"), "POST", data={}).status_code == 404
