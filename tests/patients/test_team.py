"""Who is on a care team, from when until when."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import db
from portal.access.policy import Role
from portal.accounts.models import AccountStatus, User
from portal.audit.models import AuditEvent
from portal.patients import team_service as service
from portal.patients.models import CareTeamMember
from portal.patients.queries import list_team
from portal.review.models import CaseloadEntry
from tests.cast import NOW, Cast
from tests.page import Browser
from tests.patients.enrolment import TYPED

Open = Callable[..., Browser]


def names(cast: Cast) -> set[str]:
    return {member.name for member in list_team(cast.ada.own_id)}


def test_a_colleague_who_joins_sees_the_record_at_once(browser: Open, cast: Cast) -> None:
    cal = browser(cast.cal)
    assert cal.open(f"/patients/{cast.ada.own_id}").status_code == 404
    page = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/team")
    page.form("Add").submit(member=str(cast.cal.user_id))
    assert cal.open(f"/patients/{cast.ada.own_id}").status_code == 200
    assert names(cast) == {"Bea Lindqvist", "Nia Achebe", "Cal Moreno"}
    entries = db.session.scalars(select(CaseloadEntry.user_id).where(CaseloadEntry.patient_id == cast.ada.own_id))
    assert set(entries) == {cast.bea.user_id, cast.nia.user_id, cast.cal.user_id}


def test_who_is_taken_off_stops_seeing_the_record_at_once(browser: Open, cast: Cast) -> None:
    nia = browser(cast.nia)
    assert nia.open(f"/patients/{cast.ada.own_id}").status_code == 200
    page = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/team")
    page.form("Remove Nia Achebe").submit()
    assert nia.open(f"/patients/{cast.ada.own_id}").status_code == 404
    row = db.session.scalars(select(CareTeamMember).where(CareTeamMember.user_id == cast.nia.user_id)).one()
    assert row.until == NOW
    entries = db.session.scalars(select(CaseloadEntry.user_id).where(CaseloadEntry.patient_id == cast.ada.own_id))
    assert list(entries) == [cast.bea.user_id]


def test_somebody_who_left_can_come_back_and_both_times_are_on_record(browser: Open, cast: Cast) -> None:
    bea = browser(cast.bea)
    bea.get(f"/patients/{cast.ada.own_id}/team").form("Remove Nia").submit()
    bea.get(f"/patients/{cast.ada.own_id}/team").form("Add").submit(member=str(cast.nia.user_id))
    rows = db.session.scalars(select(CareTeamMember).where(CareTeamMember.user_id == cast.nia.user_id)).all()
    assert sorted(row.until is None for row in rows) == [False, True]


def test_the_last_provider_stays(browser: Open, cast: Cast) -> None:
    page = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/team").form("Leave the team").submit()
    assert "one provider has to stay" in page.text
    assert "Bea Lindqvist" in names(cast)


def test_a_provider_who_cannot_sign_in_does_not_count(browser: Open, cast: Cast) -> None:
    service.add_member(cast.ada.own_id, cast.cal.user_id, by=cast.bea.actor, at=NOW)
    db.session.get_one(User, cast.cal.user_id).status = AccountStatus.DEACTIVATED
    db.session.commit()
    page = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/team")
    assert "Cannot sign in" in page.text
    page.form("Leave the team").submit()
    assert "Bea Lindqvist" in names(cast)


def test_a_provider_who_leaves_lands_outside_the_record(browser: Open, cast: Cast) -> None:
    service.add_member(cast.ada.own_id, cast.cal.user_id, by=cast.bea.actor, at=NOW)
    db.session.commit()
    bea = browser(cast.bea)
    page = bea.get(f"/patients/{cast.ada.own_id}/team").form("Leave the team").submit()
    assert page.url == "/caseload"
    assert "no longer on this care team" in page.text
    assert bea.open(f"/patients/{cast.ada.own_id}").status_code == 404


def test_adding_somebody_twice_is_adding_them_once(cast: Cast) -> None:
    assert service.add_member(cast.ada.own_id, cast.cal.user_id, by=cast.bea.actor, at=NOW)
    assert not service.add_member(cast.ada.own_id, cast.cal.user_id, by=cast.bea.actor, at=NOW)


def test_only_providers_and_nurses_join(browser: Open, cast: Cast) -> None:
    bea = browser(cast.bea)
    for person in (cast.ada, cast.dot, cast.eve):
        page = bea.post(f"/patients/{cast.ada.own_id}/team", {"member": str(person.user_id)}, expect=422)
        assert page.problems == ["Choose one of the answers shown"]
        with pytest.raises(service.NotOnStaff):
            service.add_member(cast.ada.own_id, person.user_id, by=cast.bea.actor, at=NOW)


def test_a_stranger_to_the_team_cannot_be_taken_off_it(browser: Open, cast: Cast) -> None:
    path = f"/patients/{cast.ada.own_id}/team/{cast.cal.user_id}/end"
    assert browser(cast.bea).open(path, "POST").status_code == 404


def test_only_a_provider_on_the_team_decides_who_is_on_it(browser: Open, cast: Cast) -> None:
    path = f"/patients/{cast.ada.own_id}/team"
    changes = [("POST", f"{path}/{cast.nia.user_id}/end"), ("POST", f"{path}/{cast.bea.user_id}/lead")]
    for person in (cast.ada, cast.nia, cast.cal, cast.dot, cast.eve):
        somebody = browser(person)
        for method, address in (("GET", path), ("POST", path), *changes):
            data = {"member": str(cast.cal.user_id)} if method == "POST" else None
            assert somebody.open(address, method, data=data).status_code == 404
    assert names(cast) == {"Bea Lindqvist", "Nia Achebe"}


def leads(cast: Cast) -> list[str]:
    """Return who leads Ada's team: one person, whatever happened."""
    return [member.name for member in list_team(cast.ada.own_id) if member.is_lead]


def test_another_provider_of_the_team_is_named_lead_and_the_audit_says_so(browser: Open, cast: Cast) -> None:
    service.add_member(cast.ada.own_id, cast.cal.user_id, by=cast.bea.actor, at=NOW)
    db.session.commit()
    assert leads(cast) == ["Bea Lindqvist"]
    page = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/team").form("Make lead Cal Moreno").submit()
    assert "Cal Moreno Leads the team" in page.text
    assert leads(cast) == ["Cal Moreno"]
    event = db.session.query(AuditEvent).filter_by(event="care-team:lead-named").one()
    assert (event.actor_id, event.thing_id, event.patient_id) == (cast.bea.user_id, cast.cal.user_id, cast.ada.own_id)
    entries = db.session.query(CaseloadEntry).filter_by(patient_id=cast.ada.own_id)
    assert {entry.user_id: entry.is_lead for entry in entries} == {
        cast.bea.user_id: False,
        cast.cal.user_id: True,
        cast.nia.user_id: False,
    }


def test_naming_the_lead_again_changes_nothing(browser: Open, cast: Cast) -> None:
    assert not service.name_lead(cast.ada.own_id, cast.bea.user_id, by=cast.bea.actor, at=NOW)
    assert leads(cast) == ["Bea Lindqvist"]


def test_only_a_provider_of_the_team_who_can_sign_in_leads_it(browser: Open, cast: Cast) -> None:
    bea, path = browser(cast.bea), f"/patients/{cast.ada.own_id}/team"
    for person in (cast.nia, cast.cal, cast.ada, cast.eve):
        assert bea.open(f"{path}/{person.user_id}/lead", "POST").status_code == 404
    service.add_member(cast.ada.own_id, cast.cal.user_id, by=cast.bea.actor, at=NOW)
    db.session.get_one(User, cast.cal.user_id).status = AccountStatus.DEACTIVATED
    db.session.commit()
    assert bea.open(f"{path}/{cast.cal.user_id}/lead", "POST").status_code == 404
    assert "Make lead" not in bea.get(path).text
    assert leads(cast) == ["Bea Lindqvist"]


def test_who_has_been_there_longest_follows_a_lead_who_leaves(cast: Cast) -> None:
    other = User(email="ola@interval.example", name="Ola Berg", role=Role.PROVIDER, status=AccountStatus.ACTIVE)
    other.time_zone, other.created_at = "UTC", NOW
    db.session.add(other)
    db.session.flush()
    for days, user_id in ((1, cast.cal.user_id), (2, other.id)):
        service.add_member(cast.ada.own_id, user_id, by=cast.bea.actor, at=NOW + timedelta(days=days))
    assert service.remove_member(cast.ada.own_id, cast.nia.user_id, by=cast.bea.actor, at=NOW + timedelta(days=3))
    assert leads(cast) == ["Bea Lindqvist"]
    service.remove_member(cast.ada.own_id, cast.bea.user_id, by=cast.bea.actor, at=NOW + timedelta(days=4))
    assert leads(cast) == ["Cal Moreno"]
    event = db.session.query(AuditEvent).filter_by(event="care-team:left", thing_id=cast.bea.user_id).one()
    assert event.details == {"lead": str(cast.cal.user_id)}


def test_whoever_cannot_sign_in_is_passed_over(cast: Cast) -> None:
    service.add_member(cast.ada.own_id, cast.cal.user_id, by=cast.bea.actor, at=NOW)
    other = User(email="ola@interval.example", name="Ola Berg", role=Role.PROVIDER, status=AccountStatus.ACTIVE)
    other.time_zone, other.created_at = "UTC", NOW
    db.session.add(other)
    db.session.flush()
    service.add_member(cast.ada.own_id, other.id, by=cast.bea.actor, at=NOW + timedelta(days=1))
    db.session.get_one(User, cast.cal.user_id).status = AccountStatus.DEACTIVATED
    service.remove_member(cast.ada.own_id, cast.bea.user_id, by=cast.bea.actor, at=NOW + timedelta(days=2))
    assert leads(cast) == ["Ola Berg"]


def test_of_two_who_switch_off_the_last_two_providers_at_once_one_is_told(app: Flask, cast: Cast) -> None:
    service.add_member(cast.ada.own_id, cast.cal.user_id, by=cast.bea.actor, at=NOW)
    service.add_member(cast.dot.own_id, cast.bea.user_id, by=cast.cal.actor, at=NOW)
    db.session.commit()
    both_begun = Barrier(2)

    def switch_off(user_id: uuid.UUID) -> str:
        with app.app_context():
            both_begun.wait()
            db.begin(write=True)
            try:
                service.switch_off(user_id, by=cast.eve.actor, at=NOW)
                db.session.commit()
            except service.LeftAlone as error:
                return f"{error.patients} left alone"
            finally:
                db.session.remove()
            return "off"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(switch_off, [cast.bea.user_id, cast.cal.user_id])) == ["2 left alone", "off"]
    active = select(func.count()).where(User.role == Role.PROVIDER, User.status == AccountStatus.ACTIVE)
    assert db.session.scalar(active) == 1


def test_the_provider_who_enrols_leads(browser: Open, cast: Cast) -> None:
    page = browser(cast.cal).get("/patients/new").form("Save")
    page.submit(TYPED | {"team": [str(cast.bea.user_id)]})
    row = db.session.query(CareTeamMember).filter_by(is_lead=True).order_by(CareTeamMember.since.desc()).first()
    assert row is not None
    assert (row.user_id, row.since) == (cast.cal.user_id, NOW)
    entry = db.session.query(CaseloadEntry).filter_by(patient_id=row.patient_id, user_id=cast.cal.user_id).one()
    assert entry.is_lead
