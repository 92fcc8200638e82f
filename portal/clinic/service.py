"""Changing the clinic's own settings."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.clinic import queries
from portal.clinic.models import Clinic, Holiday
from portal.db import session


class AlreadyHoliday(Exception):
    """The clinic is closed on that day already."""


def change(settings: dict[str, Any], *, by: Actor, at: datetime) -> list[str]:
    """Change the clinic's settings.

    Args:
        settings: values by the names of the columns of `Clinic`; a name left out stays as it is.
        by: who changes them.
        at: when, aware UTC.

    Returns:
        The names of the settings that are different now.
    """
    row = session.get_one(Clinic, 1)
    changed = sorted(name for name, value in settings.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, settings[name])
    if changed:
        row.changed_at = at
        audit.record("clinic:changed", by=by, at=at, fields=changed)
        queries.forget()
    return changed


def add_holiday(on: date, name: str, *, by: Actor, at: datetime) -> None:
    """Close the clinic on a day.

    Raises:
        AlreadyHoliday: it is closed on that day already.
    """
    if session.scalar(select(Holiday.id).where(Holiday.on == on)):
        raise AlreadyHoliday
    holiday = Holiday(on=on, name=name)
    session.add(holiday)
    session.flush()
    audit.record("holiday:added", by=by, at=at, thing_id=holiday.id)
    queries.forget()


def remove_holiday(holiday_id: uuid.UUID, *, by: Actor, at: datetime) -> bool:
    """Open the clinic on a day again; return whether there was such a holiday."""
    removed = session.execute(delete(Holiday).where(Holiday.id == holiday_id).returning(Holiday.id)).scalar()
    if removed is None:
        return False
    audit.record("holiday:removed", by=by, at=at, thing_id=holiday_id)
    queries.forget()
    return True
