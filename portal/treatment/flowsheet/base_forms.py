"""What every form of the bedside shares: its id, its time, and correcting an earlier entry."""

import re
import uuid
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from portal.clinic import when
from portal.treatment.flowsheet.checks import AHEAD
from portal.treatment.flowsheet.entries import MISTAKEN, Draft
from portal.treatment.flowsheet.kinds import EntryKind
from portal.treatment.forms import TreatmentForm
from portal.treatment.problems import Problem
from portal.web.fields import YEARS, CheckboxField, HiddenField, StringField, TimeField

COMMON = frozenset({"csrf_token", "id", "occurred_at", "time", "corrects_id", "correction_reason", MISTAKEN})
_LONG_OFF = timedelta(hours=24)
_OLD_PAGE = _l("This page is out of date. Check what it says, then send it again.")
_OFFSET = re.compile(r"(Z|[+-]\d{2}:\d{2})$")


class EntryForm(TreatmentForm):
    """One kind of entry.

    Besides its own fields every form has, hidden: `id` (minted when it is drawn), `occurred_at` (ISO with an offset, ""
    for now by the server), `corrects_id` ("" unless it corrects); visible: `time` ("when, if not now", HH:MM), and,
    only where `is_correction`: `correction_reason` and `mistaken` ("it did not happen").
    """

    kind: ClassVar[EntryKind]
    drawn_as: ClassVar[str] = ""
    unmarked: ClassVar[Collection[str]] = ("time", "correction_reason")

    submission_id = None
    id = HiddenField(default=lambda: str(uuid.uuid4()))
    occurred_at = HiddenField(default="")
    corrects_id = HiddenField(default="")
    time = TimeField(_l("When, if not now"))
    correction_reason: Any = StringField(_l("Why you are correcting it"), longest=500)
    mistaken = CheckboxField(_l("It did not happen: it was entered by mistake"))

    def __init__(self, *args: Any, zone: str, near: datetime, at: datetime, **options: Any) -> None:
        """Draw or read a form.

        Args:
            zone: the patient's.
            near: when the infusion happens; a typed time is one of its day, or of the day before or after.
            at: now.
        """
        super().__init__(*args, **options)
        self.zone, self.near, self.at = zone, near, at
        self.moment: datetime | None = None
        for field in self:
            field.id = f"{self.drawn_as or self.kind.value}-{field.name}"
            if field.name in self.unmarked:
                field.marks_optional = False

    @property
    def sent_as(self) -> uuid.UUID:
        """The entry's id; ask for it once the form is valid."""
        return uuid.UUID(self.id.data)

    @property
    def is_correction(self) -> bool:
        """Whether it corrects an earlier entry."""
        return bool(self.corrects_id.data)

    @property
    def own(self) -> list[Any]:
        """The visible fields of this kind, without those that every form has."""
        return [field for field in self.visible if field.name not in COMMON]

    def begin_anew(self) -> None:
        """Let the form, when it is sent again, count as another entry."""
        self.id.data = str(uuid.uuid4())

    def validate(self, extra_validators: Any = None) -> bool:
        """Also read when it happened, and what it corrects."""
        super().validate(extra_validators)
        if self.is_correction:
            self._check_correction()
        if not self.mistaken.data or not self.is_correction:
            self.check()
        self._read_moment()
        return not self.error_summary

    def check(self) -> None:
        """Find what only several fields together show; kinds that need it say it here."""

    def values(self) -> dict[str, Any]:
        """Return what was entered, without what was left blank, in plain values that JSON knows."""
        asked = (field for field in self if field.name not in COMMON)
        found = {field.name: plain(field.data) for field in asked if not is_blank(field.data)}
        return found | {MISTAKEN: True} if self.mistaken.data and self.is_correction else found

    def draft(self, *, device: str = "", sequence: int = 0, skew_seconds: int = 0, was_queued: bool = False) -> Draft:
        """Return what was entered; call it once the form is valid."""
        return Draft(
            id=self.sent_as,
            kind=self.kind,
            values=self.values(),
            occurred_at=self.moment,
            is_typed=self.time.data is not None,
            device=device,
            sequence=sequence,
            skew_seconds=skew_seconds,
            was_queued=was_queued,
            corrects_id=uuid.UUID(self.corrects_id.data) if self.is_correction else None,
            reason=(self.correction_reason.data or "") if self.is_correction else "",
        )

    def refuse(self, problems: Iterable[Problem], zone: str) -> None:
        """Show what the service found; words among its values are said in the reader's language as well."""
        said = [
            one._replace(values={name: _translated(value) for name, value in one.values.items()}) for one in problems
        ]
        super().refuse([one if one.field in self else one._replace(field="") for one in said], zone)

    def say(self, name: str, text: Any) -> None:
        """Show a problem at a field, unless it has one already."""
        field = self[name]
        if not field.errors:
            field.errors = [str(text)]

    def check_id(self, name: str) -> None:
        """Find whether a hidden field names another entry."""
        try:
            uuid.UUID(self[name].data or "")
        except ValueError:
            self.form_errors.append(_OLD_PAGE)

    def _check_correction(self) -> None:
        try:
            uuid.UUID(self.corrects_id.data)
        except ValueError:
            self.corrects_id.data = ""
            self.form_errors.append(_OLD_PAGE)
        if not self.correction_reason.data:
            self.say("correction_reason", gettext("Say why you are correcting it"))

    def _read_moment(self) -> None:
        stamped = self._stamped()
        if self.time.errors or self.time.data is None:
            self.moment = stamped
            return
        anchor = stamped or self.at
        self.moment = self._nearest(self.near if abs(anchor - self.near) > _LONG_OFF else anchor)

    def _stamped(self) -> datetime | None:
        text = self.occurred_at.data or ""
        if not text:
            return None
        try:
            if not _OFFSET.search(text) or len(text) > 40:
                raise ValueError
            found = datetime.fromisoformat(text)
            if found.year not in YEARS:
                raise ValueError
            return found
        except (ValueError, OverflowError):
            self.occurred_at.data = ""
            self.form_errors.append(_OLD_PAGE)
            return None

    def _nearest(self, anchor: datetime) -> datetime | None:
        """Return the moment nearest to another at which the patient's clocks show the typed time.

        One that is still to come gives way to another that lies nearer to the treatment, else it is refused later on.
        """
        day = when.local(anchor, self.zone).date()
        found: list[datetime] = []
        for on in _around(day):
            try:
                found.append(when.moment(on, self.time.data, self.zone))
            except when.NoSuchTime:
                if on == day:
                    self.say("time", gettext("The clocks go forward then: this time does not exist on that day."))
                    return None
        nearest = min(found, key=lambda one: abs(one - anchor))
        by_day = min(found, key=lambda one: abs(one - self.near))
        return by_day if nearest > self.at + AHEAD and by_day <= self.at else nearest


def _around(day: date) -> list[date]:
    return [day + timedelta(days=n) for n in (-1, 0, 1) if date.min.toordinal() < day.toordinal() + n]


def _translated(value: Any) -> Any:
    if isinstance(value, tuple):
        return " ".join(str(gettext(one)) for one in value)
    return gettext(value) if isinstance(value, str) and value else value


def is_blank(value: Any) -> bool:
    """Return whether nothing was entered; zero is something."""
    return value is None or value is False or value == "" or value == []


def plain(value: Any) -> Any:
    """Return what a field read as JSON knows it."""
    if isinstance(value, Decimal):
        return float(value)
    if hasattr(value, "isoformat"):
        return value.isoformat("minutes") if hasattr(value, "hour") else value.isoformat()
    return value
