"""What was given against what was ordered. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from portal.treatment import dose
from portal.treatment.dose import Dose


class Aspect(StrEnum):
    """What an order lays down."""

    DRUG = "drug"
    DOSE = "dose"
    RATE = "rate"
    ROUTE = "route"
    MINUTES = "minutes"
    WEIGHT = "weight"


class Unit(StrEnum):
    """In what a number is said; "" for a word."""

    NONE = ""
    MG = "mg"
    MG_PER_KG = "mg/kg"
    MG_PER_KG_H = "mg/kg/h"
    MINUTES = "min"
    KG = "kg"


@dataclass(frozen=True, slots=True)
class What:
    """What was ordered, or what was given as far as that is known.

    Args:
        drug: its name; "" where nobody said.
        dose: with weight and minutes, every number above 0 or None.
        route: the code of a route.
    """

    drug: str = ""
    dose: Dose = field(default_factory=Dose)
    route: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that was not done as ordered; a None means that it cannot be told."""

    aspect: Aspect
    ordered: float | str
    given: float | str | None
    unit: Unit = Unit.NONE


def differences(ordered: What, given: What) -> tuple[Difference, ...]:
    """Return what was done otherwise than ordered, in the order of a prescription.

    Numbers count as the same up to `dose.TOLERANCE` of what was ordered. A dose is compared in the first unit that
    both sides know; where there is none, that shows as a difference which cannot be told.

    Args:
        ordered: drug, route, minutes and a dose in at least one unit.
        given: what is recorded; what nobody recorded is no difference, except the dose.
    """
    whole = _dose(ordered.dose, given.dose)
    found = [_word(Aspect.DRUG, ordered.drug, given.drug), whole]
    if whole is None or whole.unit is not Unit.MG_PER_KG_H:
        found.append(_number(Aspect.RATE, ordered.dose.mg_per_kg_h, dose.rate(given.dose), Unit.MG_PER_KG_H))
    found.append(_word(Aspect.ROUTE, ordered.route, given.route))
    found.append(_number(Aspect.MINUTES, ordered.dose.minutes, given.dose.minutes, Unit.MINUTES))
    found.append(_number(Aspect.WEIGHT, ordered.dose.weight_kg, given.dose.weight_kg, Unit.KG))
    return tuple(one for one in found if one is not None)


def drugs(names: Iterable[str]) -> str:
    """Return the drug that was given, from what each vial was called; every name, where there is more than one."""
    plain = (" ".join(name.split()) for name in names)
    return ", ".join({name.casefold(): name for name in plain if name}.values())


def _word(aspect: Aspect, ordered: str, given: str) -> Difference | None:
    same = not given or " ".join(ordered.split()).casefold() == " ".join(given.split()).casefold()
    return None if same else Difference(aspect, ordered, given)


def _number(aspect: Aspect, ordered: float | None, given: float | None, unit: Unit) -> Difference | None:
    if ordered is None or given is None or not dose.differ(ordered, given):
        return None
    return Difference(aspect, ordered, given, unit)


def _dose(ordered: Dose, given: Dose) -> Difference | None:
    said = (
        (ordered.mg, given.mg, Unit.MG),
        (ordered.mg_per_kg, given.mg_per_kg, Unit.MG_PER_KG),
        (ordered.mg_per_kg_h, dose.rate(given), Unit.MG_PER_KG_H),
    )
    both = next(
        ((first, second, unit) for first, second, unit in said if first is not None and second is not None), None
    )
    if both is not None:
        return _number(Aspect.DOSE, *both)
    first, unit = next(((first, unit) for first, _, unit in said if first is not None), (None, Unit.NONE))
    return None if first is None else Difference(Aspect.DOSE, first, None, unit)
