"""Whom to call stands on every page that may be the last one that works; and the way out works as well."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import html5lib
import pytest
import time_machine
from flask import Flask, abort
from sqlalchemy.exc import OperationalError

from config import Config
from portal import db
from portal.access.guard import public
from portal.app import create_app
from portal.clinic import queries as clinic
from portal.patients.models import Patient
from portal.safety import crisis
from portal.web import help_page
from tests.cast import Cast
from tests.conftest import assemble, settings
from tests.page import Browser, Page

Open = Callable[..., Browser]
US = re.compile(r"\b(911|988|741741)\b|662-4357")
LINES = {"tel:911", "tel:988", "sms:988"}


@pytest.fixture
def kind() -> str:
    """What is shown where no database answers does not depend on which one it is."""
    return "sqlite"


@pytest.fixture
def assembled() -> Callable[[Config], Flask]:
    """Pages are added to it."""
    return assemble


@pytest.fixture
def app(app: Flask) -> Flask:
    """The portal as a clinic in the United States sets it up, with pages that fail on purpose."""
    own = app.config["INTERVAL"]
    app.config["INTERVAL"] = type(own)(
        **{name: getattr(own, name) for name in own.__slots__} | {"clinic_country": "US"}
    )
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def stop(status: int) -> str:
        if status == 500:
            raise RuntimeError
        if status == 503:
            raise OperationalError("", {}, Exception())
        abort(status)

    app.add_url_rule("/stop/<int:status>", "stop", public(stop))
    return app


def addresses(page: Page) -> set[str]:
    return {href for _, href in page.links}


def shows_help(page: Page) -> bool:
    return addresses(page) >= LINES and "If you might hurt yourself or someone else" in page.text


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 422, 429, 500, 503])
def test_every_error_says_whom_to_call(browser: Open, cast: Cast, status: int) -> None:
    for person in (None, cast.ada, cast.bea):
        assert shows_help(browser(person).get(f"/stop/{status}", expect=status))


def test_so_does_an_address_that_does_not_exist_and_a_form_that_was_open_too_long(browser: Open, cast: Cast) -> None:
    ada = browser(cast.ada)
    assert shows_help(ada.get("/nowhere", expect=404))
    assert shows_help(ada.land(ada.open("/account", "POST", csrf=False), expect=400))


def test_so_does_signing_in_again_after_a_session_ended(
    browser: Open, cast: Cast, frozen: time_machine.Traveller
) -> None:
    ada = browser(cast.ada)
    frozen.shift(timedelta(days=2))
    page = ada.get(f"/patients/{cast.ada.own_id}/today")
    assert page.url.startswith("/sign-in")
    assert shows_help(page)


def test_so_does_a_door_that_is_locked(browser: Open, cast: Cast) -> None:
    visitor = browser()
    for _ in range(40):
        answer = visitor.open("/sign-in", "POST", data={"email": cast.ada.email, "password": "no", "next": ""})
        if answer.status_code == 429:
            break
    assert shows_help(visitor.land(answer, expect=429))


@pytest.mark.parametrize("path", ["/password/forgotten", "/password/x", "/invitation/x"])
def test_so_does_every_page_before_signing_in(browser: Open, cast: Cast, path: str) -> None:
    answer = browser().open(path)
    assert shows_help(browser().land(answer, expect=answer.status_code))


@pytest.mark.parametrize("country", ["GB", "CA", "BR"])
@pytest.mark.parametrize("path", ["/nowhere", "/stop/404", "/stop/429", "/patients/{other}/today"])
def test_a_patient_elsewhere_reads_no_number_of_the_united_states(
    browser: Open, cast: Cast, country: str, path: str
) -> None:
    db.session.get_one(Patient, cast.ada.own_id).country = country
    db.session.commit()
    wanted = path.format(other=cast.dot.own_id)
    answer = browser(cast.ada).open(wanted)
    page = browser(cast.ada).land(answer, expect=answer.status_code)
    assert "Call your local emergency number now." in page.text
    assert not US.search(page.html)


ELSEWHERE = ["today", "check-ins", "progress", "messages", "treatments", "my-plan", "card", "plan", "", "details"]


@pytest.mark.parametrize("path", ELSEWHERE)
def test_nor_does_any_page_of_theirs(browser: Open, cast: Cast, path: str) -> None:
    db.session.get_one(Patient, cast.ada.own_id).country = "CA"
    db.session.commit()
    answer = browser(cast.ada).open(f"/patients/{cast.ada.own_id}/{path}".rstrip("/"))
    assert not US.search(re.sub(r"[0-9a-f-]{36}|\?v=\w+", "", answer.get_data(as_text=True)))


@pytest.fixture(params=["sqlite:////nowhere/at/all.sqlite3", "postgresql+psycopg://nobody@127.0.0.1:1/none"])
def broken(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Browser]:
    """The portal with a database that nobody can reach, seen by somebody who is not known."""
    clinic.forget()
    portal = create_app(settings(request.param, tmp_path, clinic_country="US"))
    with portal.app_context():
        yield Browser(portal.test_client())
        db.db.engine.dispose()


@pytest.mark.parametrize("path", ["/help", "/leaving"])
def test_help_stands_without_a_database(broken: Browser, path: str) -> None:
    page = broken.get(path)
    assert (addresses(page) >= LINES) is (path == "/help")


@pytest.mark.parametrize("path", ["/", "/account", "/nowhere"])
def test_so_does_it_on_the_pages_that_do_not(broken: Browser, path: str) -> None:
    broken.client.set_cookie("interval", "x" * 43)
    page = broken.land(broken.open(path), expect=404 if path == "/nowhere" else 503)
    assert shows_help(page)


def test_whoever_leaves_is_let_out_without_a_database(broken: Browser) -> None:
    broken.client.set_cookie("interval", "x" * 43)
    answer = broken.open("/leave", "POST")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/left")
    cookie = broken.client.get_cookie("interval")
    assert cookie
    assert cookie.value != "x" * 43
    assert broken.open("/left").status_code == 200


@pytest.mark.parametrize(("site", "status"), [("same-origin", 303), ("none", 303), ("cross-site", 400)])
def test_a_page_that_was_open_too_long_lets_out_as_well_but_no_other_site_signs_anybody_out(
    browser: Open, cast: Cast, site: str, status: int
) -> None:
    ada = browser(cast.ada)
    answer = ada.open("/leave", "POST", csrf=False, data={"csrf_token": "old"}, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == status
    assert ada.open("/account").status_code == (200 if status == 400 else 303)


def test_help_shows_another_country_on_request_and_no_other_one_s_numbers(broken: Browser) -> None:
    page = broken.get("/help").form("Show help there").submit(country="FR")
    assert "Call your local emergency number now." in page.text
    assert not US.search(page.text)
    assert page.title == "Help – Interval"


@pytest.mark.parametrize(("country", "numbers"), [("US", True), ("FR", False), ("", False)])
def test_the_page_for_the_proxy_is_whole_in_itself(tmp_path: Path, country: str, numbers: bool) -> None:
    portal = create_app(settings(f"sqlite:///{tmp_path}/gone.sqlite3", tmp_path, clinic_country=country))
    with portal.app_context():
        html = help_page.draw()
    parser = html5lib.HTMLParser(namespaceHTMLElements=False, strict=True)
    page = parser.parse(html)
    hrefs = {one.get("href") for one in page.iter("a")}
    assert (hrefs >= LINES) is numbers
    assert ("Call your local emergency number now." in html) is not numbers
    assert not re.search(r"src=|<link rel=\"stylesheet|url\(", html)
    assert {href.partition(":")[0] for href in hrefs} <= {"tel", "sms", "https"}


@pytest.mark.parametrize(
    ("language", "code", "said"),
    [
        ("en", 0, "We cannot be reached right now"),
        ("es", 0, "En este momento no es posible conectarse con nosotros"),
        ("fr", 2, "it speaks en, es."),
    ],
)
def test_the_page_for_the_proxy_is_printed_in_a_language_of_the_portal(
    tmp_path: Path, language: str, code: int, said: str
) -> None:
    portal = create_app(settings(f"sqlite:///{tmp_path}/gone.sqlite3", tmp_path, clinic_country="US"))
    done = portal.test_cli_runner().invoke(args=["help-page", "--language", language])
    assert (done.exit_code, said in done.output) == (code, True)
    assert code or f'<html lang="{language}">' in done.output
    assert ("We cannot be reached" in done.output) is (language == "en")


def test_no_country_but_one_that_was_checked_has_numbers() -> None:
    assert [code for code in crisis.country_codes() if not crisis.for_country(code).is_empty] == ["US"]


def test_the_words_about_leaving_say_what_it_cannot_do(browser: Open, cast: Cast) -> None:
    page = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/today").follow("What “Leave quickly” cannot do")
    for word in ("list of the pages you opened", "saved, printed", "network", "connection", "Other open tabs"):
        assert word in page.text
