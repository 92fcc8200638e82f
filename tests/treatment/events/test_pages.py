"""Life events, noted by the patient or the care team, and read by both."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from portal import db
from portal.access.policy import PatientStatus
from portal.patients.models import Patient
from portal.treatment.events.models import LifeEvent
from tests.cast import Cast
from tests.page import Browser, Page

Open = Callable[..., Browser]


def events(browser: Open, cast: Cast, who: str = "ada") -> Page:
    return browser(getattr(cast, who)).get(f"/patients/{cast.ada.own_id}/events")


def add(browser: Open, cast: Cast, who: str = "ada", text: str = "Moved house", on: str = "2026-11-01") -> Page:
    return events(browser, cast, who).follow("Add a life event").form("Save").submit(text=text, on=on)


def stored() -> LifeEvent:
    return db.session.scalars(select(LifeEvent)).one()


def test_the_patient_finds_the_page_from_their_own(browser: Open, cast: Cast) -> None:
    page = browser(cast.ada).get(f"/patients/{cast.ada.own_id}").follow("Life events")
    assert page.title.startswith("Life events")
    assert "Nothing noted yet" in page.text


def test_what_the_patient_adds_both_read_and_both_see_who_added_it(browser: Open, cast: Cast) -> None:
    own = add(browser, cast)
    assert "November 1, 2026 Moved house added by you, November 22, 2026" in own.text
    assert "added by Ada Okafor" in events(browser, cast, "nia").text


def test_what_the_team_adds_the_patient_reads(browser: Open, cast: Cast) -> None:
    page = events(browser, cast, "nia").follow("Add a life event")
    assert "The patient reads it too." in page.text
    page.form("Save").submit(text="Exam", on="2027-02-01", until="2027-02-05")
    text = events(browser, cast).text
    assert "Still to comeFebruary 1, 2027 to February 5, 2027 Exam added by Nia Achebe" in text
    assert "Correct" not in text


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"on": "1988-05-16"}, "May 16, 1988 is too long ago. Check the year."),
        ({"on": "2027-11-24"}, "November 24, 2027 is more than a year ahead. Check the year."),
        ({"until": "2027-11-24"}, "November 24, 2027 is more than a year ahead. Check the year."),
        ({"until": "2026-10-31"}, "It would end before it began, on October 31, 2026. Check the two days."),
        ({"on": ""}, "Enter the day it was or begins"),
        ({"on": "soon"}, "Enter a real date: year, month, day, like 2026-03-27"),
        ({"text": "  "}, "Enter what it is"),
        ({"text": "x" * 301}, "Use 300 characters or fewer. This has 301."),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_what_was_typed_stays(
    browser: Open, cast: Cast, values: dict[str, str], said: str
) -> None:
    form = events(browser, cast).follow("Add a life event").form("Save")
    typed = {"text": "Moved house", "on": "2026-11-01", "until": "", **values}
    page = form.submit(typed, expect=422)
    assert page.problems == [said]
    assert {name: page.form("Save").values[name] for name in typed} == typed
    assert db.session.scalars(select(LifeEvent)).all() == []


@pytest.mark.parametrize("day", ["1988-05-17", "2026-11-22", "2027-11-23"])
def test_from_birth_to_a_year_ahead_every_day_is_taken(browser: Open, cast: Cast, day: str) -> None:
    add(browser, cast, on=day)
    assert stored().on == date.fromisoformat(day)


def test_two_taps_are_one_event(browser: Open, cast: Cast) -> None:
    form = events(browser, cast).follow("Add a life event").form("Save")
    for _ in range(2):
        form.submit(text="Moved house", on="2026-11-01")
    assert stored().text == "Moved house"


def test_whoever_added_it_corrects_it_with_a_reason_and_the_first_version_stays(browser: Open, cast: Cast) -> None:
    page = add(browser, cast).follow("Correct (November 1, 2026)")
    refused = page.form("Save").submit(text="Moved to my sister", expect=422)
    assert refused.problems == ["Say why you are correcting it."]
    after = refused.form("Save").submit(reason="more exact")
    assert "Moved to my sister" in after.text
    assert "corrected" in after.text
    before = after.follow("Correct (November 1, 2026)").text
    assert "What: “Moved house”" in before
    assert "more exact" in before


def test_the_team_corrects_and_withdraws_what_the_patient_added_and_the_patient_reads_why(
    browser: Open, cast: Cast
) -> None:
    add(browser, cast)
    page = events(browser, cast, "bea").follow("Correct (November 1, 2026)")
    page.form("Save").submit(on="2026-10-01", reason="she said October")
    page = events(browser, cast, "bea").follow("Correct (October 1, 2026)").follow("withdraw it")
    page.form("Withdraw it").submit(reason="it fell through")
    own = events(browser, cast)
    assert "1 that was withdrawn" in own.text
    shown = own.follow("See why (October 1, 2026)").text
    assert "does not count any more" in shown
    assert "it fell through" in shown
    assert "Day: “November 1, 2026”" in shown


def test_a_patient_cannot_change_what_the_team_added(browser: Open, cast: Cast) -> None:
    add(browser, cast, "bea")
    path = f"/patients/{cast.ada.own_id}/events/{stored().id}"
    client = browser(cast.ada)
    for one in (path, f"{path}/withdraw"):
        assert client.open(one).status_code == 404
        assert client.open(one, "POST", data={"reason": "mine", "revision": "1", "text": "no"}).status_code == 404
    assert stored().revision == 1


def test_two_people_correcting_at_once_do_not_overwrite_each_other(browser: Open, cast: Cast) -> None:
    add(browser, cast)
    path = f"/patients/{cast.ada.own_id}/events/{stored().id}"
    adas, beas = browser(cast.ada).get(path), browser(cast.bea).get(path)
    beas.form("Save").submit(text="Moved to Troy", reason="told me")
    page = adas.form("Save").submit(text="Moved out", reason="better", expect=409)
    assert "Somebody changed this" in page.problems[0]
    assert stored().text == "Moved to Troy"


def test_who_may_read_add_and_change(browser: Open, cast: Cast) -> None:
    add(browser, cast)
    base = f"/patients/{cast.ada.own_id}/events"
    paths = [f"{base}/new", f"{base}/{stored().id}", f"{base}/{stored().id}/withdraw"]
    for name, person in cast.everybody().items():
        client, may = browser(person), name in {"ada", "bea", "nia"}
        assert {client.open(path).status_code for path in [base, *paths]} == {200 if may else 404}, name
        assert {client.open(path, "POST").status_code for path in paths} == {422 if may else 404}, name
    elsewhere = f"/patients/{cast.dot.own_id}/events/{stored().id}"
    assert {browser(who).open(elsewhere).status_code for who in (cast.cal, cast.dot)} == {404}


def test_a_patient_out_of_care_reads_what_is_there_and_adds_nothing(browser: Open, cast: Cast) -> None:
    add(browser, cast)
    db.session.get_one(Patient, cast.ada.own_id).status = PatientStatus.DISCHARGED
    db.session.commit()
    page = events(browser, cast)
    assert "Moved house" in page.text
    assert "Add a life event" not in page.text
    assert "Correct" not in page.text
    assert browser(cast.ada).open(f"/patients/{cast.ada.own_id}/events/new").status_code == 404
    assert "Add a life event" in events(browser, cast, "bea").text
