"""What a person of the care team did about an alert."""

from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.safety.models import Closing, Contact
from portal.web.fields import Field, Form, HiddenField, RadioField, SelectChoice, TextAreaField, ValidationError
from portal.web.words import words


def _choices(kind: type[StrEnum]) -> list[SelectChoice]:
    return [SelectChoice(one.value, words(one)) for one in kind]


class ContactForm(Form):
    """Recording a call or another act."""

    deed = HiddenField(default="contact")
    stamp = HiddenField()
    contact_how = RadioField(
        _l("What did you do?"), choices=lambda: _choices(Contact), missing=_l("Choose what you did")
    )
    contact_note = TextAreaField(
        _l("What was said, and what was agreed"),
        rows=3,
        longest=4000,
        hint=_l("Part of the record. The patient does not see it."),
    )

    def validate_contact_how(self, field: Field) -> None:
        if field.data == Contact.OTHER.value and not self.contact_note.data:
            raise ValidationError(_("Write below what you did"))


class CloseForm(Form):
    """Closing an alert with its reason."""

    deed = HiddenField(default="close")
    stamp = HiddenField()
    close_how = RadioField(_l("Why can it be closed?"), choices=lambda: _choices(Closing), missing=_l("Choose why"))
    close_note = TextAreaField(
        _l("What the decision rests on"), rows=3, longest=4000, missing=_l("Write what the decision rests on")
    )
