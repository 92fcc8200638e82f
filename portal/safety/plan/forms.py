"""The form of a safety plan: sections of rows, as many as there are and room for more."""

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from portal.safety.crisis import Country
from portal.safety.plan import phones, sections
from portal.safety.plan.sections import SECTIONS, Row, Section, Sections
from portal.web.fields import CheckboxField, DateField, Form, HiddenField, SelectChoice, SelectField, StringField
from portal.web.once import OnceForm

_NAME = re.compile(r"([a-z]+)-([0-9]{1,3})-([a-z]+)")
_LABELS = {
    "name": _l("Name"),
    "contact": _l("Phone or place"),
    "phone": _l("Phone"),
    "hours": _l("When"),
    "who": _l("Who helps"),
}
_STEP = _l("What I do, or somebody does for me")
_NAMELESS = {"name": _l("Say who or what this is"), "what": _l("Say what is to be done")}


class PhoneNumber(StringField):
    """A number that can be called."""

    kind = "tel"
    marks_optional = False

    def parse(self, text: str) -> str:
        if not phones.href(text):
            raise ValueError(_l("This is no phone number. Write one like +1 202 555 0134, or leave it empty."))
        return super().parse(text)


class LineField(StringField):
    """One thing of a row; whatever is left empty is left out."""

    marks_optional = False


class WordsField(LineField):
    """One thing in words, drawn as high as they need; a line break in it is a space."""

    kind = "words"

    def parse(self, text: str) -> str:
        return super().parse(" ".join(text.split()) if "\x00" not in text else text)


class WithField(SelectField):
    """The clinician a plan is written with; nobody is an answer too."""

    marks_optional = False


class RowFields(NamedTuple):
    """One row as the page draws it."""

    number: int
    fields: list[Any]


class PlanForm(OnceForm):
    """A whole plan with the version it starts from; `form_class` adds the rows and, for the care team, the day."""

    counts: Mapping[str, int] = {}
    version = HiddenField(default="")
    with_clinician: Any

    @property
    def seen(self) -> uuid.UUID | None:
        """The version that stood when the page was drawn."""
        try:
            return uuid.UUID(self.version.data)
        except (ValueError, TypeError, AttributeError):
            return None

    @property
    def with_id(self) -> uuid.UUID | None:
        """The clinician it was written with."""
        return uuid.UUID(self.with_clinician.data) if self.with_clinician.data else None

    def rows(self, section: Section) -> Iterator[RowFields]:
        """Yield the rows of a section with their fields, numbered from one."""
        for n in range(self.counts[section.code]):
            yield RowFields(n + 1, [self[f"{section.code}-{n}-{column}"] for column in section.columns])

    def sections(self) -> Sections:
        """Return what is typed; what could not be read is missing from it."""
        return sections.read(
            {one.code: [_row(one, row.fields) for row in self.rows(one)] for one in SECTIONS},
        )

    def start_again(self, version: uuid.UUID | None) -> None:
        """Say that another version was saved meanwhile; what was typed stays, and saving again means it."""
        self.version.data = str(version or "")
        self.begin_anew()
        self.form_errors.append(
            _(
                "Somebody saved this plan while you had this page open. What they changed is shown below. What you "
                "typed is still here and is not saved yet: check it, then save again."
            )
        )

    def validate(self, extra_validators: Any = None) -> bool:
        """Also ask who a number belongs to, and for no more rows than a section takes."""
        is_valid = super().validate(extra_validators)
        for section in SECTIONS:
            written = [row for row in self.rows(section) if any(field.typed.strip() for field in row.fields)]
            if len(written) > section.most:
                problem = _("Use %(most)s lines or fewer here. Take some out.", most=section.most)
                written[0].fields[0].errors = [problem]
                is_valid = False
            for row in written:
                first = row.fields[0]
                if not first.typed.strip() and not first.errors:
                    first.errors = [str(_NAMELESS[section.columns[0]])]
                    is_valid = False
        return is_valid


class KeepForm(Form):
    """A clear yes before anything is kept on a phone."""

    yes = CheckboxField(
        _l("Yes, keep my plan on this phone. I know that anybody who can open this phone can read it."),
        missing=_l("Tick the box if you want to keep it on this phone"),
    )


def form_class(
    counts: Mapping[str, int], clinicians: Mapping[uuid.UUID, str], *, days: tuple[date, date] | None
) -> type[PlanForm]:
    """Return the form with so many rows in each section, twice what a section takes at most.

    Args:
        counts: rows by section.
        clinicians: with whom it can be written, by name.
        days: between which days it can be looked at again; None for the patient, who may also write alone.
    """
    people = [SelectChoice(str(one), name) for one, name in clinicians.items()]
    bounded = {one.code: min(max(counts.get(one.code, 0), 1), 2 * one.most) for one in SECTIONS}
    fields: dict[str, Any] = {
        f"{section.code}-{n}-{column}": _field(section, column)
        for section in SECTIONS
        for n in range(bounded[section.code])
        for column in section.columns
    }
    fields["with_clinician"] = WithField(_("Written with"), choices=people, blank=None if days else _("On my own"))
    if days:
        missing = _("Say on which day you look at it again")
        asked = _("Look at it together again on")
        fields["review_on"] = DateField(asked, lowest=days[0], highest=days[1], missing=missing)
    return type("PlanFormWithRows", (PlanForm,), {"counts": bounded, **fields})


def typed_rows(typed: MultiDict[str, str]) -> dict[str, list[dict[str, str]]]:
    """Return the rows that a page sent, in their order, exactly as they were typed."""
    found: dict[str, dict[int, dict[str, str]]] = {one.code: {} for one in SECTIONS}
    for key, value in typed.items():
        named = _NAME.fullmatch(key)
        section = sections.BY_CODE.get(named[1]) if named else None
        if named and section and named[3] in section.columns:
            found[section.code].setdefault(int(named[2]), {})[named[3]] = value
    return {code: [rows[n] for n in sorted(rows)] for code, rows in found.items()}


def first_rows(country: Country) -> dict[str, list[dict[str, str]]]:
    """Return what a first version begins with: whom to call in the patient's own country, where we know of somebody."""
    calls = [line for line in country.lines if line.kind == "call"]
    emergency = [{"name": _("Emergency number"), "phone": country.emergency, "hours": _("Day and night")}]
    return {
        "emergency": emergency if country.emergency else [],
        "crisis": [{"name": line.name, "phone": line.shown, "hours": ""} for line in calls[:1]],
    }


def room_for(rows: Sequence[Row]) -> int:
    """Return how many rows are drawn for those there are: an empty one where there is none."""
    return len(rows) or 1


def as_typed(rows: Mapping[str, Sequence[Row]]) -> dict[str, str]:
    """Return rows as a page would send them."""
    return {
        f"{code}-{n}-{column}": text
        for code, several in rows.items()
        for n, row in enumerate(several)
        for column, text in row.items()
    }


def _field(section: Section, column: str) -> Any:
    if column == "phone":
        return PhoneNumber(_LABELS[column], longest=40, autocomplete="off")
    label = _LABELS.get(column) or (_STEP if section.code == "safer" else "")
    return (WordsField if column == "what" else LineField)(label, longest=sections.LONGEST)


def _row(section: Section, fields: Sequence[Any]) -> dict[str, str]:
    return {column: field.data or "" for column, field in zip(section.columns, fields, strict=True)}
