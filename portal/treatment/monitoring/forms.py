"""The forms about the checks of long-term treatment."""

from flask_babel import lazy_gettext as _l

from portal.treatment.amending_forms import AmendForm
from portal.treatment.forms import TreatmentForm
from portal.treatment.monitoring.models import Outcome
from portal.web.fields import DateField, RadioField, SelectChoice, TextAreaField
from portal.web.words import WORDS


class ResultForm(TreatmentForm):
    """A check that was done."""

    done_on = DateField(_l("Done on"), missing=_l("Enter the day it was done"))
    outcome = RadioField(
        _l("What it came to"),
        choices=[SelectChoice(one.value, WORDS[Outcome][one]) for one in Outcome],
        inline=True,
        missing=_l("Choose what it came to"),
    )
    note = TextAreaField(_l("What was found"), hint=_l("Needed where something needs attention."), rows=3, longest=5000)


class CorrectResultForm(ResultForm, AmendForm):
    """A check, corrected."""
