"""Each instrument's scores at its least, its most, its edges and with answers missing."""

from typing import Any

import pytest

from portal.instruments.definition import Definition
from portal.instruments.loader import catalogue
from portal.instruments.scoring import score
from tests.instruments.answers import DEFINITIONS, Given


def given(definition: Definition, text: str) -> Given:
    """Read answers in printed order: "0*9 1 – x" is nine times 0, then 1, one unanswered, one declined."""
    marks = [mark for part in text.split() for mark in _repeated(part)]
    assert len(marks) == len(definition.items), f"{len(marks)} answers to {len(definition.items)} questions"
    answers = zip(definition.items, marks, strict=True)
    return {item.code: None if mark == "x" else float(mark) for item, mark in answers if mark != "–"}


def _repeated(part: str) -> list[str]:
    mark, _, times = part.partition("*")
    return [mark] * int(times or 1)


OUT = (None, None, "not-scorable")
# instrument, answers, scale, value, band, state
CASES = [
    ("phq-2", "0*2", "total", 0, None, "complete"),
    ("phq-2", "3*2", "total", 6, None, "complete"),
    ("phq-2", "3 –", "total", *OUT),
    ("gad-2", "0*2", "total", 0, None, "complete"),
    ("gad-2", "3*2", "total", 6, None, "complete"),
    ("gad-2", "x 3", "total", *OUT),
    # PCL-5: up to 4 unanswered take the mean of their cluster, at most one of them in cluster C
    ("pcl-5-month", "0*20", "total", 0, None, "complete"),
    ("pcl-5-month", "4*20", "total", 80, None, "complete"),
    ("pcl-5-week", "4*20", "total", 80, None, "complete"),
    ("pcl-5-month", "4*5 0*15", "b", 20, None, "complete"),
    ("pcl-5-month", "0*5 4*2 0*13", "c", 8, None, "complete"),
    ("pcl-5-month", "0*7 4*7 0*6", "d", 28, None, "complete"),
    ("pcl-5-month", "0*14 4*6", "e", 24, None, "complete"),
    ("pcl-5-month", "– 4*4 0*15", "total", 20, None, "prorated"),
    ("pcl-5-month", "4*4 – 0*15", "total", 20, None, "prorated"),
    ("pcl-5-month", "–*4 4 0*15", "total", 20, None, "prorated"),
    ("pcl-5-month", "0*5 – 4 0*13", "total", 8, None, "prorated"),
    ("pcl-5-month", "0*5 –*2 0*13", "total", *OUT),
    ("pcl-5-month", "– 0*4 – 0*2 – 0*6 – 0*4", "total", 0, None, "prorated"),
    ("pcl-5-month", "– 0*4 – 0*2 –*2 0*5 – 0*4", "total", *OUT),
    ("pcl-5-month", "1 2 2 2 – 0*15", "total", 9, None, "prorated"),  # 7/4 × 5 = 8.75
    ("pcl-5-month", "– 1 0 0 1 0*15", "total", 3, None, "prorated"),  # 2/4 × 5 = 2.5, half up
    ("pcl-5-month", "– 4*4 0*15", "b", *OUT),
    ("pcl-5-month", "–*20", "total", *OUT),
    ("pcl-5-week", "x*20", "total", *OUT),
    # PEG: a mean to one decimal, half up
    ("peg", "0*3", "mean", 0, None, "complete"),
    ("peg", "10*3", "mean", 10, None, "complete"),
    ("peg", "7 6 7", "mean", 6.7, None, "complete"),
    ("peg", "7 6 6", "mean", 6.3, None, "complete"),
    ("peg", "7 6 –", "mean", *OUT),
    # ASQ
    ("asq", "0*4 –", "result", 0, "negative", "complete"),
    ("asq", "1 0*4", "result", 1, "non-acute", "complete"),
    ("asq", "0*3 1 0", "result", 1, "non-acute", "complete"),
    ("asq", "0 1 0*2 1", "result", 2, "acute", "complete"),
    ("asq", "1 0*3 –", "result", *OUT),
    ("asq", "1 0*3 x", "result", *OUT),
    ("asq", "x 0*3 –", "result", *OUT),
    ("asq", "–*4 1", "result", 2, "acute", "complete"),
    ("nida-1", "0", "result", 0, "negative", "complete"),
    ("nida-1", "1", "result", 1, "positive", "complete"),
    ("nida-1", "12", "times", 12, None, "complete"),
    ("nida-1", "–", "result", *OUT),
    # our own checks
    ("activation", "0*6", "total", 0, None, "complete"),
    ("activation", "2*6", "total", 12, None, "complete"),
    ("activation", "2*5 x", "total", *OUT),
    ("altered-experience", "10 0", "intensity", 10, None, "complete"),
    ("altered-experience", "x 3", "distress", 3, None, "complete"),
    ("altered-experience", "x 3", "intensity", *OUT),
    ("urinary", "0*6", "worst", 0, "none", "complete"),
    ("urinary", "1 0*5", "worst", 1, "mild", "complete"),
    ("urinary", "0*4 2 0", "worst", 2, "moderate", "complete"),
    ("urinary", "0*5 1", "worst", 3, "severe", "complete"),
    ("urinary", "3 –*5", "worst", 3, "severe", "complete"),
    ("urinary", "0*5 –", "worst", *OUT),
    ("misuse", "0 0 0 1", "craving", 0, None, "complete"),
    ("misuse", "10 0 0 1", "use", 0, "negative", "complete"),
    ("misuse", "0 0 1 1", "use", 1, "positive", "complete"),
    ("misuse", "0 x 0 1", "use", *OUT),
    # structure only
    ("asrm", "0*5", "total", 0, None, "complete"),
    ("asrm", "4*5", "total", 20, None, "complete"),
    ("asrm", "4*4 –", "total", *OUT),
    ("qids-sr16", "0*16", "total", 0, "none", "complete"),
    ("qids-sr16", "3*16", "total", 27, "very-severe", "complete"),  # not 48
    ("qids-sr16", "0 2 1 0 1 0*11", "total", 3, "none", "complete"),
    ("qids-sr16", "0*5 3 – – 1 0*7", "total", 3, "none", "complete"),
    ("qids-sr16", "0*5 – 1 2 – 0*7", "total", 2, "none", "complete"),
    ("qids-sr16", "0*5 3 2 – – 0*7", "total", *OUT),
    ("qids-sr16", "0*3 – 0*12", "total", *OUT),
    ("qids-sr16", "0*11 x 0*4", "total", *OUT),
    ("oci-r", "0*18", "total", 0, None, "complete"),
    ("oci-r", "4*18", "total", 72, None, "complete"),
    ("oci-r", "4*18", "ocd_only", 60, None, "complete"),
    ("oci-r", "4 0*5 4 0*5 4 0*5", "ocd_only", 0, None, "complete"),
    ("oci-r", "4 0*5 4 0*5 4 0*5", "hoarding", 12, None, "complete"),
    ("oci-r", "– 4*17", "total", *OUT),
    ("oci-r", "– 4*17", "ocd_only", 60, None, "complete"),
    ("oci-12", "0*12", "total", 0, "mild", "complete"),
    ("oci-12", "1*12", "total", 12, "mild", "complete"),
    ("oci-12", "1*11 2", "total", 13, "moderate", "complete"),
    ("oci-12", "4*12", "total", 48, "severe", "complete"),
    ("who-5", "0*5", "percent", 0, "poor", "complete"),
    ("who-5", "3*4 0", "percent", 48, "poor", "complete"),  # raw 12
    ("who-5", "3*4 1", "percent", 52, "not-poor", "complete"),  # raw 13
    ("who-5", "5*5", "percent", 100, "not-poor", "complete"),
    ("who-5", "5*4 –", "percent", *OUT),
    ("c-ssrs", "0 0 – – – 0 –", "risk", 0, "negative", "complete"),
    ("c-ssrs", "1 0 – – – 0 –", "risk", 1, "low", "complete"),
    ("c-ssrs", "1 1 0 0 0 0 –", "risk", 1, "low", "complete"),
    ("c-ssrs", "1 1 1 0 0 0 –", "risk", 2, "moderate", "complete"),
    ("c-ssrs", "1 1 0 0 1 0 –", "risk", 3, "high", "complete"),
    ("c-ssrs", "1 1 – 0 0 0 –", "risk", *OUT),
    ("c-ssrs", "0 0 – – – 1 –", "risk", *OUT),
    ("pmq-9", "0*9", "total", 0, None, "complete"),
    ("pmq-9", "3*9", "total", 27, None, "complete"),
    ("pmq-9", "3*8 –", "total", *OUT),
    # totals
    ("madrs", "60", "total", 60, None, "complete"),
    ("ymrs", "60", "total", 60, None, "complete"),
    ("cadss", "92", "total", 92, None, "complete"),
    ("ham-d", "52", "total", 52, None, "complete"),
    ("kset-r", "200", "total", 200, None, "complete"),
    ("isi", "0", "total", 0, "none", "complete"),
    ("isi", "7", "total", 7, "none", "complete"),
    ("isi", "8", "total", 8, "subthreshold", "complete"),
    ("isi", "15", "total", 15, "moderate", "complete"),
    ("isi", "22", "total", 22, "severe", "complete"),
    ("isi", "28", "total", 28, "severe", "complete"),
    ("isi", "–", "total", *OUT),
]


@pytest.mark.parametrize(("instrument", "text", "scale", "value", "band", "state"), CASES)
def test_answers_come_to_the_published_result(
    instrument: Any, text: Any, scale: Any, value: Any, band: Any, state: Any
) -> None:
    definition = catalogue().get(instrument)
    found = score(definition, given(definition, text)).scale(scale)
    assert found is not None
    assert (found.value, found.band and found.band.code, found.state) == (value, band, state)


def test_every_row_of_the_catalogue_is_scored_here_or_with_the_worked_examples() -> None:
    elsewhere = {"phq-9", "gad-7", "daily", "epds", "side-effects"}
    assert {case[0] for case in CASES} | elsewhere == {definition.id for definition in DEFINITIONS}


@pytest.mark.parametrize(
    ("answers", "worst", "still"),
    [
        ({}, "none", "gone"),
        ({"nausea": 1, "nausea_still": 0}, "mild", "gone"),
        ({"nausea": 2, "nausea_still": 1}, "moderate", "present"),
        ({"chest_pain": 3, "chest_pain_still": 0, "nausea": 1, "nausea_still": 1}, "severe", "present"),
    ],
)
def test_side_effects_come_to_the_strongest_and_whether_any_is_still_there(
    answers: Any, worst: Any, still: Any
) -> None:
    definition = catalogue().get("side-effects")
    nothing = {item.code: 0 for item in definition.items if item.asked_if is None}
    result = score(definition, nothing | answers)
    assert result.missing == ()
    assert [scale.band and scale.band.code for scale in result.scales] == [worst, still]


DURATIONS = ["none", "less than 1 hour", "1 to 3 hours", "3 to 8 hours", "more than 8 hours"]


@pytest.mark.parametrize(("answer", "words"), list(enumerate(DURATIONS)))
def test_the_daily_time_taken_is_a_score_of_its_own_in_the_words_of_its_answers(answer: Any, words: Any) -> None:
    definition = catalogue().get("daily")
    (found,) = score(definition, {"ocd_time": answer}, asked=["ocd_time"]).scales
    assert (found.code, found.value, found.band and found.band.label) == ("ocd_time", answer, words)
    option = definition.item("ocd_time").option(answer)
    assert option is not None
    assert option.label.lower() == words


@pytest.mark.parametrize(
    ("instrument", "scale", "cutoff"),
    [
        ("phq-2", "total", 3),
        ("gad-2", "total", 3),
        ("pcl-5-month", "total", 33),
        ("pcl-5-week", "total", 33),
        ("epds", "total", 10),
        ("asrm", "total", 6),
        ("oci-r", "total", 21),
        ("oci-r", "ocd_only", 12),
        ("oci-r", "hoarding", 6),
        ("oci-12", "total", 11),
    ],
)
def test_published_cutoffs(instrument: Any, scale: Any, cutoff: Any) -> None:
    found = catalogue().get(instrument).scale(scale).cutoff
    assert found is not None
    assert found.at_least == cutoff
    assert found.source


@pytest.mark.parametrize(
    ("instrument", "points", "important"),
    [
        ("pcl-5-month", 15, 10),
        ("pcl-5-week", 15, 10),
        ("peg", 1.5, None),
        ("epds", 4, 4),
        ("who-5", 10, None),
    ],
)
def test_published_changes(instrument: Any, points: Any, important: Any) -> None:
    change = catalogue().get(instrument).primary.reliable_change
    assert change is not None
    assert (change.points, change.important_points) == (points, important)
    assert change.source


@pytest.mark.parametrize("instrument", ["oci-r", "asrm", "pmq-9", "qids-sr16", "madrs", "activation"])
def test_a_scale_without_a_sourced_change_claims_none(instrument: Any) -> None:
    assert all(scale.reliable_change is None for scale in catalogue().get(instrument).scales)


def test_qids_response_is_a_fall_by_half_and_remission_5_or_below() -> None:
    rule = catalogue().get("qids-sr16").primary.response
    assert rule is not None
    assert (rule.reduction, rule.remission_below) == (0.5, 6)


def test_more_is_better_for_well_being_only_besides_mood_and_activities() -> None:
    better = {(one.id, scale.code) for one in DEFINITIONS for scale in one.scales if scale.higher_is_better}
    assert better == {("who-5", "percent"), ("daily", "mood"), ("daily", "function")}
