"""At which hour of their own day somebody is reminded: the one they chose, and never one that they keep quiet."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from portal.notifications.choosing import Choices
from portal.notifications.quiet import first_allowed
from portal.notifications.topics import Topic
from portal.reminders.plan import HOUR

GET_READY = time(12)
"""Nobody is told of tomorrow before the page that asks about it opens, at noon (`preparation.steps.OPENS`)."""
HOURS = 24


def hour(choices: Choices, topic: Topic) -> time:
    """Return the hour: where a span was chosen its first, else nine, and from there on the first that is not quiet."""
    within, quiet = choices.of(topic).within, choices.quiet
    first = within.starts if within else HOUR.hour
    for later in range(HOURS):
        found = (first + later) % HOURS
        if (within is None or within.hold(found)) and not (quiet and quiet.hold(found)):
            return time(found)
    return HOUR


def is_left(choices: Choices, topic: Topic, zone: ZoneInfo, at: datetime) -> bool:
    """Return whether what is written now can still go out on the person's same day, at an hour that they chose."""
    first = first_allowed(at, zone.key, quiet=choices.quiet, within=choices.of(topic).within)
    return first.astimezone(zone).date() == at.astimezone(zone).date()
