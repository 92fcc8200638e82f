"""What a provider lays down for an infusion, and what keeps it from being signed. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from portal.treatment import dose, dose_checks
from portal.treatment.dose import Dose
from portal.treatment.orders import limits, problems
from portal.treatment.problems import Problem
from portal.treatment.rules.problems import RANGES
from portal.treatment.rules.values import Limits
from portal.treatment.screening.standing import has_changed


@dataclass(frozen=True, slots=True)
class Draft:
    """An order before it is signed.

    Args:
        drug: its name.
        dose: with the minutes it runs for, and the weight it is reckoned for where it goes by weight.
        route: the code of a route.
        limits: hard stops while it runs; None where the clinic's own hold.
        limits_reason: why limits looser than the clinic's are right.
        dose_reason: why a dose far above the usual one is right.
        unscreened_reason: why it is ordered although no screening stands.
    """

    drug: str
    dose: Dose
    route: str
    limits: Limits = field(default_factory=Limits)
    limits_reason: str = ""
    instructions: str = ""
    dose_reason: str = ""
    unscreened_reason: str = ""

    def settled(self, clinics: Limits, *, is_screened: bool, known_kg: float | None = None) -> "Draft":
        """Return it as it would be kept: the dose completed, own limits only, no reason that nobody asks for."""
        own = limits.own(self.limits, clinics)
        try:
            completed = dose.complete(self.dose)
        except ValueError:
            return self
        return replace(
            self,
            dose=completed,
            limits=own,
            limits_reason=self.limits_reason if limits.looser(own, clinics) else "",
            dose_reason=self.dose_reason if dose.is_unusual(completed) or self.is_off(known_kg) else "",
            unscreened_reason="" if is_screened else self.unscreened_reason,
        )

    def is_off(self, known_kg: float | None) -> bool:
        """Return whether it goes by a weight more than a tenth away from the last one on record: pounds are."""
        return has_changed(known_kg, self.dose.weight_kg)


def find(draft: Draft, clinics: Limits, *, is_screened: bool, known_kg: float | None = None) -> Iterator[Problem]:
    """Yield every reason why an order cannot be signed, in the order of the form's fields.

    Args:
        draft: settled.
        clinics: the clinic's hard stops while treatment runs.
        is_screened: whether a screening stands.
        known_kg: the last weight on record, above 0; None where there is none.
    """
    found = draft.dose
    wrong = list(dose_checks.find(found, draft.dose_reason))
    yield from wrong
    if not wrong and draft.is_off(known_kg) and not draft.dose_reason:
        yield Problem("confirm_dose", problems.WEIGHT_OFF, {"weight": found.weight_kg, "known": known_kg})
    if found.mg is None and found.mg_per_kg is None and found.mg_per_kg_h is None:
        yield Problem("dose_mg", problems.NO_DOSE, {})
    yield from _limits(draft, clinics)
    if not is_screened and not draft.unscreened_reason:
        yield Problem("unscreened_reason", problems.NOT_SCREENED, {})


def _limits(draft: Draft, clinics: Limits) -> Iterator[Problem]:
    for name, (least, most) in RANGES.items():
        value = getattr(draft.limits, name)
        if value is not None and not least <= value <= most:
            yield Problem(name, problems.OUT_OF_RANGE, {"least": least, "most": most})
    held = limits.effective(draft.limits, clinics)
    for low, high in (("diastolic", "systolic"), ("pulse_low", "pulse_high"), ("breaths_low", "breaths_high")):
        below, above = getattr(held, low), getattr(held, high)
        if below is not None and above is not None and below >= above:
            yield Problem(low, problems.NOT_BELOW, {"high": above})
    if limits.looser(draft.limits, clinics) and not draft.limits_reason:
        yield Problem("limits_reason", problems.NO_REASON_FOR_LOOSER, {})
