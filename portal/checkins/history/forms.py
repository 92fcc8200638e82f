"""What the pages that bring in a diary ask: the file, and what its columns mean."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from portal.checkins.history.build import SEPARATORS
from portal.checkins.history.cells import plain
from portal.checkins.history.encoding import ENCODINGS, Limits
from portal.checkins.history.look import Look, Numbers
from portal.checkins.history.mapping import LONGEST_NAME
from portal.checkins.history.problems import HistoryError, MappingError
from portal.checkins.history.queries import Upload
from portal.web import places
from portal.web.fields import (
    CheckboxField,
    Field,
    FileField,
    Form,
    Problem,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
)

LIMITS = Limits()
MOST_SHOWN = 60
_ORDERS = (
    SelectChoice("DD/MM/YYYY", _l("The day"), render_kw={"hint": _l("03/04/2026 is 3 April")}),
    SelectChoice("MM/DD/YYYY", _l("The month"), render_kw={"hint": _l("03/04/2026 is March 4")}),
    SelectChoice("YYYY-MM-DD", _l("The year")),
)
_BETTER = (SelectChoice("higher", _l("High")), SelectChoice("lower", _l("Low")))
_LEVELS = (
    SelectChoice("5", _l("5, the best (rad)")),
    SelectChoice("4", _l("4 (good)")),
    SelectChoice("3", _l("3 (meh)")),
    SelectChoice("2", _l("2 (bad)")),
    SelectChoice("1", _l("1, the worst (awful)")),
)
_LETTERS = {
    "utf-8": "Unicode (UTF-8)",
    "utf-16": "Unicode (UTF-16)",
    "cp1252": _l("Windows, Western Europe"),
    "cp1250": _l("Windows, Central Europe"),
    "cp1251": _l("Windows, Cyrillic"),
    "iso-8859-15": _l("ISO 8859-15, Western Europe"),
    "mac-roman": _l("Mac, Western Europe"),
    "gb18030": _l("Chinese (GB 18030)"),
    "shift_jis": _l("Japanese (Shift JIS)"),
}
_MARKS = {"comma": _l("Commas"), "semicolon": _l("Semicolons"), "tab": _l("Tabs")}


class FileForm(Form):
    file = FileField(
        _l("The file"),
        accept=".csv,.tsv,.txt,text/csv,text/plain",
        hint=_l("A CSV file of at most %(size)s MB and %(rows)s rows.", size=LIMITS.megabytes, rows=f"{LIMITS.rows:,}"),
        missing=_l("Choose a file first"),
    )

    def refuse(self, error: HistoryError) -> None:
        """Say at the field why the file cannot be read."""
        self.file.errors = [say(error)]


class AgainForm(Form):
    """How the letters and columns of a file are stored, where that was found wrongly."""

    encoding = SelectField(
        _l("The letters are stored as"),
        choices=lambda: [SelectChoice(name, _LETTERS[name]) for name in ENCODINGS],
        blank=_l("Find out"),
    )
    separator = SelectField(
        _l("The columns are separated by"),
        choices=lambda: [SelectChoice(name, _MARKS[name]) for name in SEPARATORS],
        blank=_l("Find out"),
    )


@dataclass(frozen=True, slots=True)
class Column:
    """One column of numbers with the fields that ask what they mean."""

    numbers: Numbers
    use: Field
    name: Field
    minimum: Field
    maximum: Field
    better: Field


class ColumnsForm(Form):
    """What a file's columns mean; its fields are made by `columns_form`, their names are those of `map_form`."""

    numbered: tuple[tuple[int, Numbers], ...] = ()

    @property
    def columns(self) -> list[Column]:
        """The fields of each column of numbers."""
        parts = ("use", "name", "minimum", "maximum", "better")
        return [Column(numbers, *(self[f"scale-{at}-{part}"] for part in parts)) for at, numbers in self.numbered]

    @property
    def moods(self) -> list[Field]:
        """The fields that ask what a made-up mood is like."""
        return [field for field in self if field.name.startswith("moods-")]

    @property
    def typed(self) -> dict[str, str]:
        """What was typed, by the name of the field."""
        return {field.name: field.typed for field in self if field.name != "csrf_token" and _is_filled(field)}

    @property
    def error_summary(self) -> list[Problem]:
        """The problems in the order of the page, each with the name of its column and field."""
        columns = {f"scale-{at}-": numbers.name for at, numbers in self.numbered}
        found = [Problem(None, text) for text in self.form_errors]
        for field in self:
            of = next((f"{name}, " for prefix, name in columns.items() if field.name.startswith(prefix)), "")
            found += [Problem(field.id, f"{of}{field.label.text}: {field.errors[0]}")] if field.errors else []
        return found

    def explain(self, error: HistoryError) -> None:
        """Say at each field what is wrong with it, and above the form what concerns none of them."""
        for problem in error.problems if isinstance(error, MappingError) else ():
            name = problem.field.replace("-column", "-use")
            if name == "scale" and self.numbered:
                name = f"scale-{self.numbered[0][0]}-use"
            text = _(problem.message, **problem.values)
            if name in self:
                self[name].errors = [*self[name].errors, text]
            else:
                self.form_errors.append(text)
        if not isinstance(error, MappingError):
            self.form_errors.append(say(error))


def columns_form(upload: Upload, given: Mapping[str, str], *, country: str, zone: str, ask_order: bool) -> ColumnsForm:
    """Return the form about a file's columns, filled in with what was given.

    Args:
        upload: the file.
        given: values by the field's name, as typed or as suggested.
        country: the patient's, whose time zones come first.
        zone: the patient's time zone.
        ask_order: whether to ask what a date begins with.
    """
    seen = upload.look
    numbered = tuple((upload.scale_columns.index(one.name), one) for one in seen.numbers[:MOST_SHOWN])
    fields: dict[str, Any] = {"numbered": numbered}
    if seen.kind == "csv":
        fields |= _when(seen, ask_order=ask_order)
    fields["time_zone"] = SelectField(
        _l("Time zone"),
        choices=places.time_zones(country, likely=[zone]),
        blank=None,
        hint=_l("Where you were when you wrote it."),
    )
    if seen.kind == "csv":
        fields["note"] = SelectField(
            _l("Column with notes"), choices=_columns(seen), blank=_l("None"), hint=_l("Words, not numbers.")
        )
    for at, mood in enumerate(seen.unknown_moods):
        fields[f"moods-{at}"] = SelectField(
            _l("“%(mood)s” is like", mood=mood), choices=_LEVELS, blank=_l("Leave these rows out")
        )
    for at, _numbers in numbered:
        fields |= _scale(at)
    form: ColumnsForm = type("Columns", (ColumnsForm,), fields)(formdata=MultiDict(given))
    for field in form:
        field.marks_optional = False
    return form


def suggest(upload: Upload, earlier: Iterable[Mapping[str, Any]], *, zone: str) -> dict[str, str]:
    """Return what to fill in before anybody has typed: what was seen, and how the same columns were described before.

    Args:
        upload: the file.
        earlier: the mappings of earlier imports, the latest first.
        zone: the patient's time zone.
    """
    seen, columns = upload.look, upload.scale_columns
    found = {"date": seen.date_column, "time": seen.time_column, "time_zone": zone}
    found |= {f"scale-{columns.index(one.name)}-name": _title(one.name) for one in seen.numbers}
    places_of = {name.casefold(): at for at, name in enumerate(columns)}
    same = (one for one in earlier if one.get("kind") == seen.kind and _fits(one, places_of))
    before = next(same, {})
    for scale in before.get("scale", ()):
        at = places_of[scale["column"].casefold()]
        found |= {f"scale-{at}-{part}": scale[part] for part in ("name", "minimum", "maximum", "better")}
        found[f"scale-{at}-use"] = "yes"
    found |= {name: before[name] for name in ("date", "time", "note", "time_zone", "date_format") if name in before}
    levels = {name.casefold(): str(level) for name, level in before.get("moods", {}).items()}
    found |= {f"moods-{at}": levels.get(mood.casefold(), "") for at, mood in enumerate(seen.unknown_moods)}
    return found


def say(error: HistoryError) -> str:
    """Return what is wrong with a file, in the reader's language."""
    return str(_(error.message, **error.values))


def letters(encoding: str) -> str:
    """Return what a way of storing letters is called."""
    return str(_LETTERS.get(encoding.removesuffix("-le").removesuffix("-be"), encoding))


def range_in_file(numbers: Numbers) -> str:
    """Return the lowest and highest number found in a column, as they stand in the file."""
    lowest, highest = plain(numbers.lowest), plain(numbers.highest)
    if lowest == highest:
        return str(_("always %(number)s in your file", number=lowest))
    return str(_("%(lowest)s to %(highest)s in your file", lowest=lowest, highest=highest))


def _when(seen: Look, *, ask_order: bool) -> dict[str, Any]:
    fields = {
        "date": SelectField(_l("Column with the date"), choices=_columns(seen), missing=_l("Choose the column")),
        "time": SelectField(
            _l("Column with the time"), choices=_columns(seen), blank=_l("None, or in the same column as the date")
        ),
    }
    if ask_order:
        fields["date_format"] = RadioField(_l("What do the dates in this file begin with?"), choices=_ORDERS)
    return fields


def _columns(seen: Look) -> list[SelectChoice]:
    return [SelectChoice(name, name) for name in seen.columns]


def _scale(at: int) -> dict[str, Field]:
    return {
        f"scale-{at}-use": CheckboxField(_l("Bring this in")),
        f"scale-{at}-name": StringField(_l("Name on the chart"), longest=LONGEST_NAME, width="medium"),
        f"scale-{at}-minimum": StringField(_l("Lowest possible"), longest=20, width="short"),
        f"scale-{at}-maximum": StringField(_l("Highest possible"), longest=20, width="short"),
        f"scale-{at}-better": RadioField(_l("Which numbers are good?"), choices=_BETTER, inline=True),
    }


def _fits(mapping: Mapping[str, Any], columns: Mapping[str, int]) -> bool:
    return all(scale["column"].casefold() in columns for scale in mapping.get("scale", ()))


def _title(column: str) -> str:
    return (column[:1].upper() + column[1:]).replace("_", " ")[:LONGEST_NAME]


def _is_filled(field: Field) -> bool:
    return bool(field.data) if isinstance(field, CheckboxField) else bool(field.typed)
