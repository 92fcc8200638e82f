"""Element 9: the urinary and misuse checks, with their last result and whether they are due."""

from datetime import date

import pytest

from portal.review.booster.elements.checks import Checked, checks
from portal.review.booster.sheet import Tone
from portal.treatment.monitoring.due import State
from tests.review.booster.told import lines, tones

DONE, DUE = date(2026, 11, 2), date(2026, 12, 2)


@pytest.mark.parametrize(
    ("one", "said", "tone"),
    [
        (
            Checked("urinary", State.DONE, DUE, DONE, "none"),
            "Urinary check on 2 November 2026: none · next due by 2 December 2026",
            Tone.PLAIN,
        ),
        (
            Checked("urinary", State.DUE, DUE, DONE, "mild", needs_attention=True),
            "Urinary check on 2 November 2026: mild · due by 2 December 2026",
            Tone.ATTENTION,
        ),
        (
            Checked("misuse", State.OVERDUE, DUE, DONE),
            "Misuse check on 2 November 2026: nothing to note · overdue since 2 December 2026",
            Tone.ATTENTION,
        ),
        (
            Checked("misuse", State.OVERDUE, DUE),
            "Misuse check: no result on record · overdue since 2 December 2026",
            Tone.MISSING,
        ),
        (
            Checked("misuse", State.DONE, DUE, DONE, "negative", left_open_on=date(2026, 11, 9)),
            "Misuse check on 2 November 2026: negative · left open on 9 November 2026 · next due by 2 December 2026",
            Tone.MISSING,
        ),
        (
            Checked("urinary", State.NOT_YET),
            "Urinary check: no result on record · not due before treatment",
            Tone.MISSING,
        ),
        (
            Checked("urinary", State.DONE, None, DONE),
            "Urinary check on 2 November 2026: nothing to note · not asked for at a set time",
            Tone.PLAIN,
        ),
    ],
)
def test_a_check_stands_with_its_result_its_day_and_when_it_is_due(one: Checked, said: str, tone: Tone) -> None:
    found = checks([one])
    assert lines(found) == [said]
    assert tones(found) == [tone]


def test_liver_and_cognition_are_named_only_where_that_matters_now() -> None:
    quiet = [Checked("liver", State.DONE, DUE, DONE), Checked("cognition", State.NOT_YET, DUE)]
    assert lines(checks(quiet)) == []
    loud = [
        Checked("liver", State.DONE, DUE, DONE, "ALT 90", needs_attention=True),
        Checked("cognition", State.DUE, DUE),
    ]
    assert [line.split(" on ")[0].split(":")[0] for line in lines(checks(loud))] == [
        "Liver tests",
        "Memory and thinking",
    ]
