"""One side effect over all infusions: how often, how strong, how long, and after which doses. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from portal.treatment.tolerability.values import Tolerated, Treated


@dataclass(frozen=True, slots=True)
class Dose:
    """A dose as it is compared: mg per kg where that is known, else mg; both None where nobody recorded it."""

    mg_per_kg: float | None
    mg: float | None


@dataclass(frozen=True, slots=True)
class AtDose:
    """How many of the infusions with one dose, about which something is known, had an effect."""

    dose: Dose
    had: int
    of: int


@dataclass(frozen=True, slots=True)
class Across:
    """One effect over all infusions.

    Args:
        had: with how many infusions it was there.
        of: of how many infusions anybody wrote down how they were.
        usual, strongest: strength, 1 mild to 3 severe; of two as frequent the stronger; None where nobody said.
        median_minutes: of the infusions where onset and end are known, `timed` of them.
        first: the infusion with which it was first there.
        by_dose: from the smallest dose up, only doses with which anything is known; an unknown dose comes last.
    """

    code: str
    name: str
    had: int
    of: int
    usual: int | None
    strongest: int | None
    median_minutes: int | None
    timed: int
    first: Treated
    by_dose: tuple[AtDose, ...]


def over(infusions: Sequence[Tolerated]) -> tuple[Across, ...]:
    """Return every effect that was ever noted, the most frequent first.

    Args:
        infusions: those given, in order of time; those about which nothing is known are not counted.
    """
    known = [one for one in infusions if one.is_known]
    keys = dict.fromkeys((effect.code, effect.name) for one in known for effect in one.effects)
    found = [_across(key, known) for key in keys]
    return tuple(sorted(found, key=lambda one: (-one.had, -(one.strongest or 0))))


def _across(key: tuple[str, str], known: Sequence[Tolerated]) -> Across:
    with_it = [(one, effect) for one in known for effect in one.effects if (effect.code, effect.name) == key]
    effects = [effect for _, effect in with_it]
    strengths = [effect.strength for effect in effects if effect.strength]
    lasted = [effect.minutes for effect in effects if effect.minutes is not None]
    return Across(
        code=key[0],
        name=key[1],
        had=len(with_it),
        of=len(known),
        usual=max(strengths, key=lambda one: (strengths.count(one), one), default=None),
        strongest=max(strengths, default=None),
        median_minutes=round(median(lasted)) if lasted else None,
        timed=len(lasted),
        first=with_it[0][0].treated,
        by_dose=_by_dose([one for one, _ in with_it], known),
    )


def _by_dose(with_it: Sequence[Tolerated], known: Sequence[Tolerated]) -> tuple[AtDose, ...]:
    had = [_dose(one.treated) for one in with_it]
    given = [_dose(one.treated) for one in known]
    doses = sorted(set(given), key=lambda one: (_or_last(one.mg_per_kg), _or_last(one.mg)))
    return tuple(AtDose(dose, had.count(dose), given.count(dose)) for dose in doses)


def _dose(treated: Treated) -> Dose:
    if treated.dose_mg_per_kg is not None:
        return Dose(round(treated.dose_mg_per_kg, 2), None)
    return Dose(None, treated.dose_mg)


def _or_last(value: float | None) -> float:
    return float("inf") if value is None else value
