"""Which passwords are refused, by tables of cases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.accounts.password_rules import SHORTEST, Weakness, weakness

ABOUT = ("Ada Lovelace", "countess@analytical.example", "Harbour Clinic")
COMMON = [
    "password1234",
    "P@ssw0rd1234",
    "$unshine2026!!",
    "qwertyuiop12",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "123456789012",
    "987654321098",
    "aaaaaaaaaaaa",
    "abcabcabcabc",
    "iloveyou1234",
    "welcome2026!!",
    "passwordpassword",
    "letmeinplease1",
    "qazwsxedcrfv",
    "1234567890qwerty",
    "manchesterunited",
    "q1w2e3r4t5y6",
    "abcdefghijkl",
    "zxcvbnm,./123",
    "Summer2026!!!",
    "Ketamine2026!",
    "administrator",
    "1112223334445",
    "19841984-0505",
    "trustno1trustno1",
    "monkeydragonfootball",
    "unbelievable",
    "basketball12",
    "changeme1234",
    "christopher1",
    "121212121212",
    "p9zp9z9pz9pz",
    "1qaz@WSX3edc",
    "qwerty123456",
    "asdf1234asdf",
    "password!@#$",
    "mypassword123",
    "hellokitty123",
    "ＰＡＳＳＷＯＲＤ１２３４",
    "interval-portal-1",
]
GOOD = [
    "quiet harbour at dusk",
    "correct horse battery staple",
    "green kettle under stairs",
    "Ich mag Regen am See",
    "дождь над рекой",
    "Zk4#pfLq92mW",
    "x" * 40 + "the longer the better" * 20,
    "  spaces  count  too  ",
    "四季折々の花が咲く庭で会う",
]


@pytest.mark.parametrize("password", COMMON)
def test_what_strangers_try_first_is_refused(password: str) -> None:
    assert weakness(password, about=[]) is Weakness.COMMON


@pytest.mark.parametrize("password", GOOD)
def test_a_few_words_or_twelve_odd_characters_are_accepted(password: str) -> None:
    assert weakness(password, about=["Ada Lovelace", "countess@analytical.example", "Your Clinic"]) is None


@pytest.mark.parametrize(
    "password",
    [
        "green lovelace kettle",
        "greenLOVELACEkettle",
        "gr33n l0v3l4c3 kettle",
        "kettle for ada today",
        "the countess drinks tea",
        "analytical green kettle",
        "boats in harbour 2026 xz",
    ],
)
def test_the_person_s_own_name_address_or_clinic_is_refused(password: str) -> None:
    assert weakness(password, about=ABOUT) is Weakness.PERSONAL


def test_a_short_name_inside_another_word_is_not_the_name() -> None:
    assert weakness("a canadian kettle sings", about=ABOUT) is None


@pytest.mark.parametrize(("password", "expected"), [("kettle moon", Weakness.TOO_SHORT), ("kettle moons", None)])
def test_twelve_characters_are_enough_and_eleven_are_not(password: str, expected: Weakness | None) -> None:
    assert weakness(password, about=[]) is expected


@given(st.text(max_size=SHORTEST - 1, alphabet=st.characters(codec="ascii")))
def test_nothing_shorter_is_ever_accepted(password: str) -> None:
    assert weakness(password, about=[]) is Weakness.TOO_SHORT


@given(st.text(min_size=1, max_size=300), st.lists(st.text(max_size=30), max_size=3))
def test_every_text_gets_an_answer(password: str, about: list[str]) -> None:
    weakness(password, about=about)


@given(st.text(min_size=1, max_size=6), st.integers(2, 40))
def test_one_short_thing_said_again_and_again_is_refused(unit: str, times: int) -> None:
    assert weakness(unit * times, about=[]) is not None
