"""docs/instruments.md lists what is in the catalogue, and nothing else."""

import re
from pathlib import Path

from portal.instruments.loinc import allow_list
from tests.instruments import catalogue_table
from tests.instruments.answers import DEFINITIONS

PAGE = (Path(__file__).parents[2] / "docs" / "instruments.md").read_text(encoding="utf-8")
PROSE = re.sub(r"\s+", " ", PAGE)


def test_the_tables_of_the_page_are_those_of_the_catalogue() -> None:
    tables = [block.splitlines() for block in PAGE.split("\n\n") if block.startswith("|")]
    tables = [[line.strip() for line in table] for table in tables]
    assert tables == [
        catalogue_table.with_wording(),
        catalogue_table.structure_only(),
        catalogue_table.totals(),
    ]


def test_every_instrument_has_one_row() -> None:
    rows = re.findall(r"^\| \*\*.+?\*\* `([a-z0-9-]+)`", PAGE, re.MULTILINE)
    assert sorted(rows) == sorted(definition.id for definition in DEFINITIONS)


def test_the_page_carries_the_loinc_notice_and_says_what_we_do_not_do() -> None:
    assert allow_list().notice in PAGE
    assert "No translation of a questionnaire is written by us" in PROSE
    assert "Answering it alone in a portal is an extension that was not validated" in PROSE


def test_the_page_says_which_ranges_have_to_be_confirmed() -> None:
    assert "The ranges of MADRS, YMRS, CADSS and HAM-D" in PROSE
    assert "to be confirmed, and *unverified* until then. For the KSET-R no total could be confirmed" in PROSE


def test_the_page_names_what_is_unverified() -> None:
    rows = {
        line.split("`")[1]: line.endswith("| unverified |") for line in PAGE.splitlines() if line.startswith("| **")
    }
    assert {name for name, is_unverified in rows.items() if is_unverified} == {
        definition.id for definition in DEFINITIONS if definition.verified_on is None
    }
