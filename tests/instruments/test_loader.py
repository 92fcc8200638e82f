from pathlib import Path
from typing import Any

import pytest

from portal.instruments.loader import DefinitionError, UnknownInstrument, catalogue, load_directory, load_file

SMALL = """\
id = "rest"
version = 1
title = "Rest"
short_title = "Rest"
neutral_title = "Rest"
minutes = 1
validated = false
stem = "Lately,"
license = "ours"
license_status = "public-domain"
attribution = "nobody"
source = "made up for this test"

[answers]
often = [
  { value = 0, label = "never" },
  { value = 1, label = "often" },
]

[[items]]
code = "calm"
text = "did you rest?"
kind = "choice"
answers = "often"

[[items]]
code = "hours"
text = "How long?"
kind = "scale"
minimum = 0
maximum = 4
low_label = "no time"
high_label = "all day"
completes_stem = false
required = false

[[scales]]
code = "total"
title = "Rest"
method = "sum"
items = ["calm", "hours"]
better = "lower"
bands = [
  { code = "some", label = "some", from = 0, to = 2 },
  { code = "much", label = "much", from = 3, to = 5 },
]
bands_source = "nobody"
response = { reduction = 0.5, remission_below = 2, source = "nobody" }
reliable_change = { points = 2, source = "nobody" }
"""


def write(folder: Path, text: str = SMALL, name: str = "rest.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_definition_is_read_whole(tmp_path: Any) -> None:
    definition = load_file(write(tmp_path))
    assert (definition.id, definition.version, definition.recall_days, definition.verified_on) == (
        "rest",
        1,
        None,
        None,
    )
    assert [(item.code, item.stem, item.is_required) for item in definition.items] == [
        ("calm", "Lately,", True),
        ("hours", "", False),
    ]
    assert (definition.primary.minimum, definition.primary.maximum) == (0, 5)


REFUSED = [
    # what is changed, into what, line, key, part of the reason
    ("version = 1\n", "", None, "version", "is missing"),
    ("version = 1", "version = 0", 2, "version", "whole number from 1"),
    ("version = 1", "version = true", 2, "version", "whole number from 1"),
    ('title = "Rest"\nshort', 'title = " "\nshort', 3, "title", "text that is not empty"),
    ("minutes = 1", "minuets = 1\nminutes = 1", 6, "minuets", "check its spelling"),
    ("validated = false", 'validated = "no"', 7, "validated", "true or false"),
    ('id = "rest"', 'id = "Rest"', 1, "id", "joined by hyphens"),
    ('id = "rest"', 'id = "other"', 1, "id", "has to be called other.toml"),
    ("minutes = 1", "minutes = 1\nrecall_days = -1", 7, "recall_days", "whole number from 0"),
    ("minutes = 1", 'minutes = 1\nverified_on = "2026"', 7, "verified_on", "a date such as"),
    ("minutes = 1", "minutes = 1\nverified_on = 2026-11-22T10:00:00", 7, "verified_on", "a date such as"),
    ('"public-domain"', '"permission-required"', 10, "license_status", "does not allow this wording to be shipped"),
    ('"public-domain"', '"noncommercial"', 10, "license_status", "does not allow this wording to be shipped"),
    ('"public-domain"', '"unknown"', 10, "license_status", "does not allow this wording to be shipped"),
    ('"public-domain"', '"free"', 10, "license_status", "'free' is not one of public-domain, permitted-with"),
    ('attribution = "nobody"\n', "", None, "attribution", "is missing"),
    ('value = 1, label = "often"', 'value = 0, label = "often"', 15, "answers.often[1].value", "0 is used twice"),
    ('label = "often"', 'label = "never"', 15, "answers.often[1].label", "'never' is used twice"),
    ('label = "often"', 'label = "often", loinc = "LA6571-9"', 15, "answers.often[1].loinc", "'Nearly every day' = 3"),
    ('label = "often"', 'label = "often", colour = "red"', 15, "answers.often[1].colour", "check its spelling"),
    ('  { value = 1, label = "often" },\n', "", 15, "answers.often", "at least two answers"),
    ("value = 1, label", "value = 1.5, label", 15, "answers.often[1].value", "whole number"),
    ('code = "hours"', 'code = "calm"', 27, "items[1].code", "'calm' is used twice"),
    ('code = "hours"', 'code = "How long"', 27, "items[1].code", "lower-case letters"),
    ('kind = "choice"', 'kind = "slider"', 23, "items[0].kind", "'slider' is not one of choice, scale, hours"),
    ('answers = "often"', 'answers = "daily"', 24, "items[0].answers", "no list of answers called 'daily'"),
    ('answers = "often"', "", 20, "items[0].answers", "is missing"),
    (
        'answers = "often"',
        'answers = "often"\nsafety_positive = [7]',
        25,
        "items[0].safety_positive",
        "some, and not all",
    ),
    (
        'answers = "often"',
        'answers = "often"\nsafety_positive = [0, 1]',
        25,
        "items[0].safety_positive",
        "some, and not",
    ),
    ('answers = "often"', 'answers = "often"\nsafety_positive = []', 25, "items[0].safety_positive", "whole numbers"),
    ('answers = "often"', 'answers = "often"\nsafety_positive = 1', 25, "items[0].safety_positive", "needs a list"),
    ('answers = "often"', 'answers = "often"\nloinc = "44249-2"', 25, "items[0].loinc", "check digit is wrong"),
    ('answers = "often"', 'answers = "often"\nloinc = "44250-9"', 25, "items[0].loinc", "belongs to phq-9.q1"),
    ('answers = "often"', 'answers = "often"\nloinc = "8480-6"', 25, "items[0].loinc", "not in the list of allowed"),
    ("maximum = 4", "maximum = 0", 31, "items[1].maximum", "greater than the minimum"),
    ("maximum = 4", "maximum = 101", 31, "items[1].maximum", "room for 100 steps"),
    ("maximum = 4", "maximum = nan", 31, "items[1].maximum", "needs a number"),
    ("maximum = 4", "maximum = 4\nstep = 3", 32, "items[1].step", "from the minimum to the maximum"),
    ("maximum = 4", "maximum = 4\nstep = 0", 32, "items[1].step", "from the minimum to the maximum"),
    ("maximum = 4", "maximum = 4\nstep = 0.5", 32, "items[1].step", "whole numbers, one by one"),
    ('high_label = "all day"\n', "", 26, "items[1].high_label", "is missing"),
    ('[[items]]\ncode = "calm"', '[items]\ncode = "calm"', None, "", "is not valid TOML"),
    ('items = ["calm", "hours"]', 'items = ["calm", "pain"]', 41, "scales[0].items", "no item 'pain'"),
    ('items = ["calm", "hours"]', 'items = ["calm", "calm"]', 41, "scales[0].items", "'calm' is counted twice"),
    ('items = ["calm", "hours"]', "items = []", 41, "scales[0].items", "list of texts"),
    ('method = "sum"', 'method = "average"', 40, "scales[0].method", "'average' is not one of sum"),
    ('better = "lower"', 'better = "less"', 42, "scales[0].better", "not one of higher, lower, neither"),
    ('better = "lower"', 'better = "higher"', 48, "scales[0].response", "response is a fall"),
    ('better = "lower"', 'better = "lower"\nmissing_allowed = 2', 43, "scales[0].missing_allowed", "from 0 to 1"),
    ('better = "lower"', 'better = "lower"\nmissing_allowed = 1', 43, "scales[0].missing_allowed", "same range"),
    ("from = 3", "from = 4", 43, "scales[0].bands[1].from", "has to start at 3"),
    ("from = 3", "from = 2", 43, "scales[0].bands[1].from", "has to start at 3"),
    ("from = 0", "from = 1", 43, "scales[0].bands[0].from", "has to start at 0"),
    ("to = 5", "to = 6", 43, "scales[0].bands", "has to end at 5"),
    ('code = "much"', 'code = "some"', 43, "scales[0].bands[1].code", "'some' is used twice"),
    ('bands_source = "nobody"\n', "", 37, "scales[0].bands_source", "is missing"),
    ("reduction = 0.5", "reduction = 50", 48, "scales[0].response.reduction", "between 0 and 1"),
    ("remission_below = 2", "remission_below = 9", 48, "scales[0].response.remission_below", "at most 5"),
    ("points = 2", "points = 0", 49, "scales[0].reliable_change.points", "above 0 and at most 5"),
    ("points = 2", "points = 2, important_points = 1", 49, "scales[0].reliable_change.important_source", "is missing"),
    (
        "reliable_change =",
        "cutoff = { at_least = 6, source = 'x' }\nreliable_change =",
        49,
        "scales[0].cutoff.at_least",
        "5",
    ),
]


@pytest.mark.parametrize(("old", "new", "line", "key", "reason"), REFUSED)
def test_a_wrong_definition_is_refused_with_file_line_key_and_reason(
    tmp_path: Any, old: Any, new: Any, line: Any, key: Any, reason: Any
) -> None:
    assert SMALL.count(old) >= 1
    with pytest.raises(DefinitionError) as raised:
        load_file(write(tmp_path, SMALL.replace(old, new, 1)))
    error = raised.value
    assert (error.file, error.key) == ("rest.toml", key)
    assert reason in error.reason
    assert line is None or error.line == line
    assert str(error).startswith("rest.toml")


def test_a_definition_that_asks_nothing_by_default_is_refused(tmp_path: Any) -> None:
    text = SMALL.replace('answers = "often"', 'answers = "often"\ndefault = false')
    text = text.replace("required = false", "required = false\ndefault = false")
    with pytest.raises(DefinitionError, match="at least one item must be asked by default"):
        load_file(write(tmp_path, text))


def test_bands_are_refused_for_scores_that_are_not_whole(tmp_path: Any) -> None:
    text = SMALL.replace('kind = "scale"', 'kind = "hours"\nanswers = "often"\nstep = 0.5')
    text = text.replace('low_label = "no time"\nhigh_label = "all day"\n', "")
    with pytest.raises(DefinitionError, match="not answered in whole numbers"):
        load_file(write(tmp_path, text))


def test_a_quick_choice_has_to_be_a_possible_number_of_hours(tmp_path: Any) -> None:
    text = SMALL.replace('kind = "scale"', 'kind = "hours"\nanswers = "often"').replace("minimum = 0", "minimum = 1")
    text = text.replace('low_label = "no time"\nhigh_label = "all day"\n', "")
    with pytest.raises(
        DefinitionError, match=r"rest.toml:\d+: items\[1\].answers: 0 is not one of the possible numbers"
    ):
        load_file(write(tmp_path, text))


def test_a_syntax_error_names_its_line(tmp_path: Any) -> None:
    with pytest.raises(DefinitionError, match=r"rest.toml:2: is not valid TOML") as raised:
        load_file(write(tmp_path, SMALL.replace("version = 1", "version = = 1")))
    assert raised.value.line == 2


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Any) -> None:
    (tmp_path / "rest.toml").write_bytes(b'id = "\xff"')
    with pytest.raises(DefinitionError, match=r"rest\.toml: cannot be read"):
        load_file(tmp_path / "rest.toml")


def test_one_wrong_file_refuses_the_whole_directory(tmp_path: Any) -> None:
    write(tmp_path)
    write(tmp_path, SMALL.replace('id = "rest"', 'id = "sleep"').replace("version = 1", ""), "sleep.toml")
    with pytest.raises(DefinitionError, match=r"sleep\.toml: version: is missing"):
        load_directory(tmp_path)


def test_a_directory_without_definitions_is_refused(tmp_path: Any) -> None:
    with pytest.raises(DefinitionError, match="holds no definitions"):
        load_directory(tmp_path)


def test_old_answers_keep_their_version_and_new_ones_get_the_latest(tmp_path: Any) -> None:
    write(tmp_path, SMALL, "rest@1.toml")
    write(tmp_path, SMALL.replace("version = 1", "version = 10"))
    write(tmp_path, SMALL.replace("version = 1", "version = 9"), "rest@9.toml")
    found = load_directory(tmp_path)
    assert (found.get("rest").version, found.get("rest", 1).version, found.get("rest", 9).version) == (10, 1, 9)
    assert [definition.version for definition in found] == [10]


def test_the_same_version_twice_is_refused(tmp_path: Any) -> None:
    write(tmp_path)
    write(tmp_path, SMALL, "rest@1.toml")
    with pytest.raises(DefinitionError, match=r"rest@1\.toml: version: 1 of rest exists already"):
        load_directory(tmp_path)


def test_the_shipped_catalogue_is_read_once() -> None:
    assert catalogue() is catalogue()
    assert len(catalogue()) == len(list(catalogue()))
    assert "phq-9" in catalogue()
    assert "phq-8" not in catalogue()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("phq9",), f"no instrument is called 'phq9'; known are {', '.join(one.id for one in catalogue())}"),
        (("phq-9", 99), "'phq-9' has no version 99"),
    ],
)
def test_an_unknown_instrument_is_a_clear_error(arguments: Any, message: Any) -> None:
    with pytest.raises(UnknownInstrument) as raised:
        catalogue().get(*arguments)
    assert str(raised.value) == message
