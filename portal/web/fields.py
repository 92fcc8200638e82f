"""Fields that are answered by typing, and the one place from which feature forms import any field.

A field given ``missing=`` is required and says that text when it is left blank; without it, blank means None and no
further validator runs. What was typed is shown again exactly, also where it could not be read.
"""

import datetime as dt
import re
from decimal import Decimal
from typing import Any, ClassVar

from flask_babel import format_date, format_decimal
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from wtforms import HiddenField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from portal.web.choices import (
    DECLINED,
    CheckboxesField,
    CheckboxField,
    Depends,
    HoursField,
    NumberField,
    RadioField,
    SelectField,
    StripField,
)
from portal.web.field_base import Field, Form, Problem

__all__ = [
    "DECLINED",
    "CheckboxField",
    "CheckboxesField",
    "DateField",
    "DecimalField",
    "Depends",
    "EmailField",
    "Field",
    "FileField",
    "Form",
    "HiddenField",
    "HoursField",
    "IntegerField",
    "NumberField",
    "PasswordField",
    "PhoneField",
    "Problem",
    "RadioField",
    "SelectChoice",
    "SelectField",
    "StringField",
    "StripField",
    "TextAreaField",
    "TimeField",
    "ValidationError",
]


DIGITS = range(3, 16)
"""How many digits a phone number has: a short one like 112, or as many as ITU-T E.164 allows."""
YEARS = range(1850, 2201)
"""What a day can be about; near the ends of the calendar no time zone can be reckoned with."""


class StringField(Field):
    """One line of text, stripped; `width` is "", "short" or "medium"."""

    kind: ClassVar[str] = "text"

    def __init__(self, *args: Any, longest: int = 200, autocomplete: str = "off", width: str = "", **options: Any):
        super().__init__(*args, **options)
        self.longest, self.autocomplete, self.width = longest, autocomplete, width

    def parse(self, text: str) -> str:
        if "\x00" in text:
            raise ValueError(_l("This text has a character that cannot be kept. Please type it again."))
        if len(text) > self.longest:
            most, used = format_decimal(self.longest), format_decimal(len(text))
            raise ValueError(_l("Use %(most)s characters or fewer. This has %(used)s.", most=most, used=used))
        return text


class EmailField(StringField):
    kind = "email"

    def __init__(self, *args: Any, autocomplete: str = "email", longest: int = 254, **options: Any):
        super().__init__(*args, autocomplete=autocomplete, longest=longest, **options)

    def parse(self, text: str) -> str:
        if not re.fullmatch(r"[^\s@<>,;\x00]+@[^\s@<>,;.\x00]+(\.[^\s@<>,;.\x00]+)+", text):
            raise self.refusal(_l("Enter an email address like name@example.com"))
        return super().parse(text)


class PhoneField(StringField):
    kind = "tel"

    def __init__(self, *args: Any, autocomplete: str = "tel", longest: int = 40, width: str = "medium", **options: Any):
        super().__init__(*args, autocomplete=autocomplete, longest=longest, width=width, **options)

    def parse(self, text: str) -> str:
        number = text.partition("x")[0]
        if not re.fullmatch(r"\+?[0-9 ()./-]+(?:x ?[0-9]+)?", text) or sum(map(str.isdecimal, number)) not in DIGITS:
            raise self.refusal(_l("Enter a phone number, like +1 202 555 0134"))
        return super().parse(text)


class PasswordField(StringField):
    """Never shows what was typed, and never strips it: a space may belong to a password."""

    kind = "password"

    def __init__(self, *args: Any, autocomplete: str = "current-password", longest: int = 1000, **options: Any):
        super().__init__(*args, autocomplete=autocomplete, longest=longest, **options)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        if valuelist and valuelist[0]:
            self.data = self.parse(str(valuelist[0]))

    @property
    def typed(self) -> str:
        return ""


class TextAreaField(StringField):
    """Several lines of text."""

    macro = "textarea"

    def __init__(self, *args: Any, rows: int = 5, longest: int = 10_000, **options: Any):
        super().__init__(*args, longest=longest, **options)
        self.rows = rows

    def parse(self, text: str) -> str:
        return super().parse(text.replace("\r\n", "\n"))


class BoundedField(Field):
    """A value between `lowest` and `highest`; a view may set both once it knows the patient's day."""

    kind: ClassVar[str] = "text"
    inputmode: ClassVar[str] = ""
    too_low: ClassVar[Any] = _l("Enter %(limit)s or more")
    too_high: ClassVar[Any] = _l("Enter %(limit)s or less")
    autocomplete = "off"
    longest = 40

    def __init__(
        self, *args: Any, lowest: Any = None, highest: Any = None, unit: Any = "", width: str = "short", **options: Any
    ):
        super().__init__(*args, **options)
        self.lowest, self.highest, self.unit, self.width = lowest, highest, unit, width

    def say(self, limit: Any) -> str:
        return str(limit)

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data is None:
            return
        if self.lowest is not None and self.data < self.lowest:
            raise ValidationError(self.too_low % {"limit": self.say(self.lowest)})
        if self.highest is not None and self.data > self.highest:
            raise ValidationError(self.too_high % {"limit": self.say(self.highest)})


class DateField(BoundedField):
    kind = "date"
    too_low = _l("Enter %(limit)s or a later date")
    too_high = _l("Enter %(limit)s or an earlier date")

    def __init__(self, *args: Any, width: str = "medium", autocomplete: str = "off", **options: Any):
        super().__init__(*args, width=width, **options)
        self.autocomplete = autocomplete

    def say(self, limit: Any) -> str:
        return str(format_date(limit, "long"))

    def parse(self, text: str) -> dt.date:
        try:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
                raise ValueError
            found = dt.date.fromisoformat(text)
            if found.year not in YEARS:
                raise ValueError
            return found
        except ValueError:
            raise self.refusal(_l("Enter a real date: year, month, day, like 2026-03-27")) from None


class TimeField(BoundedField):
    kind = "time"
    too_low = _l("Enter %(limit)s or a later time")
    too_high = _l("Enter %(limit)s or an earlier time")

    def shown(self) -> str:
        return "" if self.data is None else self.data.strftime("%H:%M")

    def parse(self, text: str) -> dt.time:
        try:
            if not re.fullmatch(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?", text):
                raise ValueError
            return dt.time.fromisoformat(text)
        except ValueError:
            raise self.refusal(_l("Enter a time, hours and minutes, like 14:30")) from None


class IntegerField(BoundedField):
    inputmode = "numeric"

    def parse(self, text: str) -> int:
        if not re.fullmatch(r"[+-]?[0-9]{1,9}", text):
            raise self.refusal(_l("Enter a whole number, like 12"))
        return int(text)


class DecimalField(BoundedField):
    inputmode = "decimal"

    def parse(self, text: str) -> Decimal:
        if not re.fullmatch(r"[+-]?[0-9]{1,9}(?:[.,][0-9]{1,6})?", text):
            raise self.refusal(_l("Enter a number, like 12 or 0.5"))
        if re.fullmatch(r"[+-]?0*[1-9][0-9]*,[0-9]{3}", text):
            raise self.refusal(_l("Write a thousand without a comma, like 1000, and a fraction with a point, like 1.5"))
        return Decimal(text.replace(",", "."))


class FileField(Field):
    """One uploaded file; `data` is werkzeug's FileStorage, or None. `accept` guides the file chooser."""

    macro = "file"

    def __init__(self, *args: Any, accept: str = "", **options: Any):
        super().__init__(*args, **options)
        self.accept = accept

    def process_formdata(self, valuelist: list[Any]) -> None:
        sent = valuelist[0] if valuelist else None
        self.data = sent if isinstance(sent, FileStorage) and sent.filename else None
