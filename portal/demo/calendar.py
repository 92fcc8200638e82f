"""The days of a story as dates and moments of the patient."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.demo.people import Story

USUAL_HOUR, OPENS, CLOSES = 10, 7, 17


class Calendar:
    """Counts a story's days from the start of its record, `days` before today."""

    def __init__(self, story: Story, now: datetime) -> None:
        self.zone = ZoneInfo(story.time_zone)
        self.last = story.days
        self.first = now.astimezone(self.zone).date() - timedelta(days=story.days)
        self.now = now
        self._hour = now.astimezone(self.zone).hour

    def on(self, number: int) -> date:
        """Return the date of a day."""
        return self.first + timedelta(days=number)

    def at(self, number: int, hour: int, minute: int = 0) -> datetime:
        """Return a moment of a day, aware UTC."""
        return datetime.combine(self.on(number), time(hour, minute), self.zone).astimezone(UTC)

    def morning_after(self, then: datetime, hour: int) -> datetime:
        """Return an hour of the day after a moment, aware UTC."""
        return datetime.combine(
            then.astimezone(self.zone).date() + timedelta(days=1), time(hour), self.zone
        ).astimezone(UTC)

    def coming(self, ahead: int, later: int) -> datetime:
        """Return when a visit is so many days from today; one of today is `later` hours from now, by day."""
        hour = USUAL_HOUR if ahead else later + min(CLOSES, max(OPENS, self._hour))
        return self.at(self.last + ahead, hour)
