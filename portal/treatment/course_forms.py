"""The forms about courses."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from portal.patients.models import Condition
from portal.treatment.course_service import Terms
from portal.treatment.forms import TreatmentForm, choices
from portal.web.fields import (
    CheckboxField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,
    StringField,
    TextAreaField,
)

SERIES, BOOSTERS = "series", "boosters"


class TermsForm(TreatmentForm):
    """What a course is for and how it is meant to go."""

    indication = RadioField(_l("Treated for"), choices=choices(Condition), missing=_l("Choose what this course is for"))
    plan = RadioField(
        _l("What is planned"),
        choices=[
            SelectChoice(SERIES, _l("An induction series, boosters after it")),
            SelectChoice(BOOSTERS, _l("Boosters only")),
        ],
        missing=_l("Choose what is planned"),
    )
    series_planned = IntegerField(
        _l("Infusions in the induction series"), hint=_l("Usually 6 to 8; 1 to 12 are possible."), lowest=1, highest=12
    )
    started_on = DateField(_l("Starts on"), missing=_l("Enter the day the course starts"))
    protocol = TextAreaField(_l("Protocol"), hint=_l("How it is given and how often, in your own words."), longest=5000)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self["series_planned"].marks_optional = False

    def offer(self, conditions: Iterable[Condition]) -> None:
        """Offer what the patient is treated for, chosen already where that is one; everything, where none is known."""
        offered = list(conditions) or list(Condition)
        stored = self.indication.data
        offered += [one for one in Condition if one.value == stored and one not in offered]
        self.indication.choices = choices(offered)
        if len(offered) == 1 and not self.is_submitted() and not self.indication.typed:
            self.indication.process_data(offered[0].value)

    def validate(self, extra_validators: Any = None) -> bool:
        """Also ask for the length of a series."""
        super().validate(extra_validators)
        if self.plan.data == BOOSTERS:
            self.series_planned.errors = []
        elif self.series_planned.data is None and not self.series_planned.errors:
            self.series_planned.errors = [gettext("Enter how many infusions the series has")]
        return not self.error_summary

    def terms(self) -> Terms:
        """Return what was typed; call it once the form is valid."""
        series = 0 if self.plan.data == BOOSTERS else self.series_planned.data
        return Terms(self.indication.data, series, self.protocol.data or "", self.started_on.data)


class CourseForm(TermsForm):
    """A new course."""

    end_running = CheckboxField(_l("End the running course"))


class EditCourseForm(TermsForm):
    """A course that has started, to be corrected."""

    revision = HiddenField(default="0")
    goes_on = CheckboxField(_l("It was ended by mistake: let it run again"))
    reason = StringField(_l("Why you are changing it"), hint=_l("The version before is kept with it."), longest=500)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self["reason"].marks_optional = False


def typed_of(terms: Terms) -> dict[str, Any]:
    """Return the terms of a course as the values of the form's fields."""
    return {
        "indication": terms.indication,
        "plan": SERIES if terms.series_planned else BOOSTERS,
        "series_planned": terms.series_planned or None,
        "started_on": terms.started_on,
        "protocol": terms.protocol,
    }
