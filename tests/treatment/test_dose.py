"""The arithmetic of a dose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.treatment import dose
from portal.treatment.dose import Dose

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
    assert not dose.disagrees(found)


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
    assert dose.disagrees(entered) is disagrees


@given(mg=MILLIGRAMS, weight=WEIGHTS, factor=st.floats(1.06, 20))
def test_a_slip_in_one_unit_is_noticed(mg: float, weight: float, factor: float) -> None:
    assert dose.disagrees(Dose(mg, factor * mg / weight, weight))
    assert dose.disagrees(Dose(mg, mg / weight / factor, weight)) is (1 - 1 / factor > dose.TOLERANCE * (1 + 1e-9))


@pytest.mark.parametrize(
    ("entered", "weight"),
    [
        (Dose(35, 0.5, None), 70),
        (Dose(35, 5, None), 7),
        (Dose(35, 0.5, 70), None),
        (Dose(35, None, None), None),
        (Dose(None, 0.5, None), None),
    ],
)
def test_two_units_imply_a_weight(entered: Dose, weight: float | None) -> None:
    assert dose.implied_weight(entered) == weight


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
    ],
)
def test_ten_times_the_usual_dose_is_unusual(entered: Dose, is_unusual: bool) -> None:
    assert dose.is_unusual(entered) is is_unusual


@pytest.mark.parametrize("wrong", [0, -1, float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("field", ["mg", "mg_per_kg", "weight_kg"])
def test_nothing_is_worked_out_from_what_is_no_amount(field: str, wrong: float) -> None:
    with pytest.raises(ValueError, match="above zero"):
        dose.complete(Dose(**{field: wrong}))
