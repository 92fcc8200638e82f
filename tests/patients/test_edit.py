"""Changing the record: who somebody is, how they are reached, what they sign in with."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from portal import db
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.notifications.models import Kind, OutboxMessage
from portal.patients.models import Condition, Patient, PatientCondition
from portal.review.models import CaseloadRow
from tests.cast import Cast
from tests.page import Browser

Open = Callable[..., Browser]


def test_a_provider_corrects_a_name_everywhere_it_is_shown(browser: Open, cast: Cast) -> None:
    form = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/edit").form("Save")
    assert form.values["born_on"] == "1988-05-17"
    form.submit(given_name="Adaeze", conditions=["chronic-pain", "treatment-resistant-depression"])
    assert db.session.get_one(Patient, cast.ada.own_id).given_name == "Adaeze"
    assert db.session.get_one(User, cast.ada.user_id).name == "Adaeze Okafor"
    assert db.session.get_one(CaseloadRow, cast.ada.own_id).name == "Adaeze Okafor"
    found = select(PatientCondition.condition).where(PatientCondition.patient_id == cast.ada.own_id)
    assert set(db.session.scalars(found)) == {Condition.CHRONIC_PAIN, Condition.TREATMENT_RESISTANT_DEPRESSION}
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "patient:edited")).one()
    assert event.details == {"fields": ["conditions", "given_name"]}


def test_saving_without_a_change_writes_nothing_down(browser: Open, cast: Cast) -> None:
    browser(cast.bea).get(f"/patients/{cast.ada.own_id}/edit").form("Save").submit()
    browser(cast.ada).get(f"/patients/{cast.ada.own_id}/contact").form("Save").submit()
    events = db.session.scalars(select(AuditEvent.event)).all()
    assert not {"patient:edited", "patient:contact-changed"} & set(events)


@pytest.mark.parametrize("who", ["ada", "bea"])
def test_patient_and_provider_change_contact_data_and_time_zone(browser: Open, cast: Cast, who: str) -> None:
    form = browser(getattr(cast, who)).get(f"/patients/{cast.ada.own_id}/contact").form("Save")
    assert (form.values["country"], form.values["time_zone"]) == ("US", "America/New_York")
    page = form.submit(mobile_phone="(020) 7946 0958", city="Leeds", country="GB", time_zone="Europe/London")
    assert "Saved" in page.text
    patient = db.session.get_one(Patient, cast.ada.own_id)
    assert (patient.mobile_phone, patient.city, patient.country) == ("(020) 7946 0958", "Leeds", "GB")
    assert db.session.get_one(User, cast.ada.user_id).time_zone == "Europe/London"
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "patient:contact-changed")).one()
    assert event.details == {"fields": ["city", "country", "mobile_phone", "time_zone"]}
    assert "Leeds" not in str(event.details)


def test_a_browser_may_fill_in_what_it_knows_of_its_owner_and_never_of_a_patient(browser: Open, cast: Cast) -> None:
    for person, purpose in ((cast.ada, "postal-code"), (cast.bea, "off")):
        page = browser(person).get(f"/patients/{cast.ada.own_id}/contact")
        assert page.by_id("postal_code").get("autocomplete") == purpose


def test_what_is_emptied_is_empty(browser: Open, cast: Cast) -> None:
    form = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/contact").form("Save")
    form.submit(emergency_name="", emergency_phone="", emergency_may_call=[])
    patient = db.session.get_one(Patient, cast.ada.own_id)
    assert (patient.emergency_name, patient.emergency_phone, patient.emergency_may_call) == ("", "", False)


def test_a_call_needs_a_number(browser: Open, cast: Cast) -> None:
    form = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/contact").form("Save")
    page = form.submit(emergency_phone="", city="Leeds", expect=422)
    assert page.problems == ["Enter the phone number of the person the clinic may call"]
    assert page.form("Save").values["city"] == "Leeds"


def test_a_new_address_is_told_to_the_former_one_and_to_nobody_else(browser: Open, cast: Cast) -> None:
    form = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/address").form("Save")
    form.submit(email="Ada.New@Interval.example")
    assert db.session.get_one(User, cast.ada.user_id).email == "ada.new@interval.example"
    mail = db.session.scalars(select(OutboxMessage)).one()
    assert (mail.kind, mail.values) == (Kind.ADDRESS_CHANGED, {"to": "ada@interval.example"})
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "patient:address-changed")).one()
    assert event.details == {"fields": ["email"]}


def test_an_address_of_somebody_else_is_refused_and_named(browser: Open, cast: Cast) -> None:
    form = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/address").form("Save")
    page = form.submit(email="dot@interval.example", expect=422)
    assert page.problems == ["An account with the address dot@interval.example exists already"]


PROTECTED = ("status", "user_id", "enrolled_at", "consented_at", "primary_instrument")


def test_a_form_changes_what_it_shows_and_nothing_else(browser: Open, cast: Cast) -> None:
    before = {column: getattr(db.session.get_one(Patient, cast.ada.own_id), column) for column in PROTECTED}
    ada = browser(cast.ada)
    form = ada.get(f"/patients/{cast.ada.own_id}/contact").form("Save")
    smuggled = dict.fromkeys((*PROTECTED, "email", "role"), "gad-7")
    ada.post(form.action, {**form.values, **smuggled, "patient_id": str(cast.dot.own_id), "city": "Leeds"})
    patient = db.session.get_one(Patient, cast.ada.own_id)
    assert patient.city == "Leeds"
    assert {column: getattr(patient, column) for column in PROTECTED} == before
    assert db.session.get_one(User, cast.ada.user_id).email == "ada@interval.example"
    assert db.session.get_one(Patient, cast.dot.own_id).city == ""


MAY = {"edit": {"bea"}, "address": {"bea"}, "contact": {"ada", "bea"}}


def test_who_may_change_what(browser: Open, cast: Cast) -> None:
    for who, person in cast.everybody().items():
        somebody = browser(person)
        for page, allowed in MAY.items():
            path = f"/patients/{cast.ada.own_id}/{page}"
            assert somebody.open(path).status_code == (200 if who in allowed else 404), (who, page)
            assert somebody.open(path, "POST").status_code == (422 if who in allowed else 404), (who, page)
