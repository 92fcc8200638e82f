"""Invitations and new passwords: links that work once, for whom they were made, and for a while."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from portal.access.policy import Role
from portal.accounts import service, signing_in, tokens
from portal.accounts.models import AccountStatus, AccountToken, TokenPurpose, User, UserSession
from portal.audit.models import AuditEvent
from portal.db import session
from portal.notifications.models import OutboxMessage
from tests.cast import NOW, PASSWORD, Cast, Person
from tests.page import Browser

Open = Callable[..., Browser]
KEY = "for tests only, forty-eight characters or more…"
NEW = "a green kettle whistles"
RESET, INVITATION = TokenPurpose.PASSWORD_RESET, TokenPurpose.INVITATION
ENDED = "This link does not work any more"


def reset_link(person: Person) -> str:
    signing_in.request_reset(person.email, address="", at=NOW)
    return newest_link(RESET)


def invited(cast: Cast, role: Role = Role.NURSE) -> str:
    service.invite(email="new@interval.example", name="Noor New", role=role, time_zone="UTC", by=cast.eve.actor, at=NOW)
    return newest_link(INVITATION)


def newest_link(purpose: TokenPurpose) -> str:
    token_id = session.scalars(
        select(AccountToken.id).where(AccountToken.purpose == purpose, AccountToken.superseded_at.is_(None))
    ).one()
    session.commit()
    words = tokens.seal(token_id, purpose, keys=[KEY])
    return f"/{'invitation' if purpose is INVITATION else 'password'}/{words}"


def test_a_new_password_by_mail_signs_everybody_else_out(cast: Cast, browser: Open) -> None:
    elsewhere = browser(cast.bea)
    link = reset_link(cast.bea)
    page = browser().get(link).form("Set this password").submit(password=NEW, again=NEW)
    assert page.url == "/sign-in"
    assert "Your new password is set" in page.text
    assert elsewhere.open("/caseload").status_code == 303
    assert page.form("Sign in").submit(email=cast.bea.email, password=PASSWORD, expect=422)
    answer = browser().open("/sign-in", "POST", data={"email": cast.bea.email, "password": NEW})
    assert answer.status_code == 303
    kinds = session.scalars(select(OutboxMessage.kind).order_by(OutboxMessage.kind)).all()
    assert kinds == ["password-changed", "password-reset"]


def test_looking_at_a_link_does_not_use_it_and_using_it_does(cast: Cast, browser: Open) -> None:
    link = reset_link(cast.bea)
    for method in ("GET", "HEAD", "GET"):
        assert browser().open(link, method).status_code == 200
    browser().get(link).form("Set this password").submit(password=NEW, again=NEW)
    assert browser().get(link, expect=404).h1 == ENDED
    assert browser().post(link, {"password": NEW, "again": NEW}, expect=404).h1 == ENDED


def test_of_two_uses_at_the_same_moment_one_works(cast: Cast) -> None:
    link = reset_link(cast.bea).removeprefix("/password/")
    found = tokens.find(link, RESET, keys=[KEY], at=NOW)
    assert found is not None
    assert [tokens.use(found[0], at=NOW) for _ in range(2)] == [True, False]


def test_every_link_that_does_not_work_says_the_same(cast: Cast, browser: Open, frozen: time_machine.Traveller) -> None:
    first = reset_link(cast.bea)
    second = reset_link(cast.bea)
    forged = "/password/" + tokens.seal(uuid.uuid4(), RESET, keys=[KEY])
    other_key = "/password/" + tokens.seal(newest(RESET), RESET, keys=["another key" * 5])
    other_purpose = "/invitation/" + second.removeprefix("/password/")
    links = [first, forged, other_key, other_purpose, second + "x", second]
    pages = [browser().get(link, expect=404) for link in links[:-1]]
    frozen.move_to(NOW + timedelta(minutes=30))
    pages.append(browser().get(second, expect=404))
    # Whoever asks to read it in another language comes back to the address they asked for.
    said = [page.html.replace(f'name="next" value="{link}"', "") for link, page in zip(links, pages, strict=True)]
    assert len({re.sub(r'(?<=name="csrf_token" value=")[^"]+', "", html) for html in said}) == 1
    frozen.move_to(NOW + timedelta(minutes=29, seconds=59))
    assert browser().get(second).h1 == "Choose a new password"


def newest(purpose: TokenPurpose) -> uuid.UUID:
    found = session.scalars(
        select(AccountToken.id).where(AccountToken.purpose == purpose, AccountToken.superseded_at.is_(None))
    ).one()
    session.rollback()
    return found


def test_a_link_sealed_with_a_retired_key_still_works(cast: Cast) -> None:
    reset_link(cast.bea)
    words = tokens.seal(newest(RESET), RESET, keys=["retired" * 8])
    assert tokens.find(words, RESET, keys=["today" * 10, "retired" * 8], at=NOW) is not None
    assert tokens.find(words, RESET, keys=["today" * 10], at=NOW) is None


def test_nothing_in_the_database_opens_a_link(cast: Cast) -> None:
    words = reset_link(cast.bea).removeprefix("/password/")
    stored = repr(session.scalars(select(OutboxMessage.values)).all())
    assert words not in stored
    assert words.partition(".")[2] not in stored


@pytest.mark.parametrize("change", ["password", "address", "off"])
def test_a_link_ends_when_the_account_changes(cast: Cast, change: str, browser: Open) -> None:
    link = reset_link(cast.bea)
    if change == "address":
        service.change(cast.bea.user_id, name="Bea", email="b@interval.example", by=cast.eve.actor, at=NOW)
    elif change == "off":
        service.deactivate(cast.bea.user_id, by=cast.eve.actor, at=NOW)
        service.reactivate(cast.bea.user_id, by=cast.eve.actor, at=NOW)
    else:
        client = browser(cast.bea)
        form = client.get("/account/password").form("Set this password")
        form.submit(current=PASSWORD, password=NEW, again=NEW)
    session.commit()
    assert browser().get(link, expect=404).h1 == ENDED


def test_asking_for_a_link_says_the_same_for_everybody_and_sends_only_to_active_accounts(
    cast: Cast, browser: Open
) -> None:
    invited(cast)
    service.deactivate(cast.cal.user_id, by=cast.eve.actor, at=NOW)
    session.commit()
    said = set()
    for email in (cast.bea.email, cast.cal.email, "new@interval.example", "nobody@interval.example"):
        page = browser().get("/password/forgotten").form("Send the link").submit(email=email)
        said.add((page.url, page.text))
    assert len(said) == 1
    sent = session.scalars(select(OutboxMessage.recipient_id).where(OutboxMessage.kind == "password-reset")).all()
    assert sent == [cast.bea.user_id]


def test_nobody_can_flood_a_mailbox(cast: Cast) -> None:
    for _ in range(10):
        signing_in.request_reset(cast.bea.email, address="", at=NOW)
    assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 3
    signing_in.request_reset(cast.bea.email, address="", at=NOW + timedelta(hours=1))
    assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 4


def test_a_new_password_ends_the_wait_after_too_many_tries(cast: Cast, browser: Open) -> None:
    client = browser()
    for _ in range(11):
        last = client.open("/sign-in", "POST", data={"email": cast.bea.email, "password": "wrong"})
    assert last.status_code == 429
    client.get(reset_link(cast.bea)).form("Set this password").submit(password=NEW, again=NEW)
    assert client.open("/sign-in", "POST", data={"email": cast.bea.email, "password": NEW}).status_code == 303


def test_an_invitation_lets_its_owner_choose_a_password_and_go_on(cast: Cast, browser: Open) -> None:
    link = invited(cast)
    client = browser()
    page = client.get(link)
    assert page.h1 == "Welcome, Noor New"
    landed = page.form("Set this password").submit(password=NEW, again=NEW)
    assert landed.url == "/day"
    user = session.scalars(select(User).where(User.email == "new@interval.example")).one()
    assert user.status is AccountStatus.ACTIVE
    assert browser().get(link, expect=404).h1 == ENDED


def test_an_invitation_works_for_two_weeks(cast: Cast, browser: Open, frozen: time_machine.Traveller) -> None:
    link = invited(cast)
    frozen.move_to(NOW + timedelta(days=14) - timedelta(seconds=1))
    assert browser().open(link).status_code == 200
    frozen.move_to(NOW + timedelta(days=14))
    assert browser().open(link).status_code == 404


def test_a_second_invitation_ends_the_first(cast: Cast, browser: Open) -> None:
    first = invited(cast)
    user_id = session.scalars(select(User.id).where(User.email == "new@interval.example")).one()
    service.invite_again(user_id, by=cast.eve.actor, at=NOW)
    second = newest_link(INVITATION)
    assert browser().open(first).status_code == 404
    assert browser().open(second).status_code == 200


def test_accepting_an_invitation_in_somebody_else_s_browser_ends_their_session(cast: Cast, browser: Open) -> None:
    link = invited(cast)
    client = browser(cast.bea)
    client.get(link).form("Set this password").submit(password=NEW, again=NEW)
    live = session.scalars(select(UserSession.user_id).where(UserSession.revoked_at.is_(None))).all()
    assert cast.bea.user_id not in live


@pytest.mark.parametrize(
    ("password", "again", "problem"),
    [
        ("", "", "Choose a password"),
        ("short", "short", "Use 12 characters or more. Three or four words make a good password."),
        (
            "password1234",
            "password1234",
            "This password is one that strangers try first. Choose something less common.",
        ),
        (
            "kettle for noor today",
            "kettle for noor today",
            "This password has a name, an email address or the clinic's name in it. Leave that out.",
        ),
        (NEW, NEW + "s", "The two passwords are not the same. Type them again."),
    ],
)
def test_a_password_that_will_not_do_says_why_and_the_link_still_works(
    cast: Cast, browser: Open, password: str, again: str, problem: str
) -> None:
    client = browser()
    form = client.get(invited(cast)).form("Set this password")
    page = form.submit(password=password, again=again, expect=422)
    assert problem in page.problems
    assert page.form("Set this password").submit(password=NEW, again=NEW).url == "/day"


def test_long_passwords_with_spaces_and_marks_count_to_their_last_character(cast: Cast, browser: Open) -> None:
    long = "ein Käfer, ein Löwe & ein Dachs " * 5
    browser().get(reset_link(cast.bea)).form("Set this password").submit(password=long, again=long)
    for typed, expected in ((long[:-1], 422), (long + " ", 422), (long, 303)):
        answer = browser().open("/sign-in", "POST", data={"email": cast.bea.email, "password": typed})
        assert answer.status_code == expected


def test_every_step_is_on_record(cast: Cast, app: Flask, browser: Open) -> None:
    browser().get(invited(cast)).form("Set this password").submit(password=NEW, again=NEW)
    browser().get(reset_link(cast.bea)).form("Set this password").submit(password=NEW, again=NEW)
    events = session.scalars(select(AuditEvent.event).order_by(AuditEvent.sequence)).all()
    assert [one for one in events if not one.startswith(("record:", "list:"))] == [
        "account:created",
        "invitation:accepted",
        "password:reset-requested",
        "password:reset",
    ]


def test_a_link_of_one_kind_never_passes_for_another(cast: Cast) -> None:
    reset_link(cast.bea)
    invited(cast)
    for row, sealed, wanted in ((RESET, INVITATION, INVITATION), (INVITATION, RESET, INVITATION)):
        words = tokens.seal(newest(row), sealed, keys=[KEY])
        assert tokens.find(words, wanted, keys=[KEY], at=NOW) is None
    session.rollback()
    assert tokens.find(tokens.seal(newest(RESET), RESET, keys=[KEY]), RESET, keys=[KEY], at=NOW) is not None
