"""A patient's chart in Spanish: Interval's own scales and effects by their Spanish names wherever they are written."""

import html
import re
from collections.abc import Callable

import pytest
from flask import Flask

from portal import db
from portal.accounts.models import User
from portal.instruments import loader, own_words
from portal.instruments.definition import Definition
from portal.patients import queries as patients
from portal.web import chart_snapshot
from tests import factories
from tests.cast import NOW, Cast
from tests.page import Browser
from tests.progress.answered import all_of, answered

Open = Callable[..., Browser]
OWN = ("activation", "misuse", "side-effects", "urinary")
ASKED = (*OWN, "phq-9", "pcl-5-month")
KNOWN = loader.catalogue()


@pytest.fixture
def kind() -> str:
    """One database: what is said does not depend on it."""
    return "sqlite"


@pytest.fixture
def hers(cast: Cast) -> str:
    """Ada reads Spanish, was treated and has answered our own scales and two of others; returns where her pages are."""
    db.session.get_one(User, cast.ada.user_id).language = "es"
    factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, NOW.replace(day=NOW.day - 9))
    for instrument in ASKED:
        for ago in (8, 1):
            answered(cast.ada, instrument, all_of(instrument, 1), ago=ago)
    answered(cast.ada, "side-effects", {"nausea": 1}, ago=9, hour=-3)
    return f"/patients/{cast.ada.own_id}"


def english(definition: Definition) -> set[str]:
    """Return the names that an own scale and its parts and outcomes have in English and not in Spanish."""
    said = own_words.worded(definition, "es")
    pairs = [(definition.title, said.title), (definition.short_title, said.short_title)]
    pairs += [(one.title, other.title) for one, other in zip(definition.scales, said.scales, strict=True)]
    return {one for one, other in pairs if one != other}


def left(text: str) -> list[str]:
    """Return the English names of our own that a text has left."""
    names = set().union(*(english(KNOWN.get(one)) for one in OWN)) | {"Nausea", "Headache", "Sleepiness"}
    return [name for name in sorted(names) if re.search(rf"\b{re.escape(name)}\b", text)]


def test_every_own_scale_has_its_spanish_name_on_the_chart_and_in_what_is_kept_of_it(
    hers: str, cast: Cast, browser: Open
) -> None:
    ada, seen = browser(cast.ada), ""
    for number in range(len(ASKED)):
        for part in range(3):
            for page in ("progress", "progress.svg", "progress.csv"):
                text = html.unescape(ada.open(f"{hers}/{page}?scale={number}&part={part}").text)
                assert not left(text), (page, number, part)
                seen += text
    assert [one for one in ("Efectos secundarios", "Náuseas (leve)", "PHQ-9", "PCL-5 (month)") if one not in seen] == []


def test_what_others_named_is_marked_as_english(hers: str, cast: Cast, browser: Open) -> None:
    page = browser(cast.ada).get(f"{hers}/progress")
    marked = {"".join(one.itertext()): one.get("lang") for one in page.find("a") if "scale=" in one.get("href", "")}
    assert {name: marked[name] for name in ("PHQ-9", "PCL-5 (month)", "Efectos secundarios")} == {
        "PHQ-9": "en",
        "PCL-5 (month)": "en",
        "Efectos secundarios": None,
    }


def test_the_picture_in_a_message_speaks_the_patient_s_language(hers: str, cast: Cast, app: Flask) -> None:
    ref = patients.get_ref(cast.ada.own_id, viewer_id=cast.bea.user_id, at=NOW)
    assert ref is not None
    with app.test_request_context():
        picture = (chart_snapshot.draw(ref, at=NOW) or b"").decode()
    assert "Náuseas (leve)" in html.unescape(picture)
    assert not left(picture)


def test_the_care_team_reads_the_names_in_english(hers: str, cast: Cast, browser: Open) -> None:
    text = browser(cast.bea).get(f"{hers}/progress").text
    assert "Side effects" in text
    assert "Nausea (mild)" in text
    assert "Efectos secundarios" not in text


def test_the_page_about_questionnaires_names_ours_in_spanish(browser: Open) -> None:
    text = browser().open("/questionnaires", headers={"Accept-Language": "es"}).text
    ours = {own_words.worded(one, "es").title for one in KNOWN.versions() if own_words.is_own(one)}
    assert {one for one in ours if one not in html.unescape(text)} == set()
