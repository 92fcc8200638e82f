"""The forms for writing to a whole list: the text, and who of them gets it."""

import uuid

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal.follow_ups.many.fitting import LONGEST, Text, wrong
from portal.messaging.forms import SubjectField, WordsField
from portal.messaging.wording.fill import FIELDS
from portal.web.fields import CheckboxesField
from portal.web.once import OnceForm

_PREPARED_ALREADY = _l(
    "This page was sent before with other words or to other patients. Look at the list of follow-ups first, then go on."
)


class TextForm(OnceForm):
    """What is written to everybody; fields in braces are filled in for each."""

    subject = SubjectField(_l("Subject"), longest=200, missing=_l("Say in a few words what it is about"))
    body = WordsField(
        _l("Your message"),
        hint=_l("{first_name}, {last_infusion_date} and {next_visit} are filled in for each patient."),
        longest=LONGEST,
        rows=9,
        missing=_l("Write your message first"),
    )

    def is_known(self) -> bool:
        """Say which fields nobody knows, and which there are."""
        found = wrong(Text(self.subject.data or "", self.body.data or ""))
        if found and not self.body.errors:
            known = ", ".join(f"{{{name}}}" for name in FIELDS)
            said = ngettext(
                "%(unknown)s is no field. The fields are %(known)s.",
                "%(unknown)s are no fields. The fields are %(known)s.",
                len(found),
                unknown=", ".join(found),
                known=known,
            )
            self.body.errors = [said]
        return not found

    def say_prepared_already(self) -> None:
        """Let the page, when it is sent again, count as another one."""
        self.begin_anew()
        self.form_errors.append(_PREPARED_ALREADY)

    @property
    def text(self) -> Text:
        """What was written; ask for it once the form is valid."""
        return Text(self.subject.data, self.body.data)


class ChosenForm(OnceForm):
    """Who of a list gets the message."""

    patients = CheckboxesField(_l("Who gets it"))

    @property
    def chosen(self) -> frozenset[uuid.UUID] | None:
        """The patients who are ticked; None where something else than a patient is."""
        try:
            return frozenset(uuid.UUID(one) for one in self.patients.raw_data or [])
        except ValueError:
            return None
