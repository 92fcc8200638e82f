"""The forms about orders."""

import uuid
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.treatment.forms import (
    DoseForm,
    TreatmentForm,
    choices,
    confirm_field,
    dose_reason_field,
    mg_field,
    mg_per_kg_field,
    minutes_field,
    rate_field,
    typed_dose,
    weight_field,
)
from portal.treatment.models import Route
from portal.treatment.orders import limits
from portal.treatment.orders.draft import Draft
from portal.treatment.orders.queries import Order
from portal.treatment.queries import InfusionRow
from portal.treatment.rules.problems import RANGES
from portal.treatment.rules.values import Limits
from portal.web.fields import HiddenField, IntegerField, SelectField, StringField, TextAreaField


def _limit(name: str, label: Any, unit: Any) -> IntegerField:
    least, most = RANGES[name]
    return IntegerField(label, unit=unit, lowest=least, highest=most)


_RARE = ("pulse_high", "pulse_low", "percent", "breaths_high", "breaths_low")


class OrderForm(DoseForm):
    """What is to be given, and from where on it is to be stopped."""

    replaces = HiddenField(default="")
    drug = StringField(
        _l("Drug"),
        hint=_l("As on the vial, with its form: for example racemic or esketamine."),
        longest=120,
        missing=_l("Enter the drug"),
    )
    weight_kg = weight_field()
    dose_mg = mg_field()
    dose_mg_per_kg = mg_per_kg_field()
    dose_mg_per_kg_h = rate_field()
    minutes = minutes_field(missing=_l("Enter for how many minutes it runs"))
    confirm_dose = confirm_field()
    dose_reason = dose_reason_field()
    route = SelectField(_l("Route"), choices=choices(Route), blank=None, missing=_l("Choose the route"))
    systolic = _limit("systolic", _l("Systolic, this or more"), _l("mmHg"))
    diastolic = _limit("diastolic", _l("Diastolic, this or more"), _l("mmHg"))
    pulse_high = _limit("pulse_high", _l("Pulse, this or more"), _l("/min"))
    pulse_low = _limit("pulse_low", _l("Pulse, less than"), _l("/min"))
    spo2 = _limit("spo2", _l("Oxygen saturation, less than"), _l("%"))
    breaths_high = _limit("breaths_high", _l("Breaths, this or more"), _l("/min"))
    breaths_low = _limit("breaths_low", _l("Breaths, less than"), _l("/min"))
    percent = _limit("percent", _l("Systolic above the one before, this or more"), _l("%"))
    limits_reason = StringField(
        _l("Why a limit is looser than the clinic's"), hint=_l("Needed only where one is."), longest=500
    )
    instructions = TextAreaField(_l("Instructions"), rows=4, longest=5000)
    unscreened_reason = StringField(_l("Why you order although no screening stands"), longest=500)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in (*limits.NAMES, "limits_reason", "unscreened_reason"):
            self[name].marks_optional = False

    @property
    def more_limits(self) -> bool:
        """Whether one of the limits that are rarely laid down says something."""
        return any(self[name].typed or self[name].errors for name in _RARE)

    @property
    def replaced(self) -> uuid.UUID | None:
        """The order that held when the page was drawn."""
        try:
            return uuid.UUID(self.replaces.data) if self.replaces.data else None
        except ValueError:
            return uuid.UUID(int=0)

    def draft(self) -> Draft:
        """Return what was typed; call it once the form is valid."""
        return Draft(
            drug=self.drug.data,
            dose=self.dose(),
            route=self.route.data,
            limits=Limits(**{name: self[name].data for name in limits.NAMES}),
            limits_reason=self.limits_reason.data or "",
            instructions=self.instructions.data or "",
            dose_reason=self.confirmed_reason,
            unscreened_reason=self.unscreened_reason.data or "",
        )


class WithdrawForm(TreatmentForm):
    """Taking an order back."""

    reason = StringField(
        _l("Why you withdraw it"),
        hint=_l("The order stays in the record with this reason."),
        longest=500,
        missing=_l("Say why you withdraw it."),
    )


def suggested(row: InfusionRow, last: Order | None, clinics: Limits) -> dict[str, Any]:
    """Return what an order probably says: what is planned, and drug, limits and instructions of the last order.

    Args:
        last: the order to start from; None where there is none.
        clinics: the clinic's hard stops while treatment runs.
    """
    planned = typed_dose(row.entry.dose) | {"minutes": row.minutes, "route": row.route.value}
    if last is None:
        return planned | {name: getattr(clinics, name) for name in limits.NAMES}
    again = typed_dose(last.dose) | {"minutes": last.minutes, "route": last.route.value}
    again |= {"drug": last.drug, "instructions": last.instructions, "limits_reason": last.limits_reason}
    own = limits.effective(last.limits, clinics)
    of_this = last.infusion_id == row.id
    return (again if of_this else again | planned) | {name: getattr(own, name) for name in limits.NAMES}
