"""What the pages ask that take a scale of the clinic's own: typed line by line, or as a file."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.instruments import loader
from portal.instruments.definition import LicenseStatus, Method
from portal.instruments.own import draft, lines
from portal.instruments.own.draft import Draft
from portal.instruments.own.lines import BadLines
from portal.instruments.tables import DefinitionError
from portal.web.fields import (
    CheckboxField,
    Field,
    FileField,
    Form,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from portal.web.words import words

LARGEST_FILE = 200_000
_LINE = _l("Line %(line)s: %(reason)s")
_METHODS = (
    SelectChoice(Method.SUM.value, _l("The answers are added up")),
    SelectChoice(Method.MEAN.value, _l("The mean of the answers")),
    SelectChoice(Method.MAXIMUM.value, _l("The highest answer of each group, added up")),
)
_BETTER = (
    SelectChoice("lower", _l("Lower is better")),
    SelectChoice("higher", _l("Higher is better")),
    SelectChoice("neither", _l("Neither")),
)


class ScaleForm(Form):
    """A scale, one question a line; its fields are named after those of `Draft`."""

    title = StringField(_l("Title"), missing=_l("Enter the scale’s title"))
    short_title = StringField(
        _l("Short title"),
        hint=_l("As on a chart: SDS, BFI-10."),
        missing=_l("Enter a short title"),
        longest=40,
        width="medium",
    )
    language = StringField(
        _l("Language"), hint=_l("Its code: en, es, pt-BR."), missing=_l("Enter the language"), longest=12, width="short"
    )
    neutral_title = StringField(
        _l("Title that patients see"),
        hint=_l("It stands on screens and in mail, so it names no illness: “Past week: sleep”."),
        missing=_l("Enter the title that patients see"),
        longest=80,
    )
    recall_days = IntegerField(
        _l("The questions cover the past"),
        unit=_l("days"),
        hint=_l("Blank where they cover no time."),
        lowest=0,
        highest=366,
    )
    minutes = IntegerField(
        _l("It takes about"), unit=_l("minutes"), lowest=1, highest=120, missing=_l("Enter how many minutes it takes")
    )
    instruction = TextAreaField(_l("Instruction before the questions"), rows=2, longest=4000)
    stem = StringField(_l("Sentence that the questions complete"), longest=1000)
    questions = TextAreaField(
        _l("Questions"),
        hint=_l("One a line, in printed order."),
        rows=8,
        missing=_l("Write the questions, one a line"),
        longest=60_000,
    )
    answers = TextAreaField(
        _l("Answers"),
        hint=_l("One a line, what it counts first: 0 = Never"),
        rows=5,
        missing=_l("Write the answers, one a line, like: 0 = Never"),
    )
    safety = TextAreaField(
        _l("Safety questions"),
        hint=_l("The question, and the answers after which somebody has to look: 9: 1, 2, 3"),
        rows=2,
    )
    method = RadioField(
        _l("How the total comes about"), choices=_METHODS, missing=_l("Choose how the total comes about")
    )
    groups = TextAreaField(
        _l("Groups"), hint=_l("Only for the highest answer of each group. One group a line: 1, 2, 3"), rows=3
    )
    reversed = StringField(
        _l("Reversed questions"),
        hint=_l("Those whose answers count from the other end: 3, 5"),
        width="medium",
        longest=400,
    )
    better = RadioField(
        _l("Which end is the good one"), choices=_BETTER, inline=True, missing=_l("Choose which end is better")
    )
    bands = TextAreaField(
        _l("Bands"), hint=_l("One a line, without gaps, from the lowest score to the highest: 0-4 minimal"), rows=4
    )
    subscales = TextAreaField(_l("Subscales"), hint=_l("One a line: Sleep: 1, 2, 3"), rows=3)
    missing_allowed = IntegerField(
        _l("A total is worked out with up to"),
        unit=_l("questions unanswered"),
        hint=_l("They take the mean of the others. 0 where every question is needed."),
        lowest=0,
        highest=100,
        missing=_l("Enter a number; 0 where every question is needed"),
    )
    attribution = StringField(_l("Who made it"), missing=_l("Say who made it"), longest=500)
    source = StringField(
        _l("Where its scoring is published"),
        hint=_l("Bands and the rule for unanswered questions are cited with it."),
        missing=_l("Say where the scoring comes from"),
        longest=500,
    )
    license_status = SelectField(
        _l("What its owner allows"),
        choices=lambda: [SelectChoice(one.value, words(one)) for one in LicenseStatus],
        missing=_l("Choose what its owner allows"),
    )
    license = StringField(
        _l("The licence or permission"),
        hint=_l("Everybody can read it."),
        missing=_l("Name the licence or permission"),
        longest=500,
    )
    copyright_notice = StringField(_l("Copyright notice"), longest=500)
    is_validated = CheckboxField(_l("It was validated: its scores were studied and published"))

    def validate_language(self, field: Field) -> None:
        if not loader.LANGUAGE.fullmatch(field.data):
            raise ValidationError(_("Enter a language as a code, like en, es or pt-BR"))

    def validate_short_title(self, field: Field) -> None:
        if not draft.slug(field.data):
            raise ValidationError(_("Use at least one letter from A to Z or a digit"))

    @property
    def draft(self) -> Draft:
        """What was typed; only after `validate`."""
        typed = {name: self[name].data for name in Draft.__dataclass_fields__ if name in self}
        given = {name: value for name, value in typed.items() if value is not None}
        return Draft(
            **given | {"method": Method(typed["method"]), "license_status": LicenseStatus(typed["license_status"])}
        )

    def refuse_lines(self, error: BadLines) -> None:
        """Say at each field which of its lines cannot be read, the first one first."""
        for problem in error.problems[::-1]:
            self[problem.name].errors = [_(problem.message, **problem.values)]

    def refuse(self, error: DefinitionError) -> None:
        """Say at the field that an error of the loader came from what is wrong; above the form where there is none."""
        name, row = draft.place(error.key)
        if name not in self:
            self.form_errors.append(f"{error.key}: {error.reason}")
            return
        typed = lines.split(self[name].typed)
        where = typed[row - 1].line if 0 < row <= len(typed) else 0
        self[name].errors = [_LINE % {"line": where, "reason": error.reason} if where else error.reason]


class TomlForm(Form):
    """A scale as a definition in TOML: a file, or its text."""

    file = FileField(_l("A file"), accept=".toml", hint=_l("Its text is shown below and can be changed there."))
    toml = TextAreaField(_l("Or its text"), rows=20, longest=LARGEST_FILE)

    def read(self) -> str:
        """Return the text of the file, else what was typed, and show it in the box; "" where it cannot be read."""
        sent = self.file.data.stream.read(LARGEST_FILE + 1) if self.file.data else b""
        if len(sent) > LARGEST_FILE:
            self.file.errors = [_("This file is too large for a questionnaire.")]
            return ""
        try:
            text = sent.decode("utf-8-sig").replace("\r\n", "\n") if sent else self.toml.data or ""
        except UnicodeDecodeError:
            self.file.errors = [_("This file is not a text in UTF-8.")]
            return ""
        if not text.strip():
            self.toml.errors = [_("Choose a file, or paste its text.")]
            return ""
        text = text.strip("\n") + "\n"
        self.toml.data, self.toml.raw_data = text, [text]
        return text

    def refuse(self, error: DefinitionError) -> None:
        """Say at the text which line is wrong, and why."""
        said = f"{error.key}: {error.reason}" if error.key else error.reason
        self.toml.errors = [_LINE % {"line": error.line, "reason": said} if error.line else said]
