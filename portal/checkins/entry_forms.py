"""The page on which staff type in what a patient says, or a total that a clinician has worked out."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from portal.checkins import plan
from portal.checkins.forms import DAILY, AnswerForm
from portal.checkins.models import Mode
from portal.checkins.question_forms import question_fields
from portal.clinic import queries as clinic
from portal.instruments import catalogue
from portal.instruments.definition import Definition, FilledBy
from portal.patients.queries import PatientRef
from portal.web.fields import DateField, RadioField, SelectChoice, TextAreaField
from portal.web.words import words


def _spoken() -> list[SelectChoice]:
    return [SelectChoice(one.value, words(one)) for one in (Mode.PHONE, Mode.BEDSIDE)]


class EntryForm(AnswerForm):
    """Answers that somebody else types in: for which day, and how they came, besides the questions."""

    on = DateField(_l("Day it is for"), missing=_l("Enter the day it is for"))

    def hold_to(self, first: date, last: date) -> None:
        """Take only days the clinic lets people add."""
        self.on.lowest, self.on.highest = first, last

    @property
    def read_on(self) -> date | None:
        """The day it is for, None where that cannot be read."""
        return self.on.data if isinstance(self.on.data, date) else None

    @property
    def mode_of(self) -> Mode:
        """How the answers came."""
        return Mode(self.mode.data) if "mode" in self else Mode.CLINICIAN


class SpokenForm(EntryForm):
    """What a patient says, by phone or in the room."""

    mode = RadioField(
        _l("How did you ask?"),
        choices=lambda: [SelectChoice(one.value, words(one)) for one in (Mode.PHONE, Mode.BEDSIDE)],
        inline=True,
        missing=_l("Choose how you asked"),
    )


class NotedSpokenForm(SpokenForm):
    """The daily check-in ends with room for words."""

    note = TextAreaField(_l("Anything else, in their words?"), rows=3, longest=4000)


def entry_form(definition: Definition, asked: Iterable[str]) -> type[EntryForm]:
    """Return the form for typing in these items of an instrument."""
    return _entry_form(definition.id, definition.version, tuple(asked))


@cache
def _entry_form(instrument: str, version: int, asked: tuple[str, ...]) -> type[EntryForm]:
    definition = catalogue.current().get(instrument, version)
    items = definition.asked(asked)
    base = EntryForm if definition.filled_by is FilledBy.CLINICIAN else SpokenForm
    if definition.id == DAILY:
        base = NotedSpokenForm
    about = {"definition": definition, "asked": items}
    return type("Entry", (base,), {**about, **question_fields(definition, items)})


def days_of(patient: PatientRef, today: date) -> tuple[date, date]:
    """Return the first and the last day that something can be added for."""
    enrolled_on = plan.local_day(patient.enrolled_at, patient.time_zone)
    return max(enrolled_on, today - timedelta(days=clinic.current().past_days)), today


def begin_entry(definition: Definition, asked: Iterable[str], *, on: date, at: datetime) -> EntryForm:
    """Return the form as it is first drawn: for today, and nothing answered."""
    stands = {"submission_id": str(uuid.uuid4()), "started_at": at.isoformat(), "version": str(definition.version)}
    return entry_form(definition, asked)(MultiDict({**stands, "on": on.isoformat()}))
