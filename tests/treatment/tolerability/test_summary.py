"""How an infusion was tolerated, from the bedside record and the patient's own answers; and one effect over many."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.treatment.tolerability.across import AtDose, Dose, over
from portal.treatment.tolerability.infusion import belonging, summarise
from portal.treatment.tolerability.values import ALERTNESS, Answered, Effect, Noted, Tolerated, Treated

START = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)


def treated(number: int = 1, days: float = 0, dose: float | None = 0.5, **more: Any) -> Treated:
    return Treated(uuid.UUID(int=number), number, START + timedelta(days=days), dose_mg_per_kg=dose, **more)


def noted(kind: str, minute: float, level: str = "none", **values: Any) -> Noted:
    return Noted(uuid.uuid4(), kind, START + timedelta(minutes=minute), values, level)


def vitals(minute: float, systolic: int, diastolic: int = 80, point: str = "during", level: str = "none") -> Noted:
    return noted("vitals", minute, level, point=point, systolic=systolic, diastolic=diastolic)


def effect(minute: float, strength: str | None = "mild", code: str = "nausea", other: str = "") -> Noted:
    return noted("side-effect", minute, effect=code, strength=strength, other=other)


def ended(one: Noted, minute: float) -> Noted:
    return noted("side-effect-ended", minute, of=str(one.id))


def told(hours: float, instrument: str = "side-effects", **answers: float | None) -> Answered:
    return Answered(instrument, START + timedelta(hours=hours), answers)


def only(*entries: Noted, answers: tuple[Answered, ...] = ()) -> Effect:
    (found,) = summarise(treated(), entries, answers).effects
    return found


def test_an_effect_lasts_from_its_onset_to_its_end() -> None:
    nausea = effect(20)
    found = only(nausea, ended(nausea, 45))
    assert (found.minutes, found.is_open, found.strength, found.at_bedside) == (25, False, 1, True)


def test_spells_of_one_effect_add_up_and_the_strongest_counts() -> None:
    first, second = effect(10), effect(60, "severe")
    found = only(first, ended(first, 20), second, ended(second, 75))
    assert (found.minutes, found.strength) == (25, 3)


def test_an_effect_without_an_end_has_no_length_even_where_an_earlier_spell_had_one() -> None:
    first, second = effect(10), effect(60)
    found = only(first, ended(first, 20), second)
    assert (found.minutes, found.is_open) == (None, True)


def test_what_the_patient_told_afterwards_joins_what_was_noted_at_the_bedside() -> None:
    nausea = effect(20)
    found = only(nausea, ended(nausea, 45), answers=(told(2, nausea=2, nausea_still=1), told(20, nausea=1)))
    assert (found.strength, found.minutes, found.still_after, found.by_patient) == (2, 25, 120, True)


def test_what_only_the_patient_told_of_has_no_length() -> None:
    found = only(answers=(told(20, headache=1, headache_still=0),))
    assert (found.code, found.minutes, found.is_open, found.still_after) == ("headache", None, False, None)
    assert not found.at_bedside


@pytest.mark.parametrize("nothing", [{"nausea": 0}, {"nausea": None}, {"nausea_still": 1}, {}])
def test_none_declined_and_left_out_are_no_effect(nothing: Mapping[str, float | None]) -> None:
    found = summarise(treated(), [], [told(2, **nothing)])
    assert not found.effects
    assert found.has_answers is (nothing == {"nausea": 0})


def test_effects_in_the_nurses_own_words_stay_apart() -> None:
    found = summarise(treated(), [effect(1, code="other", other="itching"), effect(2, code="other", other="cold")], [])
    assert {one.name for one in found.effects} == {"itching", "cold"}


@pytest.mark.parametrize(
    ("readings", "before", "peak", "after", "rise"),
    [
        ([vitals(-10, 120, 80, "before"), vitals(15, 150, 90), vitals(30, 171, 95)], (120, 80), (171, 95), 30, 51),
        ([vitals(-20, 140, 80, "before"), vitals(-5, 124, 80, "before"), vitals(15, 130)], (124, 80), (130, 80), 15, 6),
        ([vitals(-10, 120, 80, "before"), vitals(50, 110, 70, "after")], (120, 80), (110, 70), 50, -10),
        ([vitals(15, 150, 90)], None, (150, 90), 15, None),
        ([vitals(-10, 180, 80, "before")], (180, 80), None, None, None),
        ([noted("vitals", 5, point="during", spo2=97)], None, None, None, None),
        ([], None, None, None, None),
    ],
)
def test_the_peak_is_the_highest_from_the_start_on_against_the_last_before(
    readings: list[Noted],
    before: tuple[int, int] | None,
    peak: tuple[int, int] | None,
    after: int | None,
    rise: int | None,
) -> None:
    found = summarise(treated(), readings, []).pressure
    assert (found.before, found.peak, found.peak_after, found.rise) == (before, peak, after, rise)


def test_stops_medicines_alertness_and_what_was_felt_are_all_told() -> None:
    entries = [
        noted("state", 10, alertness="drowsy", away=4),
        noted("state", 20, alertness="voice", away=8),
        noted("state", 40, alertness="awake", away=None),
        vitals(25, 190, level="hard"),
        noted("authorisation", 27, how="spoken"),
        noted("medicine-given", 30, name="Ondansetron", dose="4 mg", route="intravenous"),
        noted("emergency", 31, signs=["chest-pain"]),
    ]
    found = summarise(treated(), entries, [told(3, "altered-experience", intensity=7, distress=0)])
    assert (found.alertness, found.away, found.intensity, found.distress) == ("voice", 8, 7, 0)
    assert (found.stops, found.went_on, found.emergencies) == (1, 1, 1)
    assert found.medicines == ("Ondansetron 4 mg intravenous",)
    assert (found.has_bedside, found.has_answers) == (True, False)


@given(st.lists(st.sampled_from(ALERTNESS), min_size=1))
def test_the_deepest_alertness_is_never_lighter_than_any_noted(states: list[str]) -> None:
    found = summarise(treated(), [noted("state", 1, alertness=one) for one in states], []).alertness
    assert found is not None
    assert all(ALERTNESS.index(found) >= ALERTNESS.index(one) for one in states)


@pytest.mark.parametrize(
    ("hours", "number"), [(-1, None), (0, None), (1, 1), (47, 1), (49, 2), (24 * 8, 2), (24 * 9.5, None)]
)
def test_an_answer_is_about_the_last_infusion_before_it_and_no_longer_than_a_week(
    hours: float, number: int | None
) -> None:
    infusions = [treated(1), treated(2, days=2)]
    found = belonging(infusions, [told(hours, nausea=1)])
    assert [one.number for one in infusions if found[one.id]] == ([number] if number else [])


def over_some() -> list[Tolerated]:
    """Four infusions with a record, one without: nausea with the second, third and fourth of them."""
    found = [summarise(treated(1), [vitals(5, 120)], [])]
    for number, dose, strength, minutes in ((2, 0.5, "mild", 10), (3, 0.7, "mild", 25), (4, 0.7, "severe", 60)):
        nausea = effect(10, strength)
        found.append(summarise(treated(number, number, dose), [nausea, ended(nausea, 10 + minutes)], []))
    return [*found, summarise(treated(5, 5, 0.7), [], [])]


def test_an_effect_over_all_infusions_counts_only_those_somebody_wrote_about() -> None:
    (nausea,) = over(over_some())
    assert (nausea.had, nausea.of, nausea.usual, nausea.strongest) == (3, 4, 1, 3)
    assert (nausea.median_minutes, nausea.timed, nausea.first.number) == (25, 3, 2)
    assert nausea.by_dose == (AtDose(Dose(0.5, None), 1, 2), AtDose(Dose(0.7, None), 2, 2))


@pytest.mark.parametrize(
    ("entries", "answers"),
    [
        ([noted("pre-check", -20), vitals(-10, 120, point="before"), noted("drug", -5), noted("started", 0)], ()),
        ([], (told(2, nausea=None, nausea_still=None),)),
    ],
)
def test_what_was_only_prepared_or_left_open_is_not_counted_as_free_of_effects(
    entries: list[Noted], answers: tuple[Answered, ...]
) -> None:
    unknown = summarise(treated(6, 6), entries, answers)
    assert not unknown.is_known
    (nausea,) = over([*over_some(), unknown])
    assert (nausea.had, nausea.of) == (3, 4)


def test_of_two_strengths_as_frequent_the_stronger_is_the_usual_one() -> None:
    (found,) = over([summarise(treated(n, n), [effect(1, s)], []) for n, s in ((1, "mild"), (2, "moderate"))])
    assert found.usual == 2


def test_an_effect_nobody_graded_or_timed_says_so() -> None:
    (found,) = over([summarise(treated(1, dose=None), [effect(1, None)], [])])
    assert (found.usual, found.median_minutes, found.timed) == (None, None, 0)
    assert found.by_dose == (AtDose(Dose(None, None), 1, 1),)


def test_the_most_frequent_comes_first() -> None:
    rare = summarise(treated(1), [effect(1, code="headache"), effect(2)], [])
    assert [one.code for one in over([rare, summarise(treated(2, 1), [effect(1)], [])])] == ["nausea", "headache"]


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([0.5, 0.7, None])), max_size=12))
def test_counts_by_dose_add_up_to_all(had: list[tuple[bool, float | None]]) -> None:
    every = [
        summarise(treated(n, n, dose), [effect(1)] if has else [vitals(1, 120)], [])
        for n, (has, dose) in enumerate(had, start=1)
    ]
    for found in over(every):
        assert sum(one.had for one in found.by_dose) == found.had == sum(has for has, _ in had)
        assert sum(one.of for one in found.by_dose) == found.of == len(had)
        assert all(one.had <= one.of for one in found.by_dose)
