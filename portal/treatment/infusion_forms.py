"""The form about an infusion, and the one that signs its record."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from portal.access.policy import Role
from portal.clinic import when
from portal.patients.queries import Member
from portal.treatment import entry as entries
from portal.treatment.entry import Entry
from portal.treatment.forms import (
    DoseForm,
    TreatmentForm,
    choices,
    confirm_field,
    dose_reason_field,
    mg_field,
    mg_per_kg_field,
    minutes_field,
    rate_field,
    read_count,
    typed_dose,
    weight_field,
)
from portal.treatment.models import InfusionKind, InfusionStatus, Route, Site
from portal.treatment.queries import InfusionRow
from portal.treatment.signing import Seen
from portal.web.fields import (
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from portal.web.filters import day


class InfusionForm(DoseForm):
    """One infusion, planned or done; days and times are the patient's.

    What it is now decides what counts: a start is read only of one that was given.
    """

    revision = HiddenField(default="0")
    status = RadioField(
        _l("What is it now?"), choices=choices(InfusionStatus), inline=True, missing=_l("Choose what it is now")
    )
    number = IntegerField(_l("Number in the course"), lowest=1, highest=999, missing=_l("Enter its number"))
    kind = RadioField(_l("Kind"), choices=choices(InfusionKind), inline=True, missing=_l("Choose the kind"))
    planned_on = DateField(_l("Planned for"))
    planned_time = TimeField(_l("Planned time"))
    started_on = DateField(_l("Started on"))
    started_time = TimeField(_l("Started at"))
    minutes = minutes_field()
    weight_kg = weight_field()
    dose_mg = mg_field()
    dose_mg_per_kg = mg_per_kg_field()
    dose_mg_per_kg_h = rate_field()
    confirm_dose = confirm_field()
    dose_reason = dose_reason_field()
    route = SelectField(_l("Route"), choices=choices(Route), blank=None, missing=_l("Choose the route"))
    site = RadioField(_l("Where"), choices=choices(Site), inline=True, missing=_l("Choose where"))
    given_by_id = SelectField(_l("Given by"), blank=_l("Not recorded"))
    supervised_by_id = SelectField(_l("Supervised by"), blank=_l("Not recorded"))
    at_bedside = StringField(
        _l("Who else was there"), hint=_l("For example the adult who stays with the patient."), longest=200
    )
    outcome_note = TextAreaField(
        _l("Note on the outcome"), hint=_l("Needed where it was stopped early: say why."), rows=3, longest=5000
    )
    reason = StringField(_l("Why you are changing it"), hint=_l("The version before is kept with it."), longest=500)

    def __init__(
        self, *args: Any, zone: str, team: Sequence[Member] = (), stored: InfusionRow | None = None, **options: Any
    ) -> None:
        self.zone, self.team, self.stored = zone, team, stored
        super().__init__(*args, **options)
        for name in _NEEDED_SOMETIMES:
            self[name].marks_optional = False
        self.planned_at: datetime | None = None
        self.started_at: datetime | None = None

    def process(self, *args: Any, **options: Any) -> None:
        """Offer the people before what was typed is read."""
        row, providers = self.stored, [member for member in self.team if member.role is Role.PROVIDER]
        self.given_by_id.choices = _people(self.team, row.given_by_id if row else None, row and row.given_by)
        supervisor = row.supervised_by_id if row else None
        self.supervised_by_id.choices = _people(providers, supervisor, row and row.supervised_by)
        super().process(*args, **options)

    @property
    def was_given(self) -> bool:
        return self.status.data in {InfusionStatus.COMPLETED, InfusionStatus.STOPPED_EARLY}

    def validate(self, extra_validators: Any = None) -> bool:
        """Also read the two moments."""
        super().validate(extra_validators)
        stored = self.stored
        self.planned_at = self._moment(self.planned_on, self.planned_time, stored.planned_at if stored else None)
        if self.was_given:
            self.started_at = self._moment(self.started_on, self.started_time, stored.started_at if stored else None)
        return not self.error_summary

    def take_over(self, opened: Entry, now: Entry) -> None:
        """Show what somebody else changed since the page was opened, wherever nothing else was typed here."""
        drawn, current = (typed_of(entry, self.zone) for entry in (opened, now))
        drawn_form = InfusionForm(None, zone=self.zone, team=self.team, stored=self.stored, data=drawn)
        for name in drawn:
            field, before = self[name], drawn_form[name]
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
            route=Route(self.route.data),
            site=Site(self.site.data),
            outcome_note=self.outcome_note.data or "",
            dose_reason=self.confirmed_reason,
            given_by_id=_id(self.given_by_id.data),
            supervised_by_id=_id(self.supervised_by_id.data),
            at_bedside=self.at_bedside.data or "",
        ).with_dose(self.dose())

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


def _id(text: str | None) -> uuid.UUID | None:
    return uuid.UUID(text) if text else None


def _people(offered: Sequence[Member], stored: uuid.UUID | None, name: Any) -> list[SelectChoice]:
    """Return who may be chosen; whoever stands in the record may stay there."""
    everybody = {member.user_id: member.name for member in offered} | ({stored: name} if stored else {})
    return [SelectChoice(str(user_id), said) for user_id, said in everybody.items()]


class SignForm(TreatmentForm):
    """A provider's signature under the record; it carries how much of it the page showed."""

    seen = HiddenField(default="")
    note = TextAreaField(_l("Note"), rows=2, longest=5000)

    @property
    def as_seen(self) -> Seen:
        """What of the record the page showed; nothing that ever was, where that cannot be read."""
        revision, _, entries = (self.seen.data or "").partition("-")
        return Seen(read_count(revision), read_count(entries))


def typed_of(row: Entry, zone: str) -> dict[str, Any]:
    """Return a stored infusion as the values of the form's fields, days and times in the patient's zone."""
    values: dict[str, Any] = {name: getattr(row, name) for name in _SAME}
    values |= typed_dose(row.dose) | {name: str(getattr(row, name) or "") for name in entries.PEOPLE}
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
    "at_bedside",
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
