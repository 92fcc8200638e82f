"""Templates are filled in without a hole, and a text is looked through for words whatever way they are written."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.messaging import danger_words
from portal.messaging.wording.fill import FIELDS, Filled, fill, holes, named, unknown

VALUES = {"first_name": "Ada", "last_infusion_date": "March 3, 2026", "next_visit": None}
texts = st.text(alphabet=st.characters(exclude_characters="{}"), max_size=60)
values = st.fixed_dictionaries({name: st.none() | texts for name in FIELDS})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello", Filled("Hello", ())),
        ("Dear {first_name},", Filled("Dear Ada,", ())),
        ("{ first_name } {first_name}", Filled("Ada Ada", ())),
        ("See you on {next_visit}", Filled("See you on {next_visit}", ("next_visit",))),
        ("{last_infusion_date}/{next_visit}", Filled("March 3, 2026/{next_visit}", ("next_visit",))),
        ("{dose}", Filled("{dose}", ("dose",))),
    ],
)
def test_a_field_is_filled_in_or_named_as_missing(text: str, expected: Filled) -> None:
    assert fill(text, VALUES) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dear {first_name}, {next_visit}", []),
        ("{dose} of {drug} and {dose}", ["{dose}", "{drug}"]),
        ("{First_Name}", ["{First_Name}"]),
        ("{}", ["{}"]),
        ("a } b", ["}"]),
        ("{first_name", ["{"]),
        ("{{first_name}}", ["{", "}"]),
    ],
)
def test_what_is_no_field_is_named(text: str, expected: list[str]) -> None:
    assert unknown(text) == expected


@given(st.lists(texts | st.sampled_from([f"{{{name}}}" for name in FIELDS]), max_size=8).map("".join), values)
def test_what_is_filled_in_has_a_hole_exactly_where_a_value_was_missing(
    text: str, given_values: dict[str, str | None]
) -> None:
    filled = fill(text, given_values)
    assert tuple(holes(filled.text)) == filled.missing
    assert filled.missing == tuple(name for name in named(text) if not given_values[name])
    assert not unknown(text)
    assert fill(filled.text, {}).text == filled.text


@given(texts, values)
def test_a_text_without_fields_stays_as_it_is(text: str, given_values: dict[str, str | None]) -> None:
    assert fill(text, given_values) == Filled(text, ())


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("I want to kill   myself", ["kill myself"], True),
        ("I CAN’T GO ON.", ["cant go on"], True),
        ("I can't\ngo on", ["can’t go on"], True),
        ("I can´t go on", ["can't go on"], True),
        ("kill. Myself", ["kill myself"], True),
        ("my skill, myself", ["kill myself"], False),
        ("suicidal", ["suicid*"], True),
        ("suicidal", ["suicid"], False),
        ("parasuicid", ["suicid*"], False),
        ("Tomé demasiadas", ["tome demasiadas"], True),
        ("tome demasiadas", ["tomé demasiadas"], True),
        ("sui\u200bcide", ["suicid*"], True),
        ("anything", [], False),
        ("anything", ["*", " ", "!"], False),
        ("", ["kill myself"], False),
    ],
)
def test_words_are_found_whole_whatever_the_writing(text: str, words: list[str], found: bool) -> None:
    assert danger_words.is_in(text, words) is found


PAGE = Path(__file__).resolve().parents[3] / "docs" / "danger-words.md"
SHIPPED = [word for words in danger_words.shipped().values() for word in words]


PLAIN = [
    "I just wanna die",
    "sometimes I want to kill my self",
    "I'd rather be dead",
    "i dont wanna live like this",
    "I could hang myself",
    "I took all my pills",
    "I took all of my pills",
    "I keep thinking of hanging myself",
    "I no longer want to live",
    "I want to unalive myself",
    "Me quiero matar",
    "Me quiero morir",
    "me voy a matar",
    "me voy a quitar la vida",
    "A veces me corto",
    "Me corto los brazos por la noche",
    "me corto cuando estoy sola",
    "Tomé todas mis pastillas",
    "tengo ganas de morirme",
    "Estoy sin ganas de vivir",
    "Me tomé todas las pastillas",
]
EVERYDAY = [
    "I took all my vitamins and went to bed",
    "My phone is about to die, I want to charge it",
    "I could not hang up the picture by myself",
    "I never wake up at night",
    "Recorrí 10 kms",
    "Me mato a trabajar",
    "Me voy a mudar",
    "Corto el pan",
    "Mañana me corto el pelo",
    "Siempre me corto las uñas",
    "Tengo ganas de vivir",
    "Tomé todas las pastillas de la semana",
]


@pytest.mark.parametrize(("text", "found"), [(text, True) for text in PLAIN] + [(text, False) for text in EVERYDAY])
def test_plain_words_are_found_in_either_order_and_everyday_talk_is_not(text: str, found: bool) -> None:
    assert danger_words.is_in(text, SHIPPED) is found


@given(st.text(max_size=80), st.sampled_from(SHIPPED), st.text(max_size=80), st.sampled_from(["NFC", "NFD"]))
def test_every_word_of_the_list_is_found_in_any_text_in_any_case(before: str, word: str, after: str, form: str) -> None:
    text = unicodedata.normalize(form, f"{before} {word.removesuffix('*').upper()} {after}")
    assert danger_words.is_in(text, [word])
    assert danger_words.is_in(text, SHIPPED)


@given(st.text(alphabet="bcdfghjklmnpqrtvwxyz .,!'’", max_size=200))
def test_a_text_without_a_vowel_holds_none_of_them(text: str) -> None:
    assert not danger_words.is_in(text, SHIPPED)


@pytest.mark.parametrize(("language", "words"), danger_words.shipped().items())
def test_the_list_is_short_and_each_of_its_words_says_something(language: str, words: tuple[str, ...]) -> None:
    assert 10 <= len(words) <= 60
    folded = [danger_words.folded(word) for word in words]
    assert len(set(folded)) == len(folded)
    assert all(one and len(one) <= danger_words.LONGEST for one in folded), language


@pytest.mark.parametrize(("language", "words"), danger_words.shipped().items())
def test_the_page_in_the_documents_shows_the_list_word_for_word(language: str, words: tuple[str, ...]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert "**Not validated.**" in page
    part = page.split(f"({language})")[1].split("## ")[0]
    assert [line.removeprefix("- ") for line in part.split("\n") if line.startswith("- ")] == list(words)
