"""The words a clinic pastes: which are wanted, and the definition that they make."""

import tomllib

import pytest

from portal.instruments import catalogue, loader, wording
from portal.instruments.definition import Wording
from portal.instruments.wording import Part
from tests.instruments.clinic.scales import texts_for

STRUCTURES = [one.id for one in loader.catalogue() if one.wording is Wording.CLINIC]


@pytest.mark.parametrize("instrument", STRUCTURES)
def test_every_structure_can_be_filled_and_then_be_asked(instrument: str) -> None:
    structure = catalogue.structure_of(instrument)
    filled = wording.fill(structure, texts_for(instrument), version=1001, language="en")
    made, bare = loader.load_text(filled, "made", shipped=False), loader.catalogue().get(instrument)
    assert made.is_askable
    assert not bare.is_askable
    assert made.structure_version == bare.version
    assert [(one.code, one.minimum, one.maximum, one.positive_values) for one in made.items] == [
        (one.code, one.minimum, one.maximum, one.positive_values) for one in bare.items
    ]
    assert made.scales == bare.scales


def test_the_answers_of_a_question_printed_worst_first_say_what_they_count() -> None:
    blanks = {one.key: one for one in wording.blanks(catalogue.structure_of("epds"))}
    assert [blanks[f"answers.of_q{number}"].values for number in (1, 3, 10)] == [
        (0, 1, 2, 3),
        (3, 2, 1, 0),
        (3, 2, 1, 0),
    ]
    assert [blanks[f"answers.of_q{number}"].numbers for number in (1, 10)] == [(1,), (10,)]


def test_lists_of_answers_come_after_the_last_question_they_belong_to() -> None:
    parts = [(one.part, one.numbers) for one in wording.blanks(catalogue.structure_of("phq-9"))]
    nine = parts.index((Part.QUESTION, (9,)))
    assert parts[nine + 1] == (Part.ANSWERS, tuple(range(1, 10)))
    assert parts[-2:] == [(Part.QUESTION, (10,)), (Part.ANSWERS, (10,))]


def test_an_answer_code_goes_with_words_that_are_not_its_own() -> None:
    structure = catalogue.structure_of("phq-9")
    filled = tomllib.loads(wording.fill(structure, {"answers.frequency": "Nada\nA\nB\nC"}, version=1001, language="es"))
    assert [one.get("loinc") for one in filled["answers"]["frequency"]] == [None] * 4
    assert [one.get("loinc") for one in filled["answers"]["difficulty"]] != [None] * 4
    assert filled["items"][0]["loinc"] == "44250-9"


def test_what_was_pasted_is_read_back() -> None:
    texts = texts_for("c-ssrs")
    filled = wording.fill(catalogue.structure_of("c-ssrs"), texts, version=1001, language="en")
    assert wording.read(filled) == texts


def test_one_answer_too_few_is_not_taken() -> None:
    with pytest.raises(ValueError, match="shorter"):
        wording.fill(catalogue.structure_of("epds"), {"answers.of_q1": "a\nb\nc"}, version=1001, language="en")
