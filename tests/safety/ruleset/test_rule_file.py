"""The rule file: what is written can be read, and what is wrong is named with its line."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.safety import thresholds
from portal.safety.rules import DEFAULT_SET, RuleSet
from portal.safety.ruleset import rule_file
from portal.safety.ruleset.rule_file import BadFile


def wrong(text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(BadFile) as caught:
        rule_file.read(text)
    return [(one.line, one.msgid % dict(one.values)) for one in caught.value.problems]


def test_the_defaults_are_written_with_bounds_and_sources_and_read_back() -> None:
    text = rule_file.write(DEFAULT_SET)
    assert rule_file.read(text) == (dict(thresholds.DEFAULTS), 0)
    assert "hours = 4  # hours, 1 to 4; default 4 (Interval default [D])" in text
    assert "answer = 1  # points or more, fixed" in text


STEPS = {
    one.name: [one.least + step * one.step for step in range(round((one.most - one.least) / one.step) + 1)]
    for one in thresholds.ALL
}


@given(st.fixed_dictionaries({name: st.sampled_from(values) for name, values in STEPS.items()}), st.integers(0, 999))
def test_whatever_is_safe_comes_back_as_it_was(values: Any, version: int) -> None:
    if values["R11.remind_second"] <= values["R11.remind_first"]:
        return
    assert rule_file.read(rule_file.write(RuleSet(version, values))) == (values, version)


def test_a_file_may_leave_out_what_stays_and_its_version() -> None:
    assert rule_file.read("[R3]\nhours = 2\n") == ({"R3.hours": 2}, None)
    assert rule_file.read("") == ({}, None)
    assert rule_file.read("R3.hours = 2") == ({"R3.hours": 2}, None)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("[R99]\nx = 1\n", [(1, "there is no rule R99; there are R1, R2, R3")]),
        ("[r3]\nhours = 1\n", [(1, "there is no rule r3")]),
        ("\n[R3]\nhour = 1\n", [(3, "rule R3 has no threshold hour; it has answer, rise, hours")]),
        ("[R3]\nhours = 5\n", [(2, "R3.hours is 5, outside its safe bounds: it may be from 1 to 4")]),
        ("[R2]\nanswer = 2\n", [(2, "R2.answer is 2, but it is always 1: anything else is not safe")]),
        ("[R3]\nhours = 1.5\n", [(2, "R3.hours is 1.5, but goes in steps of 1")]),
        ("[R3]\nhours = '2'\n", [(2, "R3.hours needs a number from 1 to 4, without quotation marks")]),
        ("[R3]\nhours = true\n", [(2, "R3.hours needs a number")]),
        ("[R3]\nhours = nan\n", [(2, "R3.hours needs a number")]),
        ("[R3]\nhours = [2]\n", [(2, "R3.hours needs a number")]),
        ("R3 = 2\n", [(1, "R3 needs its thresholds below it")]),
        ("version = 'x'\n", [(1, "version needs a whole number")]),
        ("version = -1\n", [(1, "version needs a whole number")]),
        ("version = true\n", [(1, "version needs a whole number")]),
        ("[R3]\nhours = 2\n[R3]\nrise = 1\n", [(3, "this is not TOML")]),
        ("[R3]\nhours = \n", [(2, "this is not TOML")]),
        (
            "[R11]\nremind_first = 24\nremind_second = 24\n",
            [(3, "R11.remind_second must be more than R11.remind_first")],
        ),
        (
            "[R3]\nhours = 9\n[R99]\n[R7]\nenergy = 'high'\n",
            [(2, "R3.hours is 9"), (3, "there is no rule R99"), (5, "R7.energy needs a number")],
        ),
    ],
)
def test_what_is_wrong_is_said_in_plain_words_with_its_line(text: str, problems: Any) -> None:
    found = wrong(text)
    assert [line for line, _ in found] == [line for line, _ in problems]
    assert all(said.startswith(wanted) for (_, said), (_, wanted) in zip(found, problems, strict=True)), found


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading_of_a_file(text: str) -> None:
    with suppress(BadFile):
        assert not list(thresholds.problems(rule_file.read(text).values))


@pytest.mark.parametrize("value", ["[" * 20_000, "9" * 5_000, "9" * 400, "-1e999", "inf"])
def test_a_monstrous_value_is_refused_like_any_other(value: str) -> None:
    assert wrong(f"[R3]\nhours = {value}\n")
