"""Files that nobody writes by mistake: refused at once and in words, and none of them can hold the portal up."""

import time
from typing import Any

import pytest

from portal.instruments import scoring
from portal.instruments.loader import DefinitionError, load_text
from tests.instruments.made_up import ITEM, SCALE, source

SUM = source('"sum"\nitems = ["q1", "q2"]\n', 2)
COUNT = """
[[items]]
code = "times"
text = "How many times?"
kind = "number"
minimum = 0
maximum = 1000000
"""
OPTIONS = ", ".join(f'{{ value = {value}, label = "answer {value}" }}' for value in range(102))
SCORES = "".join(SCALE.replace('"total"', f'"total_{number}"') + '"sum"\nitems = ["q1"]\n' for number in range(50))


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ('\ntitle = "Made up"', '\ntitle = "Made\\u0000 up"', "title", "cannot be shown: U+0000"),
        ('text = "Question 1?"', 'text = "Question\\u007f 1?"', "items[0].text", "cannot be shown: U+007F"),
        ('text = "Question 1?"', 'text = "Question 1?\\r"', "items[0].text", "cannot be shown: U+000D"),
        ('label = "never"', 'label = "\\u202ereven"', "answers.often[0].label", "cannot be shown: U+202E"),
        ('text = "Question 1?"', 'text = "\\u200b \\u00ad"', "items[0].text", "text that is not empty"),
        ('neutral_title = "Made up"', 'neutral_title = "Made\\nup"', "neutral_title", "needs to be one line"),
        ("minutes = 1", 'minutes = 1\nlanguage = "abc-Abcd-Abcd"', "language", "needs to be a language"),
        ("[answers]", f"[answers]\nmany = [{OPTIONS}]", "answers.many", "room for 101 answers"),
        ("[answers]", f"a{'.a' * 400} = 1\n[answers]", "", "more than 300 dots in one line"),
        (SCALE, ITEM.format(number=3) * 199 + SCALE, "items", "room for 200 items"),
        (SCALE, SCORES + SCALE, "scales", "room for 50 scores"),
    ],
)
def test_a_hostile_definition_is_refused_with_its_key_and_reason(old: Any, new: Any, key: Any, reason: Any) -> None:
    load_text(SUM, "made-up.toml", shipped=False)
    assert old in SUM
    with pytest.raises(DefinitionError) as raised:
        load_text(SUM.replace(old, new, 1), "made-up.toml", shipped=False)
    assert (raised.value.key, reason in raised.value.reason) == (key, True), str(raised.value)


@pytest.mark.parametrize("text", ["a" + ".a" * 90_000 + " = 1", "[a" + ".a" * 90_000 + "]", "a = 1\n" * 30_000])
def test_a_large_file_is_refused_at_once(text: str) -> None:
    began = time.monotonic()
    with pytest.raises(DefinitionError):
        load_text(text, "large.toml", shipped=False)
    assert time.monotonic() - began < 2


def test_a_key_that_stands_twice_at_the_end_is_refused_with_its_line() -> None:
    with pytest.raises(DefinitionError, match=r"^twice.toml:2: is not valid TOML"):
        load_text("a = 1\na = 2", "twice.toml", shipped=False)


def test_words_of_any_script_are_taken_as_they_are() -> None:
    for words in ("¿Durmió bien?", "هل نمت جيدًا؟\u200f", "眠れましたか", "Two\nlines", "a\u00adb"):
        text = SUM.replace("Question 1?", words.replace("\n", "\\n"))
        assert load_text(text, "made-up.toml", shipped=False).item("q1").text == words


def test_a_count_up_to_a_million_has_its_band_without_a_table_of_a_million() -> None:
    bands = [(0, 0, "none"), (1, 1_000_000, "some")]
    listed = ", ".join(
        f'{{ code = "{name}", label = "{name}", from = {low}, to = {high} }}' for low, high, name in bands
    )
    scale = f'"sum"\nitems = ["times"]\nbands = [{listed}]\nbands_source = "nobody"\n'
    definition = load_text(source(scale, 0, extra=COUNT), "made-up.toml", shipped=False)
    for value, band in ((0, "none"), (1, "some"), (1_000_000, "some")):
        found = scoring.score(definition, {"times": value}).primary
        assert found
        assert found.band
        assert (found.value, found.band.code) == (value, band)
