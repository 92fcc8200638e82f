"""The form a patient fills in before an infusion: few questions, most of them one tap."""

from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from portal.clinic import when
from portal.treatment.forms import TreatmentForm
from portal.treatment.preparation.queries import Said
from portal.treatment.preparation.steps import (
    HEALTH_NOT_SAID,
    LONGEST,
    MEDICINES_NOT_SAID,
    NO_DRINK,
    NO_FOOD,
    Adult,
    Statement,
    Step,
)
from portal.web.fields import (
    HiddenField,
    RadioField,
    SelectChoice,
    StringField,
    TextAreaField,
    TimeField,
    ValidationError,
)
from portal.web.filters import day
from portal.web.words import WORDS

CHANGES = ("health_change", "medicine_change")
LAST_TIMES = ("ate", "drank")
_YES_NO = [SelectChoice("yes", _l("Yes")), SelectChoice("no", _l("No"))]
_NOT_OFFERED = _l("Choose one of the days shown")
_LABELS = {
    Step.EVENING: _l("Will an adult be with you?"),
    Step.SAME_DAY: _l("Is an adult with you now?"),
}


class WordsField(TextAreaField):
    """Words that are needed after a yes."""

    marks_optional = False


class LastTimeField(TimeField):
    """The time of day that belongs to the day above it."""

    marks_optional = False


class LastDayField(RadioField):
    """Today or yesterday, as days, so that a page sent after midnight still means the day it showed."""

    def parse(self, text: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise self.refusal(_NOT_OFFERED) from None

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data.isoformat() not in {choice.value for choice in self.choices}:
            raise ValidationError(_NOT_OFFERED)


class PreparationForm(TreatmentForm):
    """What one step asks; questions it does not ask are taken out."""

    step = HiddenField()
    adult = RadioField(
        choices=[SelectChoice(one.value, WORDS[Adult][one]) for one in Adult],
        segments=True,
        missing=_l("Say whether an adult is with you"),
    )
    adult_name = StringField(_l("Their name"), longest=200, autocomplete="off", width="medium")
    has_health_change = RadioField(
        _l("Has anything changed in your health?"),
        hint=_l("Like a cold, a fever, a fall, a new pain, or being pregnant."),
        choices=_YES_NO,
        segments=True,
        missing=_l(HEALTH_NOT_SAID),
    )
    health_change = WordsField(_l("What has changed?"), rows=3, longest=LONGEST)
    has_medicine_change = RadioField(
        _l("Has anything changed in your medicines?"),
        hint=_l("Started, stopped, or a different dose. Also ones you bought yourself."),
        choices=_YES_NO,
        segments=True,
        missing=_l(MEDICINES_NOT_SAID),
    )
    medicine_change = WordsField(_l("Which one, and what changed?"), rows=3, longest=LONGEST)
    ate_on = LastDayField(
        _l("When did you last eat?"),
        hint=_l("Anything, even a bite. Longer ago than yesterday? Choose yesterday, at midnight."),
        segments=True,
        missing=_l(NO_FOOD),
    )
    ate_time = LastTimeField(_l("Time you last ate"), missing=_l("Enter the time you last ate"))
    drank_on = LastDayField(
        _l("When did you last drink?"), hint=_l("Water counts too."), segments=True, missing=_l(NO_DRINK)
    )
    drank_time = LastTimeField(_l("Time you last drank"), missing=_l("Enter the time you last drank"))

    def __init__(self, *args: Any, asks: Step, with_changes: bool, zone: str, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.asks, self.zone = asks, zone
        self.step.data = asks.value
        self.adult.label.text = _LABELS[asks]
        self.last_at: dict[str, datetime | None] = {}
        for name in () if with_changes else CHANGES:
            del self[name], self[f"has_{name}"]
        days = [SelectChoice(on.isoformat(), said) for on, said in _days(today)]
        for name in LAST_TIMES:
            if asks is Step.SAME_DAY:
                self[f"{name}_on"].choices = days
            else:
                del self[f"{name}_on"], self[f"{name}_time"]

    @property
    def asks_changes(self) -> bool:
        """Whether it asks about changes."""
        return CHANGES[0] in self

    def validate(self, extra_validators: Any = None) -> bool:
        """Also read the two moments."""
        super().validate(extra_validators)
        if self.asks is Step.SAME_DAY:
            self.last_at = {name: self._moment(name) for name in LAST_TIMES}
        return not self.error_summary

    def statement(self) -> Statement:
        """Return what was said; call it once the form is valid."""
        adult = Adult(self.adult.data)
        changes: dict[str, Any] = {}
        for name in CHANGES if self.asks_changes else ():
            has = self[f"has_{name}"].data == "yes"
            changes |= {f"has_{name}": has, name: (self[name].data or "") if has else ""}
        return Statement(
            step=self.asks,
            adult=adult,
            adult_name=(self.adult_name.data or "") if adult is not Adult.NO else "",
            ate_at=self.last_at.get("ate"),
            drank_at=self.last_at.get("drank"),
            **changes,
        )

    def _moment(self, name: str) -> datetime | None:
        on, clock = self[f"{name}_on"], self[f"{name}_time"]
        if on.errors or clock.errors:
            return None
        try:
            return when.moment(on.data, clock.data, self.zone)
        except when.NoSuchTime:
            said = {"time": clock.typed, "day": day(on.data)}
            clock.errors = [
                gettext(
                    "The clocks went forward on %(day)s, so %(time)s did not exist. Enter the time you read.", **said
                )
            ]
            return None


def _days(today: date) -> list[tuple[date, Any]]:
    return [(today, _l("Today")), (today - timedelta(days=1), _l("Yesterday"))]


def typed_of(said: Statement | None, evening: Said | None, zone: str) -> dict[str, Any]:
    """Return what was said before as the values of the form's fields; of the evening only the adult's name."""
    if said is None:
        return {"adult_name": evening.adult_name} if evening else {}
    values: dict[str, Any] = {"adult": said.adult.value, "adult_name": said.adult_name}
    for name in CHANGES:
        has = getattr(said, f"has_{name}")
        values |= {f"has_{name}": None if has is None else "yes" if has else "no", name: getattr(said, name)}
    for name in LAST_TIMES:
        last = getattr(said, f"{name}_at")
        local = when.local(last, zone) if last else None
        values |= {f"{name}_on": local and local.date(), f"{name}_time": local and local.time()}
    return values
