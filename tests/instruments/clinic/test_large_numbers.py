"""A scale of the clinic's own may count far: what was sent comes back to the last digit, and limits read as numbers."""

from collections.abc import Callable
from datetime import date

import pytest

from portal.checkins.forms import typed_answers
from tests.cast import Cast
from tests.factories import plan_item
from tests.instruments.clinic.scales import REST
from tests.instruments.clinic.test_asked import approve
from tests.page import Browser

Open = Callable[..., Browser]
STEPS = """
[[items]]
code = "steps"
text = "How many steps?"
kind = "number"
minimum = 0
maximum = 1000000
step = 0.5

[[scales]]
"""


@pytest.mark.parametrize(
    ("value", "shown"), [(123456.5, "123456.5"), (1_000_000, "1000000"), (1e6, "1000000"), (6.5, "6.5"), (0.1, "0.1")]
)
def test_a_stored_answer_is_shown_as_it_was_sent(value: float, shown: str) -> None:
    assert typed_answers({"steps": value}, "")["item_steps"] == shown


def test_a_limit_reads_as_a_number(cast: Cast, browser: Open) -> None:
    approve(cast, REST.replace("[[scales]]\n", STEPS.lstrip(), 1))
    item = plan_item(cast.ada, "own-rest", 7, starts_on=date(2026, 11, 1))
    page = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/check-ins/new/{item.id}")
    sent = {"item_q1": "1", "item_q2": "1", "item_steps": "1000001"}
    problems = page.form("Send").submit(sent, expect=422).problems
    assert len(problems) == 1
    assert "1000000" in problems[0]
