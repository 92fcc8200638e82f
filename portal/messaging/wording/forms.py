"""The forms for the clinic's templates and its words of danger."""

import re
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l

from portal.messaging import danger_words
from portal.messaging.forms import LONGEST, SubjectField, WordsField
from portal.messaging.wording import fill
from portal.messaging.wording.queries import Template, Words
from portal.web.fields import Form, HiddenField, SelectChoice, SelectField, TextAreaField
from portal.web.once import OnceForm

LANGUAGES = {"en": _l("English"), "es": _l("Spanish")}
_ADDED_ALREADY = _l("This page added a template before. Look at it first: save again only if this one is another.")
FIELDS = ", ".join(f"{{{name}}}" for name in fill.FIELDS)


class TemplateForm(OnceForm):
    """A template: what staff choose it by, and its text."""

    version = HiddenField(default="0")
    language = SelectField(
        _l("Language"),
        choices=[SelectChoice(code, name) for code, name in LANGUAGES.items()],
        missing=_l("Choose a language"),
    )
    title = SubjectField(
        _l("Title"),
        longest=120,
        missing=_l("Give it a title to choose it by"),
        hint=_l("Staff choose it by this. The patient does not see it."),
    )
    body = WordsField(
        _l("Text"),
        longest=LONGEST,
        rows=10,
        missing=_l("Write the text"),
        hint=_l("Fields that are filled in for each patient: %(fields)s.", fields=FIELDS),
    )

    @classmethod
    def of(cls, template: Template, sent: Any = None) -> "TemplateForm":
        """Return the form for a template that there is already, whose language stays."""
        values = {"title": template.title, "body": template.body, "version": template.version}
        form = cls(sent, data=values | {"language": template.language})
        del form.language
        return form

    @property
    def base_version(self) -> int:
        """The wording the page was drawn from."""
        return _number(self.version.data)

    def say_added_already(self) -> None:
        """Show that the page added another one before, and let the next try count."""
        self.begin_anew()
        self.form_errors.append(str(_ADDED_ALREADY))

    def refuse_unknown(self, names: Sequence[str]) -> None:
        """Say which fields there are none of, and which there are."""
        for field in (self.title, self.body):
            found = [name for name in names if name in fill.unknown(str(field.data or ""))]
            if found:
                field.errors = [
                    gettext(
                        "%(names)s: there is no such field. There are these: %(fields)s.",
                        names=", ".join(found),
                        fields=FIELDS,
                    )
                ]


class WordListForm(Form):
    """The words of danger of one language, one in a line."""

    version = HiddenField(default="0")
    words = TextAreaField(
        _l("Words, one entry in a line"),
        rows=16,
        longest=30_000,
        missing=_l("Leave at least one word in the list"),
        hint=_l(
            "Whole words, or several in a row. Capitals, accents and apostrophes do not matter. “word*” also finds "
            "what begins so."
        ),
    )
    reason = TextAreaField(_l("Why this change"), rows=2, longest=1000, missing=_l("Say why"))

    @classmethod
    def of(cls, now: Words, sent: Any = None) -> "WordListForm":
        """Return the form with the list in force."""
        return cls(sent, data={"words": "\n".join(now.words), "version": now.version})

    @property
    def base_version(self) -> int:
        """The list the page was drawn from."""
        return _number(self.version.data)

    @property
    def lines(self) -> Sequence[str]:
        """What was typed, a line each."""
        return str(self.words.data or "").splitlines()

    def refuse(self, words: Sequence[str]) -> None:
        """Say which words cannot be looked for."""
        if not words:
            self.words.errors = [gettext("Leave at least one word in the list")]
            return
        shown = ", ".join(f"“{one[:40]}”" for one in words[:5])
        limit = ngettext("%(num)s character", "%(num)s characters", danger_words.LONGEST)
        self.words.errors = [
            gettext("%(words)s: needs a letter or a digit, and %(limit)s at most in a line.", words=shown, limit=limit)
        ]


def _number(text: Any) -> int:
    typed = str(text or "")
    return int(typed) if re.fullmatch(r"[0-9]{1,8}", typed) else 0
