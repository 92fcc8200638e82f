"""The forms about courses and infusions."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from babel.numbers import format_decimal
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from portal.patients.models import Condition
from portal.treatment import checks, when
from portal.treatment.entry import Entry
from portal.treatment.models import InfusionKind, InfusionStatus, Route, Site
from portal.treatment.problems import Problem
from portal.treatment.queries import InfusionRow
from portal.web.fields import (
    CheckboxField,
    DateField,
    DecimalField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from portal.web.filters import day, locale, moment
from portal.web.once import OnceForm
from portal.web.words import WORDS

_NUMBER = "#,##0.###"


def _choices(kind: Iterable[Any]) -> list[SelectChoice]:
    return [SelectChoice(member.value, WORDS[type(member)][member]) for member in kind]


def number_of(value: float) -> str:
    """Return a dose or a weight as the reader writes it, with up to three decimals."""
    return str(format_decimal(value, _NUMBER, locale=locale()))


class TreatmentForm(OnceForm):
    """A form that can show at its fields why the service refused it."""

    def refuse(self, problems: Iterable[Problem], zone: str) -> None:
        """Show what the service found, each at its field, in the reader's language."""
        for problem in problems:
            text = gettext(problem.msgid, **{name: _said(value, zone) for name, value in problem.values.items()})
            if problem.field:
                field = self[problem.field]
                field.errors = [*field.errors, text]
            else:
                self.form_errors.append(text)


def _said(value: object, zone: str) -> str:
    if isinstance(value, datetime):
        return moment(value, zone)
    if isinstance(value, date):
        return day(value)
    return number_of(value) if isinstance(value, int | float) else str(value)


class CourseForm(TreatmentForm):
    """What a new course is for and how it is meant to go."""

    indication = RadioField(
        _l("Treated for"), choices=_choices(Condition), missing=_l("Choose what this course is for")
    )
    series_planned = IntegerField(
        _l("Infusions in the induction series"),
        hint=_l("From 1 to 12. Those after it are boosters."),
        lowest=1,
        highest=12,
        missing=_l("Enter how many infusions the series has"),
    )
    started_on = DateField(_l("Starts on"), missing=_l("Enter the day the course starts"))
    protocol = TextAreaField(_l("Protocol"), hint=_l("How it is given and how often, in your own words."), longest=5000)
    end_running = CheckboxField(_l("End the running course"))

    def offer(self, conditions: Iterable[Condition]) -> None:
        """Offer what the patient is treated for; everything, where nothing is on record."""
        self.indication.choices = _choices(list(conditions) or Condition)


class InfusionForm(TreatmentForm):
    """One infusion, planned or done; days and times are the patient's.

    What it is now decides what counts: a start is read only of one that was given.
    """

    revision = HiddenField(default="0")
    status = RadioField(
        _l("What is it now?"), choices=_choices(InfusionStatus), inline=True, missing=_l("Choose what it is now")
    )
    number = IntegerField(_l("Number in the course"), lowest=1, highest=999, missing=_l("Enter its number"))
    kind = RadioField(_l("Kind"), choices=_choices(InfusionKind), inline=True, missing=_l("Choose the kind"))
    planned_on = DateField(_l("Planned for"))
    planned_time = TimeField(_l("Planned time"))
    started_on = DateField(_l("Started on"))
    started_time = TimeField(_l("Started at"))
    minutes = IntegerField(_l("Minutes"), lowest=1, highest=checks.LONGEST_MINUTES, unit=_l("min"))
    weight_kg = DecimalField(_l("Weight"), unit=_l("kg"), highest=1000)
    dose_mg = DecimalField(_l("Dose in mg"), unit=_l("mg"), highest=100_000)
    dose_mg_per_kg = DecimalField(_l("Dose in mg per kg"), unit=_l("mg/kg"), highest=1_000)
    confirm_dose = CheckboxField(_l("I have checked this dose and it is right"))
    dose_reason = StringField(_l("Why this dose is right"), longest=500)
    route = SelectField(_l("Route"), choices=_choices(Route), blank=None, missing=_l("Choose the route"))
    site = RadioField(_l("Where"), choices=_choices(Site), inline=True, missing=_l("Choose where"))
    outcome_note = TextAreaField(
        _l("Note on the outcome"), hint=_l("Needed where it was stopped early: say why."), rows=3, longest=5000
    )
    reason = StringField(_l("Why you are changing it"), hint=_l("The version before is kept with it."), longest=500)

    def __init__(self, *args: Any, zone: str, stored: InfusionRow | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.zone, self.stored = zone, stored
        for name in _NEEDED_SOMETIMES:
            self[name].marks_optional = False
        self.planned_at: datetime | None = None
        self.started_at: datetime | None = None

    @property
    def asks_to_confirm(self) -> bool:
        """Whether the dose needs a second look."""
        fields = (self.confirm_dose, self.dose_reason)
        return any(field.errors or field.data for field in fields)

    @property
    def was_given(self) -> bool:
        return self.status.data in {InfusionStatus.COMPLETED, InfusionStatus.STOPPED_EARLY}

    @property
    def base_revision(self) -> int:
        """The revision the page was drawn from."""
        text = self.revision.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0

    def validate(self, extra_validators: Any = None) -> bool:
        """Also read the two moments, and ask for the reason of a dose that was confirmed."""
        super().validate(extra_validators)
        stored = self.stored
        self.planned_at = self._moment(self.planned_on, self.planned_time, stored.planned_at if stored else None)
        if self.was_given:
            self.started_at = self._moment(self.started_on, self.started_time, stored.started_at if stored else None)
        if self.confirm_dose.data and not self.dose_reason.data and not self.dose_reason.errors:
            self.dose_reason.errors = [gettext("Say why this dose is right")]
        return not self.error_summary

    def take_over(self, opened: Entry, now: Entry) -> None:
        """Show what somebody else changed since the page was opened, wherever nothing else was typed here."""
        drawn, current = (typed_of(entry, self.zone) for entry in (opened, now))
        for name in drawn:
            field, before = self[name], InfusionForm(None, zone=self.zone, data=drawn)[name]
            if field.typed == before.typed:
                field.raw_data = None
                field.process(None, current[name])

    def entry(self) -> Entry:
        """Return what was typed; call it once the form is valid."""
        return Entry(
            number=self.number.data,
            kind=InfusionKind(self.kind.data),
            status=InfusionStatus(self.status.data),
            planned_at=self.planned_at,
            started_at=self.started_at,
            dose_mg=_float(self.dose_mg.data),
            dose_mg_per_kg=_float(self.dose_mg_per_kg.data),
            weight_kg=_float(self.weight_kg.data),
            route=Route(self.route.data),
            minutes=self.minutes.data,
            site=Site(self.site.data),
            outcome_note=self.outcome_note.data or "",
            dose_reason=(self.dose_reason.data or "") if self.confirm_dose.data else "",
        )

    def _moment(self, on: DateField, clock: TimeField, stored: datetime | None) -> datetime | None:
        if on.errors or clock.errors or (on.data is None and clock.data is None):
            return None
        if on.data is None:
            on.errors = [gettext("Enter the day as well")]
        elif clock.data is None:
            clock.errors = [gettext("Enter the time as well")]
        elif stored and when.local(stored, self.zone).replace(second=0, microsecond=0) == datetime.combine(
            on.data, clock.data
        ):
            return stored
        else:
            return self._first_moment(on.data, clock)
        return None

    def _first_moment(self, on: date, clock: TimeField) -> datetime | None:
        try:
            return when.moment(on, clock.data, self.zone)
        except when.NoSuchTime:
            said = {"time": clock.typed, "day": day(on), "zone": self.zone}
            clock.errors = [
                gettext(
                    "The clocks in %(zone)s go forward on %(day)s: %(time)s does not exist. Enter another time.", **said
                )
            ]
            return None


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def typed_of(row: Entry, zone: str) -> dict[str, Any]:
    """Return a stored infusion as the values of the form's fields, days and times in the patient's zone."""
    values: dict[str, Any] = {name: getattr(row, name) for name in _SAME}
    values |= {name: f"{value:.10g}" for name in _NUMBERS if (value := getattr(row, name)) is not None}
    for name, at in (("planned", row.planned_at), ("started", row.started_at)):
        local = when.local(at, zone) if at else None
        values |= {f"{name}_on": local and local.date(), f"{name}_time": local and local.time()}
    return values


_SAME = (
    "status",
    "number",
    "kind",
    "minutes",
    "dose_reason",
    "route",
    "site",
    "outcome_note",
)
_NEEDED_SOMETIMES = (
    "planned_on",
    "planned_time",
    "started_on",
    "started_time",
    "dose_reason",
    "outcome_note",
    "reason",
)
_NUMBERS = ("weight_kg", "dose_mg", "dose_mg_per_kg")
