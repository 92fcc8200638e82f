"""What a person of the care team did about an alert."""

import uuid
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.safety.models import Closing, Contact
from portal.web.fields import (
    Field,
    Form,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    TextAreaField,
    ValidationError,
)
from portal.web.words import words


def _choices(kind: type[StrEnum]) -> list[SelectChoice]:
    return [SelectChoice(one.value, words(one)) for one in kind]


class DeedForm(Form):
    """One thing that can be done about an alert; `stamp` says how the alert was when its page was drawn."""

    deed = HiddenField()
    stamp = HiddenField()


class TakeOnForm(DeedForm):
    """Taking an alert on."""

    deed = HiddenField(default="acknowledge")


class ContactForm(DeedForm):
    """Recording a call or another act."""

    deed = HiddenField(default="contact")
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


class PersonField(SelectField):
    """A choice among people who are known once the page is drawn."""

    def parse(self, text: str) -> str:
        return text

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data and self.data not in {choice.value for choice in self.choices}:
            raise ValidationError(_("They cannot take it: they are no provider, or their account is switched off."))


class AssignForm(DeedForm):
    """Passing an alert to somebody."""

    deed = HiddenField(default="assign")
    assign_to = PersonField(
        _l("Who is to take care of it?"),
        choices=[],
        blank=_l("Choose a person"),
        missing=_l("Choose a person"),
        hint=_l("Whoever is not on the care team can see this chart until a day after the alert is closed."),
    )

    def offer(self, team: Iterable[tuple[uuid.UUID, str]], others: Iterable[tuple[uuid.UUID, str]]) -> None:
        """Offer the members of the care team and the other providers, each as id and name."""
        groups = ((_("Care team"), team), (_("Other providers"), others))
        self.assign_to.choices = [
            SelectChoice(str(who), name, optgroup=group) for group, people in groups for who, name in people
        ]


class CloseForm(DeedForm):
    """Closing an alert with its reason."""

    deed = HiddenField(default="close")
    close_how = RadioField(_l("Why can it be closed?"), choices=lambda: _choices(Closing), missing=_l("Choose why"))
    close_note = TextAreaField(
        _l("What the decision rests on"), rows=3, longest=4000, missing=_l("Write what the decision rests on")
    )


class ReopenForm(DeedForm):
    """Opening a closed alert again."""

    deed = HiddenField(default="reopen")
    reopen_note = TextAreaField(
        _l("Why it is opened again"), rows=3, longest=4000, missing=_l("Write why it is opened again")
    )


FORMS: dict[str, type[DeedForm]] = {
    "acknowledge": TakeOnForm,
    "contact": ContactForm,
    "assign": AssignForm,
    "close": CloseForm,
    "reopen": ReopenForm,
}


def forms(deed: str, typed: Any) -> dict[str, Any]:
    """Return every form of the page, the one for this deed with what was typed into it."""
    return {name: form(typed if name == deed else None) for name, form in FORMS.items()}
