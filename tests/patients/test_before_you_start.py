"""What a patient reads and agrees to before anything else."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from portal import db
from portal.audit.models import AuditEvent
from portal.patients.models import Consent, ConsentKind, Patient
from tests.cast import NOW, Cast, Person
from tests.page import Browser

Open = Callable[..., Browser]
NOT_MONITORED = "not monitored around the clock and is not an emergency service"


@pytest.fixture
def newcomer(cast: Cast) -> Person:
    """Ada, before she agreed to anything."""
    patient = db.session.get_one(Patient, cast.ada.own_id)
    patient.consented_at = patient.acknowledged_at = None
    for consent in db.session.scalars(select(Consent).where(Consent.patient_id == patient.id)):
        db.session.delete(consent)
    db.session.commit()
    return cast.ada


def test_every_page_of_a_newcomer_leads_here_first(browser: Open, newcomer: Person) -> None:
    ada = browser(newcomer)
    for path in ("today", "contact", "looks", ""):
        page = ada.get(f"/patients/{newcomer.own_id}/{path}".rstrip("/"))
        assert page.h1 == "Before you start"
    assert NOT_MONITORED in page.text
    assert "Bea Lindqvist (provider)" in page.text


def test_help_is_open_before_anything_is_agreed(browser: Open, newcomer: Person) -> None:
    browser(newcomer).get("/help")


@pytest.mark.parametrize(("agrees", "knows"), [([], []), (["yes"], []), ([], ["yes"])])
def test_both_boxes_are_needed(browser: Open, newcomer: Person, agrees: list[str], knows: list[str]) -> None:
    page = browser(newcomer).get(f"/patients/{newcomer.own_id}/before-you-start")
    again = page.form("Start").submit(agrees=agrees, knows=knows, expect=422)
    assert len(again.problems) == 2 - len(agrees) - len(knows)
    assert again.form("Start").values.getlist("agrees") == agrees
    assert db.session.get_one(Patient, newcomer.own_id).consented_at is None


def test_agreeing_is_dated_and_opens_the_portal(browser: Open, newcomer: Person) -> None:
    page = browser(newcomer).get(f"/patients/{newcomer.own_id}/before-you-start")
    page = page.form("Start").submit(agrees="yes", knows="yes")
    assert page.url == f"/patients/{newcomer.own_id}/today"
    patient = db.session.get_one(Patient, newcomer.own_id)
    assert (patient.consented_at, patient.acknowledged_at) == (NOW, NOW)
    rows = db.session.scalars(select(Consent).where(Consent.patient_id == patient.id)).all()
    assert {(row.kind, row.given_at, row.given_by_id) for row in rows} == {
        (kind, NOW, newcomer.user_id) for kind in ConsentKind
    }
    assert all(row.version for row in rows)
    assert db.session.scalars(select(AuditEvent).where(AuditEvent.event == "patient:consented")).one()


def test_agreeing_twice_changes_nothing(browser: Open, newcomer: Person, frozen: object) -> None:
    ada = browser(newcomer)
    form = ada.get(f"/patients/{newcomer.own_id}/before-you-start").form("Start")
    form.submit(agrees="yes", knows="yes")
    form.submit(agrees="yes", knows="yes")
    assert len(db.session.scalars(select(Consent).where(Consent.patient_id == newcomer.own_id)).all()) == 2
    assert ada.get(f"/patients/{newcomer.own_id}/before-you-start").h1 != "Before you start"


@pytest.mark.parametrize(("country", "is_told"), [("US", True), ("GB", False), ("DK", False)])
def test_the_american_number_is_told_in_america_only(
    browser: Open, newcomer: Person, country: str, is_told: bool
) -> None:
    db.session.get_one(Patient, newcomer.own_id).country = country
    db.session.commit()
    page = browser(newcomer).get(f"/patients/{newcomer.own_id}/before-you-start")
    assert bool(re.search(r"\b988\b", page.html)) is is_told


def test_nobody_agrees_for_the_patient(browser: Open, cast: Cast, newcomer: Person) -> None:
    path = f"/patients/{newcomer.own_id}/before-you-start"
    for person in (cast.bea, cast.nia, cast.cal, cast.dot, cast.eve):
        somebody = browser(person)
        assert somebody.open(path).status_code == 404
        assert somebody.open(path, "POST", data={"agrees": "yes", "knows": "yes"}).status_code == 404
    assert db.session.get_one(Patient, newcomer.own_id).consented_at is None
