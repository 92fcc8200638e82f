"""What we carry of others is what we say it is."""

import hashlib
import re
from pathlib import Path

import pytest
from plotly.offline import get_plotlyjs_version

VENDOR = Path(__file__).parents[2] / "static" / "vendor"
LISTED = dict(re.findall(r"^\| `([^`]+)` .*\| `([0-9a-f]{64})` \|$", (VENDOR / "VENDOR.md").read_text(), re.MULTILINE))


@pytest.mark.parametrize("name", LISTED)
def test_a_vendored_file_is_the_one_that_was_reviewed(name: str) -> None:
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == LISTED[name]


def test_no_vendored_file_is_unlisted() -> None:
    assert {path.name for path in VENDOR.iterdir()} == {*LISTED, "VENDOR.md"}


def test_the_chart_library_is_the_one_our_figures_are_checked_with() -> None:
    with (VENDOR / "plotly-basic.min.js").open(encoding="utf-8") as file:
        head = file.read(300)
    assert f"plotly.js (basic - minified) v{get_plotlyjs_version()}" in head
