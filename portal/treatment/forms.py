"""What the forms about treatment share: refusals at their fields, and a dose."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import partial
from typing import Any

from babel.numbers import format_decimal
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from portal.treatment import dose
from portal.treatment.dose import Dose
from portal.treatment.problems import Problem, Refused
from portal.web.fields import CheckboxField, DecimalField, IntegerField, SelectChoice, StringField
from portal.web.filters import day, locale, moment
from portal.web.once import OnceForm
from portal.web.words import WORDS

_NUMBER = "#,##0.###"


def choices(kind: Iterable[Any]) -> list[SelectChoice]:
    return [SelectChoice(member.value, WORDS[type(member)][member]) for member in kind]


def number_of(value: float) -> str:
    """Return a dose or a weight as the reader writes it, with up to three decimals."""
    return str(format_decimal(value, _NUMBER, locale=locale()))


class TreatmentForm(OnceForm):
    """A form that can show at its fields why the service refused it."""

    def refuse(self, problems: Iterable[Problem], zone: str) -> None:
        """Show what the service found, each at its field, in the reader's language."""
        for problem in problems:
            text = gettext(problem.msgid, **{name: _said(value, zone) for name, value in problem.values.items()})
            if problem.field:
                field = self[problem.field]
                field.errors = [*field.errors, text]
            else:
                self.form_errors.append(text)

    def kept(self, keep: Callable[[], object], zone: str) -> bool:
        """Try to keep what was typed; show at its fields why it cannot be."""
        try:
            keep()
        except Refused as refused:
            self.refuse(refused.problems, zone)
            return False
        return True

    @property
    def base_revision(self) -> int:
        """The revision the page was drawn from, where the form has one."""
        return read_count(self["revision"].data)


def read_count(text: str | None) -> int:
    """Return a count that a page carried along; 0 where it cannot be read."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0


def _said(value: object, zone: str) -> str:
    if isinstance(value, datetime):
        return moment(value, zone)
    if isinstance(value, date):
        return day(value)
    return number_of(value) if isinstance(value, int | float) else str(value)


weight_field = partial(DecimalField, _l("Weight"), unit=_l("kg"), highest=1000)
minutes_field = partial(IntegerField, _l("Minutes"), lowest=1, highest=dose.LONGEST_MINUTES, unit=_l("min"))
mg_field = partial(DecimalField, _l("Dose in mg"), unit=_l("mg"), highest=int(dose.HIGHEST_MG))
mg_per_kg_field = partial(DecimalField, _l("Dose in mg per kg"), unit=_l("mg/kg"), highest=int(dose.HIGHEST_MG_PER_KG))
rate_field = partial(DecimalField, _l("Rate in mg per kg and hour"), unit=_l("mg/kg/h"), highest=1_000)
confirm_field = partial(CheckboxField, _l("I have checked this dose and it is right"))
dose_reason_field = partial(StringField, _l("Why this dose is right"), longest=500)


_DOSE = ("weight_kg", "dose_mg", "dose_mg_per_kg", "dose_mg_per_kg_h", "dose_reason")


class DoseForm(TreatmentForm):
    """A form with a dose; each says for itself where the fields of a dose stand."""

    weight_kg: Any
    minutes: Any
    dose_mg: Any
    dose_mg_per_kg: Any
    dose_mg_per_kg_h: Any
    confirm_dose: Any
    dose_reason: Any

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in _DOSE:
            self[name].marks_optional = False

    @property
    def asks_to_confirm(self) -> bool:
        """Whether the dose needs a second look."""
        fields = (self.confirm_dose, self.dose_reason)
        return any(field.errors or field.data for field in fields)

    @property
    def confirmed_reason(self) -> str:
        """Why a dose far above the usual one is right; "" where nobody confirmed it."""
        return (self.dose_reason.data or "") if self.confirm_dose.data else ""

    def validate(self, extra_validators: Any = None) -> bool:
        """Also ask for the reason of a dose that was confirmed."""
        super().validate(extra_validators)
        if self.confirm_dose.data and not self.dose_reason.data and not self.dose_reason.errors:
            self.dose_reason.errors = [gettext("Say why this dose is right")]
        return not self.error_summary

    def dose(self) -> Dose:
        """Return the dose as it was typed."""
        return Dose(
            mg=_float(self.dose_mg.data),
            mg_per_kg=_float(self.dose_mg_per_kg.data),
            weight_kg=_float(self.weight_kg.data),
            mg_per_kg_h=_float(self.dose_mg_per_kg_h.data),
            minutes=self.minutes.data,
        )


def typed_dose(found: Dose) -> dict[str, Any]:
    """Return a stored dose as the values of the form's fields."""
    numbers = {
        "dose_mg": found.mg,
        "dose_mg_per_kg": found.mg_per_kg,
        "dose_mg_per_kg_h": found.mg_per_kg_h,
        "weight_kg": found.weight_kg,
    }
    return {name: f"{value:.10g}" for name, value in numbers.items() if value is not None}


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
