"""The forms a provider changes a plan with."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.checkins.planning import LONGEST_RHYTHM
from portal.instruments import catalogue
from portal.web.fields import CheckboxesField, Field, Form, IntegerField, SelectChoice, SelectField, ValidationError

DAILY = "daily"


def _instruments() -> list[SelectChoice]:
    return [SelectChoice(one.id, one.title) for one in catalogue.current()]


def _further_questions() -> list[SelectChoice]:
    items = catalogue.current().get(DAILY).items
    return [SelectChoice(item.code, item.text) for item in items if not item.is_default]


class PlanForm(Form):
    """One line of a plan."""

    instrument = SelectField(_l("What to ask"), choices=_instruments, missing=_l("Choose what to ask"))
    every_days = IntegerField(
        _l("Every how many days"),
        hint=_l("1 is every day, 7 every week, 14 every two weeks."),
        missing=_l("Enter every how many days to ask it, like 14"),
        lowest=1,
        highest=LONGEST_RHYTHM,
    )
    extra_items = CheckboxesField(
        _l("Further questions"), choices=_further_questions, hint=_l("Only for the daily check-in. Each adds a tap.")
    )

    def validate_extra_items(self, field: Field) -> None:
        if field.data and self.instrument.data != DAILY:
            raise ValidationError(_("Only the daily check-in takes further questions."))
