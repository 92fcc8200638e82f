"""Who is on a care team, from when until when."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from portal import db
from portal.accounts.models import AccountStatus, User
from portal.patients import team_service as service
from portal.patients.models import CareTeamMember
from portal.patients.queries import list_team
from portal.review.models import CaseloadEntry
from tests.cast import NOW, Cast
from tests.page import Browser

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
    for person in (cast.ada, cast.nia, cast.cal, cast.dot, cast.eve):
        somebody = browser(person)
        for method, address in (("GET", path), ("POST", path), ("POST", f"{path}/{cast.nia.user_id}/end")):
            data = {"member": str(cast.cal.user_id)} if method == "POST" else None
            assert somebody.open(address, method, data=data).status_code == 404
    assert names(cast) == {"Bea Lindqvist", "Nia Achebe"}
