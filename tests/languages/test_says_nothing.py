"""No mail, text message or notification says in another language what it does not say in English."""

import re

import pytest
from babel.messages.catalog import Message

from script import catalogue

CLINICAL = re.compile(
    r"""\b(infusi|ketamin|esketamin|tratamient|medicament|medicin|dosis|refuerz|depres|ansied|bipolar|dolor|tept|toc\b|ánimo
    |suicid|crisis|muerte|da[ñn]o|peligro|terap|psic|psiqu|s[ií]ntoma|salud|enferm|pacient|diagn[oó]s|cuestionari|escala
    |puntuaci|registro|evoluci[oó]n|phq|gad|pcl|peg|asq|seguimiento|alerta|equipo\ de\ atenci[oó]n|profesional|m[eé]dic
    |sangre|orina|alergia|plan\ de\ seguridad|adult)""",
    re.IGNORECASE | re.VERBOSE,
)
OUTSIDE = ("templates/emails/", "templates/sms/", "templates/push/")


def sent(language: str) -> list[Message]:
    """Return every message that a mail, a text message or a notification is made of."""
    words = catalogue.build(language, catalogue.read(catalogue.files(language)[0], language))
    return [one for one in catalogue.for_patients(words) if any(path.startswith(OUTSIDE) for path, _ in one.locations)]


@pytest.mark.parametrize("language", catalogue.languages())
def test_what_leaves_the_portal_is_neutral(language: str) -> None:
    found = sent(language)
    assert len(found) > 20
    assert {path.split("/")[1] for one in found for path, _ in one.locations} >= {"emails", "sms", "push"}
    assert not [one.string for one in found if CLINICAL.search(str(one.string))]


@pytest.mark.parametrize("words", ["Su infusión es mañana", "Complete el PHQ-9", "Su equipo de atención le escribió"])
def test_the_words_that_must_not_leave_are_found(words: str) -> None:
    assert CLINICAL.search(words)
