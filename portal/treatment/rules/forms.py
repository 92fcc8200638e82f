"""The form for what a clinic lays down for treatment."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l

from portal.treatment.forms import TreatmentForm
from portal.treatment.rules import changes
from portal.treatment.rules.problems import RANGES, name_of, name_of_line
from portal.treatment.rules.values import DEFAULTS, Class, Limits, Lined, Point, Rules, Stage, plain
from portal.treatment.screening.items import ITEMS, Answer, Item, key
from portal.web.fields import (
    DecimalField,
    Field,
    HiddenField,
    IntegerField,
    PhoneField,
    Problem,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from portal.web.words import WORDS

LEVELS = ("soft", "hard")
LIMITS = {
    "systolic": _l("Systolic pressure, this or more"),
    "diastolic": _l("Diastolic pressure, this or more"),
    "percent": _l("Systolic pressure above the one before, by this or more"),
    "pulse_high": _l("Pulse, this or more"),
    "pulse_low": _l("Pulse, less than this"),
    "spo2": _l("Oxygen saturation, less than this"),
    "breaths_high": _l("Breaths, this or more"),
    "breaths_low": _l("Breaths, less than this"),
}
UNITS = {"systolic": "mmHg", "diastolic": "mmHg", "percent": "%", "spo2": "%"}
POINTS = {Point.BEFORE: _l("Before"), Point.DURING: _l("During"), Point.AFTER: _l("After")}
LEVEL_WORDS = {"soft": _l("flag"), "hard": _l("stop")}
MONTHS = {
    "urinary": _l("Urinary check"),
    "liver": _l("Liver tests"),
    "cognition": _l("Memory and thinking"),
    "misuse": _l("Misuse check"),
}
_WHOLE = _l("Enter a whole number, like 15")
_CLASSES = [SelectChoice(one.value, WORDS[Class][one]) for one in Class]


def answers_of(item: Item) -> tuple[Answer, ...]:
    """Return the answers that can be classed; one that follows from what is on record is never unknown."""
    return (Answer.YES, Answer.UNKNOWN) if item.is_asked else (Answer.YES,)


ANSWER_DEFAULTS = {key(item, answer): item.default(answer) for item in ITEMS for answer in answers_of(item)}


class MinutesField(Field):
    """Minutes in rising order with commas between them; `data` is a tuple of whole numbers, empty where left blank."""

    kind = "text"
    inputmode = ""
    autocomplete = "off"
    longest = 100
    unit = ""
    width = "medium"
    marks_optional = False

    def shown(self) -> str:
        return ", ".join(str(one) for one in self.data or ())

    def parse(self, text: str) -> tuple[int, ...]:
        parts = [part for part in re.split(r"[,;\s]+", text) if part]
        if not all(re.fullmatch(r"[0-9]{1,4}", part) for part in parts):
            raise self.refusal(_l("Enter whole minutes with commas between them, like 15, 30, 60"))
        return tuple(int(part) for part in parts)


class LimitField(IntegerField):
    """A limit; blank where nothing is laid down, which the table says once."""

    marks_optional = False


class LineField(LimitField):
    """A line on a scale of whole numbers; blank where the scale has none."""


class FineLineField(DecimalField):
    """A line on a scale of means; blank where the scale has none."""

    marks_optional = False


def limits_at(point: Point) -> Iterable[str]:
    """Return the limits that can be laid down at a point; before treatment there is no reading to compare with."""
    return [name for name in LIMITS if point is not Point.BEFORE or name != "percent"]


class _LimitsForm(TreatmentForm):
    """The limits; they come first on the page, and so among its problems."""


for _point in Point:
    for _level in LEVELS:
        for _limit in limits_at(_point):
            _label = _l(
                "%(point)s, %(limit)s: %(level)s", point=POINTS[_point], limit=LIMITS[_limit], level=LEVEL_WORDS[_level]
            )
            setattr(_LimitsForm, name_of(_point, _level, _limit), LimitField(_label, width="tiny"))


class ReasonField(TextAreaField):
    """A reason, which the service asks for where it is needed."""

    marks_optional = False


class RulesForm(_LimitsForm):
    """Everything at once; the fields of months and classes are added below."""

    instruments: ClassVar[tuple[str, ...]] = ()
    version = HiddenField(default="0")
    during_every = IntegerField(_l("Minutes between readings during treatment"), unit=_l("min"), missing=_WHOLE)
    after_at = MinutesField(_l("Minutes after the end at which readings are due"), hint=_l("Like 15, 30, 60."))
    silent_days = LimitField(
        _l("Days without a word from a patient until the caseload calls them silent"), unit=_l("days"), missing=_WHOLE
    )
    evening_text = TextAreaField(_l("The day before"), longest=5000)
    day_text = TextAreaField(_l("On the day"), longest=5000)
    after_text = TextAreaField(_l("Afterwards"), longest=5000)
    call_name = StringField(_l("Whom to call"), hint=_l("A person or a desk, like “Provider on call”."), longest=120)
    call_phone = PhoneField(_l("Phone"))
    why_clear = ReasonField(_l("Why an answer that stops treatment by default may be clear"), rows=2, longest=1000)
    reason = ReasonField(_l("Why this version"), rows=2, longest=1000)

    @property
    def error_summary(self) -> list[Problem]:
        """The problems, those of the reasons last; one in a table says which cell it is about."""
        cells = {field.id: field.label.text for field in self if isinstance(field, LimitField | FineLineField)}
        found = [
            Problem(one.target, f"{cells[one.target]}. {one.text}") if one.target in cells else one
            for one in super().error_summary
        ]
        return sorted(found, key=lambda one: one.target in (self.why_clear.id, self.reason.id))

    @property
    def base_version(self) -> int:
        """The version the page was drawn from."""
        text = self.version.data or ""
        return int(text) if re.fullmatch(r"[0-9]{1,8}", text) else 0

    def rules(self, lines: Mapping[str, float]) -> Rules:
        """Return what was typed; call it once the form is valid.

        Args:
            lines: those in force; of scales that the page does not show they stay.
        """
        return Rules(
            before=self._stage(Point.BEFORE),
            during=self._stage(Point.DURING),
            after=self._stage(Point.AFTER),
            during_every=self.during_every.data,
            after_at=tuple(self.after_at.data or ()),
            classes=self._classes(),
            months={kind: self[f"months_{kind}"].data for kind in DEFAULTS.months},
            lines=self._lines(lines),
            silent_days=self.silent_days.data,
            evening_text=self.evening_text.data or "",
            day_text=self.day_text.data or "",
            after_text=self.after_text.data or "",
            call_name=self.call_name.data or "",
            call_phone=self.call_phone.data or "",
        )

    def take_over(self, drawn: Rules, now: Rules) -> None:
        """Show what another director laid down since the page was opened, wherever nothing else was typed here."""
        before, current = typed_of(drawn), typed_of(now)
        base = type(self)(None, data=before)
        for name in {**before, **current}:
            if name in self and self[name].typed == base[name].typed:
                self[name].raw_data = None
                self[name].process(None, current.get(name))

    def _stage(self, point: Point) -> Stage:
        soft, hard = ({name: self._limit(point, level, name) for name in RANGES} for level in LEVELS)
        return Stage(Limits(**soft), Limits(**hard))

    def _limit(self, point: Point, level: str, limit: str) -> int | None:
        name = name_of(point, level, limit)
        return self[name].data if name in self else None

    def _lines(self, lines: Mapping[str, float]) -> dict[str, float]:
        typed = {name: self[name_of_line(name)].data for name in self.instruments}
        stays = {name: line for name, line in lines.items() if name not in typed}
        return stays | {name: plain(line) for name, line in typed.items() if line is not None}

    def _classes(self) -> dict[str, Class]:
        chosen = {name: Class(self[f"class_{name}"].data) for name in ANSWER_DEFAULTS}
        return {name: one for name, one in chosen.items() if one is not ANSWER_DEFAULTS[name]}


def rules_form(scales: Iterable[Lined]) -> type[RulesForm]:
    """Return the form with a field for the line of each scale."""
    scales = tuple(scales)
    fields: dict[str, Any] = {name_of_line(one.instrument): _line(one) for one in scales}
    return type("RulesForm", (RulesForm,), fields | {"instruments": tuple(one.instrument for one in scales)})


def _line(scale: Lined) -> Any:
    kind = FineLineField if scale.decimals else LineField
    return kind(_l("Line for %(scale)s", scale=scale.title), width="tiny")


def typed_of(rules: Rules) -> dict[str, Any]:
    """Return rules as the values of the form's fields."""
    classes = {f"class_{name}": rules.classes.get(name, default).value for name, default in ANSWER_DEFAULTS.items()}
    return changes.flat(rules) | classes


for _kind, _label in MONTHS.items():
    setattr(RulesForm, f"months_{_kind}", IntegerField(_label, unit=_l("months"), missing=_WHOLE))
for _name in ANSWER_DEFAULTS:
    setattr(RulesForm, f"class_{_name}", SelectField("", choices=_CLASSES, blank=None, missing=_l("Choose one")))
