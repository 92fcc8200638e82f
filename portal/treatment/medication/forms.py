"""The forms about medicines and allergies."""

from typing import Any

from flask_babel import lazy_gettext as _l

from portal.treatment.amending_forms import AmendForm
from portal.treatment.forms import TreatmentForm
from portal.treatment.medication.groups import Group, recognise
from portal.web.fields import (
    CheckboxesField,
    DateField,
    SelectChoice,
    StringField,
    TextAreaField,
    ValidationError,
)
from portal.web.words import WORDS

NO_GROUP = "none"
_GROUPS = [
    SelectChoice(NO_GROUP, _l("None of these, whatever the name says")),
    *(SelectChoice(group.value, WORDS[Group][group]) for group in Group),
]
_DOSE_HINT = _l("How much and how often, in your own words: 50 mg in the morning.")


class _Grouped(TreatmentForm):
    """A medicine's name and its groups; with none ticked they are recognised from the name."""

    name = StringField(
        _l("Medicine"),
        hint=_l("The generic name where you know it. Alcohol and remedies bought without a prescription count too."),
        missing=_l("Enter the name of the medicine"),
    )
    groups = CheckboxesField(
        _l("Groups it belongs to"),
        hint=_l("Tick them where the portal cannot tell from the name, or tells wrongly."),
        choices=_GROUPS,
    )
    note = TextAreaField(_l("Note for the care team"), hint=_l("The patient does not see it."), rows=2, longest=2000)

    def validate_groups(self, field: Any) -> None:
        """Refuse "none" beside a group."""
        if NO_GROUP in field.data and len(field.data) > 1:
            raise ValidationError(_l("Tick groups, or “None of these”, not both."))

    @property
    def chosen(self) -> tuple[Group, ...]:
        """The groups that were ticked; where none was, those that the name tells."""
        ticked = self.groups.data or []
        return tuple(Group(one) for one in ticked if one != NO_GROUP) if ticked else recognise(self.name.data)


class MedicineForm(_Grouped):
    """A medicine to put on the list."""

    dose = StringField(_l("Dose"), hint=_DOSE_HINT)
    started_on = DateField(_l("Taken since"), hint=_l("Leave it empty where nobody knows."))


class CorrectMedicineForm(_Grouped, AmendForm):
    """A medicine's name, groups and note, corrected."""


class DoseForm(TreatmentForm):
    """A new dose from a day on."""

    dose = StringField(_l("New dose"), hint=_DOSE_HINT, missing=_l("Enter the new dose."))
    on = DateField(_l("From"), missing=_l("Enter the day from which it is taken this way."))
    why = StringField(_l("Why"), hint=_l("For the care team. The patient does not see it."), longest=500)


class StopForm(TreatmentForm):
    """A medicine that is not taken any more."""

    on = DateField(
        _l("Not taken any more from"),
        hint=_l("Where nobody knows the day exactly, enter the nearest one and say so below."),
        missing=_l("Enter the day from which it is not taken any more."),
    )
    why = StringField(_l("Why"), hint=_l("For the care team. The patient does not see it."), longest=500)


class CorrectChangeForm(AmendForm):
    """A start, a new dose or a stop, corrected."""

    on = DateField(_l("Day"))
    dose = StringField(_l("Dose"))
    why = StringField(_l("Why it was changed"), hint=_l("The patient does not see it."), longest=500)


class AllergyForm(TreatmentForm):
    """What a patient is allergic to or does not tolerate."""

    substance = StringField(_l("Allergic to"), missing=_l("Enter what the patient is allergic to"))
    reaction = StringField(_l("What happens"), hint=_l("Rash, swelling, trouble breathing …"), longest=300)


class CorrectAllergyForm(AllergyForm, AmendForm):
    """An allergy, corrected."""


def ticked(name: str, groups: tuple[str, ...]) -> list[str]:
    """Return what stands ticked for a stored medicine: nothing where its groups are those that its name tells."""
    if list(groups) == [group.value for group in recognise(name)]:
        return []
    return list(groups) or [NO_GROUP]
