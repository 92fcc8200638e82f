"""The arithmetic of a dose: mg, mg/kg and mg/kg/h, and whether they fit the weight and the minutes. Pure.

Pain protocols run for hours or days (0.35 mg/kg/h over 4 hours, Cohen 2018, ASRA/AAPM/ASA) and are not always dosed by
weight, so a dose may be known in one unit only and nothing here assumes a length.
"""

import math
from dataclasses import astuple, dataclass
from enum import StrEnum

USUAL_MG_PER_KG = 0.5
"""The standard dose in psychiatric use (Sanacora 2017), given over 40 minutes."""

USUAL_MG_PER_KG_H = 0.75
"""The same as a rate: 0.5 mg/kg over 40 minutes."""

MOST_MG_PER_KG = 10 * USUAL_MG_PER_KG
MOST_MG_PER_KG_H = 10 * USUAL_MG_PER_KG_H
MOST_MG = 500.0
"""From any of the three on, a dose needs a second look and a reason. [D]: our own default, ten times the usual one."""

HIGHEST_MG, HIGHEST_MG_PER_KG = 100_000.0, 1_000.0
"""No infusion of any length reaches this: it is a slip, whatever the reason. [D]"""

TOLERANCE = 0.05
"""How far two numbers of one dose may lie apart, as a share of the first. [D]"""

LEAST_WEIGHT_KG, MOST_WEIGHT_KG = 20.0, 400.0
LONGEST_MINUTES = 14 * 24 * 60


@dataclass(frozen=True, slots=True)
class Dose:
    """A dose as far as it is known.

    Args:
        mg, mg_per_kg: the whole dose, above 0.
        weight_kg: above 0.
        mg_per_kg_h: a rate, where it is ordered or given as one, above 0.
        minutes: how long, above 0.
    """

    mg: float | None = None
    mg_per_kg: float | None = None
    weight_kg: float | None = None
    mg_per_kg_h: float | None = None
    minutes: int | None = None


class Clash(StrEnum):
    """Which numbers of a dose do not fit together."""

    MG_AND_MG_PER_KG = "mg, mg/kg"
    MG_AND_RATE = "mg, mg/kg/h"
    MG_PER_KG_AND_RATE = "mg/kg, mg/kg/h"


def complete(dose: Dose) -> Dose:
    """Return the dose with what is missing of mg and mg/kg worked out, where the weight and the minutes allow it.

    A rate is never worked out: most doses are not meant as one (`rate` says what it comes to).

    Args:
        dose: every number above 0 or None.

    Returns:
        mg and kg to two decimals, mg/kg to three, mg/kg/h to four, as they are stored.

    Raises:
        ValueError: a number is not above zero.
    """
    for value in astuple(dose):
        if value is not None and not (math.isfinite(value) and value > 0):
            raise ValueError("a dose and a weight are above zero")
    mg_per_kg = dose.mg_per_kg if dose.mg_per_kg is not None else _over_time(dose)
    if dose.mg_per_kg is None and dose.mg is not None and dose.weight_kg is not None:
        mg_per_kg = dose.mg / dose.weight_kg
    mg = dose.mg if dose.mg is not None else _times(mg_per_kg, dose.weight_kg)
    return Dose(
        mg=_rounded(mg, 2),
        mg_per_kg=_rounded(mg_per_kg, 3),
        weight_kg=_rounded(dose.weight_kg, 2),
        mg_per_kg_h=_rounded(dose.mg_per_kg_h, 4),
        minutes=dose.minutes,
    )


def in_mg(dose: Dose) -> float | None:
    """Return what the mg/kg come to in mg at this weight; None where either is unknown."""
    return _times(dose.mg_per_kg, dose.weight_kg)


def rate_in_mg(dose: Dose) -> float | None:
    """Return what the rate comes to in mg at this weight over these minutes; None where one of them is unknown."""
    return _times(_over_time(dose), dose.weight_kg)


def rate_in_mg_per_kg(dose: Dose) -> float | None:
    """Return what the rate comes to in mg/kg over these minutes; None where either is unknown."""
    return _over_time(dose)


def rate(dose: Dose) -> float | None:
    """Return the rate in mg/kg/h: as it was said, else what mg/kg and minutes come to; None where unknown."""
    if dose.mg_per_kg_h is not None:
        return dose.mg_per_kg_h
    if dose.mg_per_kg is None or not dose.minutes:
        return None
    return _rounded(dose.mg_per_kg / dose.minutes * 60, 4)


def clash(dose: Dose) -> Clash | None:
    """Return the first two numbers that lie further apart than `TOLERANCE`; None where all fit together."""
    if _differ(dose.mg, in_mg(dose)):
        return Clash.MG_AND_MG_PER_KG
    if _differ(dose.mg, rate_in_mg(dose)):
        return Clash.MG_AND_RATE
    if _differ(dose.mg_per_kg, rate_in_mg_per_kg(dose)):
        return Clash.MG_PER_KG_AND_RATE
    return None


def implied_weight(dose: Dose) -> float | None:
    """Return the weight in kg that the dose in two units implies where no weight is given; None where unknown."""
    per_kg = dose.mg_per_kg if dose.mg_per_kg is not None else _over_time(dose)
    if dose.weight_kg is not None or dose.mg is None or per_kg is None:
        return None
    return dose.mg / per_kg


def implied_minutes(dose: Dose) -> float | None:
    """Return how long the rate must run for the dose where no minutes are given; None where that cannot be told."""
    per_kg = dose.mg_per_kg
    if per_kg is None and dose.mg is not None and dose.weight_kg is not None:
        per_kg = dose.mg / dose.weight_kg
    if dose.minutes is not None or dose.mg_per_kg_h is None or per_kg is None:
        return None
    return per_kg / dose.mg_per_kg_h * 60


def is_weight(kilograms: float) -> bool:
    """Return whether an adult can weigh this many kilograms."""
    return LEAST_WEIGHT_KG <= kilograms <= MOST_WEIGHT_KG


def is_length(minutes: float) -> bool:
    """Return whether an infusion can run for so many minutes."""
    return 1 <= minutes <= LONGEST_MINUTES


def is_unusual(dose: Dose) -> bool:
    """Return whether the dose reaches one of the `MOST_…`: a decimal point in the wrong place does."""
    return (dose.mg or 0) >= MOST_MG or (dose.mg_per_kg or 0) >= MOST_MG_PER_KG or is_fast(dose)


def is_impossible(dose: Dose) -> bool:
    """Return whether the dose, as it comes to over its minutes and at its weight, is beyond any infusion."""
    return (dose.mg or 0) > HIGHEST_MG or (dose.mg_per_kg or 0) > HIGHEST_MG_PER_KG


def is_fast(dose: Dose) -> bool:
    """Return whether the rate, where one was said, reaches `MOST_MG_PER_KG_H`."""
    return (dose.mg_per_kg_h or 0) >= MOST_MG_PER_KG_H


def differ(first: float, second: float) -> bool:
    """Return whether two numbers lie further apart than `TOLERANCE` of the first, both above 0."""
    return not math.isclose(second, first, rel_tol=0, abs_tol=TOLERANCE * first * (1 + 1e-9))


def _differ(first: float | None, second: float | None) -> bool:
    return first is not None and second is not None and differ(first, second)


def _over_time(dose: Dose) -> float | None:
    return None if dose.mg_per_kg_h is None or not dose.minutes else dose.mg_per_kg_h * dose.minutes / 60


def _times(per_kg: float | None, weight: float | None) -> float | None:
    return None if per_kg is None or weight is None else per_kg * weight


def _rounded(value: float | None, digits: int) -> float | None:
    """Round, but never down to nothing."""
    return None if value is None else max(round(value, digits), 10.0**-digits)
