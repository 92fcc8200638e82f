"""Signing in: who may, what a wrong try says, and where it leads."""

import re
from collections.abc import Callable
from typing import Any

import argon2
import pytest
from flask import Flask
from sqlalchemy import func, insert, select, text

from portal import db
from portal.access.policy import Role
from portal.accounts import queries, service, signing_in
from portal.accounts.models import SignInAttempt, User, UserSession
from portal.accounts.signing_in import Outdated
from portal.audit.models import AuditEvent
from portal.db import session
from portal.notifications.models import Kind, OutboxMessage
from tests.cast import NOW, PASSWORD, Cast
from tests.page import Browser, Page

Open = Callable[..., Browser]


def sign_in(browser: Browser, email: str, password: str = PASSWORD, expect: int = 200, at: str = "/sign-in") -> Page:
    return browser.get(at).form("Sign in").submit(email=email, password=password, expect=expect)


def test_everybody_lands_on_their_own_start_page(cast: Cast, browser: Open) -> None:
    for person, start in ((cast.bea, "/caseload"), (cast.nia, "/day"), (cast.eve, "/accounts")):
        client = browser()
        answer = client.open("/sign-in", "POST", data={"email": person.email, "password": PASSWORD})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/")
        assert client.open("/").headers["Location"] == start


def test_a_patient_lands_on_today(cast: Cast, browser: Open) -> None:
    assert browser(cast.ada).open("/").headers["Location"] == f"/patients/{cast.ada.own_id}/today"


def test_the_address_may_be_typed_in_any_case(cast: Cast, browser: Open) -> None:
    assert sign_in(browser(), "  EVE@Interval.Example ").url == "/accounts"


def strip(html: str, email: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]+"', "", html).replace(email, "EMAIL")


def test_a_wrong_try_says_the_same_whether_the_account_exists_is_off_or_was_never_set_up(
    cast: Cast, browser: Open
) -> None:
    by = cast.eve.actor
    service.invite(email="new@interval.example", name="New", role=Role.NURSE, time_zone="UTC", by=by, at=NOW)
    service.deactivate(cast.cal.user_id, by=by, at=NOW)
    session.commit()
    said = set()
    for email in (cast.bea.email, cast.cal.email, "new@interval.example", "nobody@interval.example"):
        page = sign_in(browser(), email, "not the password", expect=422)
        said.add((strip(page.html, email), tuple(sorted(page.response.headers.keys()))))
        assert page.form("Sign in").values["email"] == email
    assert len(said) == 1


def test_a_wrong_try_shows_what_was_typed_except_the_password(cast: Cast, browser: Open) -> None:
    page = sign_in(browser(), cast.bea.email, "not the password", expect=422)
    assert page.problems == ["That email address and password do not belong together. Check both and try again."]
    assert "not the password" not in page.html
    assert next(href for label, href in page.links if label == "Get help now").startswith("/help")


def test_an_account_that_is_off_cannot_sign_in_with_the_right_password(cast: Cast, browser: Open) -> None:
    service.deactivate(cast.cal.user_id, by=cast.eve.actor, at=NOW)
    session.commit()
    sign_in(browser(), cast.cal.email, expect=422)
    assert session.scalar(select(func.count()).select_from(UserSession)) == 0


def test_what_changes_while_a_password_is_checked_counts(cast: Cast) -> None:
    found = queries.get_credentials(cast.cal.email)
    assert found is not None
    values = {"device": "", "address": "", "ended": None, "at": NOW}
    with pytest.raises(Outdated):
        signing_in.sign_in(cast.cal.user_id, verified="another hash", stored="", **values)
    service.deactivate(cast.cal.user_id, by=cast.eve.actor, at=NOW)
    with pytest.raises(Outdated):
        signing_in.sign_in(cast.cal.user_id, verified=found.password_hash, stored="", **values)
    assert queries.get_credentials(cast.cal.email) is None


def test_signing_in_gives_the_browser_another_token_and_ends_the_one_before(cast: Cast, browser: Open) -> None:
    client = browser()
    client.get("/sign-in")
    before = client.client.get_cookie("interval")
    sign_in(client, cast.eve.email)
    first = client.client.get_cookie("interval")
    sign_in_again = client.open("/sign-in", "POST", data={"email": cast.bea.email, "password": PASSWORD})
    second = client.client.get_cookie("interval")
    assert sign_in_again.status_code == 303
    assert before
    assert first
    assert second
    assert len({before.value, first.value, second.value}) == 3
    live = session.scalars(select(UserSession.user_id).where(UserSession.revoked_at.is_(None))).all()
    assert live == [cast.bea.user_id]


def test_what_was_planted_in_the_browser_never_becomes_a_session(cast: Cast, app: Flask) -> None:
    client = Browser(app.test_client())
    client.client.set_cookie("interval", "a" * 43)
    sign_in(client, cast.eve.email)
    assert client.client.get_cookie("interval").value != "a" * 43
    planted = Browser(app.test_client())
    planted.client.set_cookie("interval", "a" * 43)
    assert planted.open("/accounts").status_code == 303


ELSEWHERE = (
    "//evil.example/account",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example/",
    "https:evil.example",
    "javascript:alert(1)",
    "/\t/evil.example/account",
    "///evil.example",
    "http:///evil.example",
    "/account@evil.example/%2f..",
    "evil.example",
    " /account",
    "/\N{CYRILLIC SMALL LETTER A}ccount",
    "/account?" + "x" * 3000,
    "/no-such-page",
    "/sign-out",
    "",
)


def test_signing_in_leads_nowhere_but_to_a_page_of_ours(cast: Cast, browser: Open) -> None:
    client = browser(cast.eve)
    for wanted in ELSEWHERE:
        answer = client.open("/sign-in", query_string={"next": wanted})
        assert (answer.status_code, answer.headers["Location"]) == (302, "/"), wanted
    data = {"email": cast.eve.email, "password": PASSWORD, "next": ELSEWHERE[0]}
    assert client.open("/sign-in", "POST", data=data).headers["Location"] == "/"


def test_signing_in_leads_back_to_the_page_that_was_asked_for(cast: Cast, browser: Open) -> None:
    for wanted in ("/account", "/accounts?role=nurse&page=2", "/accounts/new"):
        client = browser()
        asked = client.open(wanted)
        assert asked.status_code == 303
        assert sign_in(client, cast.eve.email, at=asked.headers["Location"]).url == wanted


def test_a_line_break_in_where_to_go_is_refused(browser: Open, cast: Cast) -> None:
    assert browser().open("/sign-in?next=/%0d%0aSet-Cookie:x=y").status_code == 400


def test_somebody_who_is_signed_in_is_not_asked_again(cast: Cast, browser: Open) -> None:
    answer = browser(cast.eve).open("/sign-in?next=/account")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account")


def test_tries_are_on_record_without_saying_whose(cast: Cast, browser: Open) -> None:
    sign_in(browser(), cast.bea.email, "wrong", expect=422)
    sign_in(browser(), "nobody@interval.example", "wrong", expect=422)
    rows = session.scalars(select(AuditEvent).where(AuditEvent.event == "sign-in:failed")).all()
    assert [(row.outcome, row.actor_id, row.thing_id) for row in rows] == [
        ("refused", None, cast.bea.user_id),
        ("refused", None, None),
    ]
    kept = session.scalars(select(SignInAttempt.account_key)).all()
    assert all(re.fullmatch("[0-9a-f]{64}", key) for key in kept)
    assert not [row for row in rows if "nobody" in repr(row.details)]


def test_a_password_stored_at_another_cost_is_stored_anew(cast: Cast, browser: Open) -> None:
    dear = argon2.PasswordHasher(time_cost=3, memory_cost=64, parallelism=1).hash(PASSWORD)
    session.get_one(User, cast.eve.user_id).password_hash = dear
    session.commit()
    sign_in(browser(), cast.eve.email)
    session.rollback()
    assert session.get_one(User, cast.eve.user_id).password_hash != dear
    session.rollback()
    sign_in(browser(), cast.eve.email)


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_whoever_is_signing_in_holds_up_no_mail_to_them(app: Flask, cast: Cast) -> None:
    stored = session.get_one(User, cast.ada.user_id).password_hash or ""
    session.rollback()
    db.begin(write=True)
    more: dict[str, Any] = {"device": "", "address": "", "ended": None, "at": NOW}
    signing_in.sign_in(cast.ada.user_id, verified=stored, stored=stored, **more)
    mail = {"kind": Kind.CHECK_IN_WAITING, "recipient_id": cast.ada.user_id, "values": {}, "attempts": 0}
    with db.db.engine.begin() as other:
        other.execute(text("SET LOCAL lock_timeout = '500ms'"))
        other.execute(insert(OutboxMessage).values(**mail, is_urgent=False, created_at=NOW, due_at=NOW))
