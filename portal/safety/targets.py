"""By when somebody is to have taken an alert on. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from portal.clinic import hours
from portal.safety.on_call.cover import Cover, add_covered


class Running(StrEnum):
    """Which time counts: all of it, that in which the clinic works or somebody is on call, or working days."""

    ALWAYS = "always"
    COVERED = "covered"
    WORKING_DAYS = "working-days"


@dataclass(frozen=True, slots=True)
class Target:
    """By when somebody is to have taken an alert on.

    Args:
        running: which time counts.
        minutes: how many of it; with `WORKING_DAYS` unused.
        days: with `WORKING_DAYS`: by the end of that many working days after the one it falls on, or which begins next;
            0 is the end of that working day itself.
    """

    running: Running
    minutes: int = 0
    days: int = 0


def due_at(target: Target, cover: Cover, at: datetime) -> datetime:
    """Return by when, aware UTC.

    Where the clinic has no hours and nobody is on call, all time counts and every day is a working day: what nobody
    has said must not keep an alert waiting for ever (Interval default [D]).

    Args:
        target: the rule's.
        cover: the clinic's week, holidays, time zone and rota.
        at: when the alert was opened, aware.
    """
    at, length = at.astimezone(UTC), timedelta(minutes=target.minutes)
    if target.running is Running.ALWAYS:
        return at + length
    if target.running is Running.COVERED:
        return add_covered(cover, at, length) or at + length
    return hours.end_of_working_day(cover.opening, at, target.days) or at + timedelta(days=target.days + 1)
