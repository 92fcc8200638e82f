"""The arithmetic of a dose: milligrams, milligrams per kilogram, and whether they fit the weight. Pure.

Pain protocols run for hours or days and are not always dosed by weight (Cohen 2018, ASRA/AAPM/ASA), so a dose may be
known in one unit only and nothing here assumes a length.
"""

import math
from dataclasses import dataclass

USUAL_MG_PER_KG = 0.5
"""The standard dose in psychiatric use (Sanacora 2017), given over 40 minutes."""

MOST_MG_PER_KG = 10 * USUAL_MG_PER_KG
MOST_MG = 500.0
"""Above either, a dose needs a second look and a reason. [D]: our own default, ten times the usual one."""

TOLERANCE = 0.05
"""How far mg and mg/kg may lie apart at the weight given, as a share of the mg. [D]"""

LEAST_WEIGHT_KG, MOST_WEIGHT_KG = 20.0, 400.0


@dataclass(frozen=True, slots=True)
class Dose:
    """A dose as far as it is known: mg above 0, mg per kg above 0, weight in kg above 0."""

    mg: float | None = None
    mg_per_kg: float | None = None
    weight_kg: float | None = None


def complete(dose: Dose) -> Dose:
    """Return the dose with the missing one of mg and mg/kg worked out, where the weight is known.

    Args:
        dose: mg above 0 or None, mg/kg above 0 or None, weight in kg above 0 or None.

    Returns:
        mg and kg to two decimals, mg/kg to three, as they are stored.

    Raises:
        ValueError: a number is not above zero.
    """
    for value in (dose.mg, dose.mg_per_kg, dose.weight_kg):
        if value is not None and not (math.isfinite(value) and value > 0):
            raise ValueError("a dose and a weight are above zero")
    mg, mg_per_kg = dose.mg, dose.mg_per_kg
    if mg is None:
        mg = in_mg(dose)
    elif mg_per_kg is None and dose.weight_kg is not None:
        mg_per_kg = mg / dose.weight_kg
    return Dose(_rounded(mg, 2), _rounded(mg_per_kg, 3), _rounded(dose.weight_kg, 2))


def in_mg(dose: Dose) -> float | None:
    """Return what the mg/kg come to in mg at this weight; None where either is unknown."""
    return None if dose.mg_per_kg is None or dose.weight_kg is None else dose.mg_per_kg * dose.weight_kg


def disagrees(dose: Dose) -> bool:
    """Return whether mg and mg/kg lie further apart than `TOLERANCE` at the weight given."""
    meant = in_mg(dose)
    if dose.mg is None or meant is None:
        return False
    return not math.isclose(meant, dose.mg, rel_tol=0, abs_tol=TOLERANCE * dose.mg * (1 + 1e-9))


def implied_weight(dose: Dose) -> float | None:
    """Return the weight in kg that mg and mg/kg imply where no weight is given; None where it cannot be told."""
    if dose.weight_kg is not None or dose.mg is None or dose.mg_per_kg is None:
        return None
    return dose.mg / dose.mg_per_kg


def is_weight(kilograms: float) -> bool:
    """Return whether an adult can weigh this many kilograms."""
    return LEAST_WEIGHT_KG <= kilograms <= MOST_WEIGHT_KG


def is_unusual(dose: Dose) -> bool:
    """Return whether the dose reaches `MOST_MG` or `MOST_MG_PER_KG`: a decimal point in the wrong place does."""
    return (dose.mg or 0) >= MOST_MG or (dose.mg_per_kg or 0) >= MOST_MG_PER_KG


def _rounded(value: float | None, digits: int) -> float | None:
    """Round, but never down to nothing."""
    return None if value is None else max(round(value, digits), 10.0**-digits)
