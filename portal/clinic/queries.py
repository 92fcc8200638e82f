"""Reading the clinic's own settings."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from portal import clock, db
from portal.clinic import hours
from portal.clinic.hours import OnCall, Opening
from portal.clinic.models import Clinic, Holiday

REMEMBERED_SECONDS = 10.0
NAME_WITHOUT_DATABASE = "Interval"


@dataclass(frozen=True, slots=True)
class ClinicSettings:
    """The clinic: its name, place, hours and the times it holds itself to."""

    display_name: str
    country: str
    time_zone: str
    phone: str
    opening: Opening
    reply_within_hours: int
    review_within_hours: int
    past_days: int
    on_call: OnCall
    leave_address: str
    check_in_links: bool
    is_demo: bool

    def reply_by(self, at: datetime) -> datetime | None:
        """Return by when a message that arrives at `at` is usually answered; None where the clinic has no hours."""
        return hours.add_working_time(self.opening, at, timedelta(hours=self.reply_within_hours))

    def owed_too_long(self, at: datetime) -> datetime | None:
        """Return since when, or earlier, an answer is overdue at `at`; None where the clinic has no hours."""
        return hours.working_time_before(self.opening, at, timedelta(hours=self.reply_within_hours))

    def review_by(self, at: datetime) -> datetime | None:
        """Return by when a check-in that arrives at `at` is usually read; None where the clinic has no hours."""
        return hours.add_working_time(self.opening, at, timedelta(hours=self.review_within_hours))


class _Remembered(NamedTuple):
    settings: ClinicSettings
    since: float


_remembered: _Remembered | None = None


def get() -> ClinicSettings:
    """Return the settings as the database has them now."""
    row = db.session.get_one(Clinic, 1)
    closed = frozenset(db.session.scalars(select(Holiday.on)))
    return ClinicSettings(
        display_name=row.display_name,
        country=row.country,
        time_zone=row.time_zone,
        phone=row.phone,
        opening=Opening(row.time_zone, _week(row.hours), closed),
        reply_within_hours=row.reply_within_hours,
        review_within_hours=row.review_within_hours,
        past_days=row.past_days,
        on_call=row.on_call,
        leave_address=row.leave_address,
        check_in_links=row.check_in_links,
        is_demo=row.is_demo,
    )


def current() -> ClinicSettings:
    """Return the settings, at most ten seconds old."""
    global _remembered
    if _remembered is None or clock.tick() - _remembered.since >= REMEMBERED_SECONDS:
        _remembered = _Remembered(get(), clock.tick())
    return _remembered.settings


def forget() -> None:
    """Read the settings afresh the next time somebody asks in this process."""
    global _remembered
    _remembered = None


def display_name() -> str:
    """Return what the clinic calls itself, on every page, also while the database cannot be reached."""
    found = _current_or_last()
    return found.display_name if found else NAME_WITHOUT_DATABASE


def leave_address() -> str:
    """Return where "leave quickly" goes, "" for a blank page of ours, also while the database cannot be reached."""
    found = _current_or_last()
    return found.leave_address if found else ""


def country() -> str:
    """Return the clinic's country, "" where it is not known, also while the database cannot be reached."""
    found = _current_or_last()
    return found.country if found else ""


def opening() -> Opening | None:
    """Return when the clinic works, also while the database cannot be reached; None where it is not known."""
    found = _current_or_last()
    return found.opening if found else None


def known_country() -> str:
    """Return the clinic's country as it was last read in this process, "" where it was not; asks no database."""
    return _remembered.settings.country if _remembered else ""


def is_demo() -> bool:
    """Return whether this database holds the demo clinic; one that is not migrated yet does not."""
    try:
        return get().is_demo
    except SQLAlchemyError:
        return False


def list_holidays(from_on: date) -> list[Holiday]:
    """Return the days on which the clinic is closed, from a day on, in order."""
    return list(db.session.scalars(select(Holiday).where(Holiday.on >= from_on).order_by(Holiday.on)))


def _current_or_last() -> ClinicSettings | None:
    try:
        return current()
    except (SQLAlchemyError, db.Busy):
        return _remembered.settings if _remembered else None


def _week(stored: dict[str, list[str]]) -> dict[str, tuple[time, time]]:
    return {day: (time.fromisoformat(opens), time.fromisoformat(closes)) for day, (opens, closes) in stored.items()}
