"""Element 8: how the last infusion went, and what was strong or long in the course."""

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from portal.review.booster.elements.tolerance import Last, Reading, tolerance
from portal.review.booster.sheet import Element, Tone
from portal.treatment.tolerability.values import Effect, Pressure, Tolerated, Treated
from tests.review.booster.told import lines, text, tone_of

ON = date(2026, 11, 10)
NAMES = {"nausea": "Nausea", "headache": "Headache"}
NOBODY = Tolerated(
    treated=Treated(uuid.UUID(int=8), 8, datetime(2026, 11, 10, 15, tzinfo=UTC)),
    has_bedside=False,
    has_answers=False,
    effects=(),
    pressure=Pressure(None, None, None),
    alertness=None,
    away=None,
    intensity=None,
    distress=None,
    medicines=(),
    stops=0,
    went_on=0,
    emergencies=0,
)
WELL = replace(NOBODY, has_bedside=True, has_answers=True, pressure=Pressure((128, 80), (151, 90), 40))
NAUSEA = Effect("nausea", "", 2, 30, False, None, True, False)


def sheet(how: Tolerated, *, course: tuple[Tolerated, ...] = (), **values: object) -> Element:
    last = replace(Last(ON, how, left="complete", has_flowsheet=how.has_bedside), **values)
    return tolerance(last, course or (how,), NAMES)


def test_without_an_infusion_there_is_nothing_to_tolerate() -> None:
    assert lines(tolerance(None, (), NAMES)) == ["No infusion has been given."]


def test_an_infusion_that_nobody_wrote_about_is_unknown() -> None:
    found = sheet(NOBODY, left="")
    assert lines(found) == [
        "Infusion 8, 10 November 2026: no blood pressure is on record.",
        "Side effects: nobody wrote down how it was.",
    ]
    assert {line.tone for line in found.lines} == {Tone.MISSING}


def test_a_quiet_infusion_has_its_pressures_and_nothing_to_see() -> None:
    found = sheet(WELL, reading=Reading(124, 78, 70, 98, 75))
    assert lines(found) == [
        "Infusion 8, 10 November 2026: blood pressure 128/80 before · peak 151/90 after 40 min (systolic +23)",
        "Last taken 75 min after the start · 124/78 mmHg · pulse 70 · SpO2 98 %",
        "Side effects: none noted, and none told of afterwards.",
        "Left with every check before leaving complete.",
    ]
    assert {line.tone for line in found.lines} == {Tone.PLAIN}


def test_flags_ask_to_be_seen_and_a_hard_stop_must_be() -> None:
    assert tone_of(sheet(WELL, flagged=2), "2 flagged readings") is Tone.ATTENTION
    stopped = sheet(replace(WELL, stops=1, went_on=1), flagged=2)
    assert tone_of(stopped, "blood pressure") is Tone.DANGER
    assert tone_of(stopped, "1 hard stop · going on authorised 1 time") is Tone.DANGER
    assert tone_of(sheet(replace(WELL, stops=1)), "no authorisation to go on is on record") is Tone.DANGER
    assert tone_of(sheet(replace(WELL, emergencies=1)), "1 emergency recorded") is Tone.DANGER


@pytest.mark.parametrize(
    ("pressure", "said"),
    [
        (Pressure((128, 80), None, None), "128/80 before · none taken from the start on"),
        (Pressure(None, (151, 90), 40), "not taken before · peak 151/90 after 40 min"),
    ],
)
def test_half_a_pair_of_pressures_is_said_as_it_is(pressure: Pressure, said: str) -> None:
    assert lines(sheet(replace(WELL, pressure=pressure)))[0].endswith(said)


@pytest.mark.parametrize(
    ("effect", "said", "tone"),
    [
        (NAUSEA, "Nausea (moderate, 30 min)", Tone.PLAIN),
        (replace(NAUSEA, strength=3), "Nausea (severe, 30 min)", Tone.ATTENTION),
        (replace(NAUSEA, minutes=241), "Nausea (moderate, 241 min)", Tone.ATTENTION),
        (replace(NAUSEA, minutes=240), "Nausea (moderate, 240 min)", Tone.PLAIN),
        (replace(NAUSEA, minutes=None, still_after=1200), "still there at 20 h", Tone.ATTENTION),
        (replace(NAUSEA, minutes=None, is_open=True), "no end noted", Tone.PLAIN),
        (Effect("other", "Itching", None, None, False, None, True, False), "Itching", Tone.PLAIN),
    ],
)
def test_a_side_effect_has_its_strength_and_length(effect: Effect, said: str, tone: Tone) -> None:
    assert tone_of(sheet(replace(WELL, effects=(effect,))), said) is tone


def test_no_effect_at_the_bedside_and_no_answer_afterwards_is_not_all_well() -> None:
    found = sheet(replace(WELL, has_answers=False))
    assert tone_of(found, "none noted at the bedside; not answered afterwards") is Tone.MISSING


def test_leaving_against_advice_has_its_reason_and_no_check_is_missing() -> None:
    found = sheet(WELL, left="against-advice", left_because="Had to fetch the children.")
    assert "Left against advice: «Had to fetch the children.»" in lines(found)
    assert tone_of(found, "against advice") is Tone.ATTENTION
    assert tone_of(sheet(WELL, left=""), "No check before leaving") is Tone.MISSING


def test_what_was_strong_or_long_in_the_course_is_counted() -> None:
    strong = replace(WELL, effects=(replace(NAUSEA, strength=3),))
    mild = replace(WELL, effects=(NAUSEA, Effect("headache", "", 1, 10, False, None, True, False)))
    found = sheet(WELL, course=(strong, mild, WELL, NOBODY))
    assert "Severe or longer than 4 hours in this course: Nausea 1 of 3" in lines(found)
    assert "Of 1 infusion of this course nobody wrote down how it was." in lines(found)
    assert "Headache" not in text(found)
