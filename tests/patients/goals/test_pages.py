"""What a patient hopes for: written by them or by the care team, read by both, every version kept."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from portal import db
from portal.access.policy import PatientStatus
from portal.audit.models import AuditEvent
from portal.patients.goals import queries, service
from portal.patients.goals.models import PatientGoals
from portal.patients.models import Patient
from tests.cast import NOW, Cast
from tests.page import Browser, Page

Open = Callable[..., Browser]
WRITES = {"ada", "bea", "nia"}


def goals(browser: Open, cast: Cast, who: str = "ada") -> Page:
    return browser(getattr(cast, who)).get(f"/patients/{cast.ada.own_id}/goals")


def write(browser: Open, cast: Cast, words: str, who: str = "ada") -> Page:
    return goals(browser, cast, who).form("Save").submit(words=words)


def latest(cast: Cast) -> tuple[str, str, bool]:
    found = queries.latest(cast.ada.own_id)
    assert found is not None
    return found.words, found.by, found.is_from_patient


def test_the_patient_finds_the_page_from_their_own_and_the_team_from_the_details(browser: Open, cast: Cast) -> None:
    own = browser(cast.ada).get(f"/patients/{cast.ada.own_id}").follow("What you hope for")
    assert own.h1 == "What you hope for"
    page = browser(cast.nia).get(f"/patients/{cast.ada.own_id}").follow("Goals: what the patient hopes for")
    assert page.h1 == "Goals"


def test_before_anybody_wrote_there_is_nothing(browser: Open, cast: Cast) -> None:
    assert queries.latest(cast.ada.own_id) is None
    assert "Now" not in goals(browser, cast).text


def test_what_the_patient_writes_the_team_reads(browser: Open, cast: Cast) -> None:
    own = write(browser, cast, "Sleep through.\r\nWork again.")
    assert "Saved. Your care team can read it." in own.text
    assert "You wrote this on November 22, 2026." in own.text
    assert "Sleep through. Work again.Written by the patient, November 22, 2026." in goals(browser, cast, "bea").text
    assert latest(cast) == ("Sleep through.\nWork again.", "Ada Okafor", True)


def test_what_the_team_writes_down_the_patient_reads_with_their_name(browser: Open, cast: Cast) -> None:
    page = write(browser, cast, "She wants to paint again", "nia")
    assert "The patient reads it too." in page.text
    assert "Nia Achebe wrote down what you said, November 22, 2026." in goals(browser, cast).text
    assert latest(cast) == ("She wants to paint again", "Nia Achebe", False)


def test_every_version_stays_on_record_and_the_newest_stands(
    browser: Open, cast: Cast, frozen: time_machine.Traveller
) -> None:
    for words, who in (("Sleep", "ada"), ("Paint", "bea"), ("", "ada")):
        write(browser, cast, words, who)
        frozen.shift(timedelta(minutes=1))
    assert latest(cast) == ("", "Ada Okafor", True)
    assert [one.words for one in queries.list_versions(cast.ada.own_id)] == ["", "Paint", "Sleep"]
    text = goals(browser, cast, "bea").text
    assert "Nothing at the moment.Written by the patient" in text
    assert "PaintWritten down by Bea Lindqvist" in text
    assert text.index("Paint") < text.index("Sleep")


def test_saving_what_stands_already_is_no_new_version(browser: Open, cast: Cast) -> None:
    for _ in range(2):
        write(browser, cast, "Sleep")
    write(browser, cast, "  Sleep ", "bea")
    assert len(queries.list_versions(cast.ada.own_id)) == 1


def test_emptying_what_was_never_written_is_nothing(browser: Open, cast: Cast) -> None:
    write(browser, cast, "")
    assert queries.latest(cast.ada.own_id) is None


def test_the_same_page_sent_twice_is_one_version(browser: Open, cast: Cast) -> None:
    form = goals(browser, cast).form("Save")
    form.submit(words="Sleep")
    assert form.submit(words="Work").h1 == "What you hope for"
    assert [one.words for one in queries.list_versions(cast.ada.own_id)] == ["Sleep"]


def test_what_somebody_wrote_meanwhile_is_shown_and_not_overwritten(
    browser: Open, cast: Cast, frozen: time_machine.Traveller
) -> None:
    form = goals(browser, cast).form("Save")
    write(browser, cast, "She wants to paint again", "bea")
    frozen.shift(timedelta(minutes=1))
    told = form.submit(words="Sleep", expect=409)
    assert "Somebody wrote here while you had this page open." in told.problems[0]
    assert "She wants to paint again" in told.text
    again = told.form("Save")
    assert again.values["words"].strip() == "Sleep"
    again.submit()
    assert latest(cast)[0] == "Sleep"


@pytest.mark.parametrize("length", [2000, 2001])
def test_two_thousand_characters_are_taken_and_one_more_is_said_and_kept(
    browser: Open, cast: Cast, length: int
) -> None:
    words = "é" * length
    page = goals(browser, cast).form("Save").submit(words=words, expect=200 if length == 2000 else 422)
    if length == 2000:
        assert latest(cast)[0] == words
    else:
        assert page.problems == ["Use 2,000 characters or fewer. This has 2,001."]
        assert page.form("Save").values["words"] == words
        assert queries.latest(cast.ada.own_id) is None


def test_words_that_look_like_a_page_are_shown_as_words(browser: Open, cast: Cast) -> None:
    assert "<b>loud</b> & “quiet”" in write(browser, cast, "<b>loud</b> & “quiet”").text


def test_who_may_read_and_who_may_write(browser: Open, cast: Cast) -> None:
    address = f"/patients/{cast.ada.own_id}/goals"
    for name, person in cast.everybody().items():
        client, may = browser(person), name in WRITES
        assert client.open(address).status_code == (200 if may else 404), name
        sent = {"submission_id": str(uuid.uuid4()), "version": "", "words": ""}
        assert client.open(address, "POST", data=sent).status_code == (303 if may else 404), name


def test_a_patient_who_is_no_longer_in_care_reads_and_does_not_write(browser: Open, cast: Cast) -> None:
    write(browser, cast, "Sleep")
    db.session.get_one(Patient, cast.ada.own_id).status = PatientStatus.DISCHARGED
    db.session.commit()
    page = goals(browser, cast)
    assert "Sleep" in page.text
    assert page.find("textarea") == []
    assert browser(cast.ada).open(f"/patients/{cast.ada.own_id}/goals", "POST").status_code == 404
    assert goals(browser, cast, "bea").find("textarea")


def test_the_audit_says_who_wrote_and_not_what(browser: Open, cast: Cast) -> None:
    write(browser, cast, "Sleep", "nia")
    (event,) = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "goals:written"))
    assert (event.patient_id, event.actor_id, event.details) == (cast.ada.own_id, cast.nia.user_id, {})


def test_of_two_who_write_at_once_one_is_told(app: Flask, cast: Cast) -> None:
    patient_id, people = cast.ada.own_id, [cast.ada.actor, cast.bea.actor] * 3

    def send(number: int) -> str:
        with app.app_context():
            db.begin(write=True)
            how = {"submission_id": uuid.uuid4(), "by": people[number], "at": NOW}
            try:
                service.write(patient_id, f"Wish {number}", seen=None, **how)
                db.session.commit()
                return "saved"
            except service.Stale:
                return "told"
            finally:
                db.session.remove()

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(send, range(6))) == ["saved"] + ["told"] * 5
    assert db.session.scalar(select(func.count()).select_from(PatientGoals)) == 1
