"""What every field and form of ours shares: the text for "left blank", the error summary, and drawing by macro.

Drawing goes straight to our Jinja macros because the stock widgets cost nineteen times as much on a long scale.
"""

from collections.abc import Iterator
from typing import Any, ClassVar, NamedTuple, cast

from flask import current_app
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import Field as WTField
from wtforms.validators import StopValidation
from wtforms.widgets import HiddenInput


class Problem(NamedTuple):
    """One line of the error summary: the id to move to (None where it concerns the whole form) and the text."""

    target: str | None
    text: str


def draw(field: "Field", **attributes: Any) -> Markup:
    """Return the field as HTML; attributes are added to the control."""
    macros = cast(Any, current_app.jinja_env.get_template("components/fields.html").module)
    return cast(Markup, getattr(macros, field.macro)(field, attributes))


class Field(WTField):  # type: ignore[misc]
    """A field that says `missing` where it is left blank; without that text it is optional and blank means None."""

    macro: ClassVar[str] = "text"
    marks_optional: ClassVar[bool] = True
    widget = staticmethod(draw)
    data: Any

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        hint: Any = "",
        missing: Any = None,
        invalid: Any = None,
        **options: Any,
    ) -> None:
        super().__init__(label, validators, description=hint, **options)
        self.missing = missing
        self.invalid = invalid
        if missing is not None:
            self.flags.required = True

    @property
    def hint(self) -> Any:
        return self.description

    @property
    def typed(self) -> str:
        """What stands in the box: exactly what was typed, else the stored value."""
        return str(self.raw_data[0]).replace("\x00", "\ufffd") if self.raw_data else self.shown()

    @property
    def described_by(self) -> str:
        return " ".join([f"{self.id}-hint"] * bool(self.description) + [f"{self.id}-error"] * bool(self.errors))

    def shown(self) -> str:
        return "" if self.data is None else str(self.data)

    def is_blank(self) -> bool:
        return self.data is None or self.data == "" or self.data == []

    def pre_validate(self, form: Any) -> None:
        if self.process_errors:
            raise StopValidation()
        if self.is_blank():
            if self.missing is not None:
                raise StopValidation(self.missing)
            if not self.flags.required:
                raise StopValidation()

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        text = str(valuelist[0]).strip() if valuelist else ""
        if text:
            self.data = self.parse(text)

    def parse(self, text: str) -> Any:
        return text

    def refusal(self, default: Any) -> ValueError:
        """Return the error for input that cannot be read: the field's own `invalid` text, else `default`."""
        return ValueError(default if self.invalid is None else self.invalid)


class Form(FlaskForm):  # type: ignore[misc]
    """A form that lists its problems in the order of its fields and keeps everything that was typed."""

    @property
    def error_summary(self) -> list[Problem]:
        whole = [Problem(None, text) for text in self.form_errors]
        return whole + [Problem(field.id, field.errors[0]) for field in self if field.errors]

    @property
    def visible(self) -> Iterator[Any]:
        return (field for field in self if not isinstance(field.widget, HiddenInput))

    def hidden_tag(self, *fields: str) -> Markup:
        """Return the hidden fields without ids, so that two forms on a page never share one."""
        hidden = (field for field in self if isinstance(field.widget, HiddenInput))
        value = Markup('<input type="hidden" name="{}" value="{}">')
        return Markup("").join(value.format(field.name, field._value()) for field in hidden)
