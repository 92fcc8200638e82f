"""No wording is shipped that its owner does not allow; what nobody has verified is listed as such."""

import re
from pathlib import Path
from typing import Any

import pytest

from portal.instruments.definition import FilledBy, Wording
from portal.instruments.loader import SHIPPED, DefinitionError, catalogue, load_file
from tests.instruments.answers import DEFINITIONS

UNVERIFIED = {
    "peg",
    "nida-1",
    "oci-12",
    "oci-r",
    "pmq-9",
    "qids-sr16",
    "cadss",
    "ham-d",
    "isi",
    "kset-r",
    "madrs",
    "ymrs",
}
BLANK = {"asrm", "c-ssrs", "epds", "oci-12", "oci-r", "pmq-9", "qids-sr16", "who-5"}
TOTALS = {"cadss", "ham-d", "isi", "kset-r", "madrs", "ymrs"}
named = pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda definition: definition.id)


def copy(tmp_path: Path, instrument: str, *changes: tuple[str, str]) -> Path:
    text = (SHIPPED / f"{instrument}.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / f"{instrument}.toml"
    path.write_text(text, encoding="utf-8")
    return path


@named
def test_every_definition_says_whose_it_is_and_where_it_is_from(definition: Any) -> None:
    assert definition.license
    assert definition.attribution
    assert definition.source


@named
def test_wording_is_shipped_only_where_its_owner_allows_it(definition: Any) -> None:
    if definition.wording is Wording.SHIPPED and definition.filled_by is FilledBy.PATIENT:
        assert definition.license_status.may_ship
        assert definition.has_wording


@pytest.mark.parametrize("status", ["noncommercial", "permission-required", "unknown"])
@pytest.mark.parametrize(("instrument", "said"), [("peg", "permitted-with-attribution"), ("asq", "public-domain")])
def test_shipped_wording_with_another_status_is_refused(
    instrument: Any, said: Any, status: Any, tmp_path: Path
) -> None:
    changed = copy(tmp_path, instrument, (f'license_status = "{said}"', f'license_status = "{status}"'))
    with pytest.raises(DefinitionError, match="license_status"):
        load_file(changed)


@pytest.mark.parametrize("instrument", sorted(BLANK))
def test_a_structure_whose_words_were_pasted_into_the_file_is_refused(instrument: Any, tmp_path: Path) -> None:
    changed = copy(tmp_path, instrument, ('code = "q2"\n', 'code = "q2"\ntext = "Pasted"\n'))
    with pytest.raises(DefinitionError, match="text"):
        load_file(changed)


def test_these_are_structure_only_and_hold_not_one_word_of_a_question_or_an_answer() -> None:
    blank = [definition for definition in DEFINITIONS if definition.wording is Wording.CLINIC]
    assert {definition.id for definition in blank} == BLANK
    for definition in blank:
        assert (definition.instruction, definition.stem) == ("", "")
        for item in definition.items:
            assert (item.text, item.stem, item.hint, item.low_label, item.high_label) == ("", "", "", "", "")
            assert not any(option.label for option in item.options)
        assert not definition.is_askable


def test_these_are_totals_of_a_clinician_with_one_number_and_no_question() -> None:
    totals = [definition for definition in DEFINITIONS if definition.filled_by is FilledBy.CLINICIAN]
    assert {definition.id for definition in totals} == TOTALS
    for definition in totals:
        assert [(item.code, item.text, item.kind) for item in definition.items] == [("total", "Total", "number")]
        assert not definition.is_askable
        assert definition.staff_note


@pytest.mark.parametrize("instrument", ["madrs", "ymrs", "cadss", "ham-d", "kset-r"])
def test_a_range_that_our_reference_lacks_is_unverified_and_its_note_is_for_clinicians(instrument: Any) -> None:
    definition = catalogue().get(instrument)
    assert definition.verified_on is None
    assert f"to {definition.primary.maximum}" in definition.staff_note
    assert not re.search("confirm|reference", definition.staff_note)


def test_what_nobody_has_verified_carries_no_date() -> None:
    assert {definition.id for definition in DEFINITIONS if definition.verified_on is None} == UNVERIFIED
