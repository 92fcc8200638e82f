"""Crisis resources: complete, checked, and never another country's number."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest

from config import ConfigurationError
from portal.app import create_app
from portal.safety import crisis, crisis_file
from tests.conftest import settings

US_NUMBERS = re.compile(r"911|988|741741|662-?4357")


def test_the_united_states_can_call_text_and_chat() -> None:
    country = crisis.for_country("US")
    ways = {(line.kind, line.shown) for line in country.lines}
    assert country.emergency == "911"
    assert {("call", "988"), ("text", "988"), ("chat", "988lifeline.org"), ("text", "741741")} <= ways


def test_veterans_and_spanish_speakers_are_told_what_to_press() -> None:
    notes = " ".join(line.note for line in crisis.for_country("US").lines)
    assert "Veterans: then press 1" in notes
    assert "Spanish: then press 2, or text AYUDA" in notes


@pytest.mark.parametrize("code", [*crisis.country_codes(), "BR", "", "ZZ", "us "])
def test_no_us_number_is_shown_anywhere_else(code: str) -> None:
    country = crisis.for_country(code)
    if country.code != "US":
        assert not US_NUMBERS.search(repr(country))


def test_a_country_is_found_whatever_its_case() -> None:
    assert crisis.for_country("us") == crisis.for_country("US")


@pytest.mark.parametrize("line", [line for code in crisis.country_codes() for line in crisis.for_country(code).lines])
def test_every_line_says_where_and_when_it_was_checked(line: crisis.Line) -> None:
    assert line.source.startswith("https://")
    assert date(2026, 1, 1) <= line.checked_on


def test_lines_of_one_service_stand_together() -> None:
    services = crisis.for_country("US").services
    assert [service.name for service in services] == list(
        dict.fromkeys(line.name for line in crisis.for_country("US").lines)
    )
    assert [line.kind for line in services[0].lines] == ["call", "text", "chat"]


@pytest.mark.parametrize("code", [code for code in crisis.country_codes() if code != "US"])
def test_nothing_is_shipped_for_a_country_whose_numbers_nobody_has_checked(code: str) -> None:
    assert crisis.for_country(code).is_empty


def test_the_emergency_number_says_where_it_was_checked_as_well() -> None:
    country = crisis.for_country("US")
    assert country.emergency_source.startswith("https://")
    assert country.checked_on == date(2026, 11, 22)


OWN = """[GB]
emergency = "999"
emergency_source = "https://a.example"
emergency_checked_on = 2026-11-20

[[GB.lines]]
name = "Somebody"
kind = "call"
shown = "020 7946 0000"
href = "tel:+442079460000"
source = "https://a.example"
checked_on = 2026-11-20

[[GB.lines]]
name = "Somebody"
kind = "chat"
shown = "a.example"
href = "https://a.example/chat"
source = "https://a.example"
checked_on = 2026-11-20
"""
TODAY = date(2026, 11, 22)


def read(text: str) -> Mapping[str, crisis.Country]:
    return crisis_file.read(text, "own.toml", known={"GB", "US"}, today=TODAY)


def test_a_clinic_s_own_file_is_read() -> None:
    country = read(OWN)["GB"]
    assert (country.emergency, [line.shown for line in country.lines]) == ("999", ["020 7946 0000", "a.example"])


WRONG = [
    ("[GB]", "[UK]", 1, "“UK” is no country"),
    ('"999"', '"nine"', 2, "“nine” is no emergency number"),
    ('"999"', "999", 2, "“999” is no emergency number"),
    ('emergency_source = "https://a.example"\n', "", 1, "“emergency_source” is missing"),
    ("emergency_checked_on = 2026-11-20\n", "", 1, "“emergency_checked_on” is missing"),
    ("emergency_checked_on", "emergency_seen_on", 4, "“emergency_seen_on” is nothing that a country can have"),
    ('kind = "call"', 'kind = "fax"', 8, "“fax” is no kind of line"),
    ('name = "Somebody"\nkind = "call"', 'kind = "call"', 6, "“name” is missing"),
    ('"020 7946 0000"', '"ask for Sam"', 9, "“ask for Sam” is no phone number"),
    ('"tel:+442079460000"', '"tel:nobody"', 10, "“tel:nobody” is no phone number"),
    ('"tel:+442079460000"', '"https://a.example"', 10, "is no phone number; for call it is written as tel:116123"),
    ('"tel:+442079460000"', '"tel:+442079460001"', 9, "“020 7946 0000” is shown, but “+442079460001” would be reached"),
    (
        'source = "https://a.example"\nchecked_on = 2026-11-20\n\n',
        "checked_on = 2026-11-20\n\n",
        6,
        "“source” is missing",
    ),
    ("\nchecked_on = 2026-11-20\n\n[[", "\n\n[[", 6, "“checked_on” is missing"),
    ("\nchecked_on = 2026-11-20\n\n[[", '\nchecked_on = "yesterday"\n\n[[', 12, "“checked_on” is to be a day"),
    ("\nchecked_on = 2026-11-20\n\n[[", "\nchecked_on = 2026-11-23\n\n[[", 12, "“checked_on” is still to come"),
    ('"https://a.example/chat"', '"http://a.example/chat"', 18, "is no address that begins with https://"),
    ('shown = "a.example"', "shown = 1", 17, "“shown” is missing"),
    ('shown = "a.example"', 'shown = "a.example"\nopen = "always"', 18, "“open” is nothing that a line can have"),
]


@pytest.mark.parametrize(("right", "wrong", "line", "said"), WRONG, ids=[one[3] for one in WRONG])
def test_what_is_wrong_in_it_is_named_with_its_file_and_line(right: str, wrong: str, line: int, said: str) -> None:
    assert right in OWN
    with pytest.raises(crisis_file.CrisisFileError) as refused:
        read(OWN.replace(right, wrong, 1))
    assert str(refused.value).startswith(f"own.toml, line {line}: ")
    assert said in str(refused.value)


def test_what_is_no_toml_is_named_with_its_line() -> None:
    with pytest.raises(crisis_file.CrisisFileError, match=r"own.toml: this is no TOML: .*line 2"):
        read("[GB]\nemergency 999")


@pytest.fixture
def own_file(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "own.toml"
    crisis.use({})


def start(path: Path, folder: Path) -> None:
    create_app(settings(f"sqlite:///{folder}/empty.sqlite3", folder, crisis_path=str(path)))


def test_the_clinic_s_own_numbers_stand_in_place_of_ours_country_by_country(own_file: Path, tmp_path: Path) -> None:
    own_file.write_text(OWN + '\n[US]\nemergency = "112"\nemergency_source = "a"\nemergency_checked_on = 2026-11-20\n')
    start(own_file, tmp_path)
    assert crisis.for_country("GB").emergency == "999"
    assert crisis.for_country("US") == crisis.Country("US", "112", "a", date(2026, 11, 20))
    assert "FR" in crisis.country_codes()


@pytest.mark.parametrize("text", [OWN.replace("GB", "XX"), OWN.replace('"999"', '"nine"'), None])
def test_the_portal_does_not_start_with_a_file_that_is_wrong(own_file: Path, tmp_path: Path, text: str | None) -> None:
    if text is not None:
        own_file.write_text(text)
    with pytest.raises(ConfigurationError, match=r"own\.toml"):
        start(own_file, tmp_path)
    assert crisis.for_country("GB").is_empty
