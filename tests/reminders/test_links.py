"""Links that open one due check-in: once, for a day, for nothing else, and not for whoever only looks."""

import threading
import uuid
from collections.abc import Callable
from contextvars import copy_context
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from portal import db
from portal.accounts import by_link, signing_in, tokens
from portal.accounts.models import AccountToken, TokenPurpose, UserSession
from portal.accounts.signing_in import Outdated
from portal.audit.models import AuditEvent
from portal.checkins import due
from portal.checkins import service as checkins
from portal.checkins.models import CheckIn, PlanItem
from portal.checkins.rhythm import AT_ONCE
from portal.clinic import service as clinic
from portal.patients.models import Patient
from portal.reminders import links
from portal.reminders.links import Standing
from tests import factories
from tests.cast import NOW, PASSWORD, Cast, Person
from tests.checkins.sheets import DAILY, PHQ_9, ref, sheet, typed
from tests.page import Browser

Open = Callable[..., Browser]
KEY = "for tests only, forty-eight characters or more…"
CHECK_IN = TokenPurpose.CHECK_IN
HEADING = "Something to fill in"
ENDED = "This link opens nothing any more"


@pytest.fixture
def line(cast: Cast) -> PlanItem:
    """What Ada is asked every day, in a clinic that turned links on."""
    clinic.change({"check_in_links": True}, by=cast.eve.actor, at=NOW)
    return factories.plan_item(cast.ada)


def given_out(person: Person, at: Any = NOW) -> str:
    """Give out a link as a reminder does; return its address."""
    (one,) = (one for one in due.due_of(ref(person), at) if one.is_now)
    token_id = uuid.UUID(links.issue(person.user_id, one, at=at)["token_id"])
    db.session.commit()
    return "/link/" + tokens.seal(token_id, CHECK_IN, keys=[KEY])


def path_of(cast: Cast, line: PlanItem) -> str:
    return f"/patients/{cast.ada.own_id}/check-ins/new/{line.id}"


def standing(link: str) -> Standing:
    found = links.read(link.removeprefix("/link/"), keys=[KEY], at=NOW)
    assert found is not None
    db.session.rollback()
    return found.standing


def live(person: Person) -> list[UserSession]:
    db.session.rollback()
    mine = UserSession.user_id == person.user_id, UserSession.revoked_at.is_(None)
    return list(db.session.scalars(select(UserSession).where(*mine)))


def test_the_link_opens_the_check_in_which_is_sent_and_shows_its_receipt(
    cast: Cast, browser: Open, line: PlanItem
) -> None:
    client = browser()
    opened = client.get(given_out(cast.ada)).form("Open it").submit()
    assert opened.url == path_of(cast, line)
    receipt = opened.form("Send").submit(typed(DAILY))
    assert "/check-ins/" in receipt.url
    assert "Sign in to see everything else" in receipt.text
    row = db.session.scalars(select(CheckIn)).one()
    assert (row.patient_id, row.plan_item_id, row.entered_by_id) == (cast.ada.own_id, line.id, None)


def test_whoever_only_looks_uses_nothing_up(cast: Cast, browser: Open, line: PlanItem) -> None:
    link = given_out(cast.ada)
    for method in ("GET", "HEAD", "GET", "OPTIONS"):
        assert browser().open(link, method).status_code == 200
    assert live(cast.ada) == []
    assert browser().get(link).h1 == HEADING


def test_the_page_names_nobody(cast: Cast, browser: Open, line: PlanItem) -> None:
    page = browser().get(given_out(cast.ada))
    assert not [word for word in ("Ada", "Okafor", "Bea", "ada@", "mood") if word in page.html]


def test_a_second_use_says_so_and_offers_to_sign_in(cast: Cast, browser: Open, line: PlanItem) -> None:
    link = given_out(cast.ada)
    before = browser()
    page = before.get(link)
    browser().get(link).form("Open it").submit()
    again = page.form("Open it").submit(expect=410)
    assert "It was used already" in again.text
    assert again.follow("Sign in").h1 == "Sign in"
    assert len(live(cast.ada)) == 1


def test_of_many_at_the_same_moment_one_gets_in(app: Flask, cast: Cast, line: PlanItem) -> None:
    words = given_out(cast.ada).removeprefix("/link/")
    start, outcomes = threading.Barrier(3), list[str]()

    def follow() -> None:
        with app.app_context():
            start.wait()
            try:
                by_link.sign_in(words, keys=[KEY], device="", address="", ended=None, at=NOW)
                db.session.commit()
                outcomes.append("in")
            except Outdated:
                outcomes.append("out")
            finally:
                db.session.remove()

    db.session.rollback()
    threads = [threading.Thread(target=copy_context().run, args=(follow,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["in", "out", "out"]
    assert len(live(cast.ada)) == 1


def test_each_way_a_link_ends_says_which(
    cast: Cast, browser: Open, line: PlanItem, frozen: time_machine.Traveller
) -> None:
    first, second = given_out(cast.ada), given_out(cast.ada)
    assert "only the newest one works" in browser().get(first, expect=410).text
    frozen.move_to(NOW + timedelta(hours=24))
    page = browser().get(second, expect=410)
    assert page.h1 == ENDED
    assert "These links work for a day" in page.text
    frozen.move_to(NOW)
    checkins.submit(ref(cast.ada), "daily", sheet(), plan_item_id=line.id, by=cast.ada.actor, at=NOW)
    db.session.commit()
    page = browser().get(second, expect=410)
    assert page.h1 == "Nothing to fill in just now"
    clinic.change({"check_in_links": False}, by=cast.eve.actor, at=NOW)
    db.session.commit()
    assert "uses such links no longer" in browser().get(second, expect=410).text


def test_a_link_of_the_day_before_opens_nothing_of_today(
    cast: Cast, browser: Open, line: PlanItem, frozen: time_machine.Traveller
) -> None:
    link = given_out(cast.ada)
    frozen.move_to(NOW + timedelta(hours=20))
    page = browser().get(link, expect=410)
    assert page.h1 == "Nothing to fill in just now"


@pytest.mark.parametrize("forged", ["other-key", "other-purpose", "unknown", "garbage"])
def test_a_forged_link_is_no_page(cast: Cast, browser: Open, line: PlanItem, forged: str) -> None:
    given_out(cast.ada)
    token_id = db.session.scalars(select(AccountToken.id)).one()
    words = {
        "other-key": tokens.seal(token_id, CHECK_IN, keys=["another key" * 5]),
        "other-purpose": tokens.seal(token_id, TokenPurpose.PASSWORD_RESET, keys=[KEY]),
        "unknown": tokens.seal(uuid.uuid4(), CHECK_IN, keys=[KEY]),
        "garbage": "x" * 40,
    }[forged]
    assert browser().open(f"/link/{words}").status_code == 404
    assert browser().open(f"/link/{words}", "POST").status_code == 404
    assert live(cast.ada) == []


def test_a_link_for_a_check_in_is_no_way_to_a_new_password(cast: Cast, browser: Open, line: PlanItem) -> None:
    words = given_out(cast.ada).removeprefix("/link/")
    for path in (f"/password/{words}", f"/invitation/{words}"):
        assert browser().open(path).status_code == 404


def opened(browser: Open, cast: Cast) -> Browser:
    client = browser()
    client.get(given_out(cast.ada)).form("Open it").submit()
    return client


def closed_to_a_link(cast: Cast, line: PlanItem, other: PlanItem, yesterday: CheckIn) -> list[tuple[str, str]]:
    own = f"/patients/{cast.ada.own_id}"
    new = f"{own}/check-ins/new"
    return [
        *[("GET", f"{own}{path}") for path in ("", "/today", "/progress", "/messages", "/check-ins", "/my-plan")],
        *[("GET", path) for path in ("/", "/account", "/account/password", "/caseload")],
        ("POST", "/account/sessions/end"),
        ("POST", f"{own}/messages/new"),
        ("GET", f"{new}/{other.id}"),
        ("POST", f"{new}/{other.id}"),
        ("POST", f"{new}/{other.id}/draft"),
        ("GET", f"{new}/{line.id}?on=2026-11-21"),
        ("GET", f"{own}/check-ins/{yesterday.id}"),
        ("GET", f"{own}/check-ins/{yesterday.id}/correct"),
    ]


def test_nothing_else_opens(app: Flask, cast: Cast, browser: Open, line: PlanItem) -> None:
    other = factories.plan_item(cast.ada, "phq-9", 14)
    yesterday = factories.check_in(
        cast.ada, NOW.date() - timedelta(days=1), NOW - timedelta(days=1), plan_item_id=line.id
    )
    places = closed_to_a_link(cast, line, other, yesterday)
    (one,) = (one for one in due.due_of(ref(cast.ada), NOW) if one.is_now and one.line.id == line.id)
    token_id = uuid.UUID(links.issue(cast.ada.user_id, one, at=NOW)["token_id"])
    db.session.commit()
    client = browser()
    client.get("/link/" + tokens.seal(token_id, CHECK_IN, keys=[KEY])).form("Open it").submit()
    for method, path in places:
        answer = client.open(path, method)
        assert (answer.status_code, answer.headers["Location"][:8]) == (303, "/sign-in"), (method, path)
    assert client.open(path_of(cast, line)).status_code == 200
    walked = [rule for rule in app.url_map.iter_rules() if "patient_id" in rule.arguments and "GET" in rule.methods]
    assert len(walked) > 40
    for rule in walked:
        values = {name: cast.ada.own_id if name == "patient_id" else uuid.uuid4() for name in rule.arguments}
        with app.test_request_context():
            built = rule.build(values | ({"number": 1} if "number" in values else {}))
        if built is not None and rule.endpoint != "card.show":
            assert client.open(built[1]).headers.get("Location", "").startswith("/sign-in"), rule.rule


def test_somebody_else_s_check_in_of_the_same_line_is_not_there(cast: Cast, browser: Open, line: PlanItem) -> None:
    client = opened(browser, cast)
    assert client.open(path_of(cast, line).replace(str(cast.ada.own_id), str(cast.dot.own_id))).status_code == 404


def test_once_it_is_sent_the_form_is_closed_and_sending_the_same_page_twice_is_one(
    cast: Cast, browser: Open, line: PlanItem
) -> None:
    client = opened(browser, cast)
    form = client.get(path_of(cast, line)).form("Send")
    first = form.submit(typed(DAILY))
    assert form.submit(typed(DAILY)).url == first.url
    assert client.open(path_of(cast, line)).headers["Location"].startswith("/sign-in")
    fresh = form.values.to_dict() | {"submission_id": str(uuid.uuid4())} | typed(DAILY)
    assert client.open(path_of(cast, line), "POST", data=fresh).headers["Location"].startswith("/sign-in")
    assert db.session.scalar(select(func.count()).select_from(CheckIn)) == 1


def test_a_sign_of_danger_brings_the_card_here_too(cast: Cast, browser: Open, line: PlanItem) -> None:
    client = opened(browser, cast)
    after = client.get(path_of(cast, line)).form("Send").submit(typed(DAILY | {"safe": 2}))
    assert after.url.startswith(f"/patients/{cast.ada.own_id}/card")
    assert "988" in after.text


def test_the_screen_that_a_dangerous_answer_asks_for_is_answered_here_too_and_the_plan_says_to_sign_in(
    cast: Cast, browser: Open
) -> None:
    clinic.change({"check_in_links": True}, by=cast.eve.actor, at=NOW)
    client, line = browser(), factories.plan_item(cast.ada, "phq-9", 14)
    form = client.get(given_out(cast.ada)).form("Open it").submit().form("Send")
    screen = factories.plan_item(cast.ada, "asq", triggers=AT_ONCE, starts_on=NOW.date())
    assert client.open(path_of(cast, screen)).headers["Location"].startswith("/sign-in")
    receipt = form.submit(typed({**PHQ_9, "q9": 1}))
    sent = receipt.follow("Go on").form("Send")
    after = sent.submit(typed({f"q{n}": 0 for n in range(1, 5)}))
    assert after.h1 != "Sign in"
    assert sent.submit(typed({f"q{n}": 0 for n in range(1, 5)})).url == after.url
    assert client.get(receipt.url).text.count("Go on") == 0
    assert client.open(path_of(cast, line)).headers["Location"].startswith("/sign-in")
    plan = client.get(f"/patients/{cast.ada.own_id}/card").follow("Sign in to open my safety plan")
    landed = plan.form("Sign in").submit(email=cast.ada.email, password=PASSWORD)
    assert landed.url == f"/patients/{cast.ada.own_id}/my-plan"


def test_signing_in_from_there_ends_the_limit(cast: Cast, browser: Open, line: PlanItem) -> None:
    client = opened(browser, cast)
    page = client.get(f"/patients/{cast.ada.own_id}/progress")
    assert page.h1 == "Sign in"
    landed = page.form("Sign in").submit(email=cast.ada.email, password=PASSWORD)
    assert landed.url == f"/patients/{cast.ada.own_id}/progress"
    assert [one.scope for one in live(cast.ada)] == [None]


def test_the_session_ends_after_an_hour_and_what_was_typed_is_kept(
    cast: Cast, browser: Open, line: PlanItem, frozen: time_machine.Traveller
) -> None:
    client = opened(browser, cast)
    form = client.get(path_of(cast, line)).form("Send")
    frozen.shift(timedelta(hours=1))
    asked = form.submit(typed(DAILY | {"mood": 3}))
    assert asked.h1 == "Sign in"
    back = asked.form("Sign in").submit(email=cast.ada.email, password=PASSWORD)
    assert back.url == path_of(cast, line)
    assert back.form("Send").values["item_mood"] == "3"


def test_who_is_signed_in_already_keeps_their_session_and_the_link(cast: Cast, browser: Open, line: PlanItem) -> None:
    client, link = browser(cast.ada), given_out(cast.ada)
    assert client.get(link).form("Open it").submit().url == path_of(cast, line)
    assert client.open("/account").status_code == 200
    assert standing(link) is Standing.OPEN


def test_in_somebody_else_s_browser_their_session_ends(cast: Cast, browser: Open, line: PlanItem) -> None:
    client = browser(cast.bea)
    client.get(given_out(cast.ada)).form("Open it").submit()
    assert live(cast.bea) == []
    assert client.open("/caseload").headers["Location"].startswith("/sign-in")


def test_staff_have_none(cast: Cast, line: PlanItem) -> None:
    (one,) = (one for one in due.due_of(ref(cast.ada), NOW) if one.is_now)
    token_id = uuid.UUID(links.issue(cast.bea.user_id, one, at=NOW)["token_id"])
    words = tokens.seal(token_id, CHECK_IN, keys=[KEY])
    found = links.read(words, keys=[KEY], at=NOW)
    assert found is not None
    assert found.standing is Standing.OFF
    with pytest.raises(Outdated):
        by_link.sign_in(words, keys=[KEY], device="", address="", ended=None, at=NOW)


def test_where_the_clinic_did_not_turn_it_on_none_is_given_out(cast: Cast) -> None:
    factories.plan_item(cast.ada)
    (one,) = (one for one in due.due_of(ref(cast.ada), NOW) if one.is_now)
    assert links.issue(cast.ada.user_id, one, at=NOW) == {}


@pytest.mark.parametrize("kind", ["sqlite"])
def test_where_the_clinic_turns_it_off_what_a_link_opened_ends_and_the_card_stays(
    cast: Cast, browser: Open, line: PlanItem
) -> None:
    client = opened(browser, cast)
    form = client.get(path_of(cast, line)).form("Send")
    clinic.change({"check_in_links": False}, by=cast.eve.actor, at=NOW)
    db.session.commit()
    for answer in (client.open(path_of(cast, line)), client.open(form.action, "POST", data=typed(DAILY))):
        assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/sign-in")
    assert db.session.scalar(select(func.count()).select_from(CheckIn)) == 0
    assert client.open(f"/patients/{cast.ada.own_id}/card").status_code == 200


@pytest.mark.parametrize("status", ["paused", "discharged", "died"])
def test_out_of_care_nothing_opens(cast: Cast, line: PlanItem, status: str) -> None:
    link = given_out(cast.ada)
    db.session.get_one(Patient, cast.ada.own_id).status = status  # type: ignore[assignment]
    db.session.commit()
    assert standing(link) is Standing.DONE


def test_a_reminder_ends_no_link_for_a_new_password_but_a_new_password_ends_its(cast: Cast, line: PlanItem) -> None:
    signing_in.request_reset(cast.ada.email, address="", at=NOW)
    link = given_out(cast.ada)
    waiting = AccountToken.purpose == TokenPurpose.PASSWORD_RESET, AccountToken.superseded_at.is_(None)
    reset_id = db.session.scalars(select(AccountToken.id).where(*waiting)).one()
    words = tokens.seal(reset_id, TokenPurpose.PASSWORD_RESET, keys=[KEY])
    signing_in.reset(words, keys=[KEY], password_hash="x", address="", at=NOW)
    db.session.commit()
    assert standing(link) is Standing.REPLACED


def test_nothing_in_the_database_opens_it_and_its_use_is_on_record(cast: Cast, browser: Open, line: PlanItem) -> None:
    link = given_out(cast.ada)
    stored = repr(db.session.execute(select(*AccountToken.__table__.columns)).all())
    assert link.removeprefix("/link/").partition(".")[2] not in stored
    browser().get(link).form("Open it").submit()
    events = db.session.scalars(select(AuditEvent.event)).all()
    assert events.count("session:started-by-link") == 1


def test_only_an_administrator_turns_it_on_and_that_is_on_record(cast: Cast, browser: Open) -> None:
    page = browser(cast.eve).get("/clinic")
    assert "check_in_links" not in page.form("Save").values
    again = page.form("Save").submit(check_in_links="yes")
    assert again.form("Save").values["check_in_links"] == "yes"
    details = db.session.scalars(select(AuditEvent.details).where(AuditEvent.event == "clinic:changed")).one()
    assert details == {"fields": ["check_in_links"]}
