"""Interval's own questions in Spanish: whole, the same to score, and nobody else's words among them."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from portal import db
from portal.accounts.models import User
from portal.checkins import service
from portal.checkins.models import CheckIn
from portal.instruments import loader, own_words
from portal.instruments.definition import Definition
from tests.cast import NOW, Cast
from tests.checkins.sheets import DAILY, ref, sheet
from tests.factories import plan_item
from tests.page import Browser

Open = Callable[..., Browser]
SHIPPED = loader.catalogue().versions()
OWN = [one for one in SHIPPED if own_words.is_own(one)]
NAMES = {"No", "4", "5", "6", "7", "8", "9"}
"""What is the same in both languages."""


@pytest.fixture
def kind() -> str:
    """One database: what is said does not depend on it."""
    return "sqlite"


def texts(definition: Definition) -> list[str]:
    """Return everything somebody reads who is asked it."""
    found = [definition.title, definition.short_title, definition.neutral_title, definition.instruction]
    found += [definition.stem, definition.attribution]
    for item in definition.items:
        found += [item.text, item.stem, item.hint, item.low_label, item.high_label, item.unit]
        found += [option.label for option in item.options]
    for scale in definition.scales:
        found += [scale.title, scale.unit, *(band.label for band in scale.bands)]
        found += [level.label for level in scale.levels]
    return [one for one in found if any(letter.isalpha() for letter in one)]


@pytest.mark.parametrize("language", own_words.languages())
@pytest.mark.parametrize("definition", OWN, ids=lambda one: one.id)
def test_every_word_of_ours_is_there(definition: Definition, language: str) -> None:
    said = own_words.worded(definition, language)
    assert said.language == language
    for english, other in zip(texts(definition), texts(said), strict=True):
        assert other != english or english in NAMES, english
        assert other.endswith("?") is english.endswith("?")


@pytest.mark.parametrize("definition", SHIPPED, ids=lambda one: f"{one.id}-{one.version}")
def test_only_the_words_are_others(definition: Definition) -> None:
    said = own_words.worded(definition, "es")
    bare = replace(definition, items=(), scales=())
    assert replace(said, items=(), scales=()).version == bare.version
    for item, other in zip(definition.items, said.items, strict=True):
        assert (item.code, item.kind, item.minimum, item.maximum, item.positive_values, item.asked_if) == (
            other.code,
            other.kind,
            other.minimum,
            other.maximum,
            other.positive_values,
            other.asked_if,
        )
        assert [option.value for option in item.options] == [option.value for option in other.options]


@pytest.mark.parametrize("definition", [one for one in SHIPPED if one not in OWN], ids=lambda one: one.id)
def test_of_others_only_our_neutral_title_is_said_otherwise(definition: Definition) -> None:
    said = own_words.worded(definition, "es")
    assert replace(said, neutral_title=definition.neutral_title) == definition
    assert (said.language, said.neutral_title != definition.neutral_title) == ("en", bool(definition.has_wording))


@pytest.mark.parametrize("language", ["en", "fr", "", "../es"])
def test_where_there_are_no_words_it_stays_as_it_is(language: str) -> None:
    assert all(own_words.worded(one, language) is one for one in OWN)


def test_a_patient_is_asked_in_spanish_and_the_record_says_so(cast: Cast, browser: Open) -> None:
    db.session.get_one(User, cast.ada.user_id).language = "es"
    db.session.commit()
    item = plan_item(cast.ada, "activation", 7)
    db.session.commit()
    page = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/check-ins/new/{item.id}")
    assert page.h1 == "Energía y ritmo"
    assert "Hablar más o más rápido" in page.text
    answers = {name: "0" for name in page.form("Enviar").names if name.startswith("item_")}
    page.form("Enviar").submit(answers)
    row = db.session.query(CheckIn).one()
    assert (row.instrument, row.version, row.language) == ("activation", 1, "es")
    shown = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/check-ins/{row.id}")
    assert "Pensamientos acelerados" in shown.text
    assert "Thoughts racing" in browser(cast.bea).get(f"/patients/{cast.ada.own_id}/check-ins/{row.id}").text


def test_a_correction_is_kept_in_the_language_it_was_read_in(cast: Cast) -> None:
    first = service.submit(ref(cast.ada), "daily", sheet(), by=cast.ada.actor, at=NOW)
    row = db.session.get_one(CheckIn, first.check_in_id)
    reader = replace(cast.ada.actor, language="es")
    again = service.correct(ref(cast.ada), row, sheet(DAILY | {"mood": 2}), by=reader, at=NOW)
    assert (row.language, db.session.get_one(CheckIn, again.check_in_id).language) == ("en", "es")


def test_a_questionnaire_of_others_is_asked_in_english_and_says_so(cast: Cast, browser: Open) -> None:
    db.session.get_one(User, cast.ada.user_id).language = "es"
    db.session.commit()
    item = plan_item(cast.ada, "phq-9", 7)
    db.session.commit()
    page = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/check-ins/new/{item.id}")
    assert page.h1 == "Dos semanas: ánimo"
    assert "Estas preguntas están en inglés" in page.text
    english = [one for one in page.find("div") if one.get("lang") == "en"]
    assert any("Little interest" in "".join(one.itertext()) for one in english)
    assert "Estas preguntas" not in browser(cast.dot).get("/account").text
