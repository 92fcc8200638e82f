"""What a definition may say besides plain sums, and how each mistake in it is refused."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.instruments.definition import Definition, FilledBy, Wording
from portal.instruments.lines import line_of
from portal.instruments.loader import DefinitionError, catalogue, load_directory, load_file, load_text
from tests.instruments.made_up import CHAIN, GREATEST, GROUPED, HIDDEN, ITEM, MEAN, REST, source

SUM = source(
    """"sum"
items = ["q1", "q2", "q3", "q4"]
missing_allowed = 1
missing_source = "nobody"
times = 2
reversed = ["q2"]
groups = [
  { items = ["q1", "q2"], missing_allowed = 1 },
  { items = ["q3", "q4"] },
]
"""
)
SPLIT = source(
    """"sum"
items = ["q1", "q2", "q3", "q4"]

[[scales.groups]]
items = ["q1", "q2"]

[[scales.groups]]
items = ["q3", "q4"]
"""
)
GREAT = source(
    """"maximum"
items = ["q1", "q2", "q3", "q4"]

[[scales.groups]]
items = ["q1", "q2"]
one_of = [["q1", "q2"]]

[[scales.groups]]
items = ["q3", "q4"]
needs_all = false
"""
)
TRIAGE = source(
    """"triage"
items = ["q1", "q2", "q3", "q4"]
bands_source = "nobody"

[[scales.levels]]
value = 2
code = "high"
label = "High"
when = [{ items = ["q3"], at_least = 2 }, { items = ["q4"] }]

[[scales.levels]]
value = 1
code = "some"
label = "Some"
when = [{ items = ["q1", "q2"] }]

[[scales.levels]]
value = 0
code = "none"
label = "None"
"""
)
AVERAGE = source(
    """"mean"
items = ["q1", "q2", "q3", "q4"]
bands = [
  { code = "low", label = "low", from = 0, to = 1.4 },
  { code = "high", label = "high", from = 1.5, to = 3 },
]
bands_source = "nobody"
"""
)
GATED = source('"sum"\nitems = ["q1", "q2", "q3"]\n', 2, extra=ITEM.format(number=3) + HIDDEN)
NUMBERS = source('"sum"\nitems = ["q1", "hours"]\n', 1, extra=REST)
TOTAL = """\
id = "made-up"
version = 1
title = "Made up"
short_title = "Made up"
neutral_title = "Made up"
minutes = 1
validated = true
filled_by = "clinician"
license = "theirs"
license_status = "permission-required"
attribution = "nobody"
source = "made up for a test"

[[items]]
code = "total"
text = "Total"
kind = "number"
minimum = 0
maximum = 60

[[scales]]
code = "total"
title = "Total"
method = "sum"
items = ["total"]
better = "lower"
"""
STRUCTURE = (
    source('"sum"\nitems = ["q1", "q2"]\n', 2)
    .replace('license_status = "public-domain"', 'license_status = "permission-required"\nwording = "clinic"')
    .replace('text = "Question 1?"\n', "")
    .replace('text = "Question 2?"', 'text = ""')
)
for word in ("never", "seldom", "often", "always"):
    STRUCTURE = STRUCTURE.replace(f', label = "{word}"', "")

REFUSED = [
    # a definition, what is changed in it, into what; then the key, a part of its line, a part of the reason
    (SUM, 'reversed = ["q2"]', 'reversed = ["q9"]', "scales[0].reversed", "reversed", "no item 'q9' in this scale"),
    (SUM, 'reversed = ["q2"]', 'reversed = ["q2", "q2"]', "scales[0].reversed", "reversed", "'q2' is named twice"),
    (SUM, 'reversed = ["q2"]', "reversed = []", "scales[0].reversed", "reversed", "a list of texts"),
    (SUM, "times = 2", "times = 0", "scales[0].times", "times", "a whole number from 1 to 100"),
    (SUM, "times = 2", "times = 2.5", "scales[0].times", "times", "a whole number"),
    (SUM, 'missing_source = "nobody"\n', "", "scales[0].missing_source", "[[scales]]", "is missing"),
    (SUM, "missing_allowed = 1\n", "missing_allowed = 4\n", "scales[0].missing_allowed", "missing", "from 0 to 3"),
    (SUM, "missing_allowed = 1 }", "missing_allowed = 2 }", "scales[0].groups[0].missing_allowed", "groups", "0 to 1"),
    (SUM, "missing_allowed = 1 }", "needs_all = false }", "scales[0].groups[0].needs_all", "groups", "not known here"),
    (SUM, "times = 2", "times = 2\nlevels = []", "scales[0].levels", "levels", 'not go with method = "sum"'),
    (SPLIT, '["q3", "q4"]\n', '["q2", "q4"]\n', "scales[0].groups[1].items", '["q2", "q4"]', "'q2' is in a group"),
    (SPLIT, '["q3", "q4"]\n', '["q3", "q3"]\n', "scales[0].groups[1].items", '["q3", "q3"]', "'q3' is in a group"),
    (SPLIT, '["q3", "q4"]\n', '["q3"]\n', "scales[0].groups", "[[scales.groups]]", "'q4' is in no group"),
    (SPLIT, '["q3", "q4"]\n', '["q3", "q7"]\n', "scales[0].groups[1].items", '["q3", "q7"]', "no item 'q7' in this"),
    (SPLIT, '"sum"', '"mean"', "scales[0].groups", "[[scales.groups]]", 'not go with method = "mean"'),
    (GREAT, '[["q1", "q2"]]', '[["q1", "q3"]]', "scales[0].groups[0].one_of", "one_of", "'q3' has to be in this group"),
    (GREAT, '[["q1", "q2"]]', '[["q1", "q1"]]', "scales[0].groups[0].one_of", "one_of", "one of these lists only"),
    (GREAT, '[["q1", "q2"]]', '[["q1"]]', "scales[0].groups[0].one_of", "one_of", "lists of at least two texts"),
    (GREAT, '[["q1", "q2"]]', '["q1", "q2"]', "scales[0].groups[0].one_of", "one_of", "lists of at least two texts"),
    (GREAT, "one_of", "needs_all = false\none_of", "scales[0].groups[0].needs_all", "needs_all", "nothing to say"),
    (GREAT, "needs_all = false", "missing_allowed = 1", "scales[0].groups[1].missing_allowed", "missing", "not known"),
    (GREAT, '"maximum"', '"maximum"\nmissing_allowed = 1', "scales[0].missing_allowed", "missing", "does not go with"),
    (TRIAGE, "value = 1\ncode", "value = 2\ncode", "scales[0].levels[1].value", "value = 2", "needs to be below 2"),
    (TRIAGE, "value = 1\ncode", "value = 3\ncode", "scales[0].levels[1].value", "value = 3", "highest to the lowest"),
    (TRIAGE, 'code = "some"', 'code = "high"', "scales[0].levels[1].code", "code", "'high' is used twice"),
    (TRIAGE, 'code = "some"', 'code = "So so"', "scales[0].levels[1].code", "code", "lower-case letters"),
    (TRIAGE, 'label = "None"', 'label = "None"\nwhen = []', "scales[0].levels[2].when", "when = []", "no conditions"),
    (TRIAGE, 'when = [{ items = ["q1", "q2"] }]\n', "", "scales[0].levels[1].when", "[[scales.levels]]", "is missing"),
    (TRIAGE, '["q1", "q2"] }', '["q1", "q9"] }', "scales[0].levels[1].when[0].items", "when", "no item 'q9' in this"),
    (TRIAGE, '["q1", "q2"] }', '["q1"] }', "scales[0].items", 'items = ["q1", "q2", "q3", "q4"]', "looks at 'q2'"),
    (TRIAGE, "at_least = 2", "at_least = 4", "scales[0].levels[0].when[0].at_least", "when", "above 0 and at most 3"),
    (TRIAGE, "at_least = 2", "at_least = 0", "scales[0].levels[0].when[0].at_least", "when", "above 0 and at most 3"),
    (TRIAGE, '"triage"', '"triage"\nreversed = ["q1"]', "scales[0].reversed", "reversed", "does not go with"),
    (TRIAGE, '"triage"', '"triage"\ntimes = 2', "scales[0].times", "times", "does not go with"),
    (TRIAGE, '"triage"', '"triage"\nbands = []', "scales[0].bands", "bands", "does not go with"),
    (TRIAGE, '"triage"', '"sum"', "scales[0].levels", "[[scales.levels]]", "does not go with"),
    (TRIAGE, 'bands_source = "nobody"\n', "", "scales[0].bands_source", "[[scales]]", "is missing"),
    (AVERAGE, "to = 1.4", "to = 1.45", "scales[0].bands[0].to", "bands", "a number with one decimal"),
    (AVERAGE, "from = 1.5", "from = 1.6", "scales[0].bands[1].from", "bands", "has to start at 1.5"),
    (AVERAGE, '"mean"', '"sum"', "scales[0].bands[0].to", "bands", "a whole number, like the scores"),
    (AVERAGE, '"mean"', '"maximum"', "scales[0].groups", "[[scales]]", "is missing"),
    (GATED, '{ items = ["q1"]', '{ items = ["q3"]', "items[2].asked_if.items", "asked_if", "'q3' before this one"),
    (GATED, '{ items = ["q1"]', '{ items = ["q7"]', "items[2].asked_if.items", "asked_if", "'q7' before this one"),
    (GATED, '{ items = ["q1"]', '{ items = ["q1", "q1"]', "items[2].asked_if.items", "asked_if", "named twice"),
    (GATED, "at_least = 2", "at_least = 9", "items[2].asked_if.at_least", "asked_if", "above 0 and at most 3"),
    (GATED, "at_least = 2", "at_most = 2", "items[2].asked_if.at_most", "asked_if", "check its spelling"),
    (GATED, '"sum"', '"sum"\nreversed = ["q3"]', "scales[0].reversed", "reversed", "'q3' can be hidden"),
    (
        GATED,
        "value = 0,",
        "value = 5,",
        "scales[0].items",
        'items = ["q1", "q2", "q3"]',
        "'q3' can be hidden and counts 0",
    ),
    (NUMBERS, 'unit = "hours"', 'answers = "often"', "items[1].answers", "answers", "not known here"),
    (NUMBERS, "step = 0.25", "step = 0.7", "items[1].step", "step", "lead from the minimum"),
    (NUMBERS, "maximum = 3", "maximum = 1e300", "items[1].maximum", "maximum", "a number from -1000000 to 1000000"),
    (NUMBERS, "maximum = 3", f"maximum = {10**400}", "items[1].maximum", "maximum", "a number from -1000000"),
    (NUMBERS, "maximum = 3\n", "", "items[1].maximum", "[[items]]", "is missing"),
    (
        NUMBERS,
        '"sum"',
        '"sum"\nmissing_allowed = 1\nmissing_source = "x"',
        "scales[0].missing_allowed",
        "missing",
        "a whole",
    ),
    (
        NUMBERS,
        'text = "How long?"',
        'text = "How long?"\nsafety_positive = [1]',
        "items[1].safety_positive",
        "safety",
        "choice",
    ),
    (SUM, 'id = "made-up"', 'id = "made-up"\nfilled_by = "robot"', "filled_by", "filled_by", "patient, clinician"),
    (SUM, 'id = "made-up"', 'id = "made-up"\nlanguage = "English"', "language", "language", "such as en, es or pt-BR"),
    (SUM, 'id = "made-up"', 'id = "made-up"\nguidance = ""', "guidance", "guidance", "a text that is not empty"),
    (SUM, 'id = "made-up"', f'id = "{"a" * 61}"', "id", "id", "at most 60"),
    (SUM, 'code = "q1"', f'code = "{"q" * 41}"', "items[0].code", "code", "at most 40"),
    (SUM, "version = 1", "version = 1000", "version", "version", "from 1 to 999"),
    (
        SUM,
        'id = "made-up"',
        'id = "made-up"\nwording = "clinic"',
        "answers.often[0].label",
        "often",
        "leaves the words",
    ),
    (STRUCTURE, 'text = ""', 'text = "Question 2?"', "items[1].text", "text", "leaves the words to the clinic"),
    (STRUCTURE, "value = 1", 'value = 1, label = "yes"', "answers.often[1].label", "often", "leaves the words"),
    (STRUCTURE, 'id = "made-up"', 'id = "made-up"\nstem = "Lately,"', "stem", "stem", "leaves the words"),
    (STRUCTURE, 'id = "made-up"', 'id = "made-up"\ninstruction = "Read."', "instruction", "instruction", "leaves the"),
    (STRUCTURE, '\nwording = "clinic"', "", "answers.often[0].label", "often", "is missing"),
    (
        TOTAL,
        'kind = "number"',
        'kind = "scale"\nlow_label = "a"\nhigh_label = "b"',
        "items[0]",
        "[[items]]",
        "plain totals",
    ),
    (TOTAL, 'text = "Total"', 'text = "Total"\nhint = "Think."', "items[0]", "[[items]]", "plain totals"),
    (TOTAL, 'text = "Total"', 'text = "Total"\nrequired = false', "items[0]", "[[items]]", "plain totals"),
    (TOTAL, 'id = "made-up"', 'id = "made-up"\nstem = "Now,"', "stem", "stem", "nothing to introduce"),
    (TOTAL, 'id = "made-up"', 'id = "made-up"\ninstruction = "Ask."', "instruction", "instruction", "nothing to"),
    (TOTAL, '"sum"', '"sum"\ntimes = 2', "scales[0]", "[[scales]]", "one item as it is"),
    (TOTAL, '"sum"', '"mean"', "scales[0]", "[[scales]]", "one item as it is"),
    (TOTAL, 'text = "Total"\n', 'wording = "clinic"\n', "items[0].text", "[[items]]", "is missing"),
    (TOTAL, 'filled_by = "clinician"\n', "", "license_status", "license_status", "does not allow"),
]


@pytest.mark.parametrize(("text", "old", "new", "key", "line", "reason"), REFUSED)
def test_a_wrong_definition_is_refused_with_its_line_key_and_reason(
    text: Any, old: Any, new: Any, key: Any, line: Any, reason: Any
) -> None:
    load_text(text, "made-up.toml", shipped=True)
    assert old in text
    wrong = text.replace(old, new, 1)
    with pytest.raises(DefinitionError) as raised:
        load_text(wrong, "made-up.toml", shipped=True)
    error = raised.value
    assert (error.key, reason in error.reason) == (key, True), str(error)
    assert line in wrong.splitlines()[(error.line or 0) - 1]
    assert str(error).startswith(f"made-up.toml:{error.line}: {key}: ")


def test_a_total_without_words_is_refused_because_there_is_nothing_to_paste() -> None:
    bare = TOTAL.replace('text = "Total"\n', "").replace('id = "made-up"', 'id = "made-up"\nwording = "clinic"')
    with pytest.raises(DefinitionError, match="a total that a clinician enters has no wording to paste"):
        load_text(bare, "made-up.toml", shipped=True)


def test_a_total_may_be_shipped_whatever_its_owner_says_because_it_has_no_wording() -> None:
    definition = load_text(TOTAL, "made-up.toml", shipped=True)
    assert (definition.filled_by, definition.has_wording, definition.is_askable) == (FilledBy.CLINICIAN, True, False)
    assert (definition.items[0].step, definition.items[0].options) == (1, ())


def test_a_structure_may_be_shipped_and_cannot_be_asked() -> None:
    definition = load_text(STRUCTURE, "made-up.toml", shipped=True)
    assert (definition.wording, definition.has_wording, definition.is_askable) == (Wording.CLINIC, False, False)
    assert [option.label for option in definition.items[0].options] == ["", "", "", ""]


def test_a_clinics_own_definition_needs_its_words_and_may_be_under_any_licence() -> None:
    with pytest.raises(DefinitionError, match=r"mine.toml:15: answers.often\[0\].label: is missing"):
        load_text(STRUCTURE, "mine.toml", shipped=False)
    worded = source('"sum"\nitems = ["q1", "q2"]\n', 2).replace('"public-domain"', '"permission-required"')
    definition = load_text(worded, "mine.toml", shipped=False)
    assert (definition.wording, definition.is_askable) == (Wording.CLINIC, True)


def test_a_clinics_definition_cannot_say_that_it_comes_with_the_portal() -> None:
    text = SUM.replace('id = "made-up"', 'id = "made-up"\nwording = "shipped"')
    with pytest.raises(DefinitionError, match="wording: only the portal's own definitions come with it"):
        load_text(text, "mine.toml", shipped=False)


def test_a_clinics_definition_carries_no_loinc_code_outside_the_list() -> None:
    text = SUM.replace('code = "q1"', 'code = "q1"\nloinc = "44250-9"')
    with pytest.raises(DefinitionError, match="44250-9 means 'Little interest"):
        load_text(text, "mine.toml", shipped=False)


def test_a_clinics_wording_has_a_version_that_tells_the_structure_it_belongs_to() -> None:
    wording = SUM.replace("version = 1", "version = 2017").replace('id = "made-up"', 'id = "epds"')
    definition = load_text(wording, "mine.toml", shipped=False)
    assert (definition.version, definition.structure_version) == (2017, 2)
    assert load_text(SUM, "mine.toml", shipped=False).structure_version == 1


def test_a_scale_of_the_clinics_own_has_no_version_that_looks_like_a_wording() -> None:
    text = SUM.replace("version = 1", "version = 2026")
    with pytest.raises(DefinitionError, match=r"mine.toml:2: version: a scale of the clinic's own has"):
        load_text(text, "mine.toml", shipped=False)


def test_everything_new_is_read_whole() -> None:
    assert (MEAN.primary.reversed_items, MEAN.primary.minimum, MEAN.primary.maximum) == (("q2", "q4"), 0, 3)
    assert [(band.minimum, band.maximum) for band in MEAN.primary.bands] == [(0, 1.4), (1.5, 3)]
    assert (GROUPED.primary.times, GROUPED.primary.maximum) == (2, 30)
    assert [group.missing_allowed for group in GROUPED.primary.groups] == [1, 1]
    assert [group.needs for group in GREATEST.primary.groups] == [(("q1",), ("q4",)), (("q2", "q3"),)]
    assert [(band.code, band.minimum) for band in CHAIN.primary.bands] == [("rest", 0), ("middle", 2), ("top", 7)]
    assert CHAIN.item("q3").asked_if.items == ("q2",)


def test_a_directory_of_a_clinics_own_definitions_is_read_as_a_clinics(tmp_path: Path) -> None:
    text = SUM.replace('"public-domain"', '"unknown"')
    (tmp_path / "made-up.toml").write_text(text, encoding="utf-8")
    assert [one.id for one in load_directory(tmp_path, shipped=False)] == ["made-up"]
    with pytest.raises(DefinitionError, match="does not allow this wording to be shipped"):
        load_file(tmp_path / "made-up.toml")


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("id", 1),
        ("answers", 2),
        ("answers.often", 3),
        ("answers.often[1].value", 3),
        ("scales[0]", 5),
        ("scales[0].text", 7),
        ("scales[0].groups[1]", 14),
        ("scales[0].groups[1].items", 15),
        ("scales[0].groups[0].missing", 12),
        ("scales[1].code", 17),
        ("scales[1].cutoff.at_least", 19),
        ("scales[1].cutoff.source", 18),
        ("scales", 5),
        ("nothing", None),
    ],
)
def test_a_key_is_found_on_its_line(path: Any, line: Any) -> None:
    text = '''id = "x"
[answers]
often = [
]
[[scales]]
code = "a"
text = """
id = "not a key"
[[scales]]
"""
b = { items = 1 }
[[scales.groups]]
items = 1
[[scales.groups]]
items = 2
[[scales]]
"code" = "b"
[scales.cutoff]
at_least = 3
'''
    assert line_of(text, path) == line


@given(st.sampled_from([SUM, TRIAGE, GATED, TOTAL]), st.data())
def test_a_file_with_a_line_left_out_or_twice_is_read_or_refused_and_nothing_else(
    text: str, data: st.DataObject
) -> None:
    lines = text.splitlines()
    place = data.draw(st.integers(0, len(lines) - 1))
    lines[place : place + 1] = data.draw(st.sampled_from([[], [lines[place]] * 2, [lines[place][:-1]], ["x = 1"]]))
    with suppress(DefinitionError):
        assert isinstance(load_text("\n".join(lines), "made-up.toml", shipped=True), Definition)


def test_a_triage_of_one_level_is_refused() -> None:
    text = source('"triage"\nitems = ["q1"]\nlevels = [{ value = 0, code = "none", label = "None" }]\n', 1)
    with pytest.raises(DefinitionError, match=r"made-up.toml:33: scales\[0\].levels: needs at least two levels"):
        load_text(text, "made-up.toml", shipped=True)


@given(st.text())
def test_any_text_at_all_is_refused_in_words(text: str) -> None:
    with pytest.raises(DefinitionError):
        load_text(text, "made-up.toml", shipped=False)


@pytest.mark.parametrize("text", ["x = " + "[" * 5000, "x = " + "9" * 5000, "a." * 3000 + "b = 1"])
def test_what_breaks_the_reader_of_toml_is_refused_in_words(text: str) -> None:
    with pytest.raises(DefinitionError):
        load_text(text, "made-up.toml", shipped=False)


def test_the_shipped_catalogue_has_every_kind() -> None:
    methods = {scale.method.value for definition in catalogue() for scale in definition.scales}
    assert methods == {"sum", "mean", "maximum", "triage"}
    assert {definition.filled_by.value for definition in catalogue()} == {"patient", "clinician"}
