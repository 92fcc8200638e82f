"""The plan on its pages: read first, written together, every version kept."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from portal import db
from portal.access.policy import PatientStatus
from portal.audit.models import AuditEvent
from portal.patients.models import CalledIn, Calling, Patient
from portal.safety.models import Alert, AlertState
from portal.safety.plan import queries
from portal.safety.plan.models import SafetyPlan
from tests.cast import NOW, Cast
from tests.safety.plan.written import LINES, another_sign, edit, path, standing, write

Open = Any


def test_a_patient_without_a_plan_is_invited_and_the_numbers_of_their_country_are_there(
    browser: Open, cast: Cast
) -> None:
    page = browser(cast.ada).get(f"/patients/{cast.ada.own_id}").follow("My plan")
    assert "Nothing written yet" in page.text
    form = page.follow("Write it").form("Save")
    assert form.values["emergency-0-phone"] == "911"
    assert form.values["crisis-0-phone"] == "988"


def test_without_a_plan_there_is_nothing_to_print_and_no_version(browser: Open, cast: Cast) -> None:
    for more in ("/print", "/versions"):
        for who in (cast.ada, cast.bea):
            assert browser(who).open(path(cast, more)).status_code == 404, more


def test_another_country_is_given_no_number_of_ours(browser: Open, cast: Cast) -> None:
    db.session.get_one(Patient, cast.ada.own_id).country = "SE"
    db.session.commit()
    values = edit(browser, cast).form("Save").values
    assert [values[f"{code}-0-phone"] for code in ("emergency", "crisis")] == ["", ""]
    assert "988" not in list(values.values())


def test_every_section_is_read_and_every_number_can_be_tapped(browser: Open, cast: Cast) -> None:
    page = write(browser, cast)
    assert page.url == path(cast)
    assert page.title.startswith("My plan")
    for said in (*LINES.values(), "My warning signs", "What matters most to me", "Helps me: Ike"):
        assert said in page.text
    links = [href for _, href in page.links]
    for href in ("tel:+12125550178", "tel:2125550134,12", "tel:911", "tel:988"):
        assert href in links
    assert "You wrote this on November 22, 2026" in page.text.replace("\xa0", " ")


def test_sections_that_say_nothing_are_not_there(browser: Open, cast: Cast) -> None:
    page = write(browser, cast, alone_0_what="", emergency_0_name="", emergency_0_phone="", emergency_0_hours="")
    assert "Things I can do on my own" not in page.text
    assert "Nearest emergency department" not in page.text


def test_patient_and_team_write_the_same_plan_and_see_who_wrote_what(
    browser: Open, cast: Cast, frozen: time_machine.Traveller
) -> None:
    write(browser, cast)
    frozen.shift(timedelta(minutes=5))
    page = edit(browser, cast, "bea").form("Save").submit({"alone-0-what": "Swim"})
    assert "Swim" in page.text
    assert "Written with Bea Lindqvist" in page.text
    told = browser(cast.ada).get(path(cast, "/versions")).text
    assert "Added: Swim" in told
    assert "Taken out: Walk to the river" in told
    assert told.index("Written with Bea") < told.index("You wrote this")
    first = db.session.query(SafetyPlan).order_by(SafetyPlan.written_at).first()
    assert first is not None
    assert "Walk to the river" in browser(cast.bea).get(path(cast, f"/versions/{first.id}")).text
    events = [one.event for one in db.session.query(AuditEvent) if one.event.startswith("safety-plan")]
    assert events == ["safety-plan:written"] * 2


def test_somebody_else_s_version_is_not_found(browser: Open, cast: Cast) -> None:
    write(browser, cast)
    mine = standing(cast).id
    address = f"/patients/{cast.dot.own_id}/my-plan/versions/{mine}"
    assert browser(cast.dot).open(address).status_code == 404


def test_when_two_save_at_once_nothing_is_lost_and_the_second_sees_what_changed(
    browser: Open, cast: Cast, frozen: time_machine.Traveller
) -> None:
    write(browser, cast)
    mine, theirs = another_sign(browser, cast), another_sign(browser, cast, "bea")
    frozen.shift(timedelta(minutes=1))
    theirs.submit({"signs-1-what": "I sleep by day", "alone-0-what": "Swim"})
    told = mine.submit({"signs-1-what": "I cancel plans", "matters-0-what": "My dog"}, expect=409)
    assert "Somebody saved this plan while you had this page open." in told.problems[0]
    assert "What Bea Lindqvist changed meanwhile" in told.text
    assert "Added: I sleep by day" in told.text
    values = told.form("Save").values
    assert [values[f"signs-{n}-what"] for n in range(3)] == [
        "I stop answering my phone",
        "I cancel plans",
        "I sleep by day",
    ]
    assert (values["alone-0-what"], values["matters-0-what"]) == ("Swim", "My dog")
    assert len(queries.list_versions(cast.ada.own_id)) == 2
    told.form("Save").submit()
    assert {row["what"] for row in standing(cast).sections["signs"]} >= {"I cancel plans", "I sleep by day"}


def test_the_same_page_sent_twice_is_one_version_and_an_unchanged_one_none(browser: Open, cast: Cast) -> None:
    form = edit(browser, cast).form("Save")
    form.submit(dict(LINES))
    form.submit(dict(LINES))
    edit(browser, cast).form("Save").submit()
    assert len(queries.list_versions(cast.ada.own_id)) == 1


@pytest.mark.parametrize("phone", ["ask Ike", "12", "---", "555-CALL-NOW"])
def test_a_number_that_is_none_is_said_at_its_field_and_everything_typed_is_kept(
    browser: Open, cast: Cast, phone: str
) -> None:
    page = edit(browser, cast).form("Save").submit({**LINES, "people-0-phone": phone}, expect=422)
    assert page.problems == ["This is no phone number. Write one like +1 202 555 0134, or leave it empty."]
    assert page.by_id("people-0-phone").get("aria-invalid") == "true"
    values = page.form("Save").values
    assert {name: values[name] for name in LINES} == {**LINES, "people-0-phone": phone}
    assert queries.latest(cast.ada.own_id) is None


def test_a_number_without_a_name_is_asked_about(browser: Open, cast: Cast) -> None:
    page = edit(browser, cast).form("Save").submit({**LINES, "people-0-name": ""}, expect=422)
    assert page.problems == ["Say who or what this is"]


def test_lines_are_added_and_taken_out_without_a_script_and_nothing_is_saved_by_it(browser: Open, cast: Cast) -> None:
    form = edit(browser, cast).form("Save")
    sent = {"signs-0-what": "one", "people-0-phone": "none"}
    page = form.submit(sent, button="Another line for “My warning signs”")
    assert page.problems == []
    form = page.form("Save")
    assert form.values["signs-0-what"] == "one"
    assert form.values["people-0-phone"] == "none"
    assert "signs-1-what" in form.names
    button = "Take outTake out line 1 of “My warning signs”"
    form = form.submit({"signs-1-what": "two"}, button=button).form("Save")
    assert form.values["signs-0-what"] == "two"
    assert queries.latest(cast.ada.own_id) is None


@pytest.mark.parametrize("wrong", ["other-1", "signs-", "signs", "signs-99999999999", "signs-²"])
def test_a_line_that_is_not_there_is_not_taken_out(browser: Open, cast: Cast, wrong: str) -> None:
    sent = {"signs-0-what": "one", "less": wrong}
    assert browser(cast.ada).post(path(cast, "/edit"), sent).form("Save").values["signs-0-what"] == "one"


@pytest.mark.parametrize(("lines", "status"), [(12, 303), (13, 422), (500, 422)])
def test_a_section_takes_twelve_lines(browser: Open, cast: Cast, lines: int, status: int) -> None:
    sent = {f"signs-{n}-what": f"sign {n}" for n in range(lines)} | {"submission_id": str(uuid.uuid4())}
    answer = browser(cast.ada).open(path(cast, "/edit"), "POST", data=sent)
    assert answer.status_code == status
    if status == 422:
        assert "Use 12 lines or fewer here." in answer.get_data(as_text=True)


@pytest.mark.parametrize(("length", "status"), [(300, 200), (301, 422)])
def test_a_line_has_three_hundred_characters(browser: Open, cast: Cast, length: int, status: int) -> None:
    page = edit(browser, cast).form("Save").submit({"signs-0-what": "é" * length}, expect=status)
    assert status == 200 or page.problems == ["Use 300 characters or fewer. This has 301."]


def test_words_that_look_like_a_page_are_shown_as_words(browser: Open, cast: Cast) -> None:
    assert "<b>loud</b> & “x”" in write(browser, cast, signs_0_what="<b>loud</b> & “x”").text


def test_the_team_sets_the_day_of_the_next_review_and_the_patient_leaves_it(
    browser: Open, cast: Cast, frozen: time_machine.Traveller
) -> None:
    write(browser, cast)
    assert standing(cast).review_on == date(2027, 2, 22)
    form = edit(browser, cast, "bea").form("Save")
    assert form.values["review_on"] == "2027-02-22"
    frozen.shift(timedelta(minutes=1))
    form.submit({"review_on": "2026-12-01"})
    frozen.shift(timedelta(minutes=1))
    assert "review_on" not in edit(browser, cast).form("Save").names
    edit(browser, cast).form("Save").submit({"signs-0-what": "I sleep by day"})
    assert standing(cast).review_on == date(2026, 12, 1)


@pytest.mark.parametrize("day", ["2026-11-22", "2030-01-01", "soon", ""])
def test_a_day_that_cannot_be_is_refused(browser: Open, cast: Cast, day: str) -> None:
    page = edit(browser, cast, "bea").form("Save").submit({"review_on": day}, expect=422)
    assert len(page.problems) == 1


def test_an_overdue_review_is_shown_to_the_team_and_not_to_the_patient(browser: Open, cast: Cast) -> None:
    write(browser, cast, "bea")
    row = db.session.get_one(SafetyPlan, standing(cast).id)
    row.review_on = date(2026, 11, 22)
    db.session.commit()
    assert "overdue" not in browser(cast.bea).get(path(cast)).text
    row.review_on = date(2026, 11, 21)
    db.session.commit()
    for address in (path(cast), f"/patients/{cast.ada.own_id}"):
        assert "Review overdue" in browser(cast.bea).get(address).text
        assert "overdue" not in browser(cast.ada).get(address).text


def test_it_is_written_with_somebody_of_the_care_team_only(browser: Open, cast: Cast) -> None:
    sent = {**LINES, "submission_id": str(uuid.uuid4()), "with_clinician": str(cast.cal.user_id)}
    assert browser(cast.ada).open(path(cast, "/edit"), "POST", data=sent).status_code == 422
    form = edit(browser, cast).form("Save")
    assert "You wrote this with Bea Lindqvist" in form.submit({**LINES, "with_clinician": str(cast.bea.user_id)}).text


def test_the_page_to_print_says_whose_it_is(browser: Open, cast: Cast) -> None:
    write(browser, cast)
    page = browser(cast.ada).get(path(cast)).follow("Print it")
    assert "Ada Okafor" in page.text
    assert "My sister’s children" in page.text


def test_the_chart_leads_to_it_from_the_details(browser: Open, cast: Cast) -> None:
    page = browser(cast.bea).get(f"/patients/{cast.ada.own_id}").follow("Safety plan")
    assert "Write it together with the patient" in page.text


READS = ("", "/print", "/versions")
WRITES = ("/edit",)


def test_who_may_read_and_who_may_write(browser: Open, cast: Cast) -> None:
    write(browser, cast)
    for name, person in cast.everybody().items():
        client, may = browser(person), name in {"ada", "bea", "nia"}
        for more in (*READS, *WRITES, f"/versions/{standing(cast).id}"):
            assert client.open(path(cast, more)).status_code == (200 if may else 404), (name, more)
        sent = {"review_on": "", "submission_id": "none"}
        assert client.open(path(cast, "/edit"), "POST", data=sent).status_code == (422 if may else 404), name
        own = 200 if name == "ada" else 404
        assert client.open(path(cast, "/keep")).status_code == own, name
        assert client.open(path(cast, "/copy")).status_code == 404, name


def test_a_provider_who_was_called_in_reads_it_and_changes_nothing(browser: Open, cast: Cast) -> None:
    write(browser, cast)
    alert = Alert(patient_id=cast.ada.own_id, rule="R1", severity=1, on=NOW.date(), opened_at=NOW, state_at=NOW)
    alert.state = AlertState.OPEN
    db.session.add(alert)
    db.session.flush()
    called = CalledIn(patient_id=cast.ada.own_id, alert_id=alert.id, user_id=cast.cal.user_id, why=Calling.ESCALATED)
    called.since = NOW
    db.session.add(called)
    db.session.commit()
    page = browser(cast.cal).get(path(cast))
    assert "Walk to the river" in page.text
    assert "Change" not in page.text
    assert browser(cast.cal).open(path(cast, "/edit")).status_code == 404


def test_a_patient_no_longer_in_care_still_reads_and_writes_and_nobody_writes_for_one_who_died(
    browser: Open, cast: Cast
) -> None:
    write(browser, cast)
    for status, may in ((PatientStatus.DISCHARGED, 200), (PatientStatus.DIED, 404)):
        db.session.get_one(Patient, cast.ada.own_id).status = status
        db.session.commit()
        assert browser(cast.bea).open(path(cast, "/edit")).status_code == may
        assert browser(cast.bea).open(path(cast)).status_code == 200


def test_reading_it_costs_the_same_however_often_it_was_changed(browser: Open, cast: Cast, queries_of: Any) -> None:
    write(browser, cast)
    pages = [browser(person) for person in (cast.ada, cast.bea)]
    before = [queries_of(lambda one=one: one.get(path(cast))) for one in pages]
    for n in range(3):
        row = SafetyPlan(patient_id=cast.ada.own_id, submission_id=uuid.uuid4(), sections={"signs": [{"what": str(n)}]})
        row.written_at, row.written_by_id = NOW + timedelta(minutes=n + 1), cast.bea.user_id
        db.session.add(row)
    db.session.commit()
    assert [queries_of(lambda one=one: one.get(path(cast))) for one in pages] == before


def test_a_page_sent_again_with_other_words_loses_none_of_them(browser: Open, cast: Cast) -> None:
    form = edit(browser, cast).form("Save")
    form.submit(LINES)
    again = form.submit({**LINES, "alone-0-what": "Sit in the garden"}, expect=409)
    assert again.form("Save").values["alone-0-what"] == "Sit in the garden"
    again.form("Save").submit()
    assert {row["what"] for row in standing(cast).sections["alone"]} == {"Sit in the garden", "Walk to the river"}
