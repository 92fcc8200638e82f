"""The forms of the bedside, one for each kind of entry; their fields' names are the keys of an entry's values."""

from datetime import date, datetime, time
from typing import Any

from babel.dates import format_time
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from portal.treatment import dose
from portal.treatment.flowsheet import vitals
from portal.treatment.flowsheet.base_forms import EntryForm, is_blank
from portal.treatment.flowsheet.choices_forms import (
    ALERTNESS,
    EFFECTS,
    OUTCOMES,
    POINTS,
    PREGNANCY,
    STRENGTHS,
    YES_NO,
)
from portal.treatment.flowsheet.for_device import TOGETHER
from portal.treatment.flowsheet.grave_forms import AuthorisationForm, DischargeForm, EmergencyForm, SignForm
from portal.treatment.flowsheet.kinds import EntryKind
from portal.treatment.flowsheet.queries import Line
from portal.treatment.flowsheet.vitals import RANGES, Reading
from portal.web.fields import (
    CheckboxField,
    DateField,
    DecimalField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    StripField,
    TextAreaField,
    TimeField,
)
from portal.web.filters import day, locale

__all__ = ["FORMS", "SignForm", "filled", "said_of"]

MOST_MG = 100_000


def _allergy_reason() -> Any:
    hint = _l("Only where it is one of the allergies recorded of this patient.")
    return StringField(_l("Why it is given all the same"), hint=hint, longest=500)


class PreCheckForm(EntryForm):
    """What is checked before the start."""

    kind = EntryKind.PRE_CHECK

    identity = CheckboxField(_l("Name and date of birth match"), missing=_l("Check who it is, then tick this"))
    consent = CheckboxField(_l("Consent is current"))
    adult = RadioField(
        _l("Is an adult with them?"), choices=YES_NO, segments=True, missing=_l("Say whether an adult is there")
    )
    adult_name = StringField(_l("Who"))
    ate_on = DateField(_l("Last ate on"))
    ate_time = TimeField(_l("Last ate at"))
    drank_on = DateField(_l("Last drank on"))
    drank_time = TimeField(_l("Last drank at"))
    health_change = TextAreaField(_l("Change in health"), hint=_l("Empty: asked, and nothing changed."), rows=2)
    medicine_change = TextAreaField(
        _l("Change in medicines or substances"), hint=_l("Empty: asked, and nothing changed."), rows=2
    )
    pregnancy = SelectField(_l("Pregnancy"), choices=PREGNANCY)
    weight_kg = DecimalField(
        _l("Weight today"), unit=_l("kg"), lowest=int(dose.LEAST_WEIGHT_KG), highest=int(dose.MOST_WEIGHT_KG)
    )
    access = StringField(_l("Access"), hint=_l("Where and how, like “22G, left forearm”."))
    transport = StringField(_l("How they get to a hospital if needed"))
    emergency_plan = CheckboxField(_l("The emergency plan was gone through"))

    def check(self) -> None:
        for on, clock in ((self[first], self[second]) for first, second in TOGETHER):
            if on.data is None and clock.data is not None:
                self.say(on.name, gettext("Enter the day as well"))
            elif clock.data is None and on.data is not None:
                self.say(clock.name, gettext("Enter the time as well"))


class DrugForm(EntryForm):
    """What was drawn, given and wasted."""

    kind = EntryKind.DRUG

    drug = StringField(_l("Drug"), missing=_l("Enter the drug"), longest=120)
    concentration_mg_ml = DecimalField(_l("Concentration"), unit=_l("mg/ml"), highest=MOST_MG)
    lot = StringField(_l("Lot"), longest=60)
    expires_on = DateField(_l("Expires on"))
    drawn_mg = DecimalField(_l("Drawn"), unit=_l("mg"), lowest=0, highest=MOST_MG)
    given_mg = DecimalField(_l("Given"), unit=_l("mg"), lowest=0, highest=MOST_MG)
    wasted_mg = DecimalField(_l("Wasted"), unit=_l("mg"), lowest=0, highest=MOST_MG)
    witness = StringField(_l("Witness of the waste"))
    difference_reason = StringField(_l("Why it differs, where it does"), longest=500)
    allergy_reason = _allergy_reason()


class VitalsForm(EntryForm):
    """Vital signs; what cannot be is refused at its field, what is past a limit is not."""

    kind = EntryKind.VITALS
    unmarked = (*RANGES, *EntryForm.unmarked)

    point = RadioField(_l("Taken"), choices=POINTS, segments=True, missing=_l("Say when they were taken"))
    systolic = IntegerField(_l("Systolic"), unit=_l("mmHg"))
    diastolic = IntegerField(_l("Diastolic"), unit=_l("mmHg"))
    pulse = IntegerField(_l("Heart rate"), unit=_l("/min"))
    spo2 = IntegerField(_l("SpO2"), unit=_l("%"))
    breaths = IntegerField(_l("Breaths"), unit=_l("/min"))
    note = StringField(_l("Note"), longest=500)

    def check(self) -> None:
        fields = [self[name] for name in RANGES]
        if not any(field.errors for field in fields):
            self.refuse(vitals.problems(Reading(*(field.data for field in fields))), self.zone)


class StartedForm(EntryForm):
    """The start; `unordered_reason` is asked for where no provider has signed an order."""

    kind = EntryKind.STARTED

    minutes = IntegerField(_l("Planned minutes"), unit=_l("min"), lowest=1, highest=dose.LONGEST_MINUTES)
    at_bedside = StringField(_l("Who else is at the bedside"))
    supervised_by = StringField(_l("Supervising provider"))
    unordered_reason = StringField(
        _l("Why it starts without a signed order"), hint=_l("Only where no order is signed."), longest=500
    )


class EndedForm(EntryForm):
    """The end."""

    kind = EntryKind.ENDED

    outcome = RadioField(_l("How did it end?"), choices=OUTCOMES, missing=_l("Say how it ended"))
    reason = StringField(_l("Why it was stopped early"), longest=500)
    given_mg = DecimalField(_l("Given in all"), unit=_l("mg"), lowest=0, highest=MOST_MG)

    def check(self) -> None:
        if self.outcome.data == "stopped-early" and not self.reason.data:
            self.say("reason", gettext("Say why it was stopped"))


class StateForm(EntryForm):
    """How awake, and how far away."""

    kind = EntryKind.STATE

    alertness = RadioField(_l("How awake?"), choices=ALERTNESS, missing=_l("Say how awake they are"))
    away = StripField(
        _l("How far away do they feel?"),
        low=_l("here"),
        high=_l("far away"),
        hint=_l("Our own question, not a validated scale."),
    )
    note = StringField(_l("Note"), longest=500)


class SideEffectForm(EntryForm):
    """A side effect, from its onset on."""

    kind = EntryKind.SIDE_EFFECT

    effect = SelectField(_l("What"), choices=EFFECTS, missing=_l("Choose the side effect"))
    other = StringField(_l("If something else, what"))
    strength = RadioField(_l("How strong"), choices=STRENGTHS, segments=True, missing=_l("Say how strong it is"))
    note = StringField(_l("Note"), longest=500)

    def check(self) -> None:
        if self.effect.data == "other" and not self.other.data:
            self.say("other", gettext("Say what it is"))


class SideEffectEndedForm(EntryForm):
    """The end of a side effect; `of` is the id of its entry."""

    kind = EntryKind.SIDE_EFFECT_ENDED

    of = HiddenField()

    def check(self) -> None:
        self.check_id("of")


class MedicineGivenForm(EntryForm):
    """A medicine given besides."""

    kind = EntryKind.MEDICINE_GIVEN

    name = StringField(_l("Medicine"), missing=_l("Enter the medicine"), longest=120)
    dose = StringField(_l("Dose with its unit"), missing=_l("Enter the dose with its unit"), longest=60)
    route = StringField(_l("Route"), longest=60)
    allergy_reason = _allergy_reason()
    note = StringField(_l("Note"), longest=500)


class NoteForm(EntryForm):
    """Anything else."""

    kind = EntryKind.NOTE

    text = TextAreaField(_l("Note"), rows=3, longest=5000, missing=_l("Write the note"))


_BEFORE: tuple[type[EntryForm], ...] = (PreCheckForm, DrugForm, VitalsForm, StartedForm, EndedForm, StateForm)
_LATER: tuple[type[EntryForm], ...] = (SideEffectForm, SideEffectEndedForm, MedicineGivenForm, AuthorisationForm)
_LAST: tuple[type[EntryForm], ...] = (EmergencyForm, DischargeForm, NoteForm)
FORMS: dict[EntryKind, type[EntryForm]] = {form.kind: form for form in (*_BEFORE, *_LATER, *_LAST)}


def filled(line: Line, *, zone: str, near: datetime, at: datetime) -> EntryForm:
    """Return the form that corrects an entry, with what the entry says now."""
    typed: MultiDict[str, str] = MultiDict()
    for name, value in line.values.items():
        typed.setlist(name, [f"{one:.10g}" if isinstance(one, float) else str(one) for one in _several(value)])
    typed["corrects_id"], typed["occurred_at"] = str(line.id), line.occurred_at.isoformat()
    return FORMS[line.kind](typed, zone=zone, near=near, at=at)


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def said_of(form: EntryForm, values: Any) -> list[tuple[str, str]]:
    """Return what an entry says, as its form's labels and the words chosen from; numbers with their unit."""
    found = []
    for field in [*form.own]:
        value = values.get(field.name)
        if not is_blank(value):
            found.append((str(field.label.text), _in_words(field, value)))
    return found


def _in_words(field: Any, value: Any) -> str:
    if value is True:
        return str(gettext("Yes"))
    labels = {str(one.value): str(one.label) for one in getattr(field, "choices", None) or ()}
    if isinstance(value, list):
        return ", ".join(labels.get(str(one), str(one)) for one in value)
    if isinstance(value, float):
        value = f"{value:.10g}"
    if isinstance(field, DateField):
        return day(date.fromisoformat(value))
    if isinstance(field, TimeField):
        return str(format_time(time.fromisoformat(value), "short", locale=locale()))
    unit = getattr(field, "unit", "")
    return labels.get(str(value), f"{value} {unit}".strip())
