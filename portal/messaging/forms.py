"""The forms for writing messages."""

import uuid
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l

from portal.messaging.attachments.forms import EnclosingForm
from portal.messaging.wording.fill import holes
from portal.text import clean, clean_line
from portal.web.fields import HiddenField, SelectChoice, SelectField, StringField, TextAreaField

LONGEST = 10_000
_SENT_ALREADY = _l("This page sent a message before. Look at it first: send again only if this one is another message.")


def wrote_meanwhile(name: str) -> str:
    """Return what stands above a form that would have settled what its sender has not seen."""
    return str(
        gettext("%(name)s wrote meanwhile. Read it first. Nothing is done yet; what you typed is here.", name=name)
    )


class CleanField(StringField):
    """Text that is shown again, where it cannot be sent, without what is left out of it."""

    @property
    def typed(self) -> str:
        return clean(str(self.raw_data[0])) if self.raw_data else self.shown()


class WordsField(CleanField, TextAreaField):
    """Text without control characters and direction overrides; line breaks and tabs stay."""

    def parse(self, text: str) -> str:
        return super().parse(clean(text))


class BodyField(WordsField):
    """The words of a message that is sent as it stands, so that no field of a template may be left in it."""

    def parse(self, text: str) -> str:
        words = super().parse(text)
        left = holes(words)
        if left:
            said = ngettext(
                "%(fields)s is still to be filled in: write what belongs there.",
                "%(fields)s are still to be filled in: write what belongs there.",
                len(left),
                fields=", ".join(f"{{{name}}}" for name in left),
            )
            raise ValueError(said)
        return words


class SubjectField(CleanField):
    """One line of text without control characters."""

    def parse(self, text: str) -> str:
        return super().parse(clean_line(text))


class InfusionChoice(SelectField):
    """One of the infusions that the view offers; `data` is its id."""

    def parse(self, text: str) -> uuid.UUID | None:
        offered = {str(choice.value) for choice in self.choices}
        if text not in offered:
            raise self.refusal(_l("Choose one of the infusions shown"))
        return uuid.UUID(text)


class MessageForm(EnclosingForm):
    """One message in a thread; `draft` is the one it began with."""

    draft = HiddenField()
    body = BodyField(_l("Your message"), longest=LONGEST, missing=_l("Write your message first"))

    def say_sent_already(self) -> None:
        """Show that the page sent something else before, and let the next try count."""
        self.begin_anew()
        self.form_errors.append(gettext(_SENT_ALREADY))


class AnswerForm(MessageForm):
    """One more message in a thread; `through` is the last one that was on the page."""

    through = HiddenField()

    @property
    def answers(self) -> uuid.UUID | None:
        """The id of the last message its writer saw; None where the page did not say."""
        try:
            return uuid.UUID(self.through.data)
        except (ValueError, TypeError, AttributeError):
            return None


class ThreadForm(MessageForm):
    """A new thread with its first message."""

    subject = SubjectField(_l("What is it about?"), longest=200, missing=_l("Say in a few words what it is about"))
    about = InfusionChoice(_l("About an infusion"), blank=_l("None in particular"))
    body = BodyField(_l("Your message"), longest=LONGEST, rows=8, missing=_l("Write your message first"))

    def process(
        self, formdata: Any = None, obj: Any = None, *args: Any, infusions: Sequence[SelectChoice] = (), **options: Any
    ) -> None:
        """Read what was sent, knowing which infusions are offered; none for a patient."""
        self.about.choices = infusions
        super().process(formdata, obj, *args, **options)
        if not infusions:
            del self.about

    @property
    def about_infusion_id(self) -> uuid.UUID | None:
        found: uuid.UUID | None = self.about.data if "about" in self else None
        return found
