"""Crisis resources: complete, checked, and never another country's number."""

import re
from datetime import date

import pytest

from portal.safety import crisis

US_NUMBERS = re.compile(r"911|988|741741|662-?4357")


def test_the_united_states_can_call_text_and_chat() -> None:
    country = crisis.for_country("US")
    ways = {(line.kind, line.shown) for line in country.lines}
    assert country.emergency == "911"
    assert {("call", "988"), ("text", "988"), ("chat", "988lifeline.org"), ("text", "741741")} <= ways


def test_veterans_and_spanish_speakers_are_told_what_to_press() -> None:
    notes = " ".join(line.note for line in crisis.for_country("US").lines)
    assert "Veterans: then press 1" in notes
    assert "Spanish: then press 2" in notes


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


LINE = """
name = "A"
kind = "call"
shown = "1"
href = "tel:1"
note = ""
source = "https://a.example"
checked_on = 2026-01-01
"""
BROKEN = [
    ('kind = "call"', 'kind = "fax"'),
    ('href = "tel:1"', 'href = "https://a.example"'),
    ('source = "https://a.example"', 'source = ""'),
]


@pytest.mark.parametrize(("right", "wrong"), BROKEN)
def test_an_incomplete_line_is_refused(right: str, wrong: str) -> None:
    assert crisis.load(f"[[US.lines]]\n{LINE}")["US"].lines
    with pytest.raises(ValueError, match="incomplete"):
        crisis.load(f"[[US.lines]]\n{LINE.replace(right, wrong)}")


def test_a_line_without_a_source_is_refused() -> None:
    with pytest.raises(TypeError):
        crisis.load("[[US.lines]]\n" + LINE.replace('source = "https://a.example"\n', ""))
