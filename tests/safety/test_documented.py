"""The table of rules in docs/safety.md says what the rules say."""

from pathlib import Path

from portal.safety.ruleset import words

DOCUMENT = Path(__file__).parents[2] / "docs" / "safety.md"


def test_the_table_of_rules_is_the_one_of_intervals_defaults() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert words.as_markdown(words.tell()) in document, "`flask safety rules show --markdown` prints it"


def test_every_rule_is_in_the_table_with_its_bounds() -> None:
    lines = words.as_markdown(words.tell()).splitlines()
    assert len(lines) == 2 + len(words.tell())
    r3 = next(line for line in lines if line.startswith("| R3 |"))
    assert "2 or more, or a rise of 1 or more" in r3
    assert "within 4 hours" in r3
    assert "answer 1 to 2, rise 1 (fixed), hours 1 to 4" in r3
