"""The crisis card: read before anything else, honest about who knows, in the way of no help and of nothing typed."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from portal import db
from portal.clinic.hours import OnCall
from portal.clinic.models import Clinic
from portal.notifications.models import Heartbeat
from portal.patients.models import Patient
from portal.safety.models import Alert, AlertTransition, Event
from portal.safety.on_call.models import OnCallShift
from tests.cast import NOW, Cast, Person
from tests.checkins.sheets import DAILY, only, typed
from tests.factories import plan_item
from tests.page import Browser, Page

Open = Callable[..., Browser]
IN_DANGER = typed({**DAILY, "safe": 2})


@pytest.fixture
def kind() -> str:
    """Nothing here is said otherwise by the other database; the services behind it are tried on both."""
    return "sqlite"


def card_of(person: Person) -> str:
    return f"/patients/{person.own_id}/card"


def answer(ada: Browser, person: Person, **changed: Any) -> Page:
    """Send a daily check-in that speaks of danger, and return where it leads."""
    item = plan_item(person)
    page = ada.get(f"/patients/{person.own_id}/check-ins/new/{item.id}")
    return page.form("Send").submit({**IN_DANGER, **typed(changed)})


def now(page: Page) -> str:
    return page.text.replace("\u202f", " ")


def test_an_answer_that_speaks_of_danger_leads_to_the_card_and_from_there_to_the_receipt(
    browser: Open, cast: Cast
) -> None:
    page = answer(browser(cast.ada), cast.ada)
    assert page.url.startswith(card_of(cast.ada))
    assert (page.title, page.h1) == ("Please read this – Harbour Clinic", "Thank you for telling us")
    assert {"tel:911", "tel:988", "sms:988"} <= {href for _, href in page.links}
    page = page.form("I have read this").submit()
    assert page.h1 == "Thank you for telling us"
    assert "What you answered" in page.text
    assert db.session.get_one(Patient, cast.ada.own_id).card_since is None
    assert Event.CARD_READ in {one.how for one in db.session.query(AlertTransition).filter_by(alert_id=only(Alert).id)}


@pytest.mark.parametrize("path", ["today", "progress", "messages", "check-ins", "details", "plan"])
def test_while_it_waits_every_page_of_hers_leads_to_it_and_back_to_where_she_wanted_to_go(
    browser: Open, cast: Cast, path: str
) -> None:
    ada = browser(cast.ada)
    answer(ada, cast.ada)
    wanted = f"/patients/{cast.ada.own_id}/{path}".replace("/details", "")
    page = ada.get(wanted)
    assert page.url.startswith(card_of(cast.ada))
    assert page.form("I have read this").submit().url == wanted
    assert ada.get(wanted).url == wanted


@pytest.mark.parametrize("path", ["/", "/account"])
def test_so_do_the_pages_that_name_nobody(browser: Open, cast: Cast, path: str) -> None:
    ada = browser(cast.ada)
    answer(ada, cast.ada)
    assert ada.get(path).url.startswith(card_of(cast.ada))


def test_help_leaving_and_the_safety_plan_are_not_behind_it(browser: Open, cast: Cast) -> None:
    ada = browser(cast.ada)
    page = answer(ada, cast.ada)
    assert page.follow("Get help now").url == "/help?country=US"
    assert page.follow("Open my safety plan").url == f"/patients/{cast.ada.own_id}/my-plan"
    assert ada.open("/leave", "POST").headers["Location"] == "/left"


def test_it_waits_for_her_and_for_nobody_else(browser: Open, cast: Cast) -> None:
    answer(browser(cast.ada), cast.ada)
    today = f"/patients/{cast.dot.own_id}/today"
    assert browser(cast.dot).get(today).url == today
    chart = f"/patients/{cast.ada.own_id}/check-ins"
    assert browser(cast.bea).get(chart).url == chart


def test_what_she_sends_meanwhile_is_taken(browser: Open, cast: Cast) -> None:
    ada, item = browser(cast.ada), plan_item(cast.ada, "gad-7", 7)
    form = ada.get(f"/patients/{cast.ada.own_id}/check-ins/new/{item.id}").form("Send")
    answer(ada, cast.ada)
    sent = {**form.values.to_dict(), **typed({f"q{n}": 1 for n in range(1, 8)})}
    kept = ada.open(f"{form.action}/draft", "POST", data=sent)
    assert kept.json == {"saved": True, "help": ""}
    page = ada.land(ada.open(form.action, "POST", data=sent))
    assert page.url.startswith(card_of(cast.ada))
    assert "add up to 7 of 21" in page.form("I have read this").submit().text


def test_the_page_with_the_questions_learns_of_it_while_she_answers_and_may_say_that_it_was_read(
    browser: Open, cast: Cast
) -> None:
    ada, item = browser(cast.ada), plan_item(cast.ada)
    page = ada.get(f"/patients/{cast.ada.own_id}/check-ins/new/{item.id}")
    region = next(one for one in page.all if "data-card" in one.attrib)
    assert region.get("role") == "alertdialog"
    assert "hidden" in region.attrib
    form, sent = page.form("Send"), {"item_safe": "2"}
    kept = ada.open(f"{form.action}/draft", "POST", data={**form.values.to_dict(), **sent}).json or {}
    assert (kept["card"], kept["help"]) == (True, "crisis")
    assert any("Bea Lindqvist and Nia Achebe" in line for line in kept["told"])
    read = ada.open(card_of(cast.ada), "POST", headers={"Accept": "application/json"})
    assert read.json == {"read": True}
    again = (
        ada.open(f"{form.action}/draft", "POST", data={**form.values.to_dict(), **sent, "item_mood": "1"}).json or {}
    )
    assert "card" not in again


def test_a_page_that_is_refused_shows_it_above_the_questions(browser: Open, cast: Cast) -> None:
    ada, item = browser(cast.ada), plan_item(cast.ada)
    form = ada.get(f"/patients/{cast.ada.own_id}/check-ins/new/{item.id}").form("Send")
    page = form.submit({"item_safe": "2", "item_mood": "3"}, expect=422)
    region = next(one for one in page.all if "data-card" in one.attrib)
    assert "hidden" not in region.attrib
    assert [label for label, _ in page.links].count("Call 911") == 1
    page = page.form("I have read this").submit()
    assert page.url == form.page.url
    assert page.form("Send").values["item_mood"] == "3"


def test_it_says_when_it_is_read_and_who_was_told(browser: Open, cast: Cast) -> None:
    page = answer(browser(cast.ada), cast.ada)
    assert "Bea Lindqvist and Nia Achebe" in page.text
    assert "Nobody at the clinic is reading right now. This will be read on Mon, Nov 23 from 9:00 AM." in now(page)
    assert "Nobody watches the portal around the clock." in page.text
    assert not re.search(r"is watching|will call you|R1|alert", page.text)


def test_somebody_on_call_is_named_only_where_somebody_is(browser: Open, cast: Cast) -> None:
    ada = browser(cast.ada)
    answer(ada, cast.ada)
    assert "on call" not in ada.get(card_of(cast.ada)).text
    db.session.get_one(Clinic, 1).on_call = OnCall.WHEN_CLOSED
    hours = timedelta(hours=4)
    shift = {"starts_at": NOW - hours, "ends_at": NOW + hours, "added_at": NOW, "added_by_id": cast.eve.user_id}
    db.session.add(OnCallShift(user_id=cast.cal.user_id, **shift))
    db.session.commit()
    assert "on call" not in ada.get(card_of(cast.ada)).text, "nobody can be told while no worker lives"
    db.session.add(Heartbeat(worker="a", at=NOW, started_at=NOW))
    db.session.commit()
    assert "Somebody of the clinic who is on call has been told now." in ada.get(card_of(cast.ada)).text


def test_where_mail_does_not_go_out_it_does_not_say_that_they_are_being_told(browser: Open, cast: Cast) -> None:
    ada = browser(cast.ada)
    answer(ada, cast.ada)
    assert "Messages to them are not going out just now" in ada.get(card_of(cast.ada)).text
    db.session.add(Heartbeat(worker="a", at=NOW, started_at=NOW))
    db.session.commit()
    assert "We are telling your care team: Bea Lindqvist and Nia Achebe." in ada.get(card_of(cast.ada)).text


@pytest.mark.parametrize("country", ["GB", "CA", "BR"])
def test_nobody_elsewhere_reads_a_number_of_the_united_states(browser: Open, cast: Cast, country: str) -> None:
    db.session.get_one(Patient, cast.ada.own_id).country = country
    db.session.commit()
    ada = browser(cast.ada)
    page = answer(ada, cast.ada)
    assert "Call your local emergency number now." in page.text
    assert not re.search(r"\b(911|988|741741)\b|662-4357", page.html)


def test_read_long_ago_it_offers_the_way_on(browser: Open, cast: Cast) -> None:
    page = browser(cast.ada).get(card_of(cast.ada))
    assert not [one for one in page.find("button") if "I have read this" in "".join(one.itertext())]
    assert page.follow("Go on").h1 == "Today"


def test_it_is_hers_alone(browser: Open, cast: Cast) -> None:
    for name, person in cast.everybody().items():
        expected = 200 if name == "ada" else 404
        assert browser(person).open(card_of(cast.ada)).status_code == expected
        assert browser(person).open(card_of(cast.ada), "POST").status_code == (303 if name == "ada" else 404)
    assert browser().open(card_of(cast.ada)).status_code == 303
    assert not list(db.session.query(Alert))


def test_the_way_on_leads_to_no_other_host(browser: Open, cast: Cast) -> None:
    page = browser(cast.ada).get(f"{card_of(cast.ada)}?next=https://elsewhere.example/")
    assert page.follow("Go on").h1 == "Today"
    sent = browser(cast.ada).open(card_of(cast.ada), "POST", data={"then": "//elsewhere.example"})
    assert sent.headers["Location"] == "/"


def test_it_costs_few_queries(browser: Open, cast: Cast, queries_of: Callable[..., int]) -> None:
    ada = browser(cast.ada)
    answer(ada, cast.ada)
    assert queries_of(lambda: ada.open(card_of(cast.ada))) <= 10
    assert queries_of(lambda: ada.open(f"/patients/{cast.ada.own_id}/today")) <= 3
