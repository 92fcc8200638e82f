"""The forms about life events."""

from flask_babel import lazy_gettext as _l

from portal.treatment.amending_forms import AmendForm
from portal.treatment.forms import TreatmentForm
from portal.web.fields import DateField, TextAreaField


class EventForm(TreatmentForm):
    """What happened, or will happen, and when."""

    text = TextAreaField(
        _l("What is it?"),
        hint=_l("A move, a new job, an exam, a loss, a visit: a few words are enough."),
        missing=_l("Enter what it is"),
        rows=2,
        longest=300,
    )
    on = DateField(
        _l("Day"), hint=_l("The day it was or begins. It can lie ahead."), missing=_l("Enter the day it was or begins")
    )
    until = DateField(_l("Until"), hint=_l("Only where it lasts more than a day."))


class CorrectEventForm(EventForm, AmendForm):
    """A life event, corrected."""
