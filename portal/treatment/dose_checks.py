"""Whether a dose can be kept as entered, for an infusion and for an order alike. Pure."""

from collections.abc import Iterator

from portal.treatment import dose, problems
from portal.treatment.dose import Clash, Dose
from portal.treatment.problems import Problem

_CLASHES = {
    Clash.MG_AND_MG_PER_KG: ("dose_mg", problems.DISAGREE, dose.in_mg),
    Clash.MG_AND_RATE: ("dose_mg_per_kg_h", problems.DISAGREE_RATE, dose.rate_in_mg),
    Clash.MG_PER_KG_AND_RATE: ("dose_mg_per_kg_h", problems.DISAGREE_RATE_PER_KG, dose.rate_in_mg_per_kg),
}


def find(found: Dose, reason: str) -> Iterator[Problem]:
    """Return what is wrong with a dose, each at its field of the form.

    Args:
        found: completed (`dose.complete`), unless one of its numbers is not above zero.
        reason: why a dose far above the usual one is right; "" where nobody confirmed it.
    """
    values = {
        "weight_kg": found.weight_kg,
        "dose_mg": found.mg,
        "dose_mg_per_kg": found.mg_per_kg,
        "dose_mg_per_kg_h": found.mg_per_kg_h,
        "minutes": found.minutes,
    }
    wrong = [field for field, value in values.items() if value is not None and not value > 0]
    if wrong:
        yield from (Problem(field, problems.NOT_ABOVE_ZERO, {}) for field in wrong)
        return
    if found.weight_kg is not None and not dose.is_weight(found.weight_kg):
        limits = {"least": dose.LEAST_WEIGHT_KG, "most": dose.MOST_WEIGHT_KG}
        yield Problem("weight_kg", problems.WEIGHT_UNLIKELY, limits)
    at_odds = _at_odds(found)
    if at_odds is not None:
        yield at_odds
    elif dose.is_impossible(found):
        by_rate = found.mg_per_kg_h is not None
        yield Problem("dose_mg_per_kg_h" if by_rate else "dose_mg", problems.IMPOSSIBLE, {})
    elif dose.is_unusual(found) and not reason:
        yield Problem("confirm_dose", _unusual(found), said(found))


def said(found: Dose) -> dict[str, object]:
    """Return the numbers of a dose under the names that the messages use."""
    return {
        "mg": found.mg,
        "mg_per_kg": found.mg_per_kg,
        "weight": found.weight_kg,
        "rate": found.mg_per_kg_h,
        "minutes": found.minutes,
    }


def _at_odds(found: Dose) -> Problem | None:
    clash = dose.clash(found)
    if clash is not None:
        field, msgid, meant = _CLASHES[clash]
        return Problem(field, msgid, said(found) | {"meant": meant(found)})
    weight, minutes = dose.implied_weight(found), dose.implied_minutes(found)
    if weight is not None and not dose.is_weight(weight):
        return Problem("dose_mg", problems.IMPLIES, said(found) | {"weight": weight})
    if minutes is not None and not dose.is_length(minutes):
        return Problem("dose_mg_per_kg_h", problems.IMPLIES_MINUTES, said(found) | {"minutes": minutes})
    return None


def _unusual(found: Dose) -> str:
    if dose.is_fast(found):
        return problems.UNUSUAL_RATE
    if found.mg is None:
        return problems.UNUSUAL_MG_PER_KG
    return problems.UNUSUAL_MG if found.mg_per_kg is None else problems.UNUSUAL
