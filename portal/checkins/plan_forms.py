"""The forms a provider changes a plan with: one line of it, and the choice of a ready-made one."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from portal.checkins import named_rhythms, refusals, wording
from portal.checkins.named_rhythms import TIMES_A_WEEK, Numbers, Rhythm
from portal.checkins.refusals import LONGEST_RHYTHM, MOST_HOURS_AFTER, MOST_HOURS_BEFORE, PlanProblem
from portal.checkins.rhythm import MOST_GAP_DAYS, LineDraft
from portal.checkins.wording import Sentence
from portal.instruments import catalogue
from portal.web.fields import (
    CheckboxesField,
    CheckboxField,
    Field,
    Form,
    HiddenField,
    IntegerField,
    Problem,
    SelectChoice,
    SelectField,
    StringField,
)

MOST_LISTED_DAYS = 6
NUMBERS: dict[Rhythm, tuple[str, ...]] = {
    Rhythm.EVERY: ("every_days",),
    Rhythm.EVERY_THEN: ("then_days", "then_until", "then_later"),
    Rhythm.TIMES_A_WEEK: ("times",),
    Rhythm.ON_DAYS: ("on_days",),
    Rhythm.HOURS_BEFORE: ("hours_before",),
    Rhythm.HOURS_AFTER: ("hours_after",),
    Rhythm.DAYS_AFTER: ("days_after",),
    Rhythm.DAILY_AFTER: ("daily_until", "daily_later"),
}
MAY_BE_BLANK = frozenset({"then_later", "daily_later"})
"""Blank, these say that nothing is asked after the first stretch."""


class DaysField(StringField):
    """A few days, like "3" or "3, 7"; `data` is a tuple of whole numbers in order."""

    def __init__(self, *args: Any, lowest: int = 0, **options: Any) -> None:
        super().__init__(*args, **options)
        self.lowest = lowest

    def shown(self) -> str:
        return ", ".join(str(day) for day in self.data or ())

    def parse(self, text: str) -> Any:
        if not re.fullmatch(r"[0-9]{1,3}(?:[ ,;]+[0-9]{1,3})*", text):
            raise self.refusal(_l("Enter days as whole numbers, like 3 or 3, 7"))
        days = tuple(sorted({int(day) for day in re.findall(r"[0-9]+", text)}))
        if len(days) > MOST_LISTED_DAYS:
            raise ValueError(_l("Enter %(most)s days or fewer", most=MOST_LISTED_DAYS))
        if not self.lowest <= days[0] <= days[-1] <= LONGEST_RHYTHM:
            raise ValueError(_l("Enter days from %(low)s to %(high)s", low=self.lowest, high=LONGEST_RHYTHM))
        return days


def _days(label: Any, default: int) -> IntegerField:
    return IntegerField(label, lowest=1, highest=LONGEST_RHYTHM, default=default)


class LineForm(Form):
    """One line of a plan: what is asked, in which of the named rhythms, and the numbers of each."""

    stamp = HiddenField()
    is_asked = CheckboxField(_l("Ask it"), default=True)
    instrument = SelectField(_l("What to ask"), missing=_l("Choose what to ask"))
    rhythms = CheckboxesField(_l("When to ask it"), choices=[SelectChoice(one.value, one.value) for one in Rhythm])
    every_days = _days(_l("Every how many days"), 7)
    times = IntegerField(
        _l("How many times a week"), lowest=min(TIMES_A_WEEK), highest=max(TIMES_A_WEEK), default=min(TIMES_A_WEEK)
    )
    then_days = _days(_l("Every how many days at first"), 7)
    then_until = _days(_l("For how many days at first"), 28)
    then_later = _days(_l("Every how many days after that"), 14)
    on_days = DaysField(_l("Days after the plan begins"), default=(0,))
    hours_before = IntegerField(_l("Hours before"), lowest=1, highest=MOST_HOURS_BEFORE, default=72)
    hours_after = IntegerField(_l("Hours after"), lowest=0, highest=MOST_HOURS_AFTER, default=2)
    days_after = DaysField(_l("Days after an infusion"), default=(3,), lowest=1)
    daily_until = _days(_l("Daily for how many days"), 7)
    daily_later = _days(_l("Every how many days after the daily ones"), 7)
    others = CheckboxesField(_l("Further rules of this line"))
    min_gap_days = IntegerField(_l("Days apart at least"), lowest=0, highest=MOST_GAP_DAYS, default=0)
    extra_items = CheckboxesField(_l("Further questions"), hint=_l("Each adds a tap."))

    def __init__(
        self,
        formdata: MultiDict[str, str] | None,
        *,
        instruments: Sequence[SelectChoice],
        line: LineDraft | None = None,
        stamp: str = "",
        prefix: str = "",
        is_asked: bool = True,
    ) -> None:
        self._before, self._instruments = line, instruments
        named, self._unnamed = named_rhythms.read(line.triggers if line else ())
        options: dict[str, Any] = {"meta": {"csrf": False}, "prefix": prefix} if prefix else {}
        stored = {"stamp": stamp, "is_asked": is_asked, "others": [str(place) for place in range(len(self._unnamed))]}
        super().__init__(formdata=formdata, data=stored | (_stored(line, named) if line else {}), **options)

    def process(self, *args: Any, **options: Any) -> None:
        """Offer what can be chosen, then read what was."""
        self.instrument.choices = self._instruments
        sentences = wording.describe(LineDraft("", self._unnamed))
        self.others.choices = [SelectChoice(str(place), said(one)) for place, one in enumerate(sentences)]
        self.extra_items.choices = [choice for one in self._instruments for choice in _further(str(one.value))]
        super().process(*args, **options)

    @property
    def chosen(self) -> list[Rhythm]:
        """The rhythms that are ticked."""
        return [one for one in Rhythm if self.rhythms.is_chosen(one.value)]

    def numbers_of(self, rhythm: Rhythm) -> list[Field]:
        """Return the fields that belong to a rhythm."""
        return [self[name] for name in NUMBERS.get(rhythm, ())]

    @property
    def error_summary(self) -> list[Problem]:
        """The problems; of a number also which one: away from its sentence, the error alone would not say."""
        numbers = {self[name].id: self[name].label.text for names in NUMBERS.values() for name in names}
        numbers[self.min_gap_days.id] = self.min_gap_days.label.text
        return [
            one._replace(text=f"{numbers[one.target]} – {one.text}") if one.target in numbers else one
            for one in super().error_summary
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        for rhythm, names in NUMBERS.items():
            for name in names:
                self._check(self[name], is_asked=rhythm in self.chosen, may_be_blank=name in MAY_BE_BLANK)
        if not self.chosen and not self.others.data:
            self.rhythms.errors = [_("Choose when to ask it")]
        self._check_extra_items()
        if not self._has_errors:
            for problem in refusals.problems(self.draft().triggers, self.min_gap_days.data or 0):
                self.refuse(problem)
        return not self._has_errors

    @property
    def readable(self) -> LineDraft | None:
        """The line as it stands in the form; None while something in it cannot be understood."""
        numbers = [field for rhythm in self.chosen for field in self.numbers_of(rhythm)]
        blank = [field for field in numbers if field.data is None and field.short_name not in MAY_BE_BLANK]
        return None if blank or self._has_errors or any(field.process_errors for field in self) else self.draft()

    def draft(self) -> LineDraft:
        """Return the line as it was filled in; only of a form that is valid."""
        numbers = {rhythm: self._numbers(rhythm) for rhythm in self.chosen}
        kept = tuple(self._unnamed[int(place)] for place in self.others.data or ())
        triggers = (*named_rhythms.all_triggers(numbers), *kept)
        if self._before and set(triggers) == set(self._before.triggers):
            triggers = self._before.triggers
        extra = tuple(sorted(value.partition(":")[2] for value in self.extra_items.data or ()))
        return LineDraft(self.instrument.data, triggers, self.min_gap_days.data or 0, extra)

    def refuse(self, problem: PlanProblem) -> None:
        """Say what the plan cannot be, at the field it is about."""
        text = _(problem.message, **problem.values)
        field = {"gap": self.min_gap_days, "instrument": self.instrument, "items": self.extra_items}.get(problem.field)
        field = self.rhythms if field is None else field
        field.errors = [*field.errors, text]

    @property
    def _has_errors(self) -> bool:
        return bool(self.form_errors) or any(field.errors for field in self)

    def _numbers(self, rhythm: Rhythm) -> Numbers:
        if rhythm in (Rhythm.ON_DAYS, Rhythm.DAYS_AFTER):
            return tuple(self.numbers_of(rhythm)[0].data)
        return tuple(field.data or 0 for field in self.numbers_of(rhythm))

    def _check(self, field: Field, *, is_asked: bool, may_be_blank: bool) -> None:
        """Ask for a number only where its rhythm is ticked."""
        if not is_asked:
            field.errors = []
        elif field.data is None and not field.errors and not may_be_blank:
            field.errors = [_("Enter a number here, or untick it")]

    def _check_extra_items(self) -> None:
        instrument = self.instrument.data
        for value in (self.extra_items.data or ()) if instrument else ():
            if value.partition(":")[0] != instrument:
                text = next(choice.label for choice in self.extra_items.choices if choice.value == value)
                refused = _("“%(question)s” does not belong to what you ask here", question=text)
                self.extra_items.errors = [*self.extra_items.errors, refused]


def said(sentence: Sentence) -> str:
    """Return a sentence about a plan in the reader's language."""
    values = {name: said(value) if isinstance(value, Sentence) else value for name, value in sentence.values.items()}
    return str(_(sentence.message, **values))


def _further(instrument: str) -> list[SelectChoice]:
    """Return the questions that a plan may add to an instrument."""
    items = catalogue.current().get(instrument).items if instrument else ()
    return [SelectChoice(f"{instrument}:{item.code}", item.text) for item in items if not item.is_default]


def _stored(line: LineDraft, named: Mapping[Rhythm, Numbers]) -> dict[str, Any]:
    """Return a line as the fields hold it."""
    extra = [f"{line.instrument}:{code}" for code in line.extra_items]
    data: dict[str, Any] = {"instrument": line.instrument, "min_gap_days": line.min_gap_days, "extra_items": extra}
    data["rhythms"] = [rhythm.value for rhythm in named]
    for rhythm, numbers in named.items():
        names = NUMBERS.get(rhythm, ())
        if rhythm in (Rhythm.ON_DAYS, Rhythm.DAYS_AFTER):
            data[names[0]] = numbers
        else:
            pairs = zip(names, numbers, strict=True)
            data |= {name: None if name in MAY_BE_BLANK and not number else number for name, number in pairs}
    return data
