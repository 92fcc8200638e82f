"""`flask instruments`: a clinic verifies any scale by hand."""

import json
from collections.abc import Callable
from contextvars import copy_context
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from portal import db
from portal.instruments import service
from portal.instruments.loader import catalogue
from portal.instruments.own import files
from tests.cast import NOW, Cast
from tests.instruments.clinic.scales import REST
from tests.instruments.made_up import source

Run = Callable[..., Result]
SEVEN_OF_NINE = (3, 2, "-", 1, "x", 2, 2, 1, 0)


@pytest.fixture
def run(app: Flask) -> Run:
    """Run `flask instruments …`, ready to be asked what it said and how it ended."""
    runner = app.test_cli_runner()

    def invoke(*words: object) -> Result:
        return copy_context().run(lambda: runner.invoke(args=["instruments", *map(str, words)]))

    return invoke


def test_the_list_has_a_line_for_every_instrument_with_its_licence_and_whether_it_is_verified(run: Run) -> None:
    result = run("list")
    lines = {line.split()[0]: line for line in result.stdout.splitlines()[1:]}
    assert result.exit_code == 0
    assert list(lines) == [definition.id for definition in catalogue()]
    assert "permitted-with-attribution  patient    shipped       UNVERIFIED" in lines["peg"]
    assert "public-domain" in lines["asq"]
    assert "permission-required" in lines["epds"]
    assert "to be pasted" in lines["epds"]
    assert "clinician  none needed" in lines["madrs"]
    assert "Patient Health Questionnaire (PHQ-9)" in lines["phq-9"]


@pytest.mark.parametrize("from_a_file", [True, False])
def test_what_waits_for_approval_is_known_by_its_name_and_not_scored_yet(
    run: Run, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, from_a_file: bool
) -> None:
    if from_a_file:
        monkeypatch.setattr(files, "_current", ())
        (tmp_path / "own-rest.toml").write_text(REST)
        files.use(str(tmp_path))
    else:
        service.propose_scale(REST, by=cast.bea.actor, at=NOW)
        db.session.commit()
    result = run("score", "own-rest", 1, 1)
    assert result.exit_code == 2
    assert result.stderr.startswith("own-rest waits for approval: ")
    assert result.stderr == run("score", "own-rest", 1, 1, "--version", 1).stderr
    assert "no instrument is called 'own-rests'" in run("score", "own-rests", 1, 1).stderr
    assert "no instrument is called 'own-rest'" in run("score", "own-rest", 1, 1, "--version", 7).stderr


def test_a_right_file_can_be_used_and_says_what_it_comes_to(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "own-made-up.toml"
    file.write_text(
        source('"sum"\nitems = ["q1", "q2"]\n', 2, "own-made-up").replace('"public-domain"', '"permission-required"')
    )
    result = run("check", file)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "own-made-up.toml: Made up, version 1, can be used." in result.stdout
    assert "Questions: 2. Minutes: about 1. Scores: Total from 0 to 6." in result.stdout


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (
            "own-made-up.toml",
            "minutes = 1",
            "minutes = 0",
            "own-made-up.toml:6: minutes: needs a whole number from 1 to 120",
        ),
        ("own-made-up.toml", "= 1", "= = 1", "own-made-up.toml:2: is not valid TOML"),
        ("own-made-up.toml", '"q2"]', '"q7"]', "own-made-up.toml:38: scales[0].items: there is no item 'q7'"),
        ("other.toml", "", "", "other.toml:1: id: the file has to be called own-made-up.toml or own-made-up@1.toml"),
        (
            "gad-7.toml",
            '"own-made-up"',
            '"gad-7"',
            "gad-7.toml:1: id: a scale of the clinic's own has an id that begins",
        ),
    ],
)
def test_a_wrong_file_is_refused_with_file_line_key_and_reason(
    run: Run, tmp_path: Path, name: Any, old: Any, new: Any, message: Any
) -> None:
    file = tmp_path / name
    file.write_text(source('"sum"\nitems = ["q1", "q2"]\n', 2, "own-made-up").replace(old, new, 1))
    result = run("check", file)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(message)


def test_a_file_that_is_not_there_is_refused_in_words(run: Run, tmp_path: Path) -> None:
    result = run("check", tmp_path / "none.toml")
    assert result.exit_code == 1
    assert result.stderr.startswith("none.toml: cannot be read")


def test_answers_in_printed_order_come_to_a_score_a_band_and_what_clinicians_see(run: Run) -> None:
    result = run("score", "phq-9", *SEVEN_OF_NINE)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "Patient Health Questionnaire (PHQ-9), version 1, scoring engine 2",
        "  PHQ-9: 14 of 0 to 27, moderate, prorated (7 of 9 answered)",
        "Declined: q5",
        "Not answered: q3",
        "Safety question q9: negative",
        "Screening algorithm, not a diagnosis: unknown",
    ]


def test_the_same_as_json(run: Run) -> None:
    result = run("score", "phq-9", "--json", *SEVEN_OF_NINE)
    said = json.loads(result.stdout)
    assert said == {
        "instrument": "phq-9",
        "version": 1,
        "engine": 2,
        "scales": [
            {
                "code": "total",
                "title": "PHQ-9",
                "value": 14,
                "minimum": 0,
                "maximum": 27,
                "band": "moderate",
                "state": "prorated",
                "prorated": True,
                "answered": 7,
                "of": 9,
                "reaches_cutoff": True,
            }
        ],
        "declined": ["q5"],
        "missing": ["q3"],
        "hidden": [],
        "inconsistent": [],
        "safety": {"q9": "negative"},
        "screening": "unknown",
    }


def test_subscales_are_printed_and_too_many_gaps_are_not_scorable(run: Run) -> None:
    result = run("score", "pcl-5-month", *["2"] * 5, "-", "-", *["1"] * 13)
    lines = result.stdout.splitlines()
    assert "  PCL-5: not scorable (18 of 20 answered)" in lines
    assert "  Intrusion (B): 10 of 0 to 20" in lines
    assert "Not answered: q6 q7" in lines


def test_a_hidden_question_may_be_left_off_and_an_inconsistent_answer_is_said(run: Run) -> None:
    quiet = run("score", "asq", 0, 0, 0, 0)
    assert quiet.exit_code == 0
    assert "Not asked after these answers: q5" in quiet.stdout
    assert "negative" in quiet.stdout.splitlines()[1]
    odd = run("score", "asq", 0, 0, 0, 0, 1)
    assert "Answered although the other answers do not ask it: q5" in odd.stdout
    assert "Safety question q5: positive" in odd.stdout
    assert "acute" in odd.stdout.splitlines()[1]


def test_half_hours_and_extra_questions_are_taken(run: Run) -> None:
    result = run("score", "daily", 6, 3, 5, 6.5, 0, 7, "--json")
    values = {one["code"]: one["value"] for one in json.loads(result.stdout)["scales"]}
    assert values == {"mood": 6, "anxiety": 3, "energy": 5, "sleep_h": 6.5, "pain": 7}


def test_a_total_that_a_clinician_enters_is_scored_too(run: Run) -> None:
    assert "MADRS: 31 of 0 to 60" in run("score", "madrs", 31).stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("phq9", 1), "no instrument is called 'phq9'; known are activation,"),
        (("phq-9", "--version", 99, 1), "'phq-9' has no version 99"),
        (("phq-2", 1), "phq-2 takes 2 answers, not 1: q1 q2\nWrite - for a question that was not answered"),
        (("phq-2", 1, 2, 3), "phq-2 takes 2 answers, not 3: q1 q2"),
        (("phq-2", 1, "often"), "q2: often: neither a number nor - (not answered) nor x (declined)"),
        (("phq-2", 7, -1), "q1: 7: Choose one of the answers shown. They are 0, 1, 2, 3.\nq2: -1: Choose one of"),
        (("peg", 11, 1, 1), ": 11: Enter a number from 0 to 10."),
        (("peg", 1.5, 1, 1), ": 1.5: Enter a number in steps of 1."),
        (("peg", "nan", 1, 1), ": nan: neither a number nor"),
        (("peg", "1e400", 1, 1), ": 1e400: neither a number nor"),
        (("nida-1", "1_0"), "times: 1_0: neither a number nor"),
        (("nida-1", "٣"), "times: ٣: neither a number nor"),
        (("asq", 0, 0, 0, 0, 0), "q5: 0: The question “Are you having thoughts of killing yourself right now?"),
    ],
)
def test_what_is_not_understood_is_named_with_item_and_answer(run: Run, words: Any, message: Any) -> None:
    result = run("score", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
