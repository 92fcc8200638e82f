"""Pausing, resuming, transferring, discharging, and a death."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from portal import db
from portal.access.policy import PatientStatus
from portal.checkins.models import PlanItem
from portal.patients.models import Patient, StatusChange
from tests import factories
from tests.cast import NOW, Cast
from tests.page import Browser

Open = Callable[..., Browser]
ACTIVE, PAUSED, TRANSFERRED, DISCHARGED, DIED = PatientStatus


def change(browser: Open, cast: Cast, to: PatientStatus, expect: int = 200, **typed: str) -> str:
    page = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/status")
    values = {"status": to.value, "effective_on": "2026-11-20", "reason": "She moved away", **typed}
    return page.form("Save").submit(values, expect=expect).text


def status(cast: Cast) -> PatientStatus:
    return db.session.get_one(Patient, cast.ada.own_id).status


def still_asked(cast: Cast) -> int:
    items = db.session.scalars(select(PlanItem).where(PlanItem.patient_id == cast.ada.own_id)).all()
    return len([item for item in items if item.ends_on is None])


@pytest.mark.parametrize("to", [PAUSED, TRANSFERRED, DISCHARGED, DIED])
def test_leaving_care_stops_what_is_asked_and_keeps_the_record(browser: Open, cast: Cast, to: PatientStatus) -> None:
    factories.plan_item(cast.ada)
    change(browser, cast, to)
    assert status(cast) is to
    assert still_asked(cast) == 0
    row = db.session.scalars(select(StatusChange)).one()
    assert (row.before, row.after, row.reason) == (ACTIVE, to, "She moved away")
    assert (row.effective_on, row.changed_at, row.changed_by_id) == (date(2026, 11, 20), NOW, cast.bea.user_id)
    assert "She moved away" in browser(cast.bea).get(f"/patients/{cast.ada.own_id}").text


@pytest.mark.parametrize("first", [PAUSED, TRANSFERRED, DISCHARGED])
def test_care_can_be_taken_up_again_with_what_was_asked(browser: Open, cast: Cast, first: PatientStatus) -> None:
    factories.plan_item(cast.ada)
    change(browser, cast, first)
    change(browser, cast, ACTIVE)
    assert status(cast) is ACTIVE
    assert still_asked(cast) == 1


def test_nobody_resumes_care_after_death(browser: Open, cast: Cast) -> None:
    change(browser, cast, PAUSED)
    change(browser, cast, DIED)
    bea, sent = browser(cast.bea), {"effective_on": "2026-11-20", "reason": "A mistake"}
    for to in (ACTIVE, TRANSFERRED, DISCHARGED, DIED):
        bea.post(f"/patients/{cast.ada.own_id}/status", {**sent, "status": to.value}, expect=422)
        assert status(cast) is DIED
    bea.post(f"/patients/{cast.ada.own_id}/status", {**sent, "status": "paused"})
    assert status(cast) is PAUSED


def test_a_death_recorded_by_mistake_is_put_right_with_a_reason(browser: Open, cast: Cast) -> None:
    factories.plan_item(cast.ada)
    change(browser, cast, DIED)
    page = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/status")
    assert "The death was recorded by mistake" in page.text
    again = page.form("Save").submit(status="active", reason="", expect=422)
    assert again.problems == ["Enter the reason"]
    change(browser, cast, ACTIVE, reason="The wrong record was open")
    assert status(cast) is ACTIVE
    assert still_asked(cast) == 1
    assert len(db.session.scalars(select(StatusChange)).all()) == 2


WRONG = [
    ("status", "", "Choose what changes"),
    ("status", "active", "Choose one of the answers shown"),
    ("status", "gone", "Choose one of the answers shown"),
    ("reason", "  ", "Enter the reason"),
    ("effective_on", "2026-11-23", "or an earlier date"),
    ("effective_on", "2020-01-01", "or a later date"),
]


def test_what_does_not_fit_is_said_and_nothing_changes(browser: Open, cast: Cast) -> None:
    bea = browser(cast.bea)
    for field, typed, said in WRONG:
        sent = {"status": "paused", "effective_on": "2026-11-20", "reason": "Holiday", field: typed}
        page = bea.post(f"/patients/{cast.ada.own_id}/status", sent, expect=422)
        assert any(said in problem for problem in page.problems)
    assert status(cast) is ACTIVE


def test_only_a_provider_on_the_team_decides(browser: Open, cast: Cast) -> None:
    path = f"/patients/{cast.ada.own_id}/status"
    sent = {"status": "died", "effective_on": "2026-11-20", "reason": "No"}
    for person in (cast.ada, cast.nia, cast.cal, cast.dot, cast.eve):
        somebody = browser(person)
        assert somebody.open(path).status_code == 404
        assert somebody.open(path, "POST", data=sent).status_code == 404
    assert status(cast) is ACTIVE
