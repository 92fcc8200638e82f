"""What the pages about questionnaires ask: the words a clinic pastes, answers to try, and what is shown of both."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from portal.checkins.forms import question_field
from portal.instruments import loader, scoring, wording
from portal.instruments.definition import Definition, ItemKind, Wording
from portal.instruments.loader import DefinitionError
from portal.instruments.scoring import Number, Score
from portal.instruments.wording import Blank, Part
from portal.web import filters
from portal.web.fields import (
    CheckboxField,
    Field,
    Form,
    RadioField,
    SelectChoice,
    StringField,
    TextAreaField,
    ValidationError,
)

TRY = "try_"
LONGEST = 4000
_HEADS = {
    Part.TITLE: _l("Title that patients see"),
    Part.INSTRUCTION: _l("Instruction before the questions"),
    Part.STEM: _l("Sentence that the questions complete"),
}
_SEVERAL_LINES = frozenset({Part.INSTRUCTION, Part.QUESTION, Part.ANSWERS})


class WordingForm(Form):
    """The words of a questionnaire whose structure is shipped, and who says that they may be used."""

    blanks: tuple[Blank, ...]
    shipped_language: str

    @property
    def words(self) -> list[tuple[Blank, Field]]:
        """The blanks with the fields they are pasted into, as printed."""
        return [(blank, self[f"text_{number}"]) for number, blank in enumerate(self.blanks)]

    @property
    def texts(self) -> dict[str, str]:
        """What was pasted, by the keys of the blanks."""
        return {blank.key: field.data or "" for blank, field in self.words}

    @property
    def sentence(self) -> str:
        """The statement that was chosen, as it is kept; "" where none was."""
        return wording.STATEMENTS[int(self.statement.data)] if self.statement.data else ""

    def validate_language(self, field: Field) -> None:
        if not loader.LANGUAGE.fullmatch(field.data):
            raise ValidationError(_("Enter a language as a code, like en, es or pt-BR"))
        if field.data == self.shipped_language:
            raise ValidationError(_("The wording in this language comes with the portal. Enter another language."))

    def validate(self, extra_validators: Any = None) -> bool:
        good: bool = super().validate(extra_validators)
        short = [field for blank, field in self.words if not _has_every_line(blank, field)]
        return good and not short

    def has_words(self) -> bool:
        """Return whether the words can be shown, whatever is still missing of the attestation."""
        self.validate()
        for field in (self.statement, self.licence, self.attested):
            field.errors = []
        return not self.error_summary

    def refuse(self, error: DefinitionError) -> None:
        """Say at the text, or above the form, why the words do not make a questionnaire."""
        key = self._key_of(error.key)
        of = [field for blank, field in self.words if key == blank.key or key.startswith(f"{blank.key}[")]
        if of:
            of[0].errors = [error.reason]
        else:
            self.form_errors.append(f"{error.key}: {error.reason}")

    def _key_of(self, place: str) -> str:
        """Return a place as the loader names it, like "items[3].text", as the key of a blank, like "items.q4.text"."""
        found = re.fullmatch(r"items\[(\d+)\]\.(.+)", place)
        if found is None:
            return place
        number, part = int(found[1]) + 1, found[2]
        return next((blank.key for blank in self.blanks if _is_part(blank, number, part)), place)


def _is_part(blank: Blank, number: int, part: str) -> bool:
    return blank.numbers == (number,) and blank.key.startswith("items.") and blank.key.endswith(f".{part}")


def wording_form(definition: Definition, blanks: Iterable[Blank], sent: Any, before: Mapping[str, str]) -> WordingForm:
    """Return the form for a shipped definition: with what is `sent`, else with the words in force, by their keys."""
    listed = tuple(blanks)
    fields: dict[str, Any] = {
        "language": StringField(
            _l("Language"),
            hint=_l("Its code: en, es, pt-BR. Patients who read that language are asked in it."),
            missing=_l("Enter the language of this wording"),
            width="short",
            longest=12,
        )
    }
    fields |= {f"text_{number}": _text_field(blank) for number, blank in enumerate(listed)}
    shipped = definition.language if definition.wording is Wording.SHIPPED else ""
    form = type("Words", (WordingForm,), fields | _attestation() | {"blanks": listed, "shipped_language": shipped})
    kept = {f"text_{number}": before[blank.key] for number, blank in enumerate(listed) if blank.key in before}
    found: WordingForm = form(sent, data=kept | {"language": before.get("language", "")})
    return found


def _attestation() -> dict[str, Any]:
    sentences = [SelectChoice(str(number), _(sentence)) for number, sentence in enumerate(wording.STATEMENTS)]
    return {
        "statement": RadioField(
            _l("Why this clinic may use this wording"),
            choices=sentences,
            missing=_l("Choose why this wording may be used"),
        ),
        "licence": StringField(
            _l("The licence or permission"),
            hint=_l("Its name, number or date. Everybody can read this on the page about questionnaires."),
            missing=_l("Name the licence or permission"),
            longest=500,
        ),
        "attested": CheckboxField(
            _l("I attest to this for the clinic, and that these are the owner’s words, unchanged."),
            missing=_l("Tick this to attest to the wording"),
        ),
    }


def _text_field(blank: Blank) -> Field:
    missing = _l("Paste this text") if blank.is_required else None
    options: dict[str, Any] = {"hint": _hint(blank), "missing": missing, "longest": LONGEST}
    label = _label(blank)
    if blank.part in _SEVERAL_LINES:
        return TextAreaField(label, rows=len(blank.values) or 2, **options)
    return StringField(label, **options)


def _label(blank: Blank) -> Any:
    if blank.part in _HEADS:
        return _HEADS[blank.part]
    which = numbers_in_words(blank.numbers)
    return {
        Part.QUESTION: _("Question %(number)s", number=which),
        Part.HINT: _("Note under question %(number)s", number=which),
        Part.LOW: _("Words at the low end of question %(number)s", number=which),
        Part.HIGH: _("Words at the high end of question %(number)s", number=which),
        Part.ANSWERS: ngettext(
            "Answers to question %(numbers)s", "Answers to questions %(numbers)s", len(blank.numbers), numbers=which
        ),
    }[blank.part]


def _hint(blank: Blank) -> str:
    said = []
    if blank.values:
        listed = ", ".join(str(value) for value in blank.values)
        said.append(
            _("%(count)s lines, in printed order. They count %(values)s.", count=len(blank.values), values=listed)
        )
    if blank.original:
        shown = " / ".join(wording.split(blank.original)) if blank.values else blank.original
        said.append(_("With the portal: “%(text)s”", text=shown))
    return " ".join(said)


def _has_every_line(blank: Blank, field: Field) -> bool:
    given = len(wording.split(field.data or ""))
    if not blank.values or field.errors or given == len(blank.values):
        return True
    field.errors = [
        _("Write %(count)s lines, one for each answer. There are %(given)s.", count=len(blank.values), given=given)
    ]
    return False


def printed(definition: Definition, codes: Iterable[str]) -> str:
    """Return the printed numbers of some items of a definition."""
    places = {item.code: number for number, item in enumerate(definition.items, 1)}
    return numbers_in_words(tuple(places[code] for code in codes))


def numbers_in_words(numbers: tuple[int, ...]) -> str:
    """Return printed numbers as people write them: "1 to 9", or "3, 5, 6"."""
    if len(numbers) > 2 and numbers == tuple(range(numbers[0], numbers[-1] + 1)):
        return str(_("%(first)s to %(last)s", first=numbers[0], last=numbers[-1]))
    return ", ".join(map(str, numbers))


class TrialForm(Form):
    """The questions as a patient sees them, to be answered without anything being kept."""

    definition: Definition

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        for field in self.questions:
            if not field.typed.strip():
                field.errors = []
        return not self.error_summary and not self._explain()

    @property
    def questions(self) -> list[Field]:
        """The fields of the items, in printed order."""
        return [self[TRY + item.code] for item in self.definition.items]

    @property
    def answers(self) -> dict[str, Number | None]:
        """What was answered; None is declined."""
        given: dict[str, Number | None] = {}
        for item in self.definition.items:
            field = self[TRY + item.code]
            if getattr(field, "declined", False):
                given[item.code] = None
            elif field.data is not None:
                given[item.code] = int(field.data) if item.kind is ItemKind.CHOICE else field.data
        return given

    def score(self) -> Score:
        """Return what the answers come to; only after `validate`."""
        return scoring.score(self.definition, self.answers, tuple(item.code for item in self.definition.items))

    def _explain(self) -> bool:
        every = tuple(item.code for item in self.definition.items)
        problems = scoring.validate(self.definition, self.answers, every)
        for problem in problems:
            self[TRY + problem.item].errors = [_(problem.message, **problem.values)]
        return bool(problems)


def trial_form(definition: Definition, sent: Any = None) -> TrialForm:
    """Return the form to try a definition with; blank where nothing is `sent`."""
    fields: dict[str, Any] = {TRY + item.code: question_field(item) for item in definition.items}
    form: TrialForm = type("Trial", (TrialForm,), fields | {"definition": definition})(sent or MultiDict())
    return form


def language_name(code: str) -> str:
    """Return what a language is called in the reader's own; the code itself where it is unknown."""
    names = filters.locale().languages
    return str(names.get(code) or names.get(code.replace("-", "_")) or names.get(code.partition("-")[0], code))
