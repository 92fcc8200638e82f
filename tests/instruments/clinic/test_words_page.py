"""Pasting a wording: what is asked, what is shown before it is saved, and that nothing typed is lost."""

from collections.abc import Callable
from typing import Any

import pytest

from portal import db
from portal.instruments import catalogue, loader, queries, scoring, wording
from portal.instruments.definition import key_of
from tests.cast import Cast
from tests.instruments.clinic.scales import STATEMENT, rows, texts_for
from tests.page import Browser, Page, said

Open = Callable[..., Browser]
ATTESTED = {"statement": "0", "licence": "Letter of 2 May", "attested": "yes"}


def page_of(client: Browser, instrument: str, query: str = "") -> Page:
    return client.get(f"/clinic/questionnaires/{key_of(instrument)}/wording{query}")


def fields(instrument: str, mark: str = "") -> dict[str, str]:
    """Return what is typed, by the names of the fields."""
    blanks, texts = wording.blanks(catalogue.structure_of(instrument)), texts_for(instrument, mark)
    return {f"text_{number}": texts[blank.key] for number, blank in enumerate(blanks)}


def test_the_page_asks_for_every_text_as_printed_and_says_what_answers_count(cast: Cast, browser: Open) -> None:
    page = page_of(browser(cast.eve), "epds")
    text = " ".join(said(one) for one in page.find("div") if "field" in one.get("class", "").split())
    assert "Answers to question 34 lines, in printed order. They count 3, 2, 1, 0." in text
    assert "Answers to question 14 lines, in printed order. They count 0, 1, 2, 3." in text
    assert "Written permission of the Royal College of Psychiatrists is required" in page.text
    assert page.form("Attest and save").values["language"] == "en"


def test_words_are_shown_as_a_patient_sees_them_before_anything_is_saved(cast: Cast, browser: Open) -> None:
    page = page_of(browser(cast.cal), "epds").form("Show it").submit(fields("epds"))
    assert "As a patient sees it" in page.text
    assert "Nothing is saved yet." in page.text
    assert [row for row in page.find("legend") if "words for items.q1.text" in "".join(row.itertext())]
    assert not rows()


def test_words_that_are_attested_can_be_asked_and_scored(cast: Cast, browser: Open) -> None:
    shown = page_of(browser(cast.cal), "epds").form("Show it").submit(fields("epds"))
    page = shown.form("Attest and save").submit(ATTESTED, button="Attest and save")
    assert "Saved. It can be asked from now on." in page.text
    assert "Wording in English" in page.text
    found = catalogue.current().get("epds")
    assert [option.value for option in found.item("q3").options] == [3, 2, 1, 0]
    assert found.item("q3").options[0].label == "answer 3"
    first_answers = {item.code: item.options[0].value for item in found.items}
    score = scoring.score(found, first_answers).primary
    assert score
    assert score.value == 21
    assert rows()[0].statement == STATEMENT


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"statement": []}, "Choose why this wording may be used"),
        ({"licence": " "}, "Name the licence or permission"),
        ({"attested": []}, "Tick this to attest to the wording"),
        ({"language": "English"}, "Enter a language as a code, like en, es or pt-BR"),
        ({"language": ""}, "Enter the language of this wording"),
        ({"text_3": ""}, "Paste this text"),
        ({"text_4": "one\ntwo\nthree"}, "Write 4 lines, one for each answer. There are 3."),
        ({"text_4": "one\ntwo\nthree\nthree"}, "'three' is used twice"),
        ({"text_3": "Some \u202esdrow"}, "has a character that cannot be shown: U+202E"),
    ],
)
def test_what_is_missing_or_wrong_is_said_and_everything_typed_stays(
    cast: Cast, browser: Open, changed: dict[str, Any], problem: str
) -> None:
    sent = fields("epds") | ATTESTED | changed
    page = page_of(browser(cast.eve), "epds").form("Attest and save").submit(sent, button="Attest and save", expect=422)
    assert page.problems == [problem]
    kept = page.form("Attest and save").values
    assert {name: kept.get(name, []) for name in sent} == sent
    assert not rows()


def test_a_preview_does_not_ask_for_the_attestation_but_for_the_words(cast: Cast, browser: Open) -> None:
    page = page_of(browser(cast.eve), "epds").form("Show it").submit({"text_3": "Only one"}, expect=422)
    assert set(page.problems) == {"Paste this text"}
    assert page.form("Show it").values["text_3"] == "Only one"


def test_a_wording_is_corrected_from_the_one_in_force(cast: Cast, browser: Open) -> None:
    client = browser(cast.eve)
    page_of(client, "who-5").form("Attest and save").submit(fields("who-5") | ATTESTED, button="Attest and save")
    db.session.rollback()
    page = client.get("/clinic/questionnaires").follow("Wording in English").follow("Correct the wording")
    form = page.form("Attest and save")
    assert form.values["text_3"] == "words for items.q1.text"
    form.submit(ATTESTED | {"text_3": "Better words"}, button="Attest and save")
    now = catalogue.current()
    assert (now.get("who-5").items[0].text, now.get("who-5").version) == ("Better words", 1002)
    assert now.get("who-5", 1001).items[0].text == "words for items.q1.text"


def test_an_official_translation_of_a_shipped_one_shows_the_original_beside_it(cast: Cast, browser: Open) -> None:
    page = page_of(browser(cast.eve), "phq-9")
    assert "With the portal: “Little interest or pleasure in doing things”" in page.text
    refused = page.form("Attest and save").submit(
        fields("phq-9") | ATTESTED | {"language": "en"}, button="Attest and save", expect=422
    )
    assert refused.problems == ["The wording in this language comes with the portal. Enter another language."]
    refused.form("Attest and save").submit({"language": "es"}, button="Attest and save")
    assert catalogue.current().get("phq-9", language="es").items[0].text == "words for items.q1.text"
    assert catalogue.current().get("phq-9").items[0].text.startswith("Little interest")


def test_somebody_who_was_faster_is_said_and_everything_typed_stays(
    cast: Cast, browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(cast.eve)
    page_of(client, "epds").form("Show it").submit(fields("epds") | ATTESTED, button="Attest and save")
    monkeypatch.setattr(queries, "next_wording", lambda *_: 1001)
    sent = fields("epds", " again") | ATTESTED
    page = page_of(client, "epds").form("Show it").submit(sent, button="Attest and save", expect=409)
    assert page.problems == ["Somebody saved another wording at the same moment. Look at it before you send yours."]
    assert page.form("Show it").values["text_3"] == "words for items.q1.text again"
    assert len(rows()) == 1


def test_there_is_nothing_to_paste_into_totals(cast: Cast, browser: Open) -> None:
    client = browser(cast.eve)
    assert client.open(f"/clinic/questionnaires/{key_of('madrs')}/wording").status_code == 404
    assert client.open("/clinic/questionnaires/0000000000/wording").status_code == 404


def test_every_structure_has_a_page_to_paste_into(cast: Cast, browser: Open) -> None:
    client = browser(cast.eve)
    for one in loader.catalogue():
        if one.filled_by == "patient":
            assert page_of(client, one.id).h1 == f"Wording of {one.short_title}"
