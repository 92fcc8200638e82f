"""Milligrams drawn, given and wasted; lots and their day; what was done otherwise than ordered."""

from datetime import date, timedelta
from typing import Any

import pytest

from portal.treatment.flowsheet import deviations, drug, problems
from portal.treatment.flowsheet.deviations import Ordered
from portal.treatment.flowsheet.entries import Entry
from portal.treatment.flowsheet.kinds import Level
from portal.treatment.flowsheet.standing import standing
from portal.treatment.rules.values import DEFAULTS
from tests.cast import ZONE
from tests.treatment.flowsheet.stories import CALM, HIGH, TICKED, K, at, new_id

ON = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("drawn", "given", "wasted", "away"),
    [
        (50, 35, 15, None),
        (50, 35, 14.5, None),
        (50, 35, 14.4, 0.6),
        (50, 35, 15.5, None),
        (50, 35, 15.6, -0.6),
        (50, 50, None, None),
        (50, 35, None, 15),
        (None, 35, 15, None),
        (50, None, 15, None),
        (0.3, 0.1, 0.2, None),
    ],
)
def test_drawn_is_given_and_wasted(
    drawn: float | None, given: float | None, wasted: float | None, away: float | None
) -> None:
    values = {"drawn_mg": drawn, "given_mg": given, "wasted_mg": wasted}
    assert drug.unaccounted(values) == (None if away is None else pytest.approx(away))


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"drawn_mg": 50.0, "given_mg": 35.0, "wasted_mg": 15.0}, []),
        ({"drawn_mg": 50.0, "given_mg": 35.0}, [problems.DOES_NOT_ADD_UP]),
        ({"drawn_mg": 50.0, "given_mg": 35.0, "difference_reason": "Spilled"}, []),
        ({"expires_on": "2026-11-22"}, []),
        ({"expires_on": "2026-11-21"}, [problems.LOT_EXPIRED]),
        ({"expires_on": "2026-11-21", "difference_reason": "Extended by the maker"}, []),
    ],
)
def test_what_does_not_add_up_or_has_expired_needs_a_reason(values: dict[str, Any], found: list[str]) -> None:
    assert [one.msgid for one in drug.check(values, ON)] == found


CHECKED = (K.PRE_CHECK, -20, {"consent": True, "adult": "yes"})
BASELINE = (K.VITALS, -10, {"point": "before", **CALM})
STARTED: tuple[Any, ...] = (K.STARTED, 0, {})
ENDED = (K.ENDED, 40, {"outcome": "completed", "given_mg": 35.0})
ORDER = Ordered("Ketamine", 35.0, at(-60))


def drawn(**values: Any) -> tuple[Any, ...]:
    return (K.DRUG, -5, {"drug": "ketamine", **values})


@pytest.mark.parametrize(
    ("day", "order", "given_mg", "found"),
    [
        ([CHECKED, BASELINE, drawn(), STARTED, ENDED], ORDER, 35.0, []),
        ([CHECKED, BASELINE], None, None, []),
        ([CHECKED, BASELINE, STARTED], None, None, [deviations.UNORDERED]),
        ([CHECKED, BASELINE, STARTED], ORDER._replace(signed_at=at(1)), None, [deviations.SIGNED_LATER]),
        ([CHECKED, STARTED], ORDER, None, [deviations.NO_BASELINE]),
        ([BASELINE, STARTED], ORDER, None, [deviations.NO_PRE_CHECK]),
        (
            [(K.PRE_CHECK, -20, {"adult": "no"}), BASELINE, STARTED],
            ORDER,
            None,
            [deviations.NO_ADULT, deviations.NO_CONSENT],
        ),
        ([CHECKED, BASELINE, drawn(), STARTED, ENDED], ORDER, 36.0, []),
        ([CHECKED, BASELINE, drawn(), STARTED, ENDED], ORDER, 40.0, [deviations.OTHER_DOSE]),
        ([CHECKED, BASELINE, drawn(), STARTED, ENDED], ORDER, 20.0, [deviations.OTHER_DOSE]),
        ([CHECKED, BASELINE, drawn(), STARTED], ORDER, 20.0, []),
        ([CHECKED, BASELINE, drawn(), STARTED], ORDER, 40.0, [deviations.OTHER_DOSE]),
        ([CHECKED, BASELINE, drawn(), STARTED, ENDED], ORDER._replace(mg=None), 400.0, []),
        ([CHECKED, BASELINE, drawn(drug="Esketamine"), STARTED], ORDER, None, [deviations.OTHER_DRUG]),
        ([CHECKED, BASELINE, drawn(drawn_mg=50.0, given_mg=35.0), STARTED], ORDER, 35.0, [deviations.UNACCOUNTED]),
        ([CHECKED, BASELINE, drawn(expires_on="2026-11-21"), STARTED], ORDER, None, [deviations.EXPIRED]),
        ([CHECKED, BASELINE, STARTED, ENDED, (K.DISCHARGE, 80, TICKED)], ORDER, 35.0, []),
        (
            [CHECKED, BASELINE, STARTED, ENDED, (K.DISCHARGE, 80, TICKED | {"no_intent": False})],
            ORDER,
            35.0,
            [deviations.NOT_COMPLETE],
        ),
        (
            [CHECKED, BASELINE, STARTED, ENDED, (K.VITALS, 60, {"point": "after", **HIGH}), (K.DISCHARGE, 80, TICKED)],
            ORDER,
            35.0,
            [deviations.LEFT_WITH_STOP],
        ),
    ],
)
def test_what_was_done_otherwise_shows(
    day: list[Any], order: Ordered | None, given_mg: float | None, found: list[str]
) -> None:
    entries = [
        Entry(new_id(), kind, values, at(minutes), level=Level.HARD if values.get("systolic", 0) >= 180 else Level.NONE)
        for kind, minutes, values in day
    ]
    assert [one.msgid for one in deviations.find(standing(entries, DEFAULTS), order, given_mg, ZONE)] == found


def test_going_on_without_the_provider_is_a_deviation_at_the_entry_that_shows_it() -> None:
    start = Entry(new_id(), K.STARTED, {}, at(0))
    high = Entry(new_id(), K.VITALS, {"point": "during", **HIGH}, at(15), level=Level.HARD)
    end = Entry(new_id(), K.ENDED, {"outcome": "completed"}, at(15) + timedelta(minutes=25))
    found = deviations.find(standing([start, high, end], DEFAULTS), ORDER, None, ZONE)
    assert (deviations.WENT_ON, end.id) in [(one.msgid, one.entry_id) for one in found]


@pytest.mark.parametrize(
    ("kind", "values", "allergies", "found"),
    [
        (K.MEDICINE_GIVEN, {"name": "metoclopramide 10"}, ["Metoclopramide"], ["Metoclopramide"]),
        (K.MEDICINE_GIVEN, {"name": "Penicillin"}, ["penicillin V"], ["penicillin V"]),
        (K.MEDICINE_GIVEN, {"name": "Ondansetron"}, ["Metoclopramide", "Latex"], []),
        (K.MEDICINE_GIVEN, {"name": "Ondansetron"}, [], []),
        (K.DRUG, {"drug": "Racemic  Ketamine"}, ["ketamine"], ["ketamine"]),
        (K.NOTE, {"text": "Metoclopramide"}, ["Metoclopramide"], []),
    ],
)
def test_what_the_patient_is_allergic_to_shows_where_it_was_given(
    kind: Any, values: dict[str, Any], allergies: list[str], found: list[str]
) -> None:
    now = standing([Entry(new_id(), kind, values, at(10))], DEFAULTS)
    shown = deviations.find(now, None, None, ZONE, allergies)
    assert [one.values["substance"] for one in shown if one.msgid == deviations.ALLERGEN] == found
