"""What a clinic added, from the plan to the record: asked, answered, changed, withdrawn, and still read as it was."""

import uuid
from collections.abc import Callable

import pytest

from portal import db
from portal.accounts.models import User
from portal.checkins import planning
from portal.checkins.models import CheckIn, ScoreRow
from portal.checkins.plan import Anchor, Trigger
from portal.instruments import catalogue, queries, service
from portal.review import service as review
from portal.safety.models import Concern
from tests.cast import NOW, Cast, Person
from tests.checkins.sheets import only, typed
from tests.factories import plan_item
from tests.instruments.clinic.scales import REST, STATEMENT, director, texts_for
from tests.page import Browser

Open = Callable[..., Browser]


def approve(cast: Cast, source: str = REST) -> uuid.UUID:
    definition_id = service.propose_scale(source, by=cast.cal.actor, at=NOW)
    found = queries.get_version(definition_id)
    assert found
    service.approve(definition_id, found.digest, by=director(cast.bea), at=NOW)
    db.session.commit()
    return definition_id


def paste(cast: Cast, instrument: str, language: str, mark: str = "") -> uuid.UUID:
    texts = texts_for(instrument, mark)
    found = service.attest_wording(instrument, language, texts, STATEMENT, "Letter", by=cast.eve.actor, at=NOW)
    db.session.commit()
    return found


def assign(cast: Cast, instrument: str) -> None:
    weekly = [Trigger(Anchor.START, every_days=7)]
    planning.ask(cast.ada.own_id, instrument, triggers=weekly, by=cast.bea.actor, at=NOW)
    review.refresh(db.take_touched(), at=NOW)
    db.session.commit()


def offered(client: Browser, person: Person) -> str:
    links = client.get(f"/patients/{person.own_id}/today").links
    return " ".join(label for label, href in links if "/check-ins/new/" in href)


def test_a_scale_of_the_clinic_s_own_is_assigned_answered_and_scored(cast: Cast, browser: Open) -> None:
    approve(cast)
    assign(cast, "own-rest")
    page = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/today").follow("Past week: rest")
    page.form("Send").submit(typed({"q1": 2, "q2": 0}))
    row = only(ScoreRow)
    assert (row.instrument, row.scale, row.value, row.version) == ("own-rest", "total", 4, 1)


def test_a_safety_question_of_an_own_scale_is_heard_though_no_rule_names_it(cast: Cast, browser: Open) -> None:
    approve(cast, REST.replace('answers = "often"\n\n[[scales', 'answers = "often"\nsafety_positive = [2]\n\n[[scales'))
    assign(cast, "own-rest")
    page = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/today").follow("Past week: rest")
    page.form("Send").submit(typed({"q1": 0, "q2": 2}))
    assert (only(Concern).instrument, only(Concern).item) == ("own-rest", "q2")


def test_nothing_is_assigned_that_was_not_approved(cast: Cast) -> None:
    service.propose_scale(REST, by=cast.cal.actor, at=NOW)
    with pytest.raises(planning.InvalidPlan):
        assign(cast, "own-rest")


def test_an_answer_is_read_with_the_words_it_was_given_to(cast: Cast, browser: Open) -> None:
    paste(cast, "epds", "en", " as first pasted")
    item = plan_item(cast.ada, "epds", 7)
    page = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/check-ins/new/{item.id}")
    page.form("Send").submit(typed({f"q{number}": 1 for number in range(1, 11)}))
    paste(cast, "epds", "en", " as corrected")
    sent = only(CheckIn)
    assert (sent.version, catalogue.current().get("epds").version) == (1001, 1002)
    read = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/check-ins/{sent.id}")
    assert "words for items.q4.text as first pasted" in read.text
    assert "as corrected" not in read.text


def test_what_is_withdrawn_is_not_asked_and_every_page_still_opens(cast: Cast, browser: Open) -> None:
    definition_id = approve(cast)
    assign(cast, "own-rest")
    page = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/today").follow("Past week: rest")
    page.form("Send").submit(typed({"q1": 2, "q2": 0}))
    item = plan_item(cast.dot, "own-rest", 7)
    dot, bea = browser(cast.dot), browser(cast.bea)
    assert "Past week: rest" in offered(dot, cast.dot)
    service.withdraw(definition_id, by=director(cast.bea), at=NOW)
    review.refresh([cast.ada.own_id, cast.dot.own_id], at=NOW)
    db.session.commit()
    assert "Past week: rest" not in offered(dot, cast.dot)
    page = dot.get(f"/patients/{cast.dot.own_id}/check-ins/new/{item.id}")
    assert "Your care team does not ask this any more." in page.text
    read = bea.get(f"/patients/{cast.ada.own_id}/check-ins/{only(CheckIn).id}")
    assert "Did you wake?" in read.text
    for path in ("check-ins", "progress", "plan"):
        assert bea.get(f"/patients/{cast.ada.own_id}/{path}").h1
    assert bea.get("/caseload").h1


def test_a_structure_whose_words_were_taken_back_is_not_asked_without_them(cast: Cast, browser: Open) -> None:
    definition_id = paste(cast, "epds", "en")
    plan_item(cast.ada, "epds", 7)
    assert "words for neutral_title" in offered(browser(cast.ada), cast.ada)
    service.retire(definition_id, by=cast.eve.actor, at=NOW)
    db.session.commit()
    assert offered(browser(cast.ada), cast.ada) == ""


def test_a_patient_is_asked_in_their_language_where_there_is_a_wording(cast: Cast, browser: Open) -> None:
    paste(cast, "phq-9", "es", " en español")
    item = plan_item(cast.ada, "phq-9", 7)
    address = f"/patients/{cast.ada.own_id}/check-ins/new/{item.id}"
    assert "Little interest or pleasure" in browser(cast.ada).get(address).text
    db.session.get_one(User, cast.ada.user_id).language = "es"
    db.session.commit()
    page = browser(cast.ada).get(address)
    assert "words for items.q1.text en español" in page.text
    page.form("Enviar").submit(typed({f"q{number}": 0 for number in range(1, 10)}))
    assert (only(CheckIn).version, only(ScoreRow).value) == (1001, 0)
