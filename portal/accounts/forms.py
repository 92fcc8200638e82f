"""The forms for signing in and for accounts."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.access.policy import Role
from portal.accounts import password_rules
from portal.accounts.password_rules import Weakness
from portal.web import places
from portal.web.fields import (
    EmailField,
    Form,
    HiddenField,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    ValidationError,
)
from portal.web.words import words

_ENTER_EMAIL = _l("Enter your email address")
_WEAK = {
    Weakness.TOO_SHORT: _l("Use 12 characters or more. Three or four words make a good password."),
    Weakness.COMMON: _l("This password is one that strangers try first. Choose something less common."),
    Weakness.PERSONAL: _l("This password has a name, an email address or the clinic's name in it. Leave that out."),
}
_ROLES = {
    Role.PROVIDER: _l("Looks after patients, records treatments, answers alerts"),
    Role.NURSE: _l("Looks after patients and records treatments"),
    Role.ADMINISTRATOR: _l("Runs accounts and the clinic's settings, sees nothing about patients' health"),
}


class PlainEmailField(EmailField):
    """An address for an account: letters that look alike but are not would make two accounts of one person."""

    def parse(self, text: str) -> str:
        if not text.isascii():
            raise ValueError(_l("Use an email address in plain letters, like name@example.com"))
        return super().parse(text)


class SignInForm(Form):
    email = EmailField(_l("Email address"), missing=_ENTER_EMAIL, autocomplete="username")
    password = PasswordField(_l("Password"), missing=_l("Enter your password"))
    next = HiddenField()


class ForgottenForm(Form):
    email = EmailField(_l("Email address"), missing=_ENTER_EMAIL, autocomplete="username")


class CurrentPasswordForm(Form):
    current = PasswordField(_l("Password you use now"), missing=_l("Enter the password you use now"))


class NewPasswordForm(Form):
    """Choosing a password; `about` is what somebody who knows the person would try."""

    password = PasswordField(
        _l("New password"),
        hint=_l(
            "12 characters or more. Three or four words that only you would put together are good and easy to type."
        ),
        missing=_l("Choose a password"),
        autocomplete="new-password",
    )
    again = PasswordField(
        _l("The same password again"), missing=_l("Type the password once more"), autocomplete="new-password"
    )

    def __init__(self, *args: Any, about: Sequence[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.about = about

    def validate_password(self, field: Any) -> None:
        weakness = password_rules.weakness(field.data, about=self.about)
        if weakness is not None:
            raise ValidationError(_WEAK[weakness])

    def validate_again(self, field: Any) -> None:
        if self.password.data and field.data != self.password.data:
            raise ValidationError(_l("The two passwords are not the same. Type them again."))


class ChangePasswordForm(CurrentPasswordForm, NewPasswordForm):
    """Choosing another password."""


class LanguageField(SelectField):
    """One of the languages there are; it always has a value, and what does not send one leaves it as it is."""

    marks_optional = False


class OwnForm(Form):
    """What a person may change about their own account; a patient's name belongs to the record and is left out.

    Only patients' pages are there in every language, so that staff are not asked.
    """

    name = StringField(_l("Name"), missing=_l("Enter your name"), autocomplete="name")
    time_zone = SelectField(
        _l("Time zone"),
        hint=_l("Days and times are shown as they are there."),
        missing=_l("Choose a time zone"),
        choices=places.time_zones,
    )
    language = LanguageField(
        _l("Language"), hint=_l("Of your pages and of the mail you get."), choices=places.languages, blank=None
    )


class AccountForm(Form):
    name = StringField(_l("Name"), missing=_l("Enter the person's name"))
    email = PlainEmailField(
        _l("Email address"),
        hint=_l("The person signs in with it, and mail goes there."),
        missing=_l("Enter the person's email address"),
        autocomplete="off",
    )


class NewAccountForm(AccountForm):
    role = RadioField(
        _l("Role"),
        missing=_l("Choose a role"),
        choices=lambda: [SelectChoice(role.value, words(role), render_kw={"hint": _ROLES[role]}) for role in _ROLES],
    )
    time_zone = SelectField(_l("Time zone"), missing=_l("Choose a time zone"), choices=places.time_zones)


class SearchForm(Form):
    """Finding an account; sent in the body, because names do not belong in addresses."""

    text = StringField(_l("Find by name or email"), longest=100, missing=_l("Enter part of a name or an email address"))
