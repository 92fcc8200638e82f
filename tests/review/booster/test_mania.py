"""Element 7: signs of activation of the last two weeks, by rule R7 of the clinic's reference."""

from datetime import date, timedelta

import pytest

from portal.review.booster.elements.mania import Check, Day, Mania, in_a_row, mania
from portal.review.booster.sheet import Tone
from tests.review.booster.told import lines, text, tone_of, tones

TODAY = date(2026, 11, 22)


def back(days: int) -> date:
    return TODAY - timedelta(days=days)


def test_for_others_than_bipolar_patients_one_line_says_that_nothing_was_asked() -> None:
    found = mania(Mania(is_bipolar=False, days=(Day(TODAY, 3, 9),)))
    assert lines(found) == ["No bipolar condition on record; not asked."]
    assert tones(found) == [Tone.PLAIN]


def test_what_was_answered_all_the_same_is_not_hidden() -> None:
    found = mania(Mania(is_bipolar=False, checks=(Check(TODAY, 4, 6, 6),)))
    assert lines(found)[0] == "No bipolar condition on record."
    assert tone_of(found, "Activation check") is Tone.ATTENTION


def test_a_bipolar_patient_who_answered_nothing_is_missing_and_not_well() -> None:
    assert tones(mania(Mania(is_bipolar=True))) == [Tone.MISSING] * 3


@pytest.mark.parametrize(
    ("clearly", "tone"), [([0], Tone.PLAIN), ([2, 2], Tone.PLAIN), ([3], Tone.ATTENTION), ([0, 3], Tone.ATTENTION)]
)
def test_three_answers_of_clearly_ask_to_be_seen(clearly: list[int], tone: Tone) -> None:
    checks = tuple(Check(back(n), one, 6, 6) for n, one in enumerate(clearly))
    assert tone_of(mania(Mania(is_bipolar=True, checks=checks)), "Activation check") is tone


def test_the_worst_check_stands_beside_the_newest() -> None:
    checks = (Check(back(0), 1, 6, 6), Check(back(2), 4, 5, 6), Check(back(3), 0, 0, 6))
    said = "1 of 6 “clearly” on 22 November 2026 · at most 4 “clearly” on 20 November 2026, only 5 of 6 answered."
    assert said in text(mania(Mania(is_bipolar=True, checks=checks)))


def test_a_check_of_which_all_was_declined_is_missing() -> None:
    found = mania(Mania(is_bipolar=True, checks=(Check(TODAY, 0, 0, 6),)))
    assert tone_of(found, "Activation check") is Tone.MISSING


@pytest.mark.parametrize(
    ("needed", "tone"),
    [
        ([True, True], Tone.ATTENTION),
        ([True, None, True], Tone.PLAIN),
        ([True, False, True], Tone.PLAIN),
        ([False, False], Tone.PLAIN),
        ([None, None], Tone.MISSING),
    ],
)
def test_less_need_for_sleep_on_two_days_in_a_row_asks_to_be_seen(needed: list[bool | None], tone: Tone) -> None:
    days = tuple(Day(back(n), 6, 5, one, was_asked=True) for n, one in enumerate(needed))
    assert tone_of(mania(Mania(is_bipolar=True, days=days)), "Need for much less sleep") is tone


def test_little_sleep_with_much_energy_is_named_with_its_days() -> None:
    days = (Day(back(0), 4, 8), Day(back(1), 7, 9), Day(back(2), 3, 7), Day(back(3)))
    found = mania(Mania(is_bipolar=True, days=days))
    said = "Sleep 3 to 7 hours, energy 7 to 9 of 10 · 4 hours or less with energy 8 or more: 22 November 2026"
    assert tone_of(found, said) is Tone.ATTENTION
    assert tone_of(mania(Mania(is_bipolar=True, days=days[1:])), "Sleep 3 to 7") is Tone.PLAIN


@pytest.mark.parametrize(("score", "tone"), [(5, Tone.PLAIN), (6, Tone.ATTENTION), (None, Tone.MISSING)])
def test_the_asrm_has_its_published_line(score: float | None, tone: Tone) -> None:
    assert tone_of(mania(Mania(is_bipolar=True, asrm_on=TODAY, asrm=score)), "ASRM") is tone


def test_two_days_in_a_row() -> None:
    assert in_a_row([back(1), back(0)])
    assert not in_a_row([back(2), back(0), back(0)])
    assert not in_a_row([])
