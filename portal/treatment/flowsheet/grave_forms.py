"""The forms of what weighs most at a bedside: going on after a stop, an emergency, leaving."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from portal.treatment.flowsheet.base_forms import EntryForm
from portal.treatment.flowsheet.choices_forms import HOW, SIGNS, YES_NO
from portal.treatment.flowsheet.kinds import EntryKind
from portal.treatment.flowsheet.standing import TICKS
from portal.web.fields import CheckboxesField, CheckboxField, HiddenField, RadioField, StringField, TextAreaField


class AuthorisationForm(EntryForm):
    """The supervising provider's word that it may go on after a stop, spoken and recorded by whoever heard it."""

    kind = EntryKind.AUTHORISATION
    unmarked = ("provider", "said", *EntryForm.unmarked)

    stop_id = HiddenField()
    how: Any = RadioField(_l("How"), choices=HOW, missing=_l("Say how it was authorised"), default="spoken")
    provider: Any = StringField(_l("Which provider"))
    said = TextAreaField(_l("What they said"), rows=2, longest=2000)

    def check(self) -> None:
        self.check_id("stop_id")
        if self.how.data == "spoken" and not self.provider.data:
            self.say("provider", gettext("Enter the name of the provider who authorised it"))
        if not self.said.data:
            self.say("said", gettext("Enter what was said: the reason for going on"))


class SignForm(AuthorisationForm):
    """The supervising provider's own signature; the reason is `said`."""

    drawn_as = "signing"

    how = HiddenField()
    provider = None
    said = TextAreaField(_l("Why it may go on"), rows=2, longest=2000, missing=_l("Say why it may go on"))

    def check(self) -> None:
        self.how.data = "signed"
        self.check_id("stop_id")


class EmergencyForm(EntryForm):
    """Emergency signs, and whether help was called."""

    kind = EntryKind.EMERGENCY

    signs = CheckboxesField(_l("What do you see?"), choices=SIGNS, missing=_l("Tick what you see"))
    called = RadioField(
        _l("Emergency services called?"), choices=YES_NO, segments=True, missing=_l("Say whether they were called")
    )
    note = TextAreaField(_l("Note"), rows=2, longest=2000)

    def check(self) -> None:
        if "other" in (self.signs.data or []) and not self.note.data:
            self.say("note", gettext("Say what you see"))


class DischargeForm(EntryForm):
    """The check before leaving; complete only with every tick, else against advice and with a reason."""

    kind = EntryKind.DISCHARGE

    vitals_near = CheckboxField(_l("Vital signs are near those before"))
    oriented = CheckboxField(_l("Oriented and talking"))
    no_dissociation = CheckboxField(_l("Dissociation is over"))
    walks = CheckboxField(_l("Walks unaided"))
    nausea_controlled = CheckboxField(_l("Nausea is under control"))
    no_intent = CheckboxField(_l("No intent to harm themselves"))
    adult_present = CheckboxField(_l("A responsible adult is present"))
    instructions = CheckboxField(_l("Written instructions were given"))
    adult_name = StringField(_l("The adult’s name"))
    against_advice = CheckboxField(_l("They end the observation against advice"))
    reason = TextAreaField(_l("Reason, where something is missing"), rows=2, longest=2000)
    note = TextAreaField(_l("Note"), rows=2, longest=2000)

    def check(self) -> None:
        if all(self[name].data for name in TICKS):
            return
        if not self.against_advice.data:
            self.say(
                "against_advice",
                gettext(
                    "Not everything is ticked, so this is not complete. Stay, or tick “against advice” and say why."
                ),
            )
        elif not self.reason.data:
            self.say("reason", gettext("Say what is missing and why it ends all the same"))
