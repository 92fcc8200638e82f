"""The arithmetic of a dose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.treatment import dose
from portal.treatment.dose import Clash, Dose

WEIGHTS = st.floats(dose.LEAST_WEIGHT_KG, dose.MOST_WEIGHT_KG).map(lambda value: round(value, 2))
MILLIGRAMS = st.floats(1, 3000).map(lambda value: round(value, 2))
PER_KILOGRAM = st.floats(0.05, 50).map(lambda value: round(value, 3))


@pytest.mark.parametrize(
    ("known", "completed"),
    [
        (Dose(35, None, 70), Dose(35, 0.5, 70)),
        (Dose(None, 0.5, 70), Dose(35, 0.5, 70)),
        (Dose(None, 0.75, 82.4), Dose(61.8, 0.75, 82.4)),
        (Dose(50, None, 70), Dose(50, 0.714, 70)),
        (Dose(35, 0.5, 70), Dose(35, 0.5, 70)),
        (Dose(35, None, None), Dose(35, None, None)),
        (Dose(None, 0.5, None), Dose(None, 0.5, None)),
        (Dose(None, None, 70), Dose(None, None, 70)),
        (Dose(), Dose()),
        (Dose(2112, None, 70), Dose(2112, 30.171, 70)),
        (Dose(0.01, None, 400), Dose(0.01, 0.001, 400)),
        (Dose(None, None, 70, 0.35, 240), Dose(98, 1.4, 70, 0.35, 240)),
        (Dose(None, None, None, 0.35, 240), Dose(None, 1.4, None, 0.35, 240)),
        (Dose(None, None, 70, 0.35), Dose(None, None, 70, 0.35)),
        (Dose(98, None, 70, 0.35, 240), Dose(98, 1.4, 70, 0.35, 240)),
        (Dose(None, 1.4, 70, 0.35), Dose(98, 1.4, 70, 0.35)),
        (Dose(None, 0.5, 70, None, 40), Dose(35, 0.5, 70, None, 40)),
    ],
)
def test_the_missing_unit_is_worked_out(known: Dose, completed: Dose) -> None:
    assert dose.complete(known) == completed


@given(mg=MILLIGRAMS, weight=WEIGHTS)
def test_what_is_worked_out_from_mg_agrees_with_them(mg: float, weight: float) -> None:
    found = dose.complete(Dose(mg, None, weight))
    assert found.mg == mg
    assert found.mg_per_kg is not None
    assert abs(found.mg_per_kg * weight - mg) <= 0.0005 * weight + 1e-9


@given(mg_per_kg=PER_KILOGRAM, weight=WEIGHTS)
def test_what_is_worked_out_from_mg_per_kg_agrees_with_them(mg_per_kg: float, weight: float) -> None:
    found = dose.complete(Dose(None, mg_per_kg, weight))
    assert found.mg_per_kg == mg_per_kg
    assert not dose.clash(found)


@given(mg=MILLIGRAMS, weight=WEIGHTS)
def test_completing_twice_changes_nothing(mg: float, weight: float) -> None:
    once = dose.complete(Dose(mg, None, weight))
    assert dose.complete(once) == once


@pytest.mark.parametrize(
    ("entered", "disagrees"),
    [
        (Dose(35, 0.5, 70), False),
        (Dose(36.75, 0.5, 70), False),
        (Dose(33.4, 0.5, 70), False),
        (Dose(33.3, 0.5, 70), True),
        (Dose(37, 0.5, 70), True),
        (Dose(100, 1.05, 100), False),
        (Dose(100, 1.051, 100), True),
        (Dose(100, 0.95, 100), False),
        (Dose(100, 0.949, 100), True),
        (Dose(35, 5, 70), True),
        (Dose(35, 0.5, None), False),
        (Dose(35, None, 70), False),
    ],
)
def test_mg_and_mg_per_kg_may_lie_five_percent_apart(entered: Dose, disagrees: bool) -> None:
    assert (dose.clash(entered) is not None) is disagrees


RATES = st.floats(0.1, 5).map(lambda value: round(value, 4))
MINUTES = st.integers(20, dose.LONGEST_MINUTES)


@given(rate=RATES, minutes=MINUTES, weight=WEIGHTS)
def test_what_is_worked_out_from_a_rate_agrees_with_it(rate: float, minutes: int, weight: float) -> None:
    found = dose.complete(Dose(None, None, weight, rate, minutes))
    assert found.mg is not None
    assert found.mg_per_kg is not None
    assert abs(found.mg - rate * minutes / 60 * weight) <= 0.0051
    assert dose.clash(found) is None


@pytest.mark.parametrize(
    ("entered", "clash"),
    [
        (Dose(98, 1.4, 70, 0.35, 240), None),
        (Dose(98, None, 70, 0.35, 120), Clash.MG_AND_RATE),
        (Dose(98, 1.4, 70, 0.35, 120), Clash.MG_AND_RATE),
        (Dose(98, 0.7, 70, 0.35, 240), Clash.MG_AND_MG_PER_KG),
        (Dose(98, 1.4, None, 0.35, 120), Clash.MG_PER_KG_AND_RATE),
        (Dose(None, 1.4, 70, 3.5, 240), Clash.MG_PER_KG_AND_RATE),
        (Dose(98, 1.4, 70, 0.35, None), None),
        (Dose(None, None, 70, 0.35, 240), None),
        (Dose(35, 0.5, 70, 0.75, 40), None),
    ],
)
def test_a_rate_fits_the_dose_the_weight_and_the_minutes_or_is_named(entered: Dose, clash: Clash | None) -> None:
    assert dose.clash(entered) is clash


@pytest.mark.parametrize(
    ("entered", "rate"),
    [
        (Dose(35, 0.5, 70, None, 40), 0.75),
        (Dose(98, 1.4, 70, 0.35, 240), 0.35),
        (Dose(None, None, None, 0.35), 0.35),
        (Dose(35, 0.5, 70), None),
        (Dose(35, None, None, None, 40), None),
    ],
)
def test_a_rate_is_said_or_what_dose_and_minutes_come_to(entered: Dose, rate: float | None) -> None:
    assert dose.rate(entered) == rate


@pytest.mark.parametrize(
    ("entered", "minutes"),
    [
        (Dose(None, 1.4, None, 0.35), 240),
        (Dose(98, None, 70, 0.35), 240),
        (Dose(98, None, None, 0.35), None),
        (Dose(None, 1.4, None, 0.35, 240), None),
        (Dose(None, 1.4, None), None),
    ],
)
def test_a_dose_and_a_rate_imply_the_minutes(entered: Dose, minutes: float | None) -> None:
    assert dose.implied_minutes(entered) == (None if minutes is None else pytest.approx(minutes))


@given(mg=MILLIGRAMS, weight=WEIGHTS, factor=st.floats(1.06, 20))
def test_a_slip_in_one_unit_is_noticed(mg: float, weight: float, factor: float) -> None:
    assert dose.clash(Dose(mg, factor * mg / weight, weight)) is Clash.MG_AND_MG_PER_KG
    is_noticed = dose.clash(Dose(mg, mg / weight / factor, weight)) is not None
    assert is_noticed is (1 - 1 / factor > dose.TOLERANCE * (1 + 1e-9))


@pytest.mark.parametrize(
    ("entered", "weight"),
    [
        (Dose(35, 0.5, None), 70),
        (Dose(35, 5, None), 7),
        (Dose(35, 0.5, 70), None),
        (Dose(35, None, None), None),
        (Dose(None, 0.5, None), None),
        (Dose(98, None, None, 0.35, 240), 70),
        (Dose(98, None, None, 0.35), None),
    ],
)
def test_two_units_imply_a_weight(entered: Dose, weight: float | None) -> None:
    assert dose.implied_weight(entered) == (None if weight is None else pytest.approx(weight))


@pytest.mark.parametrize(
    ("entered", "is_unusual"),
    [
        (Dose(35, 0.5, 70), False),
        (Dose(499.99, 4.99, 100), False),
        (Dose(500, 4.9, 100), True),
        (Dose(350, 5.001, 70), True),
        (Dose(501, None, None), True),
        (Dose(None, 5.1, None), True),
        (Dose(None, 5, None), True),
        (Dose(), False),
        (Dose(None, None, None, 7.49), False),
        (Dose(None, None, None, 7.5), True),
        (Dose(98, 1.4, 70, 0.35, 240), False),
        (Dose(35, 0.5, 70, None, 1), False),
    ],
)
def test_ten_times_the_usual_dose_is_unusual(entered: Dose, is_unusual: bool) -> None:
    assert dose.is_unusual(entered) is is_unusual


@pytest.mark.parametrize("wrong", [0, -1, float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("field", ["mg", "mg_per_kg", "weight_kg", "mg_per_kg_h", "minutes"])
def test_nothing_is_worked_out_from_what_is_no_amount(field: str, wrong: float) -> None:
    with pytest.raises(ValueError, match="above zero"):
        dose.complete(Dose(**{field: wrong}))
