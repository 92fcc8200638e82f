"""Whatever is written down as TOML is read back as the same."""

import tomllib
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from portal.instruments import toml_text

TEXTS = some.text(some.characters(exclude_categories=("Cs",)), max_size=20)
PLAIN = some.one_of(TEXTS, some.integers(-(10**9), 10**9), some.booleans(), some.floats(-1e6, 1e6), some.dates())
INLINE = some.recursive(
    PLAIN, lambda inner: some.lists(inner, max_size=3) | some.dictionaries(TEXTS, inner, max_size=3)
)
TABLE = some.dictionaries(TEXTS, INLINE, max_size=4)


@given(some.dictionaries(TEXTS, some.one_of(INLINE, TABLE, some.lists(TABLE, min_size=1, max_size=3)), max_size=5))
def test_it_comes_back_as_it_was(values: dict[str, Any]) -> None:
    assert tomllib.loads(toml_text.dumps(values)) == values


def test_tables_stand_where_a_person_expects_them() -> None:
    values = {
        "id": "own-rest",
        "items": [{"code": "q1"}],
        "answers": {"often": [{"value": 0}, {"value": 1}]},
        "version": 1,
    }
    said = toml_text.dumps(values)
    assert said == (
        'id = "own-rest"\nversion = 1\n\n[[items]]\ncode = "q1"\n\n'
        "[answers]\noften = [\n  { value = 0 },\n  { value = 1 },\n]\n"
    )


@pytest.mark.parametrize("value", [None, object(), {1, 2}, b"bytes"])
def test_what_toml_has_no_word_for_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        toml_text.dumps({"key": value, "verified_on": date(2026, 11, 22)})
