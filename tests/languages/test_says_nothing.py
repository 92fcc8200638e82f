"""No mail, text message or notification says in another language what it does not say in English."""

import re

import pytest
from babel.messages.extract import extract_from_dir

from script import catalogue, reached
from tests import telling

FOLDERS = ("emails", "sms", "push")
FILLED_IN = re.compile(r"%\(\w+\)s|\{\w+\}")


def sent(folder: str, language: str) -> list[str]:
    """Return the words of every message that the templates of a folder are made of, where the language has some."""
    words = catalogue.read(catalogue.files(language)[0], language)
    methods = [("**.txt", "jinja2"), ("**.html", "jinja2")]
    found = extract_from_dir(reached.ROOT / "templates" / folder, methods, keywords=dict.fromkeys(reached.KEYWORDS))
    ids = {one if isinstance(one, str) else one[0] for _, _, one, _, _ in found}
    return [str(one.string) for one in map(words.get, sorted(ids)) if one is not None]


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("language", catalogue.languages())
def test_what_leaves_the_portal_is_neutral(language: str, folder: str) -> None:
    found = sent(folder, language)
    assert found
    assert not [one for one in found if telling.told(telling.MAIL, FILLED_IN.sub("", one))]


def test_more_than_a_few_messages_leave_the_portal() -> None:
    assert sum(len(sent(folder, language)) for folder in FOLDERS for language in catalogue.languages()) > 20


@pytest.mark.parametrize(
    "words",
    [
        "Su infusión es mañana",
        "Complete el PHQ-9",
        "Su equipo de atención le escribió",
        "Un cuestionario le espera",
        "Tome sus medicamentos",
        "La dosis del lunes",
        "Cómo van sus síntomas",
        "Hablemos de su salud",
        "Mensaje de su médica",
        "Su visita a la clínica",
        "Escala de dolor",
        "Su evolución",
    ],
)
def test_the_words_that_must_not_leave_are_found(words: str) -> None:
    assert telling.told(telling.MAIL, words)
