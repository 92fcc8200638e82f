"""The six traps of the clinical reference that break correctness in public code, each with its own tests."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.instruments.loader import catalogue
from portal.instruments.loinc import allow_list
from portal.instruments.scoring import score
from tests.instruments.answers import DEFINITIONS

ROOT = Path(__file__).parents[2]
FOLDERS = ("portal", "templates", "docs", "tests", "bench", "migrations", "static/js")
RUN = 5
# Runs of five words out of wordings that may not be here, as hashes so that they are not here either.
FORBIDDEN = {
    "EPDS": (
        *("5976d1932cd6", "70344dbcdc25", "984bd6c3b42b", "66c59e802319", "ff61a223ad12", "4363fc3f9d55"),
        *("d5f9a5e5c2da", "8aea10a6b713", "402a347acdc1", "ac264255397c", "cbd744fbd6f5", "e79f0fc0a731"),
        *("af6230a72de2", "0a668246909a"),
    ),
    "ASRM": ("184a956c57e3", "416a9b006c7c", "1d79d3fc90d7", "e93d301437a3", "f8c767e37c07"),
    "WHO-5": ("704db9517db6", "7b897f6b0c19", "499be93c1ac1", "5a84b205a09d", "cf3847a8c2f0"),
    "OCI": ("9fece5a77113", "1760526bdf59", "6e7ef1458747", "bb94b6d83965", "516c0594925c", "128d60fc7624"),
    "QIDS": ("2c9876e4177f", "a28300d622ae", "0b6902ae7f5f", "6abcdc0e885f"),
    "C-SSRS": ("f41d9135ae24", "80de06740e37", "166e0f427855", "2b820af6d46c", "e6a8a49dc377"),
    "MADRS": ("6ecb6fa361a7", "c2aa4763ef65"),
    "CADSS": ("b9fcabf942f0",),
    "ISI": ("235add82e2c9",),
}
OWNERS = {mark: owner for owner, marks in FORBIDDEN.items() for mark in marks}


def marks(text: str) -> Iterator[str]:
    words = re.findall(r"[a-z0-9]+", text.lower())
    for start in range(len(words) - RUN + 1):
        yield hashlib.sha256(" ".join(words[start : start + RUN]).encode()).hexdigest()[:12]


def files() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".py", ".toml", ".html", ".md", ".js"} and "vendor" not in path.parts:
                yield path


# 1: the wording of EPDS, ASRM, MADRS and the like must not be in the repository


def test_trap_1_no_forbidden_wording_is_anywhere_in_the_repository() -> None:
    found = [
        (str(path.relative_to(ROOT)), OWNERS[mark])
        for path in files()
        for mark in marks(path.read_text(encoding="utf-8"))
        if mark in OWNERS
    ]
    assert found == []


def test_trap_1_a_forbidden_run_of_words_would_be_found() -> None:
    mark = "bb1262c1cf29"
    assert mark in marks("Here: one Two, three four — five! six")
    assert len(list(marks("one two three four"))) == 0


# 2: the first answer of the GAD-7 is "Not at all"


@pytest.mark.parametrize("instrument", ["gad-7", "gad-2", "phq-9", "phq-2"])
def test_trap_2_the_zero_answer_is_not_at_all_and_never_not_at_all_sure(instrument: Any) -> None:
    definition = catalogue().get(instrument)
    assert {definition.item(code).options[0].label for code in definition.primary.items} == {"Not at all"}
    assert {definition.item(code).options[0].value for code in definition.primary.items} == {0}


# 3: the EPDS prints items 3 and 5 to 10 worst first

EPDS = catalogue().get("epds")
FORWARD = {"q1", "q2", "q4"}


@pytest.mark.parametrize(("place", "total", "anxiety"), [(0, 21, 6), (1, 17, 5), (2, 13, 4), (3, 9, 3)])
def test_trap_3_the_printed_places_of_the_epds_score_as_published(place: Any, total: Any, anxiety: Any) -> None:
    answers = {item.code: item.options[place].value for item in EPDS.items}
    result = score(EPDS, answers)
    assert [scale.value for scale in result.scales] == [total, anxiety]


def test_trap_3_only_items_1_2_and_4_are_printed_best_first() -> None:
    printed = {item.code: [option.value for option in item.options] for item in EPDS.items}
    assert {code for code, values in printed.items() if values == [0, 1, 2, 3]} == FORWARD
    assert {code for code, values in printed.items() if values == [3, 2, 1, 0]} == set(printed) - FORWARD


@pytest.mark.parametrize(("place", "value", "state"), [(0, 3, "positive"), (2, 1, "positive"), (3, 0, "negative")])
def test_trap_3_the_first_printed_answer_of_item_10_is_the_worst(place: Any, value: Any, state: Any) -> None:
    worst = EPDS.item("q10").options[place].value
    assert worst == value
    assert score(EPDS, {"q10": worst}).safety == {"q10": state}


@pytest.mark.parametrize(
    ("answers", "total", "state"),
    [(dict.fromkeys(range(1, 11), 0), 0, "complete"), (dict.fromkeys(range(1, 11), 3), 30, "complete")],
)
def test_trap_3_the_epds_runs_from_0_to_30(answers: Any, total: Any, state: Any) -> None:
    found = score(EPDS, {f"q{number}": value for number, value in answers.items()}).primary
    assert found is not None
    assert (found.value, found.state) == (total, state)
    short = score(EPDS, {f"q{number}": value for number, value in answers.items() if number != 4}).primary
    assert short is not None
    assert short.value is None


# 4: every questionnaire says how far back it looks, because scores asked closer than that overlap

WINDOWS = {
    **dict.fromkeys(["daily", "activation", "side-effects", "altered-experience"], 1),
    **dict.fromkeys(["pcl-5-week", "peg", "epds", "asrm", "qids-sr16"], 7),
    **dict.fromkeys(["phq-9", "phq-2", "gad-7", "gad-2", "who-5"], 14),
    **dict.fromkeys(["urinary", "misuse"], 28),
    **dict.fromkeys(["pcl-5-month", "oci-r", "oci-12", "c-ssrs"], 30),
    "nida-1": 365,
}
WITHOUT = {"asq": "several windows", "pmq-9": "not confirmed"}


def test_trap_4_every_questionnaire_has_its_recall_window() -> None:
    asked = {one.id: one.recall_days for one in DEFINITIONS if one.filled_by == "patient"}
    assert {name: days for name, days in asked.items() if days is not None} == WINDOWS
    assert {name for name, days in asked.items() if days is None} == set(WITHOUT)


# 5: C-SSRS: item 4 alone is high, behaviour of long ago is moderate

C_SSRS = catalogue().get("c-ssrs")
NOTHING = {"q1": 0, "q2": 0, "q6": 0}


@pytest.mark.parametrize(
    ("answers", "level"),
    [
        (NOTHING, "negative"),
        (NOTHING | {"q1": 1}, "low"),
        (NOTHING | {"q2": 1, "q3": 0, "q4": 0, "q5": 0}, "low"),
        (NOTHING | {"q2": 1, "q3": 1, "q4": 0, "q5": 0}, "moderate"),
        (NOTHING | {"q2": 1, "q3": 0, "q4": 1, "q5": 0}, "high"),
        (NOTHING | {"q2": 1, "q3": 0, "q4": 0, "q5": 1}, "high"),
        (NOTHING | {"q6": 1, "q6b": 0}, "moderate"),
        (NOTHING | {"q6": 1, "q6b": 1}, "high"),
        (NOTHING | {"q1": 1, "q2": 1, "q3": 1, "q4": 0, "q5": 0, "q6": 1, "q6b": 0}, "moderate"),
    ],
)
def test_trap_5_the_c_ssrs_takes_the_highest_level_and_is_no_sum(answers: Any, level: Any) -> None:
    found = score(C_SSRS, answers).primary
    assert found is not None
    assert found.band is not None
    assert found.band.code == level


@pytest.mark.parametrize("item", ["q4", "q5", "q6b"])
def test_trap_5_a_yes_to_the_worst_items_is_high_even_where_they_should_not_have_been_asked(item: Any) -> None:
    result = score(C_SSRS, NOTHING | {item: 1})
    found = result.primary
    assert found is not None
    assert found.band is not None
    assert found.band.code == "high"
    assert result.inconsistent == (item,)
    assert result.safety[item] == "positive"


def test_trap_5_a_yes_to_asq_item_5_alone_is_acute_and_marked() -> None:
    result = score(catalogue().get("asq"), {"q1": 0, "q2": 0, "q3": 0, "q4": 0, "q5": 1})
    found = result.primary
    assert found is not None
    assert found.band is not None
    assert (found.band.code, result.inconsistent) == ("acute", ("q5",))


# 6: a panel's code is not a total's code

PANELS = {
    "phq-9": ("44249-1", "44261-6"),
    "phq-2": ("55757-9", "55758-7"),
    "gad-7": ("69737-5", "70274-6"),
    "pcl-5-month": ("101697-1", "101698-9"),
    "peg": ("91148-7", "91147-9"),
    "c-ssrs": ("93373-9", "93374-7"),
    "epds": ("71354-5", None),
}


def test_trap_6_panel_and_total_are_not_swapped() -> None:
    codes = {one.id: (one.loinc, one.primary.loinc) for one in DEFINITIONS}
    assert {name: pair for name, pair in codes.items() if pair != (None, None) and name != "daily"} == PANELS


def test_trap_6_a_panel_code_is_refused_on_a_total_and_the_other_way_round() -> None:
    for name, (panel, total) in PANELS.items():
        scale = f"{name}.{catalogue().get(name).primary.code}"
        assert allow_list().problem_with_term(panel, scale) is not None
        assert total is None or allow_list().problem_with_term(total, name) is not None


@pytest.mark.parametrize("instrument", ["asq", "asrm", "oci-r", "oci-12", "isi", "qids-sr16", "who-5", "pmq-9"])
def test_trap_6_what_has_no_confirmed_code_carries_none(instrument: Any) -> None:
    definition = catalogue().get(instrument)
    assert definition.loinc is None
    assert not any(item.loinc for item in definition.items)
    assert not any(scale.loinc for scale in definition.scales)


@pytest.mark.parametrize("code", ["44262-4", "81344-4", "71969-0"])
def test_trap_6_codes_that_are_deprecated_or_often_misplaced_are_not_in_the_list(code: Any) -> None:
    assert code not in allow_list().terms
