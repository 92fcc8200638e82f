"""The days of a story as dates and moments of the patient."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.demo.people import Story


class Calendar:
    """Counts a story's days from the start of its record, `days` before today."""

    def __init__(self, story: Story, now: datetime) -> None:
        self.zone = ZoneInfo(story.time_zone)
        self.last = story.days
        self.first = now.astimezone(self.zone).date() - timedelta(days=story.days)

    def on(self, number: int) -> date:
        """Return the date of a day."""
        return self.first + timedelta(days=number)

    def at(self, number: int, hour: int, minute: int = 0) -> datetime:
        """Return a moment of a day, aware UTC."""
        return datetime.combine(self.on(number), time(hour, minute), self.zone).astimezone(UTC)
