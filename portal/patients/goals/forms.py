"""The form for what a patient hopes for."""

import uuid

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.web.fields import HiddenField, TextAreaField
from portal.web.once import OnceForm

LONGEST = 2000


class WordsField(TextAreaField):
    """A text that may be left empty, which then says something too."""

    marks_optional = False


class GoalsForm(OnceForm):
    """The goals in the patient's own words, with the version they start from."""

    version = HiddenField(default="")
    words = WordsField(
        _l("What I hope for"),
        hint=_l("For example: to sleep through the night, to go back to work, to enjoy time with my family again."),
        rows=6,
        longest=LONGEST,
    )

    @property
    def seen(self) -> uuid.UUID | None:
        """The version that stood when the page was drawn."""
        try:
            return uuid.UUID(self.version.data)
        except (ValueError, TypeError, AttributeError):
            return None

    def as_said_by_the_patient(self) -> "GoalsForm":
        """Ask somebody of the care team, who writes down what the patient said."""
        self.words.label.text = _("What the patient hopes for")
        self.words.description = _("In the patient’s own words where you can.")
        return self

    def start_again(self, version: uuid.UUID | None) -> None:
        """Say that another version was written meanwhile; what was typed stays, and sending it again means it."""
        self.version.data = str(version or "")
        self.form_errors.append(
            _(
                "Somebody wrote here while you had this page open. You see it under “Now”. Your words were not saved "
                "yet: check them, then save again."
            )
        )
