"""The form under a translated text."""

from flask_babel import lazy_gettext as _l

from portal.web.fields import CheckboxField, HiddenField, StringField
from portal.web.once import OnceForm


class SignForm(OnceForm):
    """Whoever signs says that they read it, and how they can judge it."""

    has_read = CheckboxField(
        _l("I have read every line in both languages, and the words can be given to patients"),
        missing=_l("Tick this box once you have read every line"),
    )
    knows_by = StringField(
        _l("How you know this language"),
        hint=_l("Like: my first language, or twelve years of work in it. It is kept with your name."),
        longest=200,
        missing=_l("Say how you know this language"),
    )
    fingerprint = HiddenField()
