"""Telling people once a day of what is due, and once before an infusion; the worker's rounds call this.

A chunk is looked at without writing; what is found is then written for a few at a time, each held and read once more,
so that two workers, or an answer that comes in meanwhile, never make two mails of it.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.dialects import postgresql, sqlite

from portal.audit import service as audit
from portal.checkins import due
from portal.db import run, session
from portal.notifications import choosing, told
from portal.notifications import service as notifications
from portal.notifications.choosing import Choices
from portal.notifications.models import Kind
from portal.notifications.topics import Topic
from portal.reminders import hours, links, plan, queries
from portal.reminders.models import CheckInReminder
from portal.reminders.plan import Step

ABOUT_CHECK_INS = (Kind.CHECK_IN_DUE, Kind.CHECK_IN_WAITING)
LONGEST_DAY = timedelta(hours=27)


def _upsert(dialect: Any) -> Any:
    written = dialect.insert(CheckInReminder.__table__)
    changed = {name: written.excluded[name] for name in ("series", "given", "last_on", "last_at")}
    return written.on_conflict_do_update(index_elements=["patient_id", "instrument"], set_=changed)


_KEEP = {"sqlite": _upsert(sqlite), "postgresql": _upsert(postgresql)}


@dataclass(frozen=True, slots=True)
class Chunk:
    """Who is to be told of something, and after whom the next patients come; None: these were the last."""

    patient_ids: tuple[uuid.UUID, ...]
    next_after: uuid.UUID | None


def look(after: uuid.UUID | None, *, at: datetime) -> Chunk:
    """Look at the next 500 patients in care, in order of their ids, after one of them; nine queries at the most.

    Args:
        after: the last patient of the chunk before; None for the first.
        at: now, aware UTC.
    """
    rows = queries.next_patients(after)
    found = tuple(patient_id for patient_id, _ in _wanted(rows, at))
    return Chunk(found, rows[-1].id if len(rows) == due.CHUNK else None)


def remind(patient_ids: Sequence[uuid.UUID], *, at: datetime) -> None:
    """Write one mail to each of a few patients of whom something is due now, as they stand now."""
    rows = queries.hold_patients(patient_ids)
    users = {row.id: row for row in rows}
    for patient_id, found in _wanted(rows, at):
        row = users[patient_id]
        today = _day(at, row.time_zone)
        values = links.issue(row.user_id, found[0].due, at=at)
        key = f"check-in-due:{patient_id}:{today}"
        about: dict[str, Any] = {"patient_id": patient_id, "once_key": key, "values": values}
        is_written = notifications.enqueue(Kind.CHECK_IN_DUE, row.user_id, at=at, **about)
        if is_written:
            audit.record("check-in:reminded", by=None, at=at, patient_id=patient_id)
        _keep(patient_id, found, today, at, is_written=is_written)


def remind_to_get_ready(infusion_ids: Collection[uuid.UUID], *, at: datetime) -> None:
    """Write one mail to the patient of each of a few infusions of tomorrow that they have not got ready for."""
    for row, eve in ready_to_be_told(at, only=infusion_ids):
        key = f"get-ready:{row.id}:{eve}"
        notifications.release(key, dropped_as=queries.MOVED)
        about: dict[str, Any] = {"patient_id": row.patient_id, "once_key": key}
        values = {"infusion_id": str(row.id)}
        if notifications.enqueue(Kind.GET_READY, row.user_id, at=at, values=values, **about):
            audit.record("infusion:reminded", by=None, at=at, patient_id=row.patient_id, thing_id=row.id)


def ready_to_be_told(at: datetime, *, only: Collection[uuid.UUID] | None = None) -> list[tuple[Any, date]]:
    """Return the infusions whose patients are to be told now to get ready, each with the day before it.

    Args:
        at: now, aware UTC.
        only: of these alone; of all, where it is left out.
    """
    rows = queries.planned_infusions(at, only=only)
    choices = choosing.of_all({row.user_id for row in rows})
    found = []
    for row in rows:
        eve = _day(row.happens_at, row.time_zone) - timedelta(days=1)
        clock = max(hours.hour(_of(choices, row.user_id), Topic.VISITS), hours.GET_READY)
        opens = plan.moment(eve, clock, ZoneInfo(row.time_zone))
        is_eve = _day(at, row.time_zone) == eve
        if is_eve and not row.is_confirmed and opens is not None and opens <= at:
            found.append((row, eve))
    return found


def remind_staff(users: Mapping[uuid.UUID, str], *, at: datetime) -> None:
    """Write one mail a day to each of some people for whom a review waits.

    Args:
        users: the time zone of each.
        at: now, aware UTC.
    """
    for user_id in staff_to_be_told(users, at=at):
        key = f"review-waiting:{user_id}:{_day(at, users[user_id])}"
        if notifications.enqueue(Kind.REVIEW_WAITING, user_id, at=at, once_key=key):
            audit.record("review:reminded", by=None, at=at, thing_id=user_id)


def staff_to_be_told(users: Mapping[uuid.UUID, str], *, at: datetime) -> list[uuid.UUID]:
    """Return for whom of some people it is the hour to be told of what waits, where they were not told today."""
    choices = choosing.of_all(users)
    before = told.lately(users, [Kind.REVIEW_WAITING], at - LONGEST_DAY)
    return [
        user_id
        for user_id, zone in users.items()
        if plan.is_time(at, hours.hour(_of(choices, user_id), Topic.REVIEWS), ZoneInfo(zone))
        and not _is_today(before.get(user_id), at, zone)
    ]


def _wanted(rows: Sequence[Any], at: datetime) -> list[tuple[uuid.UUID, tuple[Step, ...]]]:
    """Return who of some patients is to be told now, and of what."""
    choices = choosing.of_all({row.user_id for row in rows})
    before = told.lately({row.user_id for row in rows}, ABOUT_CHECK_INS, at - LONGEST_DAY) if rows else {}
    asked = [
        row
        for row in rows
        if _is_time(_of(choices, row.user_id), ZoneInfo(row.time_zone), at)
        and not _is_today(before.get(row.user_id), at, row.time_zone)
    ]
    if not asked:
        return []
    plans = due.plans_of(asked, at, days_back=0)
    given = queries.given([row.id for row in asked])
    found = []
    for row in asked:
        of_one = plans[row.id]
        today = _day(at, row.time_zone)
        steps = plan.steps(of_one.due(at), given.get(row.id, {}), of_one.last, row.back_at, today)
        if steps:
            found.append((row.id, steps))
    return found


def _keep(patient_id: uuid.UUID, steps: Sequence[Step], today: date, at: datetime, *, is_written: bool) -> None:
    """Keep that today was their day; who wants none of these was told of nothing, and that is none of the three."""
    told_of = {"patient_id": patient_id, "last_on": today, "last_at": at}
    rows = [
        told_of
        | {"instrument": step.due.line.instrument, "series": step.series, "given": step.number - (not is_written)}
        for step in steps
    ]
    run(_KEEP[session.get_bind().dialect.name], rows)


def _of(choices: Mapping[uuid.UUID, Choices], user_id: uuid.UUID) -> Choices:
    return choices.get(user_id, Choices())


def _is_time(chosen: Choices, zone: ZoneInfo, at: datetime) -> bool:
    is_hour = plan.is_time(at, hours.hour(chosen, Topic.CHECK_INS), zone)
    return is_hour and hours.is_left(chosen, Topic.CHECK_INS, zone, at)


def _day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def _is_today(then: datetime | None, at: datetime, zone: str) -> bool:
    return then is not None and _day(then, zone) == _day(at, zone)
