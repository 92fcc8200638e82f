"""The form for writing a follow-up, now or for later."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.follow_ups import about
from portal.follow_ups.about import NOTHING, About, Written
from portal.messaging.attachments.forms import BESIDE_FILES, EnclosingForm
from portal.messaging.forms import LONGEST, BodyField, SubjectField
from portal.web.fields import CheckboxField, DateField, HiddenField, IntegerField, RadioField, SelectChoice, SelectField
from portal.web.filters import day

FURTHEST = timedelta(days=366)
_SENT_ALREADY = _l("This page wrote a follow-up before. Look at it first: go on only if this one is another.")


class AboutChoice(SelectField):
    """One of the infusions and check-ins that the view offers; `data` is what it is about."""

    marks_optional = False

    def parse(self, text: str) -> About:
        if text not in {str(choice.value) for choice in self.choices}:
            raise self.refusal(_l("Choose one of the infusions and check-ins shown"))
        return about.read(text)


class DaysField(IntegerField):
    """How many days; asked for only where it is chosen so."""

    marks_optional = False


class DayField(DateField):
    """A day; asked for only where it is chosen so."""

    marks_optional = False


class FollowUpForm(EnclosingForm):
    """What is written to one patient, about what and for when.

    Of one that is changed, `revision` is the one that the page showed, and `drawn_at` when it did.
    """

    revision = HiddenField(default="0")
    drawn_at = HiddenField()
    about = AboutChoice(_l("What it is about"), blank=_l("Nothing in particular"))
    subject = SubjectField(_l("Subject"), longest=200, missing=_l("Say in a few words what it is about"))
    body = BodyField(_l("Your message"), longest=LONGEST, rows=7, missing=_l("Write your message first"))
    when = RadioField(
        _l("When it goes out"),
        choices=[
            SelectChoice("now", _l("Now")),
            SelectChoice("days", _l("In … days")),
            SelectChoice("day", _l("On a day")),
        ],
        default="now",
        inline=True,
        missing=_l("Choose when it goes out"),
    )
    days = DaysField(_l("In how many days"), lowest=1, highest=FURTHEST.days, unit=_l("days"))
    on = DayField(_l("On which day"))
    unless = CheckboxField(_l("Send it later only if no check-in has come by then"))

    def process(
        self, formdata: Any = None, obj: Any = None, *args: Any, things: Sequence[SelectChoice] = (), **options: Any
    ) -> None:
        """Read what was sent, knowing what it can be about."""
        self.about.choices = things
        super().process(formdata, obj, *args, **options)

    def validate(self, extra_validators: Any = None) -> bool:
        """Also turn away what is for later and brings something along: what is asked or shown is of today."""
        is_valid = super().validate(extra_validators)
        brings = self.files.brought or any(self[name].data for name in BESIDE_FILES if name in self)
        if self.when.data == "now" or not brings or self.when.errors:
            return is_valid
        self.when.errors = [_("What goes along goes with a follow-up sent now. Choose “Now”, or take it out below.")]
        return False

    def is_in_time(self, today: date) -> bool:
        """Say what is wrong with the day beside whatever else is; the patient's today decides."""
        problem = None
        if self.when.data == "days" and self.days.data is None and not self.days.errors:
            self.days.errors = [_("Enter in how many days, like 3")]
            return False
        if self.when.data == "day" and not self.on.errors:
            problem = self._wrong_day(today)
        if problem:
            self.on.errors = [problem]
        return problem is None

    def written(self, today: date) -> Written:
        """Return what was written; call it once the form is valid and in time."""
        send_on = {"now": None, "days": self._in_days(today), "day": self.on.data}[self.when.data]
        about_it = self.about.data or NOTHING
        return Written(self.subject.data, self.body.data, about_it, send_on, unless_check_in=bool(self.unless.data))

    @property
    def read_revision(self) -> int:
        """Which revision the page showed; 0 where it says nothing that can be read."""
        found = str(self.revision.data or "")
        return int(found) if found.isdecimal() and len(found) < 9 else 0

    @property
    def read_at(self) -> datetime | None:
        """When the page was drawn; None where it says nothing that can be read."""
        try:
            found = datetime.fromisoformat(self.drawn_at.data or "")
        except ValueError:
            return None
        return found if found.tzinfo else None

    @property
    def says_more_than_words(self) -> bool:
        """Whether anything was chosen that did not stand there when the form began."""
        chosen = [self[name] for name in ("about", "when", *BESIDE_FILES) if name in self]
        return bool(self.files.brought) or any((one.data or None) != (one.object_data or None) for one in chosen)

    def say_sent_already(self) -> None:
        """Show that the page wrote something else before, and let the next try count."""
        self.begin_anew()
        self.form_errors.append(str(_SENT_ALREADY))

    def _in_days(self, today: date) -> date | None:
        return today + timedelta(days=self.days.data) if self.days.data is not None else None

    def _wrong_day(self, today: date) -> str | None:
        if self.on.data is None:
            return str(_("Enter the day on which it goes out"))
        if not today < self.on.data <= today + FURTHEST:
            first, last = day(today + timedelta(days=1)), day(today + FURTHEST)
            return str(_("Enter a day from %(first)s to %(last)s", first=first, last=last))
        return None


def offer(infusions: Iterable[tuple[About, str]], check_ins: Iterable[tuple[About, str]]) -> list[SelectChoice]:
    """Return what a follow-up can be about as choices, in two groups."""
    groups = ((_("Infusions"), infusions), (_("Check-ins"), check_ins))
    return [SelectChoice(str(one), words, optgroup=group) for group, found in groups for one, words in found]
