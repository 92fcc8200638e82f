"""`flask safety rules`: show, check, load."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal import db
from portal.safety.ruleset import queries, rule_file
from tests.cast import Cast
from tests.instruments.clinic.scales import director


@pytest.fixture
def run(app: Flask, cast: Cast) -> Any:
    def command(*words: Any) -> Any:
        done = app.test_cli_runner().invoke(args=["safety", "rules", *map(str, words)])
        db.begin(write=True)
        return done

    return command


@pytest.fixture
def written(tmp_path: Path) -> Any:
    def write(text: str) -> Path:
        path = tmp_path / "rules.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_show_prints_every_rule_with_its_thresholds_and_their_bounds(run: Any) -> None:
    shown = run("show")
    assert shown.exit_code == 0
    assert "Version 0: Interval’s defaults" in shown.output
    assert "R3.hours = 4 hours (from 1 to 4, by default 4; Interval default [D])" in shown.output
    assert "R2.answer = 1 points or more (always; Simon 2013" in shown.output


def test_what_show_prints_as_a_file_can_be_loaded(run: Any, written: Any, cast: Cast) -> None:
    director(cast.bea)
    file = written(run("show", "--toml").output.replace("hours = 4 ", "hours = 2 ", 1))
    checked = run("check", file)
    assert (checked.exit_code, checked.output) == (0, "rules.toml can be loaded.\nR3.hours: 4 becomes 2\n")
    assert queries.get().version == 0
    loaded = run("load", file, "--by", cast.bea.email, "--reason", "agreed")
    assert (loaded.exit_code, loaded.output) == (0, "R3.hours: 4 becomes 2\nVersion 1 is in force.\n")
    assert queries.get().value("R3.hours") == 2
    assert [one.changed_by for one in queries.list_versions()] == [cast.bea.actor.name]
    again = run("load", file, "--by", cast.bea.email, "--reason", "agreed")
    assert again.output == "It changes no threshold.\nNothing was changed.\n"


@pytest.mark.parametrize("verb", [["check"], ["load", "--by", "bea@interval.example", "--reason", "x"]])
def test_a_wrong_file_is_refused_line_by_line(run: Any, written: Any, cast: Cast, verb: Any) -> None:
    director(cast.bea)
    refused = run(*verb, written("[R3]\nhours = 12\n[R99]\n"))
    assert refused.exit_code == 1
    assert "rules.toml:2: R3.hours is 12, outside its safe bounds: it may be from 1 to 4" in refused.output
    assert "rules.toml:3: there is no rule R99" in refused.output
    assert queries.get().version == 0


def test_a_file_drawn_up_from_another_version_is_not_loaded_over_it(run: Any, written: Any, cast: Cast) -> None:
    director(cast.bea)
    old = rule_file.write(queries.get())
    run("load", written("[R3]\nhours = 2\n"), "--by", cast.bea.email, "--reason", "x")
    checked = run("check", written(old))
    assert "It was drawn up from version 0, but version 1 is in force." in checked.output
    refused = run("load", written(old), "--by", cast.bea.email, "--reason", "x")
    assert refused.exit_code == 1
    assert "The file was drawn up from version 0, but version 1 is in force." in refused.output
    assert queries.get().value("R3.hours") == 2


@pytest.mark.parametrize("email", ["cal@interval.example", "ada@interval.example", "nobody@interval.example"])
def test_only_a_medical_director_can_be_the_one_whose_decision_it_is(
    run: Any, written: Any, cast: Cast, email: str
) -> None:
    director(cast.bea)
    refused = run("load", written("[R3]\nhours = 2\n"), "--by", email, "--reason", "x")
    assert refused.exit_code == 2
    assert "is not an active medical director of this clinic" in refused.output
    assert queries.get().version == 0


def test_a_load_without_a_reason_is_refused(run: Any, written: Any, cast: Cast) -> None:
    director(cast.bea)
    refused = run("load", written("[R3]\nhours = 2\n"), "--by", cast.bea.email, "--reason", " ")
    assert refused.exit_code == 1
    assert "Say why" in refused.output
