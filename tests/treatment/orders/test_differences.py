"""What was given against what was ordered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.treatment.dose import Dose
from portal.treatment.orders.differences import Aspect, Difference, Unit, What, differences

ORDERED = What("Racemic ketamine", Dose(35, 0.5, 70, None, 40), "intravenous")
PAIN = What("Racemic ketamine", Dose(98, 1.4, 70, 0.35, 240), "intravenous")


def given_as(mg: float | None = 35, per_kg: float | None = 0.5, kg: float | None = 70, **values: object) -> What:
    said = {"drug": "racemic  Ketamine", "route": "intravenous", "minutes": 40} | values
    return What(str(said["drug"]), Dose(mg, per_kg, kg, None, said["minutes"]), str(said["route"]))


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (given_as(), ()),
        (given_as(drug=""), ()),
        (given_as(36.75), ()),
        (given_as(minutes=None), ()),
        (given_as(kg=None), ()),
        (given_as(36.76), (Difference(Aspect.DOSE, 35, 36.76, Unit.MG),)),
        (given_as(20), (Difference(Aspect.DOSE, 35, 20, Unit.MG),)),
        (given_as(None, 0.6), (Difference(Aspect.DOSE, 0.5, 0.6, Unit.MG_PER_KG),)),
        (given_as(None, None), (Difference(Aspect.DOSE, 35, None, Unit.MG),)),
        (given_as(drug="Esketamine"), (Difference(Aspect.DRUG, "Racemic ketamine", "Esketamine"),)),
        (given_as(route="intramuscular"), (Difference(Aspect.ROUTE, "intravenous", "intramuscular"),)),
        (given_as(minutes=42), ()),
        (given_as(minutes=55), (Difference(Aspect.MINUTES, 40, 55, Unit.MINUTES),)),
        (given_as(kg=82), (Difference(Aspect.WEIGHT, 70, 82, Unit.KG),)),
    ],
)
def test_what_was_done_otherwise_is_named(given: What, found: tuple[Difference, ...]) -> None:
    assert differences(ORDERED, given) == found


def test_a_rate_is_held_against_what_dose_and_minutes_came_to() -> None:
    faster = What("", Dose(98, 1.4, 70, None, 120), "")
    rate = Difference(Aspect.RATE, 0.35, 0.7, Unit.MG_PER_KG_H)
    assert differences(PAIN, faster) == (rate, Difference(Aspect.MINUTES, 240, 120, Unit.MINUTES))
    assert differences(PAIN, What("", Dose(98, 1.4, 70, 0.35, 240), "")) == ()


def test_an_order_by_rate_alone_is_compared_once() -> None:
    ordered = What("Racemic ketamine", Dose(None, None, None, 0.35, 240), "intravenous")
    given = What("", Dose(None, 2.8, None, None, 240), "")
    assert differences(ordered, given) == (Difference(Aspect.DOSE, 0.35, 0.7, Unit.MG_PER_KG_H),)


DOSES = st.builds(
    Dose,
    st.none() | st.floats(1, 3000),
    st.none() | st.floats(0.01, 50),
    st.none() | st.floats(20, 400),
    st.none() | st.floats(0.01, 10),
    st.none() | st.integers(1, 20_000),
)


@given(dose=DOSES)
def test_what_was_given_exactly_as_ordered_differs_in_nothing(dose: Dose) -> None:
    same = What("x", dose, "oral")
    assert differences(same, same) == ()


@given(ordered=DOSES, had=DOSES)
def test_nothing_is_named_twice(ordered: Dose, had: Dose) -> None:
    found = [one.aspect for one in differences(What("x", ordered, "oral"), What("x", had, "oral"))]
    assert len(found) == len(set(found))
