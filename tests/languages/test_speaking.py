"""Which language somebody reads: before they sign in, at a link, and as they chose it."""

import re
from collections.abc import Callable

import pytest
from flask import render_template_string
from sqlalchemy import select

from portal import db
from portal.access.guard import requires
from portal.access.policy import Permission, Role
from portal.accounts import service as accounts
from portal.accounts import tokens
from portal.accounts.models import TokenPurpose, User
from portal.audit.models import AuditEvent
from portal.patients.models import Patient
from tests.cast import NOW, Cast
from tests.conftest import assemble
from tests.page import Browser, Page, said
from tests.server import SECRET

Open = Callable[..., Browser]


@pytest.fixture
def kind() -> str:
    """One database: nothing here asks it anything new."""
    return "sqlite"


SPANISH, ENGLISH = "Iniciar sesión", "Sign in"


def lang(page: Page) -> str:
    return str(page.find("html")[0].get("lang"))


def in_spanish(cast: Cast) -> None:
    db.session.get_one(User, cast.ada.user_id).language = "es"
    db.session.commit()


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("", "en"),
        ("es", "es"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("fr-FR,es;q=0.7,en;q=0.3", "es"),
        ("en-GB,es;q=0.5", "en"),
        ("tlh", "en"),
        ("es;q=nonsense", "en"),
    ],
)
def test_a_stranger_reads_what_the_browser_asks_for(browser: Open, asked: str, spoken: str) -> None:
    page = browser().land(browser().open("/sign-in", headers={"Accept-Language": asked}))
    assert (lang(page), page.h1) == (spoken, SPANISH if spoken == "es" else ENGLISH)


def test_a_stranger_chooses_the_other_language_and_keeps_it(browser: Open) -> None:
    client = browser()
    page = client.get("/sign-in?next=/account").form("Español").submit(button="Español")
    assert (page.h1, lang(page), page.url) == (SPANISH, "es", "/sign-in?next=/account")
    assert lang(client.get("/password/forgotten")) == "es"
    back = client.get("/sign-in").form("English").submit(button="English")
    assert back.h1 == ENGLISH


def test_the_other_language_stands_above_the_page_not_below_all_of_it(browser: Open) -> None:
    for path in ("/sign-in", "/help"):
        assert said(browser().get(path).find("header")[0]).endswith("Español")


@pytest.mark.parametrize("sent", ["tlh", "", "../../etc", "es\r\nSet-Cookie: a=b"])
def test_a_language_that_is_none_changes_nothing(browser: Open, sent: str) -> None:
    answer = browser().open("/language", "POST", data={"language": sent, "next": "/sign-in"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
    assert not [one for one in answer.headers.getlist("Set-Cookie") if "language" in one]


def test_choosing_leads_to_no_other_site(browser: Open) -> None:
    answer = browser().open("/language", "POST", data={"language": "es", "next": "//evil.example/"})
    assert answer.headers["Location"] == "/"


def test_a_cookie_that_somebody_changed_is_not_believed(browser: Open) -> None:
    client = browser()
    client.client.set_cookie("interval-language", "../en")
    assert lang(client.get("/sign-in")) == "en"


def test_a_patient_reads_their_own_language_whatever_the_browser_says(cast: Cast, browser: Open) -> None:
    in_spanish(cast)
    page = browser(cast.ada).land(browser(cast.ada).open("/account", headers={"Accept-Language": "en"}))
    assert lang(page) == "es-US"


def test_signed_out_the_browser_goes_on_in_the_patients_language(cast: Cast, browser: Open) -> None:
    in_spanish(cast)
    client = browser(cast.ada)
    client.get("/account")
    assert lang(client.post("/sign-out")) == "es"
    assert lang(client.get("/no-such-page", expect=404)) == "es"


def test_a_patient_changes_the_language_on_the_account_page(cast: Cast, browser: Open) -> None:
    client = browser(cast.ada)
    page = client.get("/account").form("Save").submit(language="es")
    assert lang(page) == "es-US"
    assert "Guardado." in page.text
    assert db.session.get_one(User, cast.ada.user_id).language == "es"
    details = db.session.scalars(select(AuditEvent.details).where(AuditEvent.event == "account:changed")).all()
    assert details == [{"fields": ["language"]}]
    assert client.post("/account", {"language": "tlh", "time_zone": "UTC"}, expect=422).problems


def test_staff_are_not_asked_because_their_pages_are_in_english(cast: Cast, browser: Open) -> None:
    for person in (cast.bea, cast.nia, cast.eve):
        assert "language" not in browser(person).get("/account").form("Save").names


@pytest.mark.parametrize("assembled", [assemble], ids=["anew"])  # A page is added to it.
@pytest.mark.parametrize(
    ("country", "said", "number"),
    [("US", "27 de marzo de 2026, 2:05 pm", "1,234.5"), ("ES", "27 de marzo de 2026, 14:05", "1.234,5")],
)
def test_dates_hours_and_numbers_are_those_of_the_patients_country(
    cast: Cast, browser: Open, country: str, said: str, number: str
) -> None:
    in_spanish(cast)
    db.session.get_one(Patient, cast.ada.own_id).country = country
    db.session.commit()
    client = browser(cast.ada)
    application = client.client.application
    rule = "{{ at|moment('UTC') }}|{{ 1234.5|number }}"
    application.add_url_rule("/written", "written", _drawn(rule))
    text = client.open("/written").text.replace("\u202f", " ").replace("\xa0", " ")
    assert text.split("|") == [said, number]


def _drawn(source: str) -> Callable[[], str]:
    @requires(Permission.OWN_ACCOUNT)
    def view() -> str:
        return render_template_string(source, at=NOW.replace(month=3, day=27, hour=14, minute=5))

    return view


def test_an_invitation_is_opened_in_the_language_of_who_was_invited(cast: Cast, browser: Open) -> None:
    person = {"email": "ines@example.org", "name": "Inés Rey", "role": Role.NURSE, "time_zone": "UTC"}
    user = accounts.create(**person, language="es", by=cast.eve.actor, at=NOW)
    token = tokens.issue(user.id, TokenPurpose.INVITATION, at=NOW)
    db.session.commit()
    words = tokens.seal(token.id, TokenPurpose.INVITATION, keys=[SECRET])
    assert lang(browser().get(f"/invitation/{words}")) == "es"


def test_the_hours_one_can_choose_are_written_as_every_other_time(cast: Cast, browser: Open) -> None:
    in_spanish(cast)
    page = browser(cast.ada).get("/account/notices")
    hours = [option.text for option in page.find("option") if re.search(r"\d", option.text)]
    assert "9:00\xa0am" in [one.replace("\u202f", "\xa0") for one in hours]
    assert not [one for one in hours if "." in one]
