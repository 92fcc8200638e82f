"""The forms by which a provider sets a personal baseline and takes it back."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.safety.chronic.service import Refused
from portal.web.fields import Form, HiddenField, IntegerField, RadioField, TextAreaField, ValidationError
from portal.web.once import OnceForm


class AnswerField(RadioField):
    """A choice among the answers that can wait, which are known once the page is drawn."""

    def parse(self, text: str) -> str:
        return text

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data and self.data not in {choice.value for choice in self.choices}:
            raise ValidationError(_("This answer has changed meanwhile. Look again."))


class BaselineForm(OnceForm):
    """Which answer is known, why, and for how long."""

    deed = HiddenField(default="set")
    question = AnswerField(_l("Which answer do you know of?"), choices=[], missing=_l("Choose an answer"))
    reason = TextAreaField(
        _l("What you know, and why it may wait"),
        rows=3,
        longest=2000,
        missing=_l("Say what you know, and why this answer may wait."),
        hint=_l("The care team reads it. The patient does not."),
    )
    days = IntegerField(_l("For how many days"), lowest=1, unit=_l("days"), missing=_l("Enter for how many days"))

    def refuse(self, refused: Refused) -> None:
        """Show why it cannot be kept, at its field."""
        said = _(refused.msgid, **refused.values)
        if refused.field:
            self[refused.field].errors = [said]
        else:
            self.form_errors.append(said)


class WithdrawForm(Form):
    """Taking a baseline back."""

    deed = HiddenField(default="withdraw")
    baseline = HiddenField()
    withdraw_reason = TextAreaField(
        _l("Why every answer is to be told again"), rows=2, longest=2000, missing=_l("Say why.")
    )
