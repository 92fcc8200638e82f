"""A person's own account."""

from collections.abc import Callable

from sqlalchemy import select

from portal.accounts import sessions
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.db import session
from tests.cast import NOW, PASSWORD, Cast
from tests.page import Browser

Open = Callable[..., Browser]
NEW = "a green kettle whistles"


def test_everybody_who_is_signed_in_has_one_and_nobody_else(cast: Cast, browser: Open) -> None:
    for person in cast.everybody().values():
        assert browser(person).get("/account").h1 == "Your account"
    for path in ("/account", "/account/password"):
        assert browser().open(path).headers["Location"] == f"/sign-in?next={path}"
    assert browser().open("/account/sessions/end", "POST").status_code == 303


def test_staff_change_their_name_and_time_zone(cast: Cast, browser: Open) -> None:
    client = browser(cast.bea)
    page = client.get("/account").form("Save").submit(name="Bea B. Lindqvist", time_zone="Asia/Kathmandu")
    assert "Saved." in page.text
    user = session.get_one(User, cast.bea.user_id)
    assert (user.name, user.time_zone) == ("Bea B. Lindqvist", "Asia/Kathmandu")
    details = session.scalars(select(AuditEvent.details).where(AuditEvent.event == "account:changed")).all()
    assert details == [{"fields": ["name", "time_zone"]}]


def test_a_patient_changes_the_time_zone_but_not_the_name_on_the_record(cast: Cast, browser: Open) -> None:
    client = browser(cast.ada)
    form = client.get("/account").form("Save")
    assert "name" not in form.names
    name = cast.ada.actor.name
    client.post("/account", {"name": "Somebody Else", "time_zone": "Europe/Berlin", "role": "provider", "id": "1"})
    user = session.get_one(User, cast.ada.user_id)
    assert (user.name, user.time_zone, user.role) == (name, "Europe/Berlin", "patient")


def test_a_time_zone_that_is_none_is_refused_and_what_was_typed_stays(cast: Cast, browser: Open) -> None:
    client = browser(cast.bea)
    page = client.post("/account", {"name": "Typed", "time_zone": "Mars/Olympus"}, expect=422)
    assert page.form("Save").values["name"] == "Typed"
    assert len(page.problems) == 1


def test_the_password_changes_only_with_the_one_in_use(cast: Cast, browser: Open) -> None:
    client = browser(cast.bea)
    form = client.get("/account/password").form("Set this password")
    page = form.submit(current="not the password", password=NEW, again=NEW, expect=422)
    assert page.problems == ["That is not the password you use now"]
    assert page.form("Set this password").submit(current=PASSWORD, password=NEW, again=NEW).url == "/account"
    for typed, status in ((PASSWORD, 422), (NEW, 303)):
        answer = browser().open("/sign-in", "POST", data={"email": cast.bea.email, "password": typed})
        assert answer.status_code == status


def test_guessing_the_password_in_a_stolen_session_is_slowed_down(cast: Cast, browser: Open) -> None:
    client = browser(cast.bea)
    sent = {"current": "wrong", "password": NEW, "again": NEW}
    statuses = [client.open("/account/password", "POST", data=sent).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]


def test_the_sessions_are_listed_and_the_others_can_be_ended(cast: Cast, browser: Open) -> None:
    elsewhere = sessions.start(session.get_one(User, cast.bea.user_id), at=NOW, device="Firefox, Android")
    session.commit()
    client = browser(cast.bea)
    page = client.get("/account")
    shown = [row[0].partition("signed in")[0].strip() for row in page.rows()]
    assert sorted(shown) == ["Browser", "Firefox, Android", "a test this one"]
    page = page.form("Sign out everywhere else").submit()
    assert [row[0].partition(" signed")[0] for row in page.rows()] == ["Browser", "a test this one"]
    found = sessions.find(elsewhere, at=NOW)
    session.rollback()
    assert found is not None
    assert not found.is_live
