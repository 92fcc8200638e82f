"""What the review sheet may never say: what to do, when, or how much; and what it may never call well."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.review.booster import elements

FILES = sorted(Path(elements.__path__[0]).glob("*.py"))
ADVICE = re.compile(
    r"\b(recommend\w*|should|ought|advis\w+|suggest\w*|consider\w*|increase|reduce the|raise the|lower the"
    r"|next booster|book a|give (a|an|the|another)|forecast\w*|predict\w*|expect\w*|likely|probably|stable)\b",
    re.IGNORECASE,
)
SPEAKERS = {"message", "counted", "N_"}


def said(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield every message id of a file with the names of the values that are given by name, "*" where others may be."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SPEAKERS:
            names = [keyword.arg or "*" for keyword in node.keywords] + ["n"] * (node.func.id == "counted")
            yield from (
                (one.value, names) for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)
            )


def texts(path: Path) -> list[str]:
    """Return every text of a file but its docstrings."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    documented = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    found = [node for node in nodes if isinstance(node, ast.Constant) and id(node) not in documented]
    return [node.value for node in found if isinstance(node.value, str)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nothing_on_the_sheet_tells_a_provider_what_to_do(path: Path) -> None:
    assert not [one for one in texts(path) if ADVICE.search(one)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_message_is_given_the_values_it_names(path: Path) -> None:
    for msgid, names in said(path):
        wanted = set(re.findall(r"%\((\w+)\)s", msgid))
        assert "*" in names or wanted <= set(names), msgid
        assert "*" in names or names or "%" not in msgid, msgid


def test_the_messages_are_found() -> None:
    assert sum(1 for path in FILES for _ in said(path)) > 150


@pytest.mark.parametrize("wrong", ["You should wait", "A booster is recommended", "We suggest 40 mg", "stable"])
def test_the_pattern_knows_advice(wrong: str) -> None:
    assert ADVICE.search(wrong)
