from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.instruments.algorithms import phq9_syndrome
from tests.instruments.answers import PHQ_9, complete, written

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
