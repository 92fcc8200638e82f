"""Running the accounts: what an administrator can do, and what nobody can do by accident."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.access.policy import Actor, Role
from portal.accounts import service, signing_in
from portal.accounts.models import AccountStatus, AccountToken, User, UserSession
from portal.accounts.service import AddressTaken, LastAdministrator, NotPossible, OwnAccount
from portal.audit.models import AuditEvent
from portal.db import session
from portal.notifications.models import OutboxMessage
from portal.patients.models import CareTeamMember
from tests.cast import NOW, Cast
from tests.page import Browser

Open = Callable[..., Browser]
NOOR = {"name": "Noor New", "email": "Noor@Interval.example", "role": "nurse"}


def status_of(email: str) -> AccountStatus:
    found = session.scalars(select(User.status).where(User.email == email)).one()
    session.rollback()
    return found


def events() -> list[str]:
    found = session.scalars(select(AuditEvent.event).order_by(AuditEvent.sequence)).all()
    session.rollback()
    return [one for one in found if not one.startswith(("record:", "access:"))]


def mail() -> list[tuple[str, dict[str, str]]]:
    rows = session.execute(select(OutboxMessage.kind, OutboxMessage.values).order_by(OutboxMessage.kind)).all()
    session.rollback()
    return [(row.kind, row.values) for row in rows]


def test_only_an_administrator_gets_in(cast: Cast, browser: Open) -> None:
    user_id = cast.cal.user_id
    pages = ["/accounts", "/accounts/new", f"/accounts/{user_id}"]
    actions = [f"/accounts/{user_id}/{verb}" for verb in ("invite", "deactivate", "reactivate", "duty")]
    for name, person in cast.everybody().items():
        client, allowed = browser(person), name == "eve"
        for path in pages:
            assert client.open(path).status_code == (200 if allowed else 403), (name, path)
        for path in [] if allowed else [*pages, *actions]:
            assert client.open(path, "POST", data=NOOR).status_code == 403, (name, path)
    assert status_of(cast.cal.email) is AccountStatus.ACTIVE


def test_an_administrator_makes_an_account_and_its_owner_is_invited(cast: Cast, browser: Open) -> None:
    page = browser(cast.eve).get("/accounts/new").form("Save and send").submit(NOOR)
    assert page.url == "/accounts"
    assert ["Noor New noor@interval.example", "Nurse", "Invited"] in page.rows()
    assert [kind for kind, _ in mail()] == ["invitation"]
    assert events() == ["account:created"]


def test_patients_are_not_made_here(cast: Cast, browser: Open) -> None:
    sent = {**NOOR, "role": "patient", "time_zone": "UTC"}
    page = browser(cast.eve).post("/accounts/new", sent, expect=422)
    assert page.problems == ["Choose one of the answers shown"]


@pytest.mark.parametrize("email", ["bea@interval.example", " BEA@Interval.example", "ada@interval.example"])
def test_an_address_has_one_account(cast: Cast, browser: Open, email: str) -> None:
    form = browser(cast.eve).get("/accounts/new").form("Save and send")
    page = form.submit({**NOOR, "email": email}, expect=422)
    assert page.problems == ["There is an account with this email address already. Find it in the list of accounts."]
    assert page.form("Save and send").values["name"] == "Noor New"
    assert mail() == []


def test_letters_that_only_look_alike_make_no_twin(cast: Cast, browser: Open) -> None:
    form = browser(cast.eve).get("/accounts/new").form("Save and send")
    page = form.submit({**NOOR, "email": "be\N{CYRILLIC SMALL LETTER A}@interval.example"}, expect=422)
    assert page.problems == ["Use an email address in plain letters, like name@example.com"]


def test_switching_an_account_off_ends_its_sessions_at_once(cast: Cast, browser: Open) -> None:
    nia = browser(cast.nia)
    page = browser(cast.eve).get(f"/accounts/{cast.nia.user_id}").form("Switch this account off").submit()
    assert "The account is switched off." in page.text
    assert nia.open("/caseload").status_code == 303
    page = page.form("Switch this account on").submit()
    assert status_of(cast.nia.email) is AccountStatus.ACTIVE
    assert nia.open("/caseload").status_code == 303
    assert events() == ["account:deactivated", "account:reactivated"]


def test_nobody_switches_off_their_own_account(cast: Cast, browser: Open) -> None:
    client = browser(cast.eve)
    page = client.get(f"/accounts/{cast.eve.user_id}")
    assert "Switch this account off" not in page.text
    page = client.post(f"/accounts/{cast.eve.user_id}/deactivate")
    assert "You cannot switch off the account you are signed in with." in page.text
    with pytest.raises(OwnAccount):
        service.deactivate(cast.eve.user_id, by=cast.eve.actor, at=NOW)
    session.rollback()
    assert status_of(cast.eve.email) is AccountStatus.ACTIVE


def test_the_last_administrator_stays(cast: Cast) -> None:
    with pytest.raises(LastAdministrator):
        service.deactivate(cast.eve.user_id, by=None, at=NOW)
    values = {"name": "Max", "role": Role.ADMINISTRATOR, "time_zone": "UTC", "by": None, "at": NOW}
    invited = service.create(email="max@interval.example", **values)
    with pytest.raises(LastAdministrator):
        service.deactivate(cast.eve.user_id, by=None, at=NOW)
    service.deactivate(invited.id, by=cast.eve.actor, at=NOW)
    second = service.create(email="mia@interval.example", password_hash="x", **values)
    service.deactivate(cast.eve.user_id, by=Actor(second.id, Role.ADMINISTRATOR, "Mia"), at=NOW)
    with pytest.raises(LastAdministrator):
        service.deactivate(second.id, by=None, at=NOW)


def test_what_does_not_fit_an_account_changes_nothing_and_says_so(cast: Cast, browser: Open) -> None:
    client = browser(cast.eve)
    for verb in ("invite", "reactivate"):
        page = client.post(f"/accounts/{cast.bea.user_id}/{verb}")
        assert "That no longer fits this account." in page.text
    with pytest.raises(NotPossible):
        service.set_duty(cast.nia.user_id, is_medical_director=True, by=cast.eve.actor, at=NOW)
    session.rollback()
    assert events() == []


def test_an_account_that_does_not_exist_is_not_found(cast: Cast, browser: Open) -> None:
    client = browser(cast.eve)
    nobody = "/accounts/00000000-0000-4000-8000-000000000000"
    client.get(nobody, expect=404)
    for verb in ("invite", "deactivate", "reactivate", "duty"):
        client.post(f"{nobody}/{verb}", expect=404)
    client.get("/accounts/1", expect=404)


def test_the_duty_of_medical_director_is_given_taken_and_on_record(cast: Cast, browser: Open) -> None:
    client = browser(cast.eve)
    page = client.get(f"/accounts/{cast.cal.user_id}").form("Make medical director").submit()
    assert "Is a medical director" in page.text
    page = page.form("Take the duty away").submit()
    assert "Make medical director" in page.html
    assert "Make medical director" not in client.get(f"/accounts/{cast.nia.user_id}").html
    assert events() == ["duty:granted", "duty:withdrawn"]


def test_switching_a_director_off_ends_the_duty(cast: Cast) -> None:
    service.set_duty(cast.cal.user_id, is_medical_director=True, by=cast.eve.actor, at=NOW)
    service.deactivate(cast.cal.user_id, by=cast.eve.actor, at=NOW)
    service.reactivate(cast.cal.user_id, by=cast.eve.actor, at=NOW)
    assert not session.get_one(User, cast.cal.user_id).is_medical_director


def test_a_new_address_is_told_to_the_old_one(cast: Cast, browser: Open) -> None:
    former = cast.bea.email
    page = browser(cast.eve).get(f"/accounts/{cast.bea.user_id}")
    page.form("Save").submit(name="Bea Lindqvist", email="bea.l@interval.example")
    assert mail() == [("address-changed", {"to": former})]
    details = session.scalars(select(AuditEvent.details).where(AuditEvent.event == "account:changed")).all()
    assert details in ([{"fields": ["name", "email"]}], [{"fields": ["email"]}])


def test_an_invitation_follows_its_owner_to_a_new_address(cast: Cast) -> None:
    by = cast.eve.actor
    user = service.invite(email="a@interval.example", name="Noor", role=Role.NURSE, time_zone="UTC", by=by, at=NOW)
    service.change(user.id, name="Noor", email="b@interval.example", by=by, at=NOW)
    session.commit()
    assert [kind for kind, _ in mail()] == ["address-changed", "invitation", "invitation"]


def test_a_taken_address_changes_nothing_at_all(cast: Cast, browser: Open) -> None:
    page = browser(cast.eve).get(f"/accounts/{cast.bea.user_id}")
    page = page.form("Save").submit(name="Changed", email=cast.cal.email, expect=422)
    assert page.form("Save").values["name"] == "Changed"
    assert session.get_one(User, cast.bea.user_id).name != "Changed"
    session.rollback()
    with pytest.raises(AddressTaken):
        service.change(cast.bea.user_id, name="Bea", email=cast.ada.email, by=cast.eve.actor, at=NOW)


def test_the_accounts_of_patients_show_no_more_than_who_they_are(cast: Cast, browser: Open) -> None:
    page = browser(cast.eve).get(f"/accounts/{cast.ada.user_id}")
    assert cast.ada.email in page.text
    assert not [href for _, href in page.links if href.startswith("/patients")]
    assert str(cast.ada.own_id) not in page.html
    changed = {"name": "Somebody Else", "email": "else@interval.example"}
    browser(cast.eve).post(f"/accounts/{cast.ada.user_id}", changed)
    session.rollback()
    assert session.get_one(User, cast.ada.user_id).email == cast.ada.email


def test_accounts_are_found_by_part_of_a_name_and_filtered(cast: Cast, browser: Open) -> None:
    client = browser(cast.eve)
    page = client.get("/accounts").form("Find").submit(text="BEA")
    assert [row[0].split()[-1] for row in page.rows()[1:]] == [cast.bea.email]
    page = client.get("/accounts?role=patient")
    assert {row[0].split()[-1] for row in page.rows()[1:]} == {cast.ada.email, cast.dot.email}
    assert "No account fits" in client.get("/accounts?status=deactivated").text
    assert len(client.get("/accounts?role=nonsense&status=x&page=-4").rows()) == 7
    for text in ("%", "_", "100%", "' OR 1=1 --"):
        assert "No account fits" in client.get("/accounts").form("Find").submit(text=text).text
    client.get("/accounts").form("Find").submit(text="", expect=422)


def test_a_long_list_comes_in_pages(cast: Cast, browser: Open) -> None:
    for n in range(60):
        session.add(
            User(
                email=f"n{n:02}@interval.example",
                name=f"Nurse {n:02}",
                role=Role.NURSE,
                time_zone="UTC",
                created_at=NOW - timedelta(days=n),
            )
        )
    session.commit()
    client = browser(cast.eve)
    first = client.get("/accounts?role=nurse")
    assert "1 to 50 of 61" in first.text
    second = first.follow("Next")
    assert "51 to 61 of 61" in second.text
    names = [row[0] for page in (first, second) for row in page.rows()[1:]]
    assert len(set(names)) == 61
    assert second.follow("Previous").rows() == first.rows()
    assert "No account fits" in client.get("/accounts?page=99").text


def test_the_last_provider_of_a_patient_stays_until_another_joins(cast: Cast, browser: Open) -> None:
    page = browser(cast.eve).post(f"/accounts/{cast.bea.user_id}/deactivate")
    assert "no other provider" in page.text
    assert status_of(cast.bea.email) is AccountStatus.ACTIVE
    session.add(CareTeamMember(patient_id=cast.ada.own_id, user_id=cast.cal.user_id, since=NOW))
    session.commit()
    browser(cast.eve).post(f"/accounts/{cast.bea.user_id}/deactivate")
    assert status_of(cast.bea.email) is AccountStatus.DEACTIVATED


def test_a_changed_address_is_no_way_into_the_account(cast: Cast) -> None:
    service.change(cast.bea.user_id, name="Bea", email="eve.too@interval.example", by=cast.eve.actor, at=NOW)
    resets = session.query(AccountToken).filter_by(user_id=cast.bea.user_id, used_at=None)
    signing_in.request_reset("eve.too@interval.example", address="", at=NOW + timedelta(days=2))
    assert resets.count() == 0
    signing_in.request_reset("eve.too@interval.example", address="", at=NOW + timedelta(days=4))
    assert resets.count() == 1
    assert session.query(UserSession).filter_by(user_id=cast.bea.user_id, revoked_at=None).count() == 0
