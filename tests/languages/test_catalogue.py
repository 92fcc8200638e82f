"""The words in other languages: none missing for a patient, no placeholder lost, and the compiled file the same."""

import ast
import re
import shutil
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from script import catalogue, reached

LANGUAGES = catalogue.languages()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_patient_finds_every_word_in_their_language(language: str) -> None:
    assert list(catalogue.problems(language)) == []


def test_no_words_stand_inside_an_f_string_where_nobody_finds_them() -> None:
    """What is read out of the source before Python 3.12 takes an f-string for one piece; its words stayed English."""
    said = re.compile(r"\b(" + "|".join(reached.KEYWORDS) + r")\(")
    for path in sorted((reached.ROOT / "portal").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inside = [ast.unparse(part) for one in ast.walk(tree) if isinstance(one, ast.JoinedStr) for part in one.values]
        assert not [part for part in inside if said.search(part)], path


def test_spanish_is_one_of_them() -> None:
    assert LANGUAGES == ["es"]


def test_what_a_patient_reads_is_found_and_what_only_staff_read_is_not() -> None:
    theirs = {str(one.id) for one in catalogue.for_patients(catalogue.build("es"))}
    assert {
        "Call %(number)s",  # in a macro of a macro
        "We could not find that page",  # an error page
        "This link does not work any more",  # what a blueprint's error handler draws
        "You have something to look at",  # a mail
        "Tick this box if you agree. Without it the portal cannot be used.",  # a form
        "Once, on the first day of the plan",  # a pure file
        "Nothing more to do today",
    } <= theirs
    assert not theirs & {"Sign and seal", "Find by name or email", "Rules for treatment", "Alert figures"}
    assert len(theirs) > 1500


@pytest.fixture
def changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the words that may be spoilt; returns the .po file."""
    kept = {name: catalogue.files("es")[number] for number, name in enumerate(("po", "mo"))}
    copies = tuple(Path(shutil.copy(path, tmp_path / path.name)) for path in kept.values())
    monkeypatch.setattr(catalogue, "files", lambda language: copies)
    return copies[0]


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('msgstr "Iniciar sesión"', 'msgstr ""', "no words for 'Sign in'"),
        ("Llamar al %(number)s", "Llamar al número", "Call %(number)s"),
        ("Llamar al %(number)s", "Llamar al %(number)d", "Call %(number)s"),
        ('msgstr "Iniciar sesión"', 'msgstr "Entrar"', "messages.mo is not what"),
    ],
)
def test_a_word_that_goes_missing_or_astray_is_found(changed: Path, was: str, becomes: str, said: str) -> None:
    text = changed.read_text(encoding="utf-8")
    assert was in text
    changed.write_text(text.replace(was, becomes), encoding="utf-8")
    assert any(said in one for one in catalogue.problems("es"))


def test_words_out_of_another_file_are_taken_and_what_nobody_says_any_more_goes(changed: Path, tmp_path: Path) -> None:
    other, path = Catalog(locale="es"), tmp_path / "other.po"
    other.add("Sign in", "Entrar")
    other.add("Nobody says this", "Nadie lo dice")
    path.write_bytes(catalogue.po(other))
    catalogue.main(["--merge", str(path)])
    text = changed.read_text(encoding="utf-8")
    assert 'msgid "Sign in"\nmsgstr "Entrar"' in text
    assert "Nadie lo dice" not in text
    catalogue.main([])
    assert changed.read_text(encoding="utf-8") == text


def test_no_spanish_is_shipped_for_words_that_belong_to_somebody_else() -> None:
    """Of PHQ, GAD, PCL-5, PEG and ASQ nothing is translated by us: what is shipped of them is in English alone."""
    owned = re.compile(r"(phq|gad|pcl|peg|asq)[-\d]*(@\d+)?\.toml")
    for path in (reached.ROOT / "portal" / "instruments" / "definitions").glob("*.toml"):
        if owned.match(path.name):
            assert not re.search(r'^language = "(?!en")', path.read_text(encoding="utf-8"), re.MULTILINE), path.name
