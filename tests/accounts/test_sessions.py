"""Signed-in browsers: a cookie that was copied works exactly as long as its session, and no longer."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from portal.access.policy import Role
from portal.accounts import devices, keeping, service, sessions
from portal.accounts.models import KeptForm, User, UserSession
from portal.audit.models import AuditEvent
from portal.db import session
from tests.cast import NOW, PASSWORD, Cast, Person
from tests.page import Browser

Open = Callable[..., Browser]
NEW = "a green kettle whistles"


def sign_in(app: Flask, person: Person) -> str:
    """Sign in and return the cookie's token, as somebody who copies it would have it."""
    client = Browser(app.test_client())
    data = {"email": person.email, "password": PASSWORD}
    answer = client.open("/sign-in", "POST", data=data)
    assert answer.status_code == 303
    return next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith("interval=")).split(";")[0][9:]


def replay(app: Flask, token: str, path: str = "/account") -> int:
    """Ask for a page with a cookie set by hand, which werkzeug's cookie jar would hide."""
    client = Browser(app.test_client(use_cookies=False))
    return client.open(path, headers={"Cookie": f"interval={token}"}).status_code


def post(app: Flask, token: str, path: str, data: dict[str, str] | None = None) -> int:
    client = Browser(app.test_client())
    client.client.set_cookie("interval", token)
    return client.open(path, "POST", data=data or {}).status_code


def test_signing_out_ends_a_copied_cookie(app: Flask, cast: Cast) -> None:
    token = sign_in(app, cast.bea)
    assert replay(app, token) == 200
    assert post(app, token, "/sign-out") == 303
    assert replay(app, token) == 303


def test_leaving_quickly_ends_a_copied_cookie_and_shows_a_blank_page(app: Flask, cast: Cast) -> None:
    token = sign_in(app, cast.ada)
    client = Browser(app.test_client())
    client.client.set_cookie("interval", token)
    answer = client.open("/leave", "POST")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/left")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.client.get_cookie("interval").value != token
    assert replay(app, token) == 303


@pytest.mark.parametrize("way", ["password", "elsewhere", "off"])
def test_whatever_ends_the_other_sessions_ends_a_copied_cookie(app: Flask, cast: Cast, way: str) -> None:
    copied, own = sign_in(app, cast.nia), sign_in(app, cast.nia)
    if way == "password":
        assert post(app, own, "/account/password", {"current": PASSWORD, "password": NEW, "again": NEW}) == 303
    elif way == "elsewhere":
        assert post(app, own, "/account/sessions/end") == 303
    else:
        assert post(app, sign_in(app, cast.eve), f"/accounts/{cast.nia.user_id}/deactivate") == 303
    assert replay(app, copied) == 303
    assert replay(app, own) == {"password": 303, "elsewhere": 200, "off": 303}[way]


def test_changing_the_password_gives_this_browser_another_token(app: Flask, cast: Cast) -> None:
    client = Browser(app.test_client())
    client.client.set_cookie("interval", sign_in(app, cast.bea))
    form = client.get("/account/password").form("Set this password")
    assert form.submit(current=PASSWORD, password=NEW, again=NEW).url == "/account"


@pytest.mark.parametrize(
    ("who", "idle"), [("bea", timedelta(minutes=15)), ("ada", timedelta(minutes=20))], ids=["staff", "patient"]
)
def test_a_session_ends_when_nothing_happens(
    app: Flask, cast: Cast, frozen: time_machine.Traveller, who: str, idle: timedelta
) -> None:
    token = sign_in(app, getattr(cast, who))
    frozen.move_to(NOW + idle)
    assert replay(app, token) == 200
    frozen.move_to(NOW + 2 * idle)
    assert replay(app, token) == 200
    frozen.move_to(NOW + 3 * idle + timedelta(seconds=1))
    assert replay(app, token) == 303


def test_a_session_ends_after_twelve_hours_whatever_happens(
    app: Flask, cast: Cast, frozen: time_machine.Traveller
) -> None:
    token = sign_in(app, cast.bea)
    for quarter in range(1, 48):
        frozen.move_to(NOW + quarter * timedelta(minutes=15))
        assert replay(app, token) == 200
    frozen.move_to(NOW + timedelta(hours=12))
    assert replay(app, token) == 303


def test_a_request_under_way_cannot_bring_an_ended_session_back(app: Flask, cast: Cast) -> None:
    token = sessions.start(session.get_one(User, cast.bea.user_id), at=NOW, device="")
    found = sessions.find(token, at=NOW)
    assert found is not None
    sessions.revoke(found.session_id, at=NOW)
    sessions.seen(found.session_id, at=NOW + timedelta(minutes=1))
    sessions.rotate(found.session_id)
    again = sessions.find(token, at=NOW)
    assert again is not None
    assert not again.is_live


def test_the_cookie_holds_nothing_but_a_token_and_is_closed_to_scripts(app: Flask, cast: Cast) -> None:
    answer = Browser(app.test_client()).open("/sign-in", "POST", data={"email": cast.bea.email, "password": PASSWORD})
    cookies = answer.headers.getlist("Set-Cookie")
    assert sorted(one.partition("=")[0] for one in cookies) == ["interval", "interval-device"]
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
        assert len(cookie.split(";")[0].partition("=")[2]) == 43
    stored = session.scalars(select(UserSession.token_hash)).all()
    assert not [one for one in stored if one in "".join(cookies)]


def test_a_form_from_before_signing_in_is_refused_afterwards(app: Flask, cast: Cast) -> None:
    client = Browser(app.test_client())
    before = client.get("/sign-in").form("Sign in").values["csrf_token"]
    client.get("/sign-in").form("Sign in").submit(email=cast.eve.email, password=PASSWORD)
    data = {"csrf_token": before, "name": "Changed", "time_zone": "UTC"}
    assert client.open("/account", "POST", csrf=False, data=data).status_code == 400


def test_what_was_typed_when_the_session_ended_is_offered_to_the_same_person_only(
    cast: Cast, browser: Open, frozen: time_machine.Traveller
) -> None:
    client = browser(cast.eve)
    form = client.get("/accounts/new").form("Save and send")
    frozen.move_to(NOW + timedelta(minutes=16))
    typed = {"name": "Noor New", "email": "noor@interval.example", "role": "nurse"}
    page = form.submit(typed)
    assert page.url == "/sign-in?next=/accounts/new&kept=1"
    assert "We kept what you typed" in page.text
    landed = page.form("Sign in").submit(email=cast.eve.email, password=PASSWORD)
    assert landed.url == "/accounts/new"
    assert "We kept what you typed" in landed.text
    assert typed.items() <= dict(landed.form("Save and send").values).items()
    landed.form("Save and send").submit()
    assert session.scalars(select(User.role).where(User.email == "noor@interval.example")).one() is Role.NURSE
    session.rollback()
    assert "We kept" not in client.get("/accounts/new").text
    assert session.scalars(select(KeptForm.path)).all() == []


def test_nobody_else_sees_what_was_kept(cast: Cast, browser: Open) -> None:
    keeping.keep(cast.eve.user_id, path="/account", fields={"name": ["Only Eve"]}, at=NOW)
    session.commit()
    assert "Only Eve" not in browser(cast.bea).get("/account").html
    assert browser(cast.eve).get("/account").form("Save").values["name"] == "Only Eve"


@pytest.mark.parametrize("fields", [{"password": ["secret"]}, {"note": ["x" * 200_001]}], ids=["secret", "too large"])
def test_secrets_and_what_no_page_of_ours_sends_are_not_kept(cast: Cast, fields: dict[str, list[str]]) -> None:
    assert not keeping.keep(cast.eve.user_id, path="/account", fields=fields, at=NOW)
    assert session.scalars(select(KeptForm.path)).all() == []


def test_sessions_that_begin_and_end_are_on_record(app: Flask, cast: Cast) -> None:
    token = sign_in(app, cast.bea)
    post(app, token, "/account/sessions/end")
    post(app, token, "/sign-out")
    rows = session.execute(select(AuditEvent.event, AuditEvent.actor_id).order_by(AuditEvent.sequence)).all()
    assert [row.event for row in rows] == ["session:started", "session:ended-elsewhere", "session:ended"]
    assert {row.actor_id for row in rows} == {cast.bea.user_id}


def test_the_role_is_read_afresh_with_every_request(app: Flask, cast: Cast) -> None:
    token = sign_in(app, cast.eve)
    assert replay(app, token, "/accounts") == 200
    session.get_one(User, cast.eve.user_id).role = Role.NURSE
    session.commit()
    assert replay(app, token, "/accounts") == 403


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Safari/604.1",
            "Safari, iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/131.0 Safari/537.36 Edg/131.0", "Edge, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox, Linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.1 Safari/605.1.15", "Safari, Mac"),
        ("curl/8.5.0", ""),
        ("<script>alert(1)</script>", ""),
    ],
)
def test_a_browser_is_called_what_its_owner_calls_it(user_agent: str, expected: str) -> None:
    assert devices.describe(user_agent) == expected


def test_an_account_switched_off_frees_nothing_for_others(app: Flask, cast: Cast) -> None:
    token = sign_in(app, cast.nia)
    service.deactivate(cast.bea.user_id, by=cast.eve.actor, at=NOW)
    session.commit()
    assert replay(app, token) == 200
