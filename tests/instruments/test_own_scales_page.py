"""docs/own-scales.md is right: its example works, and every key a file may have is on it."""

import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal.instruments.cli import check
from portal.instruments.loader import SHIPPED, catalogue, load_text
from portal.instruments.scoring import score
from portal.instruments.tables import Table
from tests.instruments.answers import written

PAGE = (Path(__file__).parents[2] / "docs" / "own-scales.md").read_text(encoding="utf-8")
EXAMPLE = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)[0]


def test_the_example_passes_the_check_that_the_page_names(tmp_path: Path) -> None:
    name = re.findall(r"^    \.venv/bin/flask --app wsgi:app instruments check (\S+)", PAGE, re.MULTILINE)[0]
    file = tmp_path / name
    file.write_text(EXAMPLE, encoding="utf-8")
    result = CliRunner().invoke(check, [str(file)])
    assert (result.exit_code, result.stderr) == (0, "")
    assert f"instruments score {file.stem} 2 1 - 3 " in PAGE


def test_the_example_is_a_definition_that_a_clinic_can_use() -> None:
    definition = load_text(EXAMPLE, "example.toml", shipped=False)
    assert definition.is_askable
    assert definition.id not in catalogue()
    assert score(definition, written("2,1,–,3")).primary.value == 8
    assert score(definition, written("0,0,3")).primary.value == 0


def test_every_key_that_the_loader_looks_for_is_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: set[str] = set()
    has = Table.has

    def noting(table: Table, key: str) -> bool:
        seen.add(key)
        return has(table, key)

    monkeypatch.setattr(Table, "has", noting)
    texts = [path.read_text(encoding="utf-8") for path in SHIPPED.glob("*.toml")]
    for text in texts:
        load_text(text, "shipped.toml", shipped=True)
    lists = {name for text in texts for name in tomllib.loads(text).get("answers", {})}
    marked = re.findall(r"`([a-z_]+)|\[([a-z]+)\]|^([a-z_]+) = |[{,] ([a-z_]+) = ", PAGE, re.MULTILINE)
    assert "asked_if" in seen
    assert seen - lists - {word for words in marked for word in words} == set()
