"""Phones that keep a copy: what they are told, by whom they are removed, and what signing out leaves."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from portal import db
from portal.access.policy import PatientStatus
from portal.accounts.models import AccountStatus, User
from portal.patients.models import Patient
from portal.safety.plan import keeping
from portal.safety.plan.models import KeptPlan
from tests.cast import NOW, Cast
from tests.page import Browser, Page
from tests.safety.plan.written import edit, path, standing, write

Open = Any
HELD = "X-Plan-Version"
COOKIE = "interval-plan"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile/15E148 Safari/604.1"


def keep(browser: Browser, cast: Cast, **data: str) -> Any:
    headers = {HELD: "none", "User-Agent": SAFARI}
    return browser.open(path(cast, "/keep"), "POST", data={"yes": "yes"} | data, headers=headers)


def ask(browser: Browser, held: str) -> Any:
    return browser.open("/my-plan/standing", headers={HELD: held}).json


@pytest.fixture
def phone(browser: Open, cast: Cast) -> Browser:
    """Ada's phone, which keeps her plan."""
    write(browser, cast)
    found: Browser = browser(cast.ada)
    assert keep(found, cast).status_code == 200
    return found


def held(cast: Cast) -> str:
    return str(standing(cast).id)


def only() -> KeptPlan:
    db.session.expire_all()
    return db.session.query(KeptPlan).one()


def test_it_is_off_until_somebody_says_yes(browser: Open, cast: Cast) -> None:
    write(browser, cast)
    page = browser(cast.ada).get(path(cast)).follow("Keep on this phone")
    assert "Anybody who can open this phone." in page.text
    assert page.form("Keep on this phone").values.getlist("yes") == []
    refused = page.form("Keep on this phone").submit(expect=422)
    assert refused.problems == ["Tick the box if you want to keep it on this phone"]
    refused = page.form("Keep on this phone").submit(yes="yes", expect=422)
    assert "does not run our script" in refused.problems[0]
    assert db.session.query(KeptPlan).count() == 0
    assert browser(cast.ada).client.get_cookie(COOKIE) is None


def test_the_copy_holds_the_plan_and_the_crisis_lines_and_nothing_else(browser: Open, cast: Cast) -> None:
    write(browser, cast)
    ada = browser(cast.ada)
    answer = keep(ada, cast)
    page = Page(answer, ada)
    assert page.title.startswith("My plan")
    assert "Walk to the river" in page.text
    assert {"tel:+12125550178", "tel:911"} <= {href for _, href in page.links}
    assert "Okafor" not in page.html
    assert str(cast.ada.own_id) not in page.html
    assert 'name="csrf_token" value=""' in page.html
    assert answer.headers[HELD] == held(cast)
    assert "HttpOnly" in next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith(COOKIE))
    kept = only()
    assert kept.device == "Safari, iPhone"
    cookie = ada.client.get_cookie(COOKIE)
    assert cookie is not None
    assert cookie.value not in repr(kept.__dict__)


def test_a_phone_that_may_keep_it_is_told_so_and_nothing_more(phone: Browser, cast: Cast) -> None:
    assert ask(phone, held(cast)) == {"keep": True, "newer": False}


def test_a_newer_version_is_told_and_fetched(phone: Browser, browser: Open, cast: Cast, frozen: Any) -> None:
    before = held(cast)
    frozen.shift(timedelta(minutes=1))
    edit(browser, cast, "bea").form("Save").submit({"alone-0-what": "Swim"})
    assert ask(phone, before) == {"keep": True, "newer": True}
    assert "It gets your newest plan" in phone.get(path(cast)).text
    assert "Swim" in phone.open(path(cast, "/copy")).get_data(as_text=True)
    assert ask(phone, held(cast)) == {"keep": True, "newer": False}
    assert "It gets your newest plan" not in phone.get(path(cast)).text


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "A" * 44, "'; --"])
def test_a_token_nobody_knows_is_told_nothing(browser: Open, cast: Cast, token: str) -> None:
    visitor = browser()
    visitor.client.set_cookie(COOKIE, token)
    assert ask(visitor, "") == {"keep": False, "newer": False}
    assert ask(visitor, "held") == {"keep": False, "newer": False}


def test_removed_from_another_browser_it_is_told_to_delete_and_says_that_it_did(
    phone: Browser, app: Any, browser: Open, cast: Cast
) -> None:
    page = phone.get(path(cast))
    token = phone.client.get_cookie(COOKIE)
    assert token is not None
    phone.client.delete_cookie(COOKIE)
    assert "(this one)" not in phone.get(path(cast)).text
    told = page.form("Remove").submit()
    assert "deletes its copy at its next contact" in told.text
    other = browser()
    other.client.set_cookie(COOKIE, token.value)
    assert ask(other, held(cast)) == {"keep": False, "newer": False}
    assert only().gone_at is None
    assert ask(other, "") == {"keep": False, "newer": False}
    assert only().gone_at is not None
    assert other.client.get_cookie(COOKIE) is None
    assert "Safari, iPhone" not in phone.get(path(cast)).text


@pytest.mark.parametrize(
    ("status", "keeps"),
    [
        (PatientStatus.PAUSED, True),
        (PatientStatus.TRANSFERRED, False),
        (PatientStatus.DISCHARGED, False),
        (PatientStatus.DIED, False),
    ],
)
def test_when_care_ends_the_phone_is_told_to_delete(
    phone: Browser, cast: Cast, status: PatientStatus, keeps: bool
) -> None:
    db.session.get_one(Patient, cast.ada.own_id).status = status
    db.session.commit()
    assert ask(phone, held(cast))["keep"] is keeps


def test_when_the_account_is_switched_off_the_phone_is_told_to_delete(phone: Browser, cast: Cast) -> None:
    db.session.get_one(User, cast.ada.user_id).status = AccountStatus.DEACTIVATED
    db.session.commit()
    assert ask(phone, held(cast)) == {"keep": False, "newer": False}


def test_a_contact_is_written_down_once_an_hour(
    phone: Browser, cast: Cast, frozen: time_machine.Traveller, queries_of: Any
) -> None:
    frozen.shift(timedelta(minutes=59))
    assert queries_of(lambda: ask(phone, held(cast))) <= 4
    assert only().seen_at == NOW
    frozen.shift(timedelta(minutes=1))
    ask(phone, held(cast))
    assert only().seen_at == NOW + timedelta(hours=1)


def test_kept_again_on_the_same_phone_it_is_one_phone(phone: Browser, cast: Cast) -> None:
    keep(phone, cast)
    assert len(keeping.list_phones(cast.ada.own_id, token="")) == 1
    assert ask(phone, held(cast)) == {"keep": True, "newer": False}


def test_only_ones_own_phone_can_be_removed_and_only_ones_own_copy_be_fetched(
    phone: Browser, browser: Open, cast: Cast
) -> None:
    dot = browser(cast.dot)
    address = f"/patients/{cast.dot.own_id}/my-plan/phones/{only().id}/remove"
    assert dot.open(address, "POST").status_code == 303
    assert only().removed_at is None
    token = phone.client.get_cookie(COOKIE)
    assert token is not None
    dot.client.set_cookie(COOKIE, token.value)
    assert dot.open(f"/patients/{cast.dot.own_id}/my-plan/copy").status_code == 404
    assert dot.open(path(cast, "/copy")).status_code == 404


@pytest.mark.parametrize("way", ["/sign-out", "/leave"])
def test_signing_out_leaves_the_copy_and_clears_everything_once_it_is_removed(
    phone: Browser, browser: Open, cast: Cast, way: str
) -> None:
    answer = phone.open(way, "POST")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    kept = only()
    kept.removed_at = NOW
    db.session.commit()
    assert phone.open(way, "POST").headers["Clear-Site-Data"] == '"cache", "storage"'


def test_a_phone_that_keeps_it_is_in_contact_on_every_page_and_others_load_no_script(
    phone: Browser, browser: Open, cast: Cast
) -> None:
    phone.open("/sign-out", "POST")
    assert "data-sweep" in phone.get("/sign-in").html
    for address in ("/sign-in", "/left", "/help", "/my-plan"):
        assert "js/kept-plan.js" in phone.open(address).get_data(as_text=True), address
    assert "js/kept-plan.js" not in browser(cast.bea).open("/caseload").get_data(as_text=True)


def test_the_script_at_the_root_is_a_script_and_the_page_without_a_copy_says_so(browser: Open) -> None:
    answer = browser().open("/my-plan.js")
    assert answer.mimetype == "text/javascript"
    assert "worker-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "No plan is kept on this phone" in browser().get("/my-plan").text


def test_another_site_that_leads_the_phone_here_takes_nothing_from_it(cast: Cast, phone: Browser) -> None:
    answer = phone.open("/my-plan/standing")
    assert answer.status_code == 400
    assert not [one for one in answer.headers.getlist("Set-Cookie") if COOKIE in one]
    assert only().gone_at is None
    assert ask(phone, held(cast)) == {"keep": True, "newer": False}
