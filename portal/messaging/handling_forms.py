"""The forms with which the care team handles a thread, and the one that looks for words."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.messaging.forms import SubjectField, WordsField
from portal.messaging.models import Way
from portal.patients.queries import Member
from portal.web.fields import Form, RadioField, SelectChoice, SelectField
from portal.web.message_words import MESSAGES
from portal.web.once import OnceForm

LONGEST = 4_000


class NoteForm(OnceForm):
    """What the team notes for itself."""

    body = WordsField(_l("Note"), longest=LONGEST, rows=6, missing=_l("Write the note first"))


class ContactForm(OnceForm):
    """That the patient was reached outside the portal."""

    way = RadioField(
        _l("How did you reach them?"),
        choices=[SelectChoice(way.value, label) for way, label in MESSAGES[Way].items()],
        missing=_l("Say how you reached them"),
    )
    words = WordsField(_l("What was said, in short"), longest=LONGEST, missing=_l("Say in short what was said"))


class ResolveForm(OnceForm):
    """Why nothing needs to be answered."""

    words = WordsField(_l("Why does this need no answer?"), longest=LONGEST, missing=_l("Say why it needs no answer"))


class MemberField(SelectField):
    """One of the care team, or nobody in particular, which is an answer too."""

    marks_optional = False


class AssignForm(Form):
    """To whom of the care team a thread is given."""

    user_id = MemberField(_l("Assigned to"), blank=_l("Nobody in particular"))

    def process(
        self, formdata: Any = None, obj: Any = None, *args: Any, team: Sequence[Member] = (), **options: Any
    ) -> None:
        """Read what was sent, knowing who is on the care team."""
        self.user_id.choices = [SelectChoice(one.user_id.hex, one.name) for one in team if one.is_active]
        super().process(formdata, obj, *args, **options)


class SearchForm(Form):
    """Words to look for; sent in the body, because they do not belong in addresses."""

    text = SubjectField(_l("Find words in messages"), longest=100, missing=_l("Type a word to look for"))
