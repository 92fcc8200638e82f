"""The forms for the clinic's own settings."""

import re
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.clinic.hours import WEEKDAYS, OnCall
from portal.web import places
from portal.web.fields import (
    CheckboxField,
    DateField,
    Form,
    IntegerField,
    PhoneField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TimeField,
)
from portal.web.words import WORDS

DAYS = {
    "mon": _l("Monday"),
    "tue": _l("Tuesday"),
    "wed": _l("Wednesday"),
    "thu": _l("Thursday"),
    "fri": _l("Friday"),
    "sat": _l("Saturday"),
    "sun": _l("Sunday"),
}
_BOTH_OR_NONE = _l("Give both times, or leave both blank for a day on which the clinic is closed")
_NUMBER = _l("Enter a whole number")
_ON_CALL = {
    OnCall.NEVER: _l("What comes in while the clinic is closed goes to the care team, then to every provider."),
    OnCall.WHEN_CLOSED: _l(
        "Nights, weekends and holidays are on the rota. You are warned of every hour without anybody."
    ),
    OnCall.ALWAYS: _l("Every hour is on the rota. You are warned of every hour without anybody."),
}
PLAIN = (
    "display_name",
    "country",
    "time_zone",
    "reply_within_hours",
    "review_within_hours",
    "past_days",
)


class WebAddressField(StringField):
    """An https address of another site."""

    def parse(self, text: str) -> str:
        if not re.fullmatch(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[!#-&(-;=?-\[\]-~]*)?", text):
            raise self.refusal(_l("Enter an address that begins with https://, like https://www.example.org"))
        return super().parse(text)


class OpeningField(TimeField):
    """One end of a day's hours; blank means closed, which the page says once."""

    marks_optional = False


class ClinicForm(Form):
    display_name = StringField(
        _l("Display name"),
        hint=_l("On every page and in every email. A neutral name protects the people who come to you."),
        missing=_l("Enter the clinic's name"),
        longest=120,
    )
    country = SelectField(
        _l("Country"),
        hint=_l("Decides which numbers to call in a crisis are shown first."),
        missing=_l("Choose a country"),
        choices=places.countries,
    )
    time_zone = SelectField(_l("Time zone"), missing=_l("Choose a time zone"), choices=places.time_zones)
    phone = PhoneField(_l("Phone"))
    reply_within_hours = IntegerField(
        _l("Messages are answered within"), unit=_l("working hours"), lowest=1, highest=400, missing=_NUMBER
    )
    review_within_hours = IntegerField(
        _l("Check-ins are read within"), unit=_l("working hours"), lowest=1, highest=400, missing=_NUMBER
    )
    past_days = IntegerField(
        _l("Check-ins may be added for"),
        unit=_l("past days"),
        hint=_l("0 means today only."),
        lowest=0,
        highest=60,
        missing=_NUMBER,
    )
    on_call = RadioField(
        _l("When is somebody to be on call?"),
        hint=_l("Whoever is on call is told at once of what cannot wait while the clinic is closed."),
        missing=_l("Choose when somebody is to be on call"),
        choices=[
            SelectChoice(one.value, WORDS[OnCall][one], render_kw={"hint": said}) for one, said in _ON_CALL.items()
        ],
    )
    check_in_links = CheckboxField(
        _l("Reminders hold a link that opens the check-in without a password"),
        hint=_l("The link works once, for a day, and opens nothing else. Whoever can read a person’s mail can use it."),
    )
    leave_address = WebAddressField(
        _l("Where “leave quickly” goes"),
        hint=_l("A harmless page, like a weather report. Left blank, it is an empty page."),
        longest=300,
    )

    def validate(self, extra_validators: Any = None) -> bool:
        good: bool = super().validate(extra_validators)
        wrong_days = [day for day, fields in self.days.items() if not self._is_day(*fields)]
        return good and not wrong_days

    @property
    def days(self) -> dict[str, tuple[Any, Any]]:
        """The two fields of each day of the week."""
        return {day: (self[f"{day}_opens"], self[f"{day}_closes"]) for day in WEEKDAYS}

    @property
    def settings(self) -> dict[str, Any]:
        """What the form says, by the names the service knows."""
        texts = {name: self[name].data or "" for name in ("phone", "leave_address")}
        rest = {name: self[name].data for name in (*PLAIN, "check_in_links")} | {"on_call": OnCall(self.on_call.data)}
        spans = {
            day: [field.data.strftime("%H:%M") for field in fields if field.data] for day, fields in self.days.items()
        }
        return {**rest, **texts, "hours": {day: span for day, span in spans.items() if span}}

    def _is_day(self, opens: Any, closes: Any) -> bool:
        if opens.errors or closes.errors:
            return False
        if (opens.data is None) != (closes.data is None):
            (opens if opens.data is None else closes).errors = [_BOTH_OR_NONE]
        elif opens.data is not None and opens.data >= closes.data:
            closes.errors = [_l("Enter a time after the opening time")]
        return not opens.errors and not closes.errors


for _day in WEEKDAYS:
    setattr(ClinicForm, f"{_day}_opens", OpeningField(_l("%(day)s from", day=DAYS[_day])))
    setattr(ClinicForm, f"{_day}_closes", OpeningField(_l("%(day)s to", day=DAYS[_day])))


class HolidayForm(Form):
    on = DateField(_l("Day"), missing=_l("Enter a day"))
    name = StringField(_l("What it is"), hint=_l("Like New Year"), missing=_l("Say what it is"), longest=120)
