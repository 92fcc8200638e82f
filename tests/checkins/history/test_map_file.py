import tomllib

import pytest

from portal.checkins.history.look import look
from portal.checkins.history.map_file import parse, template
from portal.checkins.history.mapping import Daylio, Mapping
from portal.checkins.history.problems import HistoryError, MappingError
from tests.checkins.history.diary import FILES


def test_a_map_file_describes_columns_and_scales() -> None:
    mapping = parse((FILES / "momentary.toml").read_bytes())
    assert isinstance(mapping, Mapping)
    assert (mapping.time_zone, mapping.date_order, len(mapping.scales)) == ("Europe/Amsterdam", "ymd", 8)
    assert [scale.name for scale in mapping.scales if scale.higher_is_better] == ["Cheerful", "Satisfied"]


def test_a_daylio_map_file_names_moods() -> None:
    assert parse(b'kind = "daylio"\n[moods]\n"so so" = 3\n') == Daylio(moods={"so so": 3})


def test_a_mistake_is_named_with_its_line_and_key() -> None:
    content = (FILES / "momentary.toml").read_bytes().replace(b'name = "Tired"', b'name = ""')
    content = content.replace(b"maximum = 3\nbetter", b"maximum = -3\nbetter", 1).replace(b"date =", b"dates =")
    with pytest.raises(MappingError) as caught:
        parse(content)
    assert str(caught.value).splitlines() == [
        "The description of the columns needs a correction.",
        "line 4, dates: There is nothing by this name. Did you mean “date”?",
        "date: This is needed.",
        "line 31, scale 4 name: This is needed.",
        "line 46, scale 6 minimum: The lowest number (-3) must be less than the highest (-3).",
    ]


def test_a_missing_key_is_named_with_the_line_of_its_table() -> None:
    with pytest.raises(MappingError, match="line 3, scale 1 better: This is needed"):
        parse(b'date = "d"\n\n[[scale]]\ncolumn = "m"\nname = "M"\nminimum = 0\nmaximum = 1\n')


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'date = "date\n', "line 1"),
        (b'date = "d"\ndate = "e"\n', "line 2"),
        (b"\xff\xfe", "not UTF-8"),
        (b"#" * 100_001, "too large"),
        (b"a = " + b"[" * 50_000, "cannot be read"),
    ],
)
def test_what_is_not_toml_is_refused_with_the_place(content: bytes, words: str) -> None:
    with pytest.raises(HistoryError, match=words):
        parse(content)


def test_a_template_asks_for_what_only_the_person_knows() -> None:
    made = template(look((FILES / "momentary.csv").read_bytes()), "Europe/Amsterdam")
    given = tomllib.loads(made)
    assert (given["date"], given["time"], given["time_zone"]) == ("date", "time", "Europe/Amsterdam")
    assert [scale["column"] for scale in given["scale"]][:2] == ["cheerful", "down"]
    with pytest.raises(MappingError) as caught:
        parse(made.encode())
    assert {problem.path[2] for problem in caught.value.problems} == {"minimum", "maximum", "better"}
    assert all(problem.line for problem in caught.value.problems)


def test_a_daylio_template_asks_about_the_moods() -> None:
    made = template(look((FILES / "daylio-scales.csv").read_bytes()), "UTC")
    given = tomllib.loads(made)
    assert list(given["moods"]) == ["Super", "wobbly"]
    assert [scale["column"] for scale in given["scale"]] == ["Energie", "Schlaf"]
