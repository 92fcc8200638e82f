"""The clinic writes its templates and its list of words; staff put a template into the box and fill what is missing."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal import db
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.messaging import danger, danger_words
from portal.messaging.models import Message, Thread
from portal.messaging.wording import queries, service
from portal.messaging.wording.models import MessageTemplate
from portal.patients.models import Patient
from portal.treatment.models import InfusionStatus
from portal.web import letters
from tests import factories
from tests.cast import NOW, Cast
from tests.instruments.clinic.scales import director
from tests.page import Browser

Open = Callable[..., Browser]
TEMPLATES = "/clinic/message-templates"
WORDS = "/clinic/words-to-notice/en"
HELLO = "Dear {first_name}, after {last_infusion_date} we see you on {next_visit}."


def template(cast: Cast, body: str = HELLO, title: str = "After a visit", language: str = "en") -> uuid.UUID:
    found = service.add_template(
        language, title=title, body=body, submission_id=uuid.uuid4(), by=cast.eve.actor, at=NOW
    )
    db.session.commit()
    return found


def events(prefix: str) -> list[str]:
    return list(db.session.scalars(select(AuditEvent.event).where(AuditEvent.event.like(f"{prefix}%"))))


@pytest.mark.parametrize("path", [TEMPLATES, f"{TEMPLATES}/new"])
def test_administrators_and_directors_word_templates_and_nobody_else(path: str, browser: Open, cast: Cast) -> None:
    for name in ("ada", "bea", "nia"):
        assert browser(getattr(cast, name)).open(path).status_code == 403, name
    browser(cast.eve).get(path)
    director(cast.bea)
    browser(cast.bea).get(path)


def test_only_a_director_changes_the_words_of_danger(browser: Open, cast: Cast) -> None:
    for name in ("ada", "bea", "nia", "eve"):
        for method in ("GET", "POST"):
            assert browser(getattr(cast, name)).open(WORDS, method).status_code == 403, name
    director(cast.bea)
    bea = browser(cast.bea)
    bea.get("/messages").follow("Templates").follow("English")
    assert bea.open("/clinic/words-to-notice/xx").status_code == 404


def test_a_template_is_written_changed_and_taken_out_of_use_and_every_wording_is_kept(
    browser: Open, cast: Cast
) -> None:
    eve = browser(cast.eve)
    page = eve.get("/clinic").follow("Templates for messages").follow("Write a template")
    listed = page.form("Save").submit(language="es", title="Saludo", body="Hola {first_name}")
    edit = listed.follow("Saludo")
    edit.form("Save").submit(title="Saludo", body="Buenos días, {first_name}")
    (found,) = queries.list_templates()
    assert (found.language, found.version, found.body) == ("es", 2, "Buenos días, {first_name}")
    assert [one.body for one in queries.list_versions(found.id)] == ["Buenos días, {first_name}", "Hola {first_name}"]
    db.session.commit()
    gone = eve.get(TEMPLATES).form("Take out of use").submit()
    assert "No templates yet" in gone.text
    gone.form("Use again").submit()
    deeds = ("added", "changed", "restored", "retired")
    assert sorted(events("message-template:")) == [f"message-template:{deed}" for deed in deeds]


@pytest.mark.parametrize("name", ["{dose}", "{First_Name}", "{"])
def test_an_unknown_field_is_named_with_those_there_are_and_what_was_typed_stays(
    name: str, browser: Open, cast: Cast
) -> None:
    form = browser(cast.eve).get(f"{TEMPLATES}/new").form("Save")
    page = form.submit(language="en", title="Something", body=f"Take {name} please", expect=422)
    (problem,) = page.problems
    assert name in problem
    assert "{first_name}, {last_infusion_date}, {next_visit}" in problem
    assert f"Take {name} please" in page.text
    assert not queries.list_templates()


def test_a_second_tap_is_one_template_and_a_change_meanwhile_is_shown_first(browser: Open, cast: Cast) -> None:
    eve = browser(cast.eve)
    form = eve.get(f"{TEMPLATES}/new").form("Save")
    for _ in range(2):
        form.submit(language="en", title="One", body="Text")
    assert db.session.query(MessageTemplate).count() == 1
    edit = eve.get(TEMPLATES).follow("One").form("Save")
    service.change_template(queries.list_templates()[0].id, 1, title="One", body="Theirs", by=cast.bea.actor, at=NOW)
    db.session.commit()
    page = edit.submit(title="One", body="Mine", expect=422)
    assert "Somebody changed this template meanwhile" in page.text
    assert "Theirs" in page.text
    page.form("Save").submit()
    assert queries.list_templates()[0].body == "Mine"


def test_a_template_corrected_after_back_is_no_second_tap_and_nothing_typed_is_lost(browser: Open, cast: Cast) -> None:
    form = browser(cast.eve).get(f"{TEMPLATES}/new").form("Save")
    form.submit(language="en", title="One", body="Wrong")
    page = form.submit(language="en", title="One", body="Right", expect=422)
    assert page.problems == [
        "This page added a template before. Look at it first: save again only if this one is another."
    ]
    assert [one.body for one in queries.list_templates()] == ["Wrong"]
    page.form("Save").submit()
    assert sorted(one.body for one in queries.list_templates()) == ["Right", "Wrong"]


def test_the_values_are_the_patients_own_in_their_language_and_calendar(cast: Cast) -> None:
    course = factories.course(cast.ada, cast.bea)
    factories.infusion(course, cast.bea, NOW - timedelta(days=9, hours=13))
    factories.infusion(course, cast.bea, NOW - timedelta(days=2), number=2, status=InfusionStatus.CANCELLED)
    factories.infusion(course, cast.bea, NOW + timedelta(days=4), number=3, status=InfusionStatus.PLANNED)
    factories.infusion(course, cast.bea, NOW + timedelta(days=20), number=4, status=InfusionStatus.PLANNED)
    wanted = [cast.ada.own_id, cast.dot.own_id]
    found = queries.list_values(wanted, at=NOW)
    assert found[cast.dot.own_id] == {"first_name": "Dot", "last_infusion_date": None, "next_visit": None}
    assert list(found[cast.ada.own_id].values()) == ["Ada", "November 12, 2026", "November 26, 2026"]
    db.session.get_one(User, cast.ada.user_id).language = "es"
    found = queries.list_values(wanted, at=NOW)
    assert list(found[cast.ada.own_id].values()) == ["Ada", "12 de noviembre de 2026", "26 de noviembre de 2026"]


def test_dates_stand_in_the_way_of_the_patients_country(cast: Cast) -> None:
    user = db.session.get_one(User, cast.ada.user_id)
    factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, NOW - timedelta(days=9))
    said = {}
    for country in ("GB", "US"):
        db.session.get_one(Patient, cast.ada.own_id).country = country
        db.session.flush()
        field = queries.list_values([cast.ada.own_id], at=NOW)[cast.ada.own_id]["last_infusion_date"]
        said[country] = (field, letters._said(NOW, user).split(", 1")[0])
    assert said == {
        "GB": ("13 November 2026", "22 November 2026"),
        "US": ("November 13, 2026", "November 22, 2026"),
    }


def test_a_template_goes_into_the_box_behind_what_was_typed_and_is_never_sent_with_a_hole(
    browser: Open, cast: Cast
) -> None:
    chosen = template(cast)
    path = f"/patients/{cast.ada.own_id}/messages/{factories.thread(cast.ada, cast.ada).id}"
    bea = browser(cast.bea)
    form = bea.get(path).form("Send")
    page = bea.post(f"{path}/template", form.values.to_dict() | {"body": "First this.", "template": str(chosen)})
    assert "There is nothing to fill in for {last_infusion_date}, {next_visit}." in page.text
    held = page.form("Send")
    assert held.values["body"] == (
        "First this.\r\n\r\nDear Ada, after {last_infusion_date} we see you on {next_visit}."
    ).replace("\r\n", "\n")
    refused = held.submit(expect=422)
    assert refused.problems == [
        "{last_infusion_date}, {next_visit} are still to be filled in: write what belongs there."
    ]
    assert db.session.query(Message).count() == 1
    refused.form("Send").submit(body="Dear Ada, we see you on Thursday.")
    assert db.session.query(Message).count() == 2


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_templates_stand_above_the_box_first_those_that_the_patient_reads(browser: Open, cast: Cast) -> None:
    template(cast)
    path, bea = f"/patients/{cast.ada.own_id}/messages/new", browser(cast.bea)
    said = "Ada reads Spanish."
    db.session.get_one(User, cast.ada.user_id).language = "es"
    db.session.commit()
    assert f"{said} There is no template in it." in bea.get(path).text
    spanish = template(cast, language="es")
    page = bea.get(path)
    assert said in page.text
    assert "There is no template" not in page.text
    (choice,) = (one for one in page.find("select") if one.get("name") == "template")
    groups = [one for one in choice if one.tag == "optgroup"]
    assert [one.get("label") for one in groups] == ["Spanish", "English"]
    assert [option.get("value") for option in groups[0]] == [str(spanish)]
    assert page.all.index(choice) < page.all.index(page.by_id("body"))


def test_patients_have_no_templates_and_no_choice_keeps_what_was_typed(browser: Open, cast: Cast) -> None:
    template(cast)
    path = f"/patients/{cast.ada.own_id}/messages/new"
    ada, bea = browser(cast.ada), browser(cast.bea)
    assert "After a visit" not in ada.get(path).text
    assert ada.open(f"{path}/template", "POST").status_code == 404
    page = bea.post(f"{path}/template", {"subject": "Kept", "body": "Words", "template": str(uuid.uuid4())})
    assert "Choose a template first." in page.text
    assert page.form("Send").values["body"] == "Words"


def test_the_clinic_has_a_list_of_its_own_for_each_language(browser: Open, cast: Cast) -> None:
    director(cast.bea)
    page = browser(cast.bea).get(WORDS)
    assert "Not validated" in page.text
    assert page.form("Save").values["words"].split("\n") == list(danger_words.shipped()["en"])
    assert danger.find("I want to end my life", "en")
    assert not danger.find("The green bottle", "en")
    page.form("Save").submit(words="green  bottle\r\n\r\ngreen bottle", reason="A patient of ours")
    assert queries.get_danger_words("en").words == ("green bottle",)
    assert danger.find("The GREEN bottle!", "en-GB")
    assert danger.find("The green bottle", "es")
    assert not danger.find("I want to end my life", "en")
    assert danger.find("Quiero morir", "en")
    assert events("danger-words:") == ["danger-words:changed"]
    (kept,) = queries.list_danger_words("en")
    assert (kept.version, kept.reason, kept.changed_by) == (1, "A patient of ours", "Bea Lindqvist")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "Leave at least one word"),
        ("!!!\nfine", "“!!!”"),
        ("x" * 81, "80 characters at most"),
        ("\n \n", "Leave at"),
    ],
)
def test_what_cannot_be_looked_for_is_named_and_nothing_changes(
    words: str, said: str, browser: Open, cast: Cast
) -> None:
    director(cast.bea)
    page = browser(cast.bea).get(WORDS).form("Save").submit(words=words, reason="Why", expect=422)
    assert said in page.problems[0]
    assert not queries.list_danger_words("en")


def test_a_list_changed_meanwhile_is_shown_first(browser: Open, cast: Cast) -> None:
    director(cast.bea)
    form = browser(cast.bea).get(WORDS).form("Save")
    service.change_danger_words("en", 0, words=["theirs"], reason="r", by=cast.cal.actor, at=NOW)
    db.session.commit()
    page = form.submit(words="mine", reason="Mine", expect=422)
    assert "theirs" in page.text
    page.form("Save").submit()
    assert queries.get_danger_words("en").words == ("mine",)


def test_words_of_danger_in_a_message_mark_the_thread_and_hold_nothing_back(browser: Open, cast: Cast) -> None:
    ada = browser(cast.ada)
    for body in ("I cannot go on like this, I want to end my life.", "See you on Tuesday."):
        ada.get(f"/patients/{cast.ada.own_id}/messages/new").form("Send").submit(subject="Hello", body=body)
    marks = db.session.scalars(select(Thread.danger_at).order_by(Thread.danger_at.is_(None))).all()
    assert (marks[0] is None, marks[1] is None) == (False, True)
    rows = browser(cast.bea).get("/messages").rows(1)[1:]
    assert sorted("Words of danger" in " ".join(row) for row in rows) == [False, True]
