from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.instruments.algorithms import pcl5_provisional, phq9_syndrome, screening
from portal.instruments.loader import catalogue
from tests.instruments.answers import PHQ_9, complete, written

PCL_5 = catalogue().get("pcl-5-month")

SYNDROMES = [
    ("1,2,0,0,0,0,0,0,2", "other-depressive-syndrome"),
    ("2,1,2,1,0,1,0,0,0", "other-depressive-syndrome"),
    ("2,0,0,0,0,0,0,0,0", "none"),
    ("1,1,3,3,3,3,3,3,3", "none"),  # neither item 1 nor item 2 counts
    ("2,0,2,2,2,0,0,0,0", "other-depressive-syndrome"),
    ("2,0,2,2,2,2,0,0,0", "major-depressive-syndrome"),
    ("2,0,2,2,2,0,0,0,1", "major-depressive-syndrome"),  # item 9 counts from 1
    ("2,0,2,2,2,0,0,1,0", "other-depressive-syndrome"),  # the others from 2
    ("3,3,3,3,3,3,3,3,3", "major-depressive-syndrome"),
    ("0,0,0,0,0,0,0,0,0", "none"),
    ("–,–,–,–,–,–,–,–,–", "unknown"),
    ("2,0,2,2,2,0,0,0,x", "unknown"),  # item 9 would decide
    ("3,3,3,3,3,–,–,–,x", "major-depressive-syndrome"),  # whatever the others are
    ("0,0,–,–,–,–,–,–,–", "none"),
    ("0,–,0,0,0,0,0,0,0", "none"),  # one item alone makes no syndrome
]


@pytest.mark.parametrize(("text", "syndrome"), SYNDROMES)
def test_phq_9_syndromes(text: Any, syndrome: Any) -> None:
    assert phq9_syndrome(written(text)) == syndrome


@given(complete(PHQ_9), st.sets(st.sampled_from([f"q{number}" for number in range(1, 10)])))
def test_a_syndrome_told_from_some_answers_is_never_contradicted_by_the_rest(answers: Any, hidden: Any) -> None:
    seen = phq9_syndrome({code: value for code, value in answers.items() if code not in hidden})
    assert seen in ("unknown", phq9_syndrome(answers))


def pcl5(b: str, c: str, d: str, e: str) -> dict[str, float | None]:
    return written(",".join("".join((b, c, d, e))))


PROVISIONAL = [
    ("20000", "20", "2200000", "220000", "provisional-ptsd"),  # just enough of each cluster
    ("44444", "44", "4444444", "444444", "provisional-ptsd"),
    ("11111", "20", "2200000", "220000", "no-provisional-ptsd"),  # a little bit does not count
    ("20000", "11", "2200000", "220000", "no-provisional-ptsd"),
    ("20000", "20", "2000000", "220000", "no-provisional-ptsd"),  # two of D are needed
    ("20000", "20", "2200000", "200000", "no-provisional-ptsd"),  # and two of E
    ("44444", "44", "4444444", "111111", "no-provisional-ptsd"),  # whatever the total
    ("00000", "00", "0000000", "000000", "no-provisional-ptsd"),
    ("0000–", "20", "2200000", "220000", "unknown"),
    ("20000", "0x", "2200000", "220000", "unknown"),
    ("2––––", "2–", "22–––––", "22––––", "provisional-ptsd"),  # whatever the others are
    ("00000", "––", "–––––––", "––––––", "no-provisional-ptsd"),
    ("–––––", "––", "–––––––", "–––––0", "unknown"),
    ("–––––", "––", "–––––––", "––––––", None),  # nothing was answered: nothing is said
    ("xxxxx", "xx", "xxxxxxx", "xxxxxx", None),
]


@pytest.mark.parametrize(("b", "c", "d", "e", "said"), PROVISIONAL)
def test_pcl_5_provisional_criteria(b: Any, c: Any, d: Any, e: Any, said: Any) -> None:
    assert pcl5_provisional(pcl5(b, c, d, e)) == said


@given(complete(PCL_5), st.sets(st.sampled_from([f"q{number}" for number in range(1, 21)])))
def test_provisional_criteria_told_from_some_answers_are_never_contradicted_by_the_rest(
    answers: Any, hidden: Any
) -> None:
    seen = pcl5_provisional({code: value for code, value in answers.items() if code not in hidden})
    assert seen in ("unknown", None, pcl5_provisional(answers))
    assert (seen is None) == (len(hidden) == 20)


@pytest.mark.parametrize(
    ("instrument", "answers", "said"),
    [
        ("phq-9", written("2,0,2,2,2,2,0,0,0"), "major-depressive-syndrome"),
        ("pcl-5-month", pcl5("20000", "20", "2200000", "220000"), "provisional-ptsd"),
        ("pcl-5-week", pcl5("20000", "20", "2200000", "000000"), "no-provisional-ptsd"),
        ("phq-2", written("3,3"), None),
        ("gad-7", written("3,3,3,3,3,3,3"), None),
        ("unheard-of", {}, None),
    ],
)
def test_each_instrument_has_its_own_algorithm_or_none(instrument: Any, answers: Any, said: Any) -> None:
    assert screening(instrument, answers) == said
