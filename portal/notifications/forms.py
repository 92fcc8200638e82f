"""The forms for how somebody is told: what they choose, a phone, its code, a browser."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from babel.dates import format_time
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from portal.notifications import quiet
from portal.notifications.choosing import Choices, Wish
from portal.notifications.models import Channel
from portal.notifications.quiet import Hours
from portal.notifications.topics import ALWAYS_BY_MAIL, Topic
from portal.web.fields import (
    CheckboxesField,
    Form,
    HiddenField,
    PhoneField,
    SelectChoice,
    SelectField,
    StringField,
)
from portal.web.filters import undotted

CHANNELS = {
    Channel.EMAIL: _l("Email"),
    Channel.SMS: _l("Text message"),
    Channel.PUSH: _l("Notification on a device"),
}
TOPICS = {
    Topic.CHECK_INS: (_l("Check-ins that are due"), _l("On the day, and a reminder where one was not filled in.")),
    Topic.MESSAGES: (_l("Messages for you"), _l("When somebody has written and you have not read it yet.")),
    Topic.VISITS: (
        _l("Getting ready for an appointment"),
        _l("The day before, from noon, even where your hours leave no time for it."),
    ),
    Topic.REVIEWS: (_l("Reviews that wait for you"), _l("At most once a day.")),
    Topic.ALERTS: (
        _l("Alerts"),
        _l("At once, at every hour, and always by email as well. Nobody can switch that off alone."),
    ),
}
_BOTH_OR_NONE = _l("Choose both hours, or neither")
_NOT_THE_SAME = _l("Choose two different hours")
_NO_ROOM = _l("The quiet hours leave no time for this. Choose other hours.")


def hours() -> list[SelectChoice]:
    """Return the hours of a day as the reader writes them."""
    times = (format_time(dt.time(hour), "short", locale=get_locale()) for hour in range(24))
    return [SelectChoice(str(hour), undotted(time)) for hour, time in enumerate(times)]


class HourField(SelectField):
    """A full hour, or none; `data` is a number."""

    marks_optional = False

    def parse(self, text: str) -> int:
        return int(super().parse(text))


class ChoicesForm(Form):
    """What is told how and when; the fields of topics that do not concern the reader are left out."""

    quiet_from: Any
    quiet_until: Any

    def __init__(
        self, *args: Any, topics: Collection[Topic], channels: Collection[Channel], choices: Choices, **options: Any
    ) -> None:
        self._topics = [topic for topic in Topic if topic in topics]
        self._channels, self._before = channels, choices
        super().__init__(*args, data=_typed(choices), **options)

    def process(self, *args: Any, **options: Any) -> None:
        """Before anything is read, leave out what is not asked and say what may be ticked."""
        for topic in set(TOPICS) - set(self._topics):
            for part in ("channels", "from", "until"):
                del self[f"{topic.name.lower()}_{part}"]
        for topic in self._topics:
            fixed = {Channel.EMAIL} if topic in ALWAYS_BY_MAIL else set()
            offered = [one for one in Channel if one in self._channels and one not in fixed]
            self[f"{topic.name.lower()}_channels"].choices = [SelectChoice(one, CHANNELS[one]) for one in offered]
        super().process(*args, **options)

    @property
    def parts(self) -> list[tuple[Topic, Any, list[Any]]]:
        """Each topic with the field for its ways, and those for its hours where it has any."""
        found = []
        for topic in self._topics:
            name = topic.name.lower()
            timed = [] if topic in ALWAYS_BY_MAIL else [self[f"{name}_from"], self[f"{name}_until"]]
            found.append((topic, self[f"{name}_channels"], timed))
        return found

    @property
    def chosen(self) -> Choices:
        """What the form says; what it does not ask about stays as it was."""
        now = {topic: self._wish(topic, ways, hours) for topic, ways, hours in self.parts}
        return Choices({**self._before.wishes, **now}, _span(self.quiet_from, self.quiet_until))

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        pairs = [(self.quiet_from, self.quiet_until), *(timed for _, _, timed in self.parts if timed)]
        halves = [pair for pair in pairs if not _are_two(*pair)]
        silent = _span(self.quiet_from, self.quiet_until)
        full = [timed for timed in pairs[1:] if not halves and not _leaves_room(silent, *timed)]
        return not halves and not full

    def _wish(self, topic: Topic, ways: Any, timed: list[Any]) -> Wish:
        ticked = {Channel(name) for name in ways.data or []}
        # What cannot be ticked now, such as a phone that is gone, does not come back by itself.
        return Wish(frozenset(ticked), _span(*timed) if timed else None)


for _topic, (_label, _hint) in TOPICS.items():
    _name = _topic.name.lower()
    setattr(ChoicesForm, f"{_name}_channels", CheckboxesField(_label, hint=_hint))
    setattr(ChoicesForm, f"{_name}_from", HourField(_l("Only from"), choices=hours, blank=_l("Any hour")))
    setattr(ChoicesForm, f"{_name}_until", HourField(_l("Only until"), choices=hours, blank=_l("Any hour")))


# Made last, because problems are listed in the order in which fields are made.
ChoicesForm.quiet_from = HourField(_l("From"), choices=hours, blank=_l("No quiet hours"))
ChoicesForm.quiet_until = HourField(_l("Until"), choices=hours, blank=_l("No quiet hours"))


class PhoneForm(Form):
    number = PhoneField(
        _l("Mobile phone"),
        hint=_l("We send it a code. Begin with + and the country, where it is not from here."),
        missing=_l("Enter the number of a mobile phone"),
    )


class CodeForm(Form):
    code = StringField(
        _l("Code"),
        hint=_l("Six digits. They come within a minute or two."),
        missing=_l("Enter the code we sent to your phone"),
        autocomplete="one-time-code",
        longest=20,
        width="short",
    )

    def validate_code(self, field: Any) -> None:
        field.data = "".join(field.data.split())


class BrowserForm(Form):
    """What a script sends: where the browser's push service is, and the browser's keys."""

    endpoint = HiddenField()
    p256dh = HiddenField()
    auth = HiddenField()


def _typed(choices: Choices) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for topic in TOPICS:
        wish, name = choices.of(topic), topic.name.lower()
        values[f"{name}_channels"] = [channel.value for channel in wish.channels]
        values |= _ends(wish.within, f"{name}_from", f"{name}_until")
    return values | _ends(choices.quiet, "quiet_from", "quiet_until")


def _ends(span: Hours | None, starts: str, ends: str) -> dict[str, int]:
    return {} if span is None else {starts: span.starts, ends: span.ends}


def _span(starts: Any, ends: Any) -> Hours | None:
    return None if starts.data is None else Hours(starts.data, ends.data)


def _are_two(starts: Any, ends: Any) -> bool:
    if (starts.data is None) != (ends.data is None):
        (starts if starts.data is None else ends).errors = [_BOTH_OR_NONE]
    elif starts.data is not None and starts.data == ends.data:
        ends.errors = [_NOT_THE_SAME]
    return not starts.errors and not ends.errors


def _leaves_room(silent: Hours | None, starts: Any, ends: Any) -> bool:
    if not quiet.leave_room(silent, _span(starts, ends)):
        starts.errors = [_NO_ROOM]
    return not starts.errors
