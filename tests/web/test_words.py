"""What enumerated values are called: each has its own words."""

from enum import Enum

import pytest
from flask import Flask

from portal.review.need import Need
from portal.safety.models import Severity
from portal.web.words import WORDS, words


@pytest.mark.parametrize("kind", WORDS)
def test_every_value_of_a_kind_has_words(kind: type[Enum]) -> None:
    assert set(WORDS[kind]) == set(kind)


def test_equal_numbers_of_two_kinds_keep_their_own_words(small: Flask) -> None:
    with small.test_request_context():
        assert words(Need.URGENT_ALERT) == "Urgent alert"
        assert words(Severity(1)) == "To review"
