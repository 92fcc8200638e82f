"""The forms about a patient."""

import unicodedata
import uuid
from collections.abc import Collection
from datetime import date
from typing import Any, Self

from flask_babel import lazy_gettext as _l
from wtforms.fields.choices import SelectChoice

from portal.access.policy import PatientStatus
from portal.accounts.forms import PlainEmailField
from portal.instruments import catalogue
from portal.instruments.definition import FilledBy
from portal.patients import main_scale, names
from portal.patients.details import Contact, Person
from portal.patients.models import Condition
from portal.web import places, words
from portal.web.choices import ChoiceField
from portal.web.fields import (
    CheckboxesField,
    CheckboxField,
    DateField,
    Form,
    HiddenField,
    PhoneField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)

OLDEST = 120
OWN_PURPOSES = {
    "mobile_phone": "tel",
    "address_line_1": "address-line1",
    "address_line_2": "address-line2",
    "city": "address-level2",
    "region": "address-level1",
    "postal_code": "postal-code",
}
_CHOOSE = _l("Choose one of the answers shown")


class LineField(StringField):
    """One line of text without control characters, in composed form."""

    def parse(self, text: str) -> str:
        super().parse(text)
        return super().parse(names.clean(text))


class NameField(LineField):
    """A name: at least one letter, of any script."""

    def parse(self, text: str) -> str:
        cleaned = super().parse(text)
        if not any(unicodedata.category(letter).startswith("L") for letter in cleaned):
            raise self.refusal(_l("Enter a name with at least one letter"))
        super().parse(cleaned.casefold())
        return cleaned


class OneOfThese(ChoiceField):
    """A choice whose list the view knows: it is checked after the form was read."""

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        offered = {str(choice.value) for choice in self.choices}
        chosen = self.data if isinstance(self.data, list) else [self.data]
        if not {str(value) for value in chosen} <= offered:
            raise ValidationError(_CHOOSE)


class PeopleField(OneOfThese, CheckboxesField):
    """Any number of accounts; `data` is a list of their ids."""

    def parse(self, text: str) -> uuid.UUID:
        return _id(text)


class OnePersonField(OneOfThese, SelectField):
    """One account; `data` is its id."""

    def parse(self, text: str) -> uuid.UUID:
        return _id(text)


class StatusField(OneOfThese, RadioField):
    """A status of care."""

    def parse(self, text: str) -> PatientStatus:
        if text not in set(PatientStatus):
            raise self.refusal(_CHOOSE)
        return PatientStatus(text)


_RESUMED = _l("Take up care again"), _l("What was asked before is asked again from today on.")
_MISTAKE = _l("The death was recorded by mistake"), _l("What stood before holds again.")
_CHANGES = {
    PatientStatus.PAUSED: (_l("Pause care"), _l("Check-ins and reminders stop until care is taken up again.")),
    PatientStatus.TRANSFERRED: (_l("Transferred to another clinic"), _l("Check-ins and reminders stop.")),
    PatientStatus.DISCHARGED: (_l("Discharged"), _l("Check-ins and reminders stop.")),
    PatientStatus.DIED: (_l("The patient died"), _l("Everything the portal sends stops at once.")),
}


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise ValueError(_CHOOSE) from None


def _conditions() -> list[SelectChoice]:
    return [SelectChoice(condition.value, words.words(condition)) for condition in Condition]


def _main_scales() -> list[SelectChoice]:
    """The scales that this clinic can have scores of: those it can ask, and totals that a clinician enters."""
    known = {one.id: one for one in catalogue.current() if one.is_askable or one.filled_by is FilledBy.CLINICIAN}
    return [SelectChoice(name, known[name].title) for name in main_scale.ALL if name in known]


def _all_zones() -> list[SelectChoice]:
    return [SelectChoice(name) for name in places.zone_names()]


class PersonForm(Form):
    """Who somebody is and what they are treated for."""

    given_name = NameField(_l("Given name"), longest=100, missing=_l("Enter the given name"))
    family_name = NameField(_l("Family name"), longest=100, missing=_l("Enter the family name"))
    born_on = DateField(_l("Birth date"), missing=_l("Enter the birth date"))
    conditions = CheckboxesField(
        _l("Treated for"),
        hint=_l("Tick all that apply."),
        choices=_conditions,
        missing=_l("Tick at least one thing the person is treated for"),
    )
    primary_instrument = SelectField(
        _l("Chart shown first"),
        hint=_l("Its score is the one in the caseload."),
        choices=_main_scales,
        blank=_l("The usual one for what is ticked"),
    )

    def born_within(self, today: date) -> Self:
        """Accept birth dates from 120 years ago to today, and return this form."""
        self.born_on.lowest, self.born_on.highest = date(today.year - OLDEST, 1, 1), today
        return self

    def validate(self, extra_validators: Any = None) -> bool:
        valid = bool(super().validate(extra_validators))
        scale, conditions = self.primary_instrument.data, self.conditions.data
        if not scale or not conditions or main_scale.fits(scale, conditions):
            return valid
        title = catalogue.current().get(scale).title
        refused = _l("%(scale)s does not measure what is ticked above; choose another one", scale=title)
        self.primary_instrument.errors = [*self.primary_instrument.errors, refused]
        return False

    def person(self) -> Person:
        """Return what was typed."""
        typed: dict[str, Any] = self.data
        return Person(
            given_name=typed["given_name"],
            family_name=typed["family_name"],
            born_on=typed["born_on"],
            conditions=tuple(Condition(value) for value in typed["conditions"]),
            primary_instrument=typed["primary_instrument"] or "",
        )


class ContactForm(Form):
    """How and where somebody is reached, and who may be called for them."""

    mobile_phone = PhoneField(_l("Mobile phone"), autocomplete="off")
    home_phone = PhoneField(_l("Other phone"), autocomplete="off")
    address_line_1 = LineField(_l("Address"))
    address_line_2 = LineField(_l("Address, second line"))
    city = LineField(_l("City or town"), longest=100)
    region = LineField(_l("State or region"), longest=100, width="medium")
    postal_code = LineField(_l("Postal code"), longest=20, width="medium")
    country = SelectField(
        _l("Country"),
        hint=_l("Decides which emergency numbers are shown."),
        choices=places.countries,
        missing=_l("Choose the country"),
    )
    time_zone = SelectField(
        _l("Time zone"),
        hint=_l("Decides when a day begins and ends."),
        choices=_all_zones,
        missing=_l("Choose the time zone"),
    )
    language = SelectField(_l("Language"), choices=places.languages, blank=None, missing=_l("Choose the language"))
    emergency_name = LineField(_l("Name of the person to call"))
    emergency_relationship = LineField(_l("Who this is"), hint=_l("Like partner, sister or friend."), longest=100)
    emergency_phone = PhoneField(_l("Phone of the person to call"), autocomplete="off")
    emergency_may_call = CheckboxField(_l("The clinic may call this person"))

    def suggest(self, country: str, time_zone: str) -> None:
        """Put a likely country and time zone on top of their lists."""
        self.country.choices = places.countries(country)
        self.time_zone.choices = places.time_zones(self.country.data or country, likely=[time_zone])

    def for_oneself(self) -> None:
        """Let the browser offer what it knows of its owner, which is who fills this in."""
        for name, purpose in OWN_PURPOSES.items():
            self[name].autocomplete = purpose

    def validate(self, extra_validators: Any = None) -> bool:
        """Also ask for a number where the clinic may call it."""
        valid: bool = super().validate(extra_validators)
        phone = self.emergency_phone
        if not self.emergency_may_call.data or phone.data or phone.errors:
            return valid
        phone.errors.append(_l("Enter the phone number of the person the clinic may call"))
        return False

    def contact(self) -> Contact:
        """Return what was typed."""
        typed: dict[str, Any] = {name: self[name].data for name in Contact.__dataclass_fields__ if self[name].data}
        return Contact(**typed)


class EnrolForm(PersonForm, ContactForm):
    """Everything about a new patient."""

    submission = HiddenField(default=lambda: str(uuid.uuid4()))
    email = PlainEmailField(
        _l("Email address"),
        hint=_l("The invitation goes here, and it is what the person signs in with."),
        autocomplete="off",
        missing=_l("Enter the email address"),
    )
    team = PeopleField(_l("Also on the care team"), hint=_l("You are on it already."))
    is_another_person = CheckboxField(_l("This is another person with the same name and birth date"))

    def submission_id(self) -> uuid.UUID:
        """Return the id minted when the form was drawn; a fresh one where it was tampered with."""
        try:
            return uuid.UUID(self.submission.data)
        except (ValueError, TypeError):
            return uuid.uuid4()


class AddressForm(Form):
    """The address somebody signs in with."""

    email = PlainEmailField(_l("Email address"), autocomplete="off", missing=_l("Enter the email address"))


class StatusForm(Form):
    """What becomes of somebody's care, from when, and why."""

    status = StatusField(_l("What changes?"), missing=_l("Choose what changes"))
    effective_on = DateField(_l("Since"), missing=_l("Enter the date"))
    reason = TextAreaField(
        _l("Reason"),
        hint=_l("The care team reads this in the record."),
        rows=3,
        longest=2000,
        missing=_l("Enter the reason"),
    )

    def offer(self, now: PatientStatus, following: Collection[PatientStatus]) -> None:
        """Offer what may follow the status on record."""
        said = {PatientStatus.ACTIVE: _RESUMED} if now is not PatientStatus.DIED else dict.fromkeys(following, _MISTAKE)
        offered = {after: {**_CHANGES, **said}[after] for after in following}
        self.status.choices = [
            SelectChoice(after.value, label, render_kw={"hint": hint}) for after, (label, hint) in offered.items()
        ]


class MemberForm(Form):
    """Somebody to put on the care team."""

    member = OnePersonField(_l("Add to the care team"), missing=_l("Choose who joins"))


class ConsentForm(Form):
    """What a patient reads and agrees to before anything else."""

    agrees = CheckboxField(
        _l("I agree that the clinic cares for me with the help of this portal, as described above"),
        missing=_l("Tick this box if you agree. Without it the portal cannot be used."),
    )
    knows = CheckboxField(
        _l("I understand that nobody watches this portal around the clock, and what to do in an emergency"),
        missing=_l("Tick this box once you have read what to do in an emergency"),
    )
