"""Fields that are answered by choosing: lists, radios, the 0-10 strip, hours of sleep, tick boxes."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, ClassVar, NamedTuple

from flask_babel import lazy_gettext as _l
from wtforms.fields.choices import SelectChoice

from portal.web.field_base import Field

DECLINED = "declined"
Choices = Sequence[SelectChoice] | Callable[[], Sequence[SelectChoice]]
_CHOOSE = _l("Choose one of the answers shown")
_BLANK = _l("Choose…")


class Option(NamedTuple):
    """One answer as the macros draw it."""

    id: str
    value: str
    label: Any
    hint: Any
    checked: bool
    group: str | None


class ChoiceField(Field):
    """One of a list of answers; `data` is the value of the choice, a string."""

    def __init__(self, *args: Any, choices: Choices = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.choices: Sequence[SelectChoice] = choices() if callable(choices) else choices

    def is_chosen(self, value: str) -> bool:
        return self.typed == value

    @property
    def options(self) -> list[Option]:
        """The answers; the first carries the field's own id, so that a link to the field lands on it."""
        return [
            Option(
                self.id if n == 0 else f"{self.id}-{n}",
                str(choice.value),
                choice.label,
                choice.render_kw.get("hint", ""),
                self.is_chosen(str(choice.value)),
                choice.optgroup,
            )
            for n, choice in enumerate(self.choices)
        ]

    def parse(self, text: str) -> Any:
        if text not in {str(choice.value) for choice in self.choices}:
            raise self.refusal(_CHOOSE)
        return text


class SelectField(ChoiceField):
    """A drop-down list; `blank` is the text of the empty first line, None leaves that line out."""

    macro = "select"

    def __init__(self, *args: Any, blank: Any = _BLANK, **options: Any) -> None:
        super().__init__(*args, **options)
        self.blank = blank

    @property
    def groups(self) -> dict[str | None, list[Option]]:
        found: dict[str | None, list[Option]] = {}
        for option in self.options:
            found.setdefault(option.group, []).append(option)
        return found


class Depends(NamedTuple):
    """What a question hangs on: it is asked where one of `fields` has at least this value, which `sentence` says."""

    fields: Sequence[str]
    at_least: float
    sentence: Any


class RadioField(ChoiceField):
    """Radios. With `may_decline` a quiet "Prefer not to answer" follows; then `data` is None and `declined` is True.

    With `depends` it is asked only after certain answers: a script hides it until then, the page says it in words.
    `is_needed` marks it as to be answered, which is then for the view to check, not for the field.
    Answers stand one below the other, `inline` beside each other, and with `segments` they look like one strip.
    """

    macro = "radios"
    marks_optional = False

    def __init__(
        self,
        *args: Any,
        may_decline: bool = False,
        inline: bool = False,
        segments: bool = False,
        depends: Depends | None = None,
        is_needed: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.may_decline, self.inline, self.segments, self.depends = may_decline, inline, segments, depends
        self.is_needed = is_needed
        if is_needed and depends is None:
            self.flags.required = True

    @property
    def described_by(self) -> str:
        said_when = f"{self.id}-if" if self.depends else ""
        return " ".join(filter(None, (said_when, super().described_by)))

    @property
    def declined(self) -> bool:
        return self.may_decline and self.typed == DECLINED

    def is_blank(self) -> bool:
        return super().is_blank() and not self.declined

    def process_data(self, value: Any) -> None:
        self.data = None if value == DECLINED else value
        self._stored = "" if value is None else str(value)

    def shown(self) -> str:
        return self._stored

    def parse(self, text: str) -> Any:
        return None if self.may_decline and text == DECLINED else super().parse(text)


class StripField(RadioField):
    """A whole number on a short scale, as radios that look like one strip with words at both ends; `data` is an int."""

    macro = "strip"

    def __init__(
        self, *args: Any, low: Any = "", high: Any = "", lowest: int = 0, highest: int = 10, **options: Any
    ) -> None:
        numbers = [SelectChoice(str(n), str(n)) for n in range(lowest, highest + 1)]
        super().__init__(*args, choices=numbers, **options)
        self.low, self.high = low, high

    def parse(self, text: str) -> int | None:
        value = super().parse(text)
        return None if value is None else int(value)


class HoursField(RadioField):
    """Hours of sleep as chips from "3 or less" to "10 or more", exact by typing; `data` is a Decimal, in halves."""

    macro = "hours"
    chips: ClassVar[tuple[str, ...]] = ("3", "4", "5", "6", "7", "8", "9", "10")

    def __init__(self, *args: Any, **options: Any) -> None:
        labels = {"3": "≤ 3", "10": "10+"}
        super().__init__(*args, choices=[SelectChoice(n, labels.get(n, n)) for n in self.chips], **options)

    @property
    def exact_name(self) -> str:
        return f"{self.name}-exact"

    @property
    def exact(self) -> str:
        """What stands in the box for exact hours: everything that no chip can say."""
        return "" if self.typed == DECLINED or self.typed in self.chips else self.typed

    def process(self, formdata: Any, *args: Any, **options: Any) -> None:
        self._exact = [] if formdata is None else [text for text in formdata.getlist(self.exact_name) if text.strip()]
        super().process(formdata, *args, **options)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.raw_data = self._exact or valuelist
        super().process_formdata(self.raw_data)

    def shown(self) -> str:
        return self._stored.removesuffix(".0")

    def parse(self, text: str) -> Decimal | None:
        if self.may_decline and text == DECLINED:
            return None
        hours = Decimal(text.replace(",", ".")) if re.fullmatch(r"[0-9]{1,2}(?:[.,][0-9]{1,2})?", text) else None
        if hours is None or hours > 24 or hours % Decimal("0.5"):
            raise self.refusal(_l("Enter hours from 0 to 24, in halves, like 6.5"))
        return hours


class NumberField(RadioField):
    """A number typed in, such as how many times; `data` is a Decimal. With `may_decline` a box says "rather not"."""

    macro = "number"

    def __init__(self, *args: Any, lowest: float, highest: float, unit: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.lowest, self.highest, self.unit = lowest, highest, unit

    @property
    def declined_name(self) -> str:
        return f"{self.name}-declined"

    @property
    def number(self) -> str:
        """What stands in the box for the number."""
        return "" if self.declined and self.typed == DECLINED else self.typed

    @property
    def declined(self) -> bool:
        return self.may_decline and (self._is_ticked or self.typed == DECLINED)

    def process(self, formdata: Any, *args: Any, **options: Any) -> None:
        self._is_ticked = formdata is not None and bool(formdata.getlist(self.declined_name))
        super().process(formdata, *args, **options)

    def parse(self, text: str) -> Decimal | None:
        if self.may_decline and text == DECLINED:
            return None
        if self._is_ticked and self.may_decline:
            raise self.refusal(_l("Either enter a number or choose “Prefer not to answer”, not both"))
        number = Decimal(text.replace(",", ".")) if re.fullmatch(r"-?[0-9]{1,7}(?:[.,][0-9]{1,4})?", text) else None
        if number is None or not self.lowest <= number <= self.highest:
            limits = {"lowest": f"{self.lowest:.12g}", "highest": f"{self.highest:.12g}"}
            raise self.refusal(_l("Enter a number from %(lowest)s to %(highest)s", **limits))
        return number


class CheckboxField(Field):
    """One tick box; `data` is a bool, and `missing` is said where it must be ticked."""

    macro = "checkbox"
    marks_optional = False

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = bool(valuelist)

    def is_blank(self) -> bool:
        return not self.data


class CheckboxesField(ChoiceField):
    """Any number of a list; `data` is the list of chosen values."""

    macro = "checkboxes"

    def is_chosen(self, value: str) -> bool:
        return value in [str(one) for one in (self.data if self.raw_data is None else self.raw_data) or []]

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = [self.parse(str(value)) for value in valuelist]
