"""The forms of a screening: one row for each question, what goes with them, and a provider's decision."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.treatment.forms import TreatmentForm, number_of
from portal.treatment.problems import Problem
from portal.treatment.screening import checks
from portal.treatment.screening import entry as entries
from portal.treatment.screening.entry import Entry
from portal.treatment.screening.items import ANSWERS, ASKED, Answer, Finding, Item
from portal.treatment.screening.models import Decision
from portal.web.fields import (
    CheckboxField,
    DateField,
    DecimalField,
    HiddenField,
    PhoneField,
    RadioField,
    SelectChoice,
    StringField,
    TextAreaField,
)
from portal.web.words import WORDS

_ANSWERS = [SelectChoice(answer.value, _l(ANSWERS[answer])) for answer in (Answer.NO, Answer.YES, Answer.UNKNOWN)]
RUNNING, NEXT = "running", "next"


class _Questions(TreatmentForm):
    """What comes first on the page; the questions are added below, each with a note."""

    lists = HiddenField(default="")
    course = RadioField(
        _l("What is it for?"),
        choices=[SelectChoice(RUNNING, _l("The course that runs")), SelectChoice(NEXT, _l("The next course"))],
        inline=True,
    )
    lists_checked = CheckboxField(_l("I went through both lists with the patient, and they are right"))


for _item in ASKED:
    _missing = _l("%(item)s: choose an answer", item=_l(_item.words))
    _field = RadioField(_l(_item.words), choices=_ANSWERS, missing=_missing)
    setattr(_Questions, f"item_{_item.code}", _field)
    setattr(_Questions, f"note_{_item.code}", StringField(_l("Note"), longest=500))


class ScreeningForm(_Questions):
    """One asking, its fields in the order of the page."""

    weight_kg = DecimalField(_l("Weight"), unit=_l("kg"), highest=1000)
    in_person_on = DateField(_l("Evaluated in person on"))
    in_person_by = StringField(_l("Evaluated by"), width="medium")
    consent_on = DateField(_l("Agreed to this treatment on"))
    adult_name = StringField(_l("Adult at home"), width="medium")
    adult_phone = PhoneField(_l("Their phone"), autocomplete="off")
    emergency_plan = TextAreaField(
        _l("Emergency plan"),
        hint=_l("Whom to call, how help gets in, where the nearest emergency department is."),
        rows=3,
        longest=5000,
    )
    reason = StringField(_l("Why you are correcting it"), hint=_l("The version before is kept with it."), longest=500)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in _MAY_STAY_OPEN:
            self[name].marks_optional = False

    def check(self, *, born_on: date, today: date) -> bool:
        """Return whether everything can be kept, with every problem at its field at once."""
        is_valid = self.validate()
        found = checks.find(self.entry(), born_on=born_on, today=today)
        self.refuse([one for one in found if not self[one.field].errors], "")
        return is_valid and not self.error_summary

    def show_lists(self, mark: str) -> None:
        """Draw the lists as they stand now; where they have changed since, a tick does not count for them."""
        if self.lists_checked.data and self.lists.data != mark:
            self.lists_checked.data = False
            if not self.lists_checked.errors:
                self.refuse([Problem("lists_checked", checks.LISTS_CHANGED, {})], "")
        self.lists.data = mark

    def rows(self, items: Iterable[Item]) -> list[tuple[Item, RadioField, StringField]]:
        """Return items with their two fields."""
        return [(item, self[f"item_{item.code}"], self[f"note_{item.code}"]) for item in items]

    def entry(self) -> Entry:
        """Return what was typed; what is not answered stays out."""
        answers = {item.code: self[f"item_{item.code}"].data for item in ASKED}
        notes = {item.code: self[f"note_{item.code}"].data for item in ASKED}
        weight = self.weight_kg.data
        plain = {name: self[name].data for name in entries.PLAIN}
        plain |= {name: plain[name] or "" for name in _TEXTS}
        return Entry(
            answers={code: Answer(answer) for code, answer in answers.items() if answer},
            notes={code: note for code, note in notes.items() if note},
            **plain | {"weight_kg": None if weight is None else round(float(weight), 2)},
        )


class DecisionForm(TreatmentForm):
    """A provider's decision; a reason for each stop is added by `decision_form`."""

    decision = RadioField(
        _l("Your decision"),
        choices=[SelectChoice(one.value, WORDS[Decision][one]) for one in Decision],
        inline=True,
        missing=_l("Choose your decision"),
    )
    reason = TextAreaField(_l("Why"), rows=2, longest=5000, missing=_l("Say why you decide this"))

    @property
    def overrides(self) -> dict[str, str]:
        """The reasons to go ahead in spite of a stop, by the item's code."""
        found = {field.name: field.data for field in self if field.name.startswith("override_")}
        return {name.removeprefix("override_"): text for name, text in found.items() if text}


_TEXTS = ("in_person_by", "adult_name", "adult_phone", "emergency_plan")
_MAY_STAY_OPEN = (*_TEXTS, "weight_kg", "in_person_on", "consent_on", "reason")


def decision_form(stops: Iterable[Finding]) -> DecisionForm:
    """Return the form for a decision, with a reason to give for every stop."""
    fields: dict[str, Any] = {}
    for finding in stops:
        label = _l("Why treatment may go ahead in spite of: %(item)s", item=_l(finding.item.words))
        fields[f"override_{finding.item.code}"] = StringField(label, longest=500)
    form: DecisionForm = type("DecisionForm", (DecisionForm,), fields)()
    for name in fields:
        form[name].marks_optional = False
    return form


def typed_of(asked: Entry) -> dict[str, Any]:
    """Return a screening as the values of the form's fields."""
    values: dict[str, Any] = {name: getattr(asked, name) for name in entries.PLAIN}
    values |= {f"item_{code}": str(answer) for code, answer in asked.answers.items()}
    values |= {f"note_{code}": note for code, note in asked.notes.items()}
    return values | {"weight_kg": None if asked.weight_kg is None else number_of(asked.weight_kg)}


def carried(last: Entry | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a new screening begins with: never an answer, a note, a weight or a tick, which are asked again."""
    if last is None:
        return dict(values)
    kept = {name: getattr(last, name) for name in _CARRIED}
    return {**values, **{name: value for name, value in kept.items() if value}}


_CARRIED = ("in_person_on", "in_person_by", "consent_on", "adult_name", "adult_phone", "emergency_plan")
