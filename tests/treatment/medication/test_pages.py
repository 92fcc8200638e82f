"""The medicines and allergies of a patient, as the care team keeps them and the patient reads them."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select

from portal import db
from portal.patients.models import Condition, PatientCondition
from portal.treatment.medication.models import Allergy, ChangeKind, Medicine, MedicineChange
from portal.treatment.models import TreatmentRevision
from portal.treatment.screening.models import Screening
from tests.cast import NOW, Cast
from tests.page import Browser, Page

Open = Callable[..., Browser]
TODAY = date(2026, 11, 22)


def listed(browser: Open, cast: Cast, who: str = "bea") -> Page:
    return browser(getattr(cast, who)).get(f"/patients/{cast.ada.own_id}/medicines")


def add(browser: Open, cast: Cast, name: str = "Lorazepam", dose: str = "1 mg at night", **values: str) -> Page:
    form = listed(browser, cast, "nia").follow("Add a medicine").form("Save")
    return form.submit(name=name, dose=dose, **values)


def own_page(browser: Open, cast: Cast, name: str = "Lorazepam") -> Page:
    return listed(browser, cast).follow(name)


def add_allergy(browser: Open, cast: Cast, substance: str = "Latex", reaction: str = "Rash") -> Page:
    form = listed(browser, cast).follow("Add an allergy").form("Save")
    return form.submit(substance=substance, reaction=reaction)


def medicine() -> Medicine:
    return db.session.scalars(select(Medicine)).one()


def changes() -> list[tuple[str, date | None, str]]:
    rows = db.session.scalars(select(MedicineChange).order_by(MedicineChange.recorded_at, MedicineChange.kind))
    return [(row.kind.value, row.on, row.dose) for row in rows if not row.withdrawn_at]


def confirm(cast: Cast, lists_checked: bool = True) -> None:
    given = {"answers": {}, "classes": {}, "medicines": [], "allergies": [], "rules_version": 0}
    row = Screening(patient_id=cast.ada.own_id, lists_checked=lists_checked, recorded_at=NOW, **given)
    row.recorded_by_id = cast.bea.user_id
    db.session.add(row)
    db.session.commit()


def test_an_empty_list_says_that_nothing_is_recorded_and_not_that_there_is_nothing(browser: Open, cast: Cast) -> None:
    text = listed(browser, cast).text
    assert "No medicines recordedThat does not say that none are taken." in text
    assert "None recorded. That does not say that there are none." in text
    assert "None known" not in text


def test_an_empty_list_that_the_screening_confirmed_says_none_known(browser: Open, cast: Cast) -> None:
    confirm(cast)
    text = listed(browser, cast).text
    assert "None known: asked and confirmed." in text
    assert "No medicines known: asked and confirmed" in text
    assert "you confirmed this with your care team" in listed(browser, cast, "ada").text


def test_a_screening_that_did_not_confirm_the_lists_or_a_change_after_it_takes_none_known_back(
    browser: Open, cast: Cast, frozen: time_machine.Traveller
) -> None:
    confirm(cast, lists_checked=False)
    assert "None recorded" in listed(browser, cast).text
    confirm(cast)
    frozen.shift(timedelta(minutes=5))
    add(browser, cast)
    assert "None recorded" in listed(browser, cast).text
    assert "None known" not in listed(browser, cast).text


def test_a_medicine_is_listed_with_its_dose_start_and_recorder(browser: Open, cast: Cast) -> None:
    page = add(browser, cast, started_on="2026-03-01", note="asks for more")
    assert "Saved." in page.text
    assert page.rows()[1][:3] == ["Lorazepam asks for more", "1 mg at night", "March 1, 2026"]
    assert page.rows()[1][3].startswith("Nia Achebe")
    assert changes() == [("started", date(2026, 3, 1), "1 mg at night")]


def test_a_start_may_be_unknown(browser: Open, cast: Cast) -> None:
    assert add(browser, cast).rows()[1][2] == "start not known"


def test_groups_are_told_from_the_name_and_show_as_chips_with_reason_and_source(browser: Open, cast: Cast) -> None:
    text = add(browser, cast).text
    assert medicine().groups == ["benzodiazepine"]
    assert "Benzodiazepine or z-drug Lorazepam" in text
    assert "May blunt the benefit" in text
    assert "Source: Andrashko 2020 [V]" in text


@pytest.mark.parametrize(("ticked", "kept"), [(["none"], []), (["opioid", "sedative"], ["opioid", "sedative"])])
def test_groups_can_be_ticked_against_the_name(browser: Open, cast: Cast, ticked: list[str], kept: list[str]) -> None:
    form = listed(browser, cast).follow("Add a medicine").form("Save")
    form.submit({"groups": ticked}, name="Lorazepam")
    assert medicine().groups == kept
    stands = own_page(browser, cast).follow("Correct its name").form("Save").values
    assert stands.getlist("groups") == ticked


def test_none_and_a_group_together_are_refused_and_all_that_was_typed_stays(browser: Open, cast: Cast) -> None:
    form = listed(browser, cast).follow("Add a medicine").form("Save")
    page = form.submit({"groups": ["none", "opioid"]}, name="Codeine", dose="30 mg", expect=422)
    assert page.problems == ["Tick groups, or “None of these”, not both."]
    values = page.form("Save").values
    assert (values["name"], values["dose"], values.getlist("groups")) == ("Codeine", "30 mg", ["none", "opioid"])
    assert db.session.scalars(select(Medicine)).all() == []


def test_bipolar_without_a_mood_stabiliser_says_to_confirm_one_until_one_is_listed(browser: Open, cast: Cast) -> None:
    db.session.add(PatientCondition(patient_id=cast.ada.own_id, condition=Condition.BIPOLAR, recorded_at=NOW))
    db.session.commit()
    assert "Confirm a mood stabiliser is on board" in listed(browser, cast).text
    text = add(browser, cast, name="Lithium carbonate").text
    assert "Mood stabiliser in bipolar: listed Lithium carbonate" in text
    assert "none listed" not in text


def test_a_new_dose_counts_from_its_day_and_the_old_one_stays_in_the_history(browser: Open, cast: Cast) -> None:
    page = add(browser, cast, started_on="2026-03-01").follow("New dose (Lorazepam)")
    assert page.form("Save").values["on"] == "2026-11-22"
    after = page.form("Save").submit(dose="0.5 mg at night", on="2026-11-20", why="sleeps better")
    assert after.rows()[1][1] == "0.5 mg at night"
    history = own_page(browser, cast).text
    assert "Started, March 1, 2026: 1 mg at night" in history
    assert "Changed, November 20, 2026: 0.5 mg at night" in history
    assert "sleeps better" in history


def test_a_stopped_medicine_leaves_the_list_and_its_chip_and_a_restart_is_a_new_line(browser: Open, cast: Cast) -> None:
    page = add(browser, cast, started_on="2026-03-01").follow("Record a stop (Lorazepam)")
    after = page.form("Save").submit(on="2026-11-01")
    assert "No medicines recorded" in after.text
    assert after.rows()[1] == ["Lorazepam", "1 mg at night", "March 1, 2026", "November 1, 2026"]
    assert "Benzodiazepine" not in after.text
    again = add(browser, cast, started_on="2026-11-10")
    assert again.rows(0)[1][2] == "November 10, 2026"
    assert again.rows(1)[1][3] == "November 1, 2026"


@pytest.mark.parametrize(
    ("link", "values", "said"),
    [
        ("New dose", {"dose": "2 mg", "on": "2026-11-23"}, "November 23, 2026 is still to come"),
        ("New dose", {"dose": "2 mg", "on": "2026-02-28"}, "February 28, 2026 would come before"),
        ("New dose", {"dose": "1 mg at night"}, "This is the dose it is taken in already."),
        ("New dose", {"dose": ""}, "Enter the new dose."),
        ("Record a stop", {"on": "2026-02-28"}, "February 28, 2026 would come before"),
        ("Record a stop", {"on": "2027-02-28"}, "February 28, 2027 is still to come"),
        ("Record a stop", {"on": ""}, "Enter the day from which it is not taken any more."),
        ("Record a stop", {"on": "2026-02-30"}, "Enter a real date"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    browser: Open, cast: Cast, link: str, values: dict[str, str], said: str
) -> None:
    page = add(browser, cast, started_on="2026-03-01").follow(f"{link} (Lorazepam)")
    again = page.form("Save").submit(values, why="as told by phone", expect=422)
    assert len(again.problems) == 1
    assert said in again.problems[0]
    assert again.form("Save").values["why"] == "as told by phone"
    assert changes() == [("started", date(2026, 3, 1), "1 mg at night")]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": ""}, "Enter the name of the medicine"),
        ({"started_on": "2026-11-23"}, "November 23, 2026 is still to come"),
        ({"started_on": "1988-05-16"}, "May 16, 1988 is before the patient was born"),
        ({"name": "LORAZEPAM"}, "LORAZEPAM is on the list already"),
    ],
)
def test_a_medicine_that_cannot_be_is_refused(browser: Open, cast: Cast, values: dict[str, str], said: str) -> None:
    add(browser, cast)
    form = listed(browser, cast).follow("Add a medicine").form("Save")
    page = form.submit({"name": "Zolpidem", "dose": "5 mg", **values}, expect=422)
    assert said in page.problems[0]
    assert page.form("Save").values["dose"] == "5 mg"
    assert medicine().name == "Lorazepam"


def test_two_taps_are_one_medicine_one_dose_and_one_allergy(browser: Open, cast: Cast) -> None:
    form = listed(browser, cast).follow("Add a medicine").form("Save")
    for _ in range(2):
        form.submit(name="Lorazepam", dose="1 mg")
    dose = listed(browser, cast).follow("New dose").form("Save")
    for _ in range(2):
        dose.submit(dose="2 mg")
    allergy = listed(browser, cast).follow("Add an allergy").form("Save")
    for _ in range(2):
        allergy.submit(substance="Latex")
    assert medicine().dose == "2 mg"
    assert len(changes()) == 2
    assert len(db.session.scalars(select(Allergy)).all()) == 1


def test_the_same_page_sent_with_other_values_is_refused(browser: Open, cast: Cast) -> None:
    form = listed(browser, cast).follow("Add a medicine").form("Save")
    form.submit(name="Lorazepam", dose="1 mg")
    assert "was saved before" in form.submit(name="Lorazepam", dose="10 mg", expect=422).problems[0]
    assert medicine().dose == "1 mg"


def test_a_name_is_corrected_with_a_reason_and_the_first_version_stays(browser: Open, cast: Cast) -> None:
    add(browser, cast, name="Lorazepan")
    page = own_page(browser, cast, "Lorazepan").follow("Correct its name")
    refused = page.form("Save").submit(name="Lorazepam", expect=422)
    assert refused.problems == ["Say why you are correcting it."]
    after = refused.form("Save").submit(reason="misspelt")
    assert after.h1 == "Lorazepam"
    assert medicine().groups == ["benzodiazepine"]
    assert "Bea Lindqvist" in after.text
    assert "misspelt" in after.text
    assert "Medicine: “Lorazepan”" in after.text


def test_a_dose_is_corrected_where_it_stands_in_the_history(browser: Open, cast: Cast) -> None:
    add(browser, cast, started_on="2026-03-01")
    page = own_page(browser, cast).follow("Correct (Started)")
    after = page.form("Save").submit(dose="10 mg at night", on="2026-02-01", reason="read it wrong")
    assert "Started, February 1, 2026: 10 mg at night" in after.text
    assert "Dose: “1 mg at night”" in after.text
    assert "Day: “March 1, 2026”" in after.text
    assert (medicine().dose, medicine().started_on) == ("10 mg at night", date(2026, 2, 1))


def test_a_correction_that_breaks_the_order_changes_nothing(browser: Open, cast: Cast) -> None:
    add(browser, cast, started_on="2026-03-01").follow("Record a stop").form("Save").submit(on="2026-04-01")
    page = own_page(browser, cast).follow("Correct (Started)")
    again = page.form("Save").submit(on="2026-05-01", reason="later", expect=422)
    assert "The days do not fit together" in again.problems[0]
    assert medicine().started_on == date(2026, 3, 1)
    assert db.session.scalars(select(TreatmentRevision)).all() == []


def test_a_stop_that_never_was_is_withdrawn_and_the_medicine_is_taken_again(browser: Open, cast: Cast) -> None:
    add(browser, cast, started_on="2026-03-01").follow("Record a stop").form("Save").submit()
    page = own_page(browser, cast).follow("Correct (Stopped)").follow("withdraw it")
    after = page.form("Withdraw it").submit(reason="wrong patient's list")
    assert medicine().stopped_on is None
    assert "Stopped, November 22, 2026 Withdrawn" in after.text
    assert "wrong patient's list" in after.text


def test_a_stop_cannot_be_withdrawn_once_the_medicine_is_listed_anew(browser: Open, cast: Cast) -> None:
    add(browser, cast, started_on="2026-03-01").follow("Record a stop").form("Save").submit(on="2026-04-01")
    stopped = own_page(browser, cast).follow("Correct (Stopped)").follow("withdraw it")
    add(browser, cast)
    page = stopped.form("Withdraw it").submit(reason="never stopped", expect=422)
    assert "on the list already" in page.problems[0]


def test_a_start_is_not_withdrawn_alone(browser: Open, cast: Cast) -> None:
    add(browser, cast)
    page = own_page(browser, cast).follow("Correct (Started)")
    assert "withdraw" not in page.text
    again = page.browser.open(f"{page.url}/withdraw", "POST", data={"reason": "x", "revision": "1"})
    assert again.status_code == 422
    assert len(changes()) == 1


def test_a_medicine_recorded_by_mistake_is_withdrawn_and_stays_readable(browser: Open, cast: Cast) -> None:
    add(browser, cast)
    page = own_page(browser, cast).follow("withdraw it")
    page.form("Withdraw it").submit(reason="that was somebody else")
    after = listed(browser, cast)
    assert "No medicines recorded" in after.text
    assert "1 withdrawn line" in after.text
    shown = after.follow("Lorazepam").text
    assert "does not count" in shown
    assert "that was somebody else" in shown
    assert "Correct" not in shown
    assert "Lorazepam" not in listed(browser, cast, "ada").html


def test_two_people_correcting_at_once_do_not_overwrite_each_other(browser: Open, cast: Cast) -> None:
    add(browser, cast)
    beas, nias = (
        browser(who).get(f"/patients/{cast.ada.own_id}/medicines/{medicine().id}/correct")
        for who in (cast.bea, cast.nia)
    )
    nias.form("Save").submit(note="one tablet left", reason="told me")
    page = beas.form("Save").submit(name="Lormetazepam", reason="read the box", expect=409)
    assert "Somebody changed this while you had it open" in page.problems[0]
    assert page.form("Save").values["name"] == "Lormetazepam"
    assert medicine().name == "Lorazepam"
    page.form("Save").submit()
    assert (medicine().name, medicine().revision) == ("Lormetazepam", 3)


def test_saving_without_a_change_is_no_version(browser: Open, cast: Cast) -> None:
    add(browser, cast)
    own_page(browser, cast).follow("Correct its name").form("Save").submit(reason="nothing")
    assert db.session.scalars(select(TreatmentRevision)).all() == []


def test_an_allergy_is_added_corrected_and_withdrawn_with_reasons(browser: Open, cast: Cast) -> None:
    assert "Latex: Rash" in add_allergy(browser, cast).text
    page = listed(browser, cast).follow("Correct (Latex)")
    page.form("Save").submit(reaction="Swelling of the face", reason="asked again")
    again = listed(browser, cast)
    assert "Latex: Swelling of the face" in again.text
    page = again.follow("Correct (Latex)")
    assert "What happens: “Rash”" in page.text
    after = page.follow("withdraw it").form("Withdraw it").submit(reason="tested negative")
    assert "None recorded" in after.text
    gone = after.follow("Latex")
    assert "does not count any more" in gone.text
    assert "tested negative" in gone.text


def test_an_allergy_is_listed_once(browser: Open, cast: Cast) -> None:
    add_allergy(browser, cast)
    form = listed(browser, cast).follow("Add an allergy").form("Save")
    page = form.submit(substance="latex", reaction="itching", expect=422)
    assert "latex is on the list already" in page.problems[0]
    assert page.form("Save").values["reaction"] == "itching"


def test_the_patient_reads_their_lists_without_chips_groups_and_notes(browser: Open, cast: Cast) -> None:
    add(browser, cast, started_on="2026-03-01", note="asks for more")
    listed(browser, cast).follow("New dose").form("Save").submit(dose="2 mg", why="insists")
    add(browser, cast, name="Zolpidem", dose="5 mg")
    listed(browser, cast).follow("Record a stop (Zolpidem)").form("Save").submit(why="sold them")
    add_allergy(browser, cast)
    page = listed(browser, cast, "ada")
    assert "Lorazepam 2 mg since March 1, 2026" in page.text
    assert "Zolpidem until November 22, 2026" in page.text
    assert "Latex Rash" in page.text
    for hidden in ("asks for more", "insists", "sold them", "enzodiazepine", "Andrashko", "[V]", "Nia", "Bea", "Add"):
        assert hidden not in page.html, hidden


def test_who_may_see_and_change_the_lists(browser: Open, cast: Cast) -> None:
    add(browser, cast)
    add_allergy(browser, cast)
    base = f"/patients/{cast.ada.own_id}"
    row, allergy = medicine(), db.session.scalars(select(Allergy)).one()
    change = db.session.scalars(select(MedicineChange)).one()
    own = f"{base}/medicines/{row.id}"
    paths = [f"{base}/medicines/new", f"{own}/dose", f"{own}/stop", f"{own}/correct", f"{own}/withdraw"]
    paths += [f"{own}/changes/{change.id}", f"{base}/allergies/new", f"{base}/allergies/{allergy.id}"]
    paths += [f"{base}/allergies/{allergy.id}/withdraw", f"{own}/changes/{change.id}/withdraw"]
    for name, person in cast.everybody().items():
        client, may = browser(person), name in {"bea", "nia"}
        assert client.open(f"{base}/medicines").status_code == (200 if may or name == "ada" else 404), name
        assert client.open(own).status_code == (200 if may else 404), name
        assert {client.open(path).status_code for path in paths} == {200 if may else 404}, name
        assert {client.open(path, "POST").status_code for path in paths} == {422 if may else 404}, name


def test_what_belongs_to_another_patient_is_not_found(browser: Open, cast: Cast) -> None:
    add(browser, cast)
    add_allergy(browser, cast)
    row, allergy = medicine(), db.session.scalars(select(Allergy)).one()
    change = db.session.scalars(select(MedicineChange)).one()
    base, cal = f"/patients/{cast.dot.own_id}", browser(cast.cal)
    own = f"{base}/medicines/{row.id}"
    paths = [own, f"{own}/dose", f"{own}/stop", f"{own}/correct", f"{own}/withdraw", f"{own}/changes/{change.id}"]
    paths += [f"{base}/allergies/{allergy.id}", f"{base}/allergies/{allergy.id}/withdraw"]
    assert {cal.open(path).status_code for path in paths} == {404}
    other = f"/patients/{cast.ada.own_id}/medicines/{row.id}/changes/{uuid.uuid4()}"
    assert browser(cast.bea).open(other).status_code == 404


def test_the_page_of_long_lists_takes_few_queries(
    browser: Open, cast: Cast, queries_of: Callable[[Callable[[], object]], int]
) -> None:
    reader = browser(cast.bea)
    few = queries_of(lambda: reader.get(f"/patients/{cast.ada.own_id}/medicines"))
    for number in range(8):
        row = Medicine(patient_id=cast.ada.own_id, name=f"Drug {number}", groups=[], recorded_at=NOW)
        row.recorded_by_id = cast.nia.user_id
        db.session.add(row)
        db.session.flush()
        start = MedicineChange(patient_id=cast.ada.own_id, medicine_id=row.id, kind=ChangeKind.STARTED)
        start.recorded_at, start.recorded_by_id = NOW, cast.nia.user_id
        db.session.add(start)
    db.session.commit()
    assert queries_of(lambda: reader.get(f"/patients/{cast.ada.own_id}/medicines")) <= few
