"""The worker's rounds of reminders, and why one that was written is needed no more."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from portal.accounts.models import User
from portal.checkins import due, plan
from portal.checkins.worker import Round
from portal.clinic import hours
from portal.clinic import queries as clinic
from portal.clinic.queries import ClinicSettings
from portal.notifications.models import Kind
from portal.notifications.queue import Claim
from portal.patients.queries import PatientRef
from portal.reminders import queries, service
from portal.review import reminding

EVERY = timedelta(minutes=5)
KINDS = frozenset({Kind.CHECK_IN_DUE, Kind.GET_READY, Kind.REVIEW_WAITING})
DONE = "done-by-now"


class CheckInRound(Round[uuid.UUID]):
    """Every five minutes: who is told today of what is due."""

    name = "check-in-reminders"
    every = EVERY

    def __init__(self, worker: str) -> None:
        self._after: uuid.UUID | None = None
        super().__init__(worker)

    def _begin(self) -> None:
        super()._begin()
        self._after = None

    def _look(self, at: datetime) -> tuple[Sequence[uuid.UUID], bool]:
        chunk = service.look(self._after, at=at)
        self._after = chunk.next_after
        return chunk.patient_ids, chunk.next_after is None

    def _act(self, now: Sequence[uuid.UUID], at: datetime) -> None:
        service.remind(now, at=at)


class GetReadyRound(Round[uuid.UUID]):
    """Every five minutes: who is told today to get ready for tomorrow."""

    name = "get-ready-reminders"
    every = EVERY

    def _look(self, at: datetime) -> tuple[Sequence[uuid.UUID], bool]:
        return [row.id for row, _ in service.ready_to_be_told(at)], True

    def _act(self, now: Sequence[uuid.UUID], at: datetime) -> None:
        service.remind_to_get_ready(now, at=at)


class ReviewRound(Round[uuid.UUID]):
    """Every five minutes: who of the team is told, on a day the clinic works, that something waits for a review."""

    name = "review-reminders"
    every = EVERY

    def _look(self, at: datetime) -> tuple[Sequence[uuid.UUID], bool]:
        own = clinic.current()
        if not _works_today(own, at):
            return [], True
        return service.staff_to_be_told(queries.zones(_reviewers(own, at)), at=at), True

    def _act(self, now: Sequence[uuid.UUID], at: datetime) -> None:
        service.remind_staff(queries.zones(now), at=at)


def why_not(held: Claim, user: User, patient: PatientRef | None, *, at: datetime) -> str | None:
    """Return why a reminder need not be sent any more, as a short code; None where it is still wanted.

    Args:
        held: the reminder, one of `KINDS`.
        user: whom it is for.
        patient: whose care it is about.
        at: now, aware UTC.
    """
    if plan.local_day(held.created_at, user.time_zone) != plan.local_day(at, user.time_zone):
        return queries.DAY_OVER
    if held.kind == Kind.REVIEW_WAITING or patient is None:
        return None if user.id in _reviewers(clinic.current(), at, only=user.id) else DONE
    if held.kind == Kind.CHECK_IN_DUE:
        return None if any(one.is_now for one in due.due_of(patient, at)) else DONE
    return _why_not_get_ready(held, patient, at)


def _why_not_get_ready(held: Claim, patient: PatientRef, at: datetime) -> str | None:
    wanted = uuid.UUID(held.values["infusion_id"])
    row = next(iter(queries.planned_infusions(at, only=[wanted])), None)
    tomorrow = plan.local_day(at, patient.time_zone) + timedelta(days=1)
    if row is None or plan.local_day(row.happens_at, patient.time_zone) != tomorrow:
        return queries.MOVED
    return DONE if row.is_confirmed else None


def _works_today(own: ClinicSettings, at: datetime) -> bool:
    """Return whether the clinic works on its own day; one that has told no hours works on every day."""
    if not own.opening.week:
        return True
    today = plan.local_day(at, own.time_zone)
    return hours.WEEKDAYS[today.weekday()] in own.opening.week and today not in own.opening.holidays


def _reviewers(own: ClinicSettings, at: datetime, *, only: uuid.UUID | None = None) -> frozenset[uuid.UUID]:
    cutoff = hours.working_time_before(own.opening, at, timedelta(hours=own.review_within_hours))
    return reminding.waits_for(cutoff, plan.local_day(at, own.time_zone), only=only)
